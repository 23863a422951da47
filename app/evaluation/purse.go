package evaluation

import (
	"sync"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// purse keeps a cost limit: what was spent and what is under way at its most never come to more.
type purse struct {
	mu    sync.Mutex
	freed sync.Cond
	limit money.USD
	spent money.USD
	held  money.USD
	shut  bool
}

func newPurse(limit, spent money.USD) *purse {
	p := &purse{limit: limit, spent: spent}
	p.freed.L = &p.mu
	return p
}

// take holds the most that something may cost. It waits while others are under way that may leave enough; false says that nothing is
// under way and it does not fit, or that the purse was shut.
func (p *purse) take(most money.USD) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.shut && p.spent+p.held+most > p.limit {
		if p.held == 0 {
			return false
		}
		p.freed.Wait()
	}
	if p.shut {
		return false
	}
	p.held += most
	return true
}

// put gives back what take held, and books what it came to.
func (p *purse) put(most, cost money.USD) {
	p.mu.Lock()
	p.held, p.spent = p.held-most, p.spent+cost
	p.mu.Unlock()
	p.freed.Broadcast()
}

// close lets nobody wait any more.
func (p *purse) close() {
	p.mu.Lock()
	p.shut = true
	p.mu.Unlock()
	p.freed.Broadcast()
}

package batch

import (
	"sync"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// purse keeps a batch's cost limit: what was spent, and what is under way by the dearest line so far, never come to more; so it is
// passed by at most one line for each that is under way, and only by lines that are dearer than all before.
type purse struct {
	mu      sync.Mutex
	freed   sync.Cond
	limit   money.USD // 0 = none
	spent   money.USD
	dearest money.USD
	out     int
}

func newPurse(limit, spent, dearest money.USD) *purse {
	p := &purse{limit: limit, spent: spent, dearest: dearest}
	p.freed.L = &p.mu
	return p
}

// take makes room for one more line. It waits while others are under way that may leave enough; false says that the limit is reached.
func (p *purse) take() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.limit > 0 && p.spent+p.dearest*money.USD(p.out+1) > p.limit {
		if p.out == 0 {
			return false
		}
		p.freed.Wait()
	}
	if p.limit > 0 && p.spent >= p.limit {
		return false
	}
	p.out++
	return true
}

// put gives back what take made room for, and books what the line came to.
func (p *purse) put(cost money.USD) {
	p.mu.Lock()
	p.out--
	p.spent += cost
	p.dearest = max(p.dearest, cost)
	p.mu.Unlock()
	p.freed.Broadcast()
}

// book counts what is booked for a line that is handed over; false says that the limit could be passed. Below zero it gives back.
func (p *purse) book(most money.USD) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if most > 0 && p.limit > 0 && p.spent+most > p.limit {
		return false
	}
	p.spent += most
	return true
}

func (p *purse) guess() money.USD {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dearest
}

package budget

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Left is what the tightest hard budget under a hold has left: its limit less what is spent and held, this hold
// included. hard is false when no hard budget binds it. The hold may have ended already.
func (t *Treasury) Left(h *ledger.Hold) (left money.USD, hard bool) {
	d := t.desk(h.Org())
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, a := range h.Accounts() {
		p := d.purses[a]
		if p == nil || p.soft() {
			continue
		}
		if l := d.standing(p).Left; !hard || l < left {
			left, hard = l, true
		}
	}
	return left, hard
}

// Now implements Desk.
func (t *Treasury) Now(o id.Org, b id.Budget) (Standing, bool) {
	d := t.desk(o)
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.current[b]
	if p == nil || !p.seen {
		return Standing{}, false
	}
	return d.standing(p), true
}

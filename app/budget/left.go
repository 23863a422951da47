package budget

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Left is what the tightest hard budget of money under a hold has left: its limit less what is spent and held, this hold
// included. hard is false when no hard budget binds it. The hold may have ended already.
func (t *Treasury) Left(h *ledger.Hold) (left money.USD, hard bool) {
	d := t.desk(h.Org())
	d.mu.Lock()
	defer d.mu.Unlock()
	for s := range h.On {
		p := d.purses[s.Account]
		if p == nil || p.soft() || s.Measure != ledger.Money {
			continue
		}
		if l := d.standing(p).Left; !hard || l < left {
			left, hard = l, true
		}
	}
	return left, hard
}

// Bound reports whether a hard budget of money or tokens binds a hold: then what the call may put out is capped, because a
// provider's own maximum is no promise.
func (t *Treasury) Bound(h *ledger.Hold) bool {
	d := t.desk(h.Org())
	d.mu.Lock()
	defer d.mu.Unlock()
	for s := range h.On {
		if p := d.purses[s.Account]; p != nil && !p.soft() && s.Measure != ledger.Requests {
			return true
		}
	}
	return false
}

// Now implements Desk.
func (t *Treasury) Now(o id.Org, b id.Budget) (Standing, bool) {
	d := t.desk(o)
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.current[b]
	if p == nil || !p.seen || !p.to.IsZero() && !t.Clock.Now().Before(p.to) { // nobody has asked in the new period yet
		return Standing{}, false
	}
	return d.standing(p), true
}

package budget

import (
	"context"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

const (
	// sweepEvery is how often rates are measured, idle leases given back and closed periods dropped.
	sweepEvery = 250 * time.Millisecond
	// idleAfter is when a lease that nobody uses goes back, for other nodes to use.
	idleAfter = 10 * time.Second
	// hoard is how many times its target a lease may be before the rest goes back.
	hoard = 4
	// wholeEvery is every how many sweeps all purses are looked at: a quarter of a minute.
	wholeEvery = 60
)

// crumbs are how much lease is not worth a trip to give back, by measure.
var crumbs = [...]ledger.Units{ledger.Money: money.Cent / 10, ledger.Tokens: 1000, ledger.Requests: 1}

// sweep looks after the purses that move, and now and then after all: periods end for idle ones too.
func (t *Treasury) sweep(ctx context.Context) {
	now := t.Clock.Now()
	t.desks.Range(func(_, v any) bool {
		d := v.(*desk)
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.sweeps++; d.sweeps%wholeEvery == 0 {
			for _, p := range d.purses {
				d.wake(p)
			}
		}
		d.active = slices.DeleteFunc(d.active, func(p *purse) bool {
			p.active = d.tend(p, now)
			return !p.active
		})
		if !d.shut && d.running == nil {
			t.travel(ctx, d)
		}
		return true
	})
}

// tend measures one purse and decides what of its lease goes back. False means that there is nothing to do for it until
// it is used again.
func (d *desk) tend(p *purse, now time.Time) bool {
	b := d.book.Balance(p.account)
	// Both figures follow a rise at once and a fall over some two seconds: an eighth per sweep, and one, or what is below eight would
	// never fall, and a purse that was used once would be looked at for ever.
	perSecond := (b.Settled - p.counted) * ledger.Units(time.Second/sweepEvery)
	p.counted, p.before = b.Settled, b.Held
	p.rate = max(perSecond/2, p.rate-p.rate/8-1+perSecond/8)
	p.peak = max(b.Held, p.peak-p.peak/8-1)
	p.fresh, p.topped, p.stray = false, false, false
	if p.op != nil {
		d.want(p) // not answered: asked again word for word
		return true
	}
	ended := !p.to.IsZero() && !now.Before(p.to)
	over := ended || d.current[p.account.Budget] != p
	target := ledger.Target(p.rate, p.peak, b.Held)
	switch {
	// Before its period ends a budget may come back, as a hard one. The bank lends a debt first then, and it has to meet the debt here.
	case over && (ended || b.Free() == 0) && !p.asking && p.back == 0 && d.posted[p.account] >= b.Settled && d.book.Forget(p.account):
		delete(d.purses, p.account)
		delete(d.posted, p.account)
		if d.current[p.account.Budget] == p {
			delete(d.current, p.account.Budget)
		}
		return false
	case over || now.Sub(p.used) > idleAfter:
		d.giveBack(p, money.Max)
	case b.Free() > hoard*target+crumbs[p.rule.Measure]:
		d.giveBack(p, b.Free()-target)
	}
	return p.asking || p.rate > 0 || p.peak > 0 || b.Held > 0 || b.Free() > 0
}

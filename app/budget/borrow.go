package budget

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

const (
	// patience is how long a request waits for the bank; past it, the bank cannot say. A bank that is away says so at
	// once, so this is for one that is slow: on a busy machine a checkpoint of SQLite's log takes a second, and a late
	// answer is better than none.
	patience = 2 * time.Second
	// tripTimeout ends a trip whose requests have long given up.
	tripTimeout = 5 * time.Second
	// shutFor is how long requests are refused at once after the bank failed, instead of queueing up before it.
	shutFor = 200 * time.Millisecond
)

var (
	errClosing  = errors.New("budget: the treasury is closing")
	errNotReady = errors.New("budget: the last session's journal is not in the books yet")
	errShut     = errors.New("budget: the bank failed a moment ago")
	errPatience = errors.New("budget: the bank did not answer in time")
	errStray    = errors.New("budget: a budget's calendar was changed, and this node does not know the new one yet")
)

// borrow is the slow path of Reserve: what is leased does not suffice.
func (t *Treasury) borrow(ctx context.Context, d *desk, w Want) (*ledger.Hold, error) {
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var failed error
	var called call
	for {
		d.mu.Lock()
		var room [16]*purse
		now := t.Clock.Now()
		bind := d.binding(t.index.Get(), w, now, room[:0])
		h, short := d.hold(w.Attempt, w.Ceiling, bind)
		if h != nil {
			d.pour(bind, h)
			t.taken(ctx, d, bind, now)
			d.mu.Unlock()
			return h, nil
		}
		if d.shut && failed == nil {
			failed = errShut
		}
		if failed == nil && slices.ContainsFunc(bind, func(p *purse) bool { return p.stray }) {
			failed = errStray
		}
		var going *trip
		if failed == nil && !d.hopeless(bind, w.Floor) {
			if !t.renew.Load() {
				going = t.register(ctx, d, short, w)
			}
			if going == nil && !d.fits(bind, w) {
				if tell, pause := t.recall(d, bind, w, &called); pause > 0 {
					d.mu.Unlock()
					t.tell(ctx, tell)
					if rest(wait, pause); ctx.Err() != nil {
						return nil, ctx.Err()
					}
					continue
				}
			}
		}
		if going == nil {
			h, err := d.settleFor(bind, w, failed)
			if h != nil {
				d.pour(bind, h)
			}
			d.mu.Unlock()
			return h, err
		}
		d.mu.Unlock()
		select {
		case <-going.done:
			failed = going.err
		case <-wait.Done():
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			failed = errPatience
		}
	}
}

// hopeless reports whether a budget cannot take even the floor, however many leases came back.
func (d *desk) hopeless(bind []*purse, floor ledger.Amounts) bool {
	return slices.ContainsFunc(bind, func(p *purse) bool { return d.exhausted(p, floor) })
}

// register puts a request's shortages on the next trip. It is nil when the bank said a moment ago that it cannot help
// with any of them.
func (t *Treasury) register(ctx context.Context, d *desk, short []ledger.Shortage, w Want) *trip {
	asked := false
	for _, s := range short {
		p := d.purses[s.Account]
		floor := w.Floor.Of(p.rule.Measure)
		if p.fresh && (p.pool.Free() <= 0 || floor > s.Free+p.pool.Free()) {
			continue
		}
		if p.ask == 0 || floor < p.least {
			p.least = floor
		}
		sum, err := p.ask.Add(w.Ceiling.Of(p.rule.Measure))
		if err != nil {
			sum = money.Max
		}
		p.ask = sum
		d.want(p)
		asked = true
	}
	if !asked {
		return nil
	}
	return t.travel(ctx, d)
}

// settleFor takes a smaller hold, or says why there is none. failed is why the bank could not be asked, if it could
// not. The caller holds mu.
func (d *desk) settleFor(bind []*purse, w Want, failed error) (*ledger.Hold, error) {
	if amounts, ok := d.shrunk(bind, w); ok {
		if h, _ := d.hold(w.Attempt, amounts, bind); h != nil {
			return h, nil
		}
	}
	var tight *purse
	var at Standing
	gone := false
	for _, p := range bind {
		if p.soft() || d.book.Balance(p.account).Free() >= w.Floor.Of(p.rule.Measure) && !d.exhausted(p, w.Floor) {
			continue
		}
		s, x := d.standing(p), d.exhausted(p, w.Floor)
		if tight == nil || x && !gone || x == gone && tighter(s, at) < 0 {
			tight, at, gone = p, s, x
		}
	}
	switch {
	case tight == nil:
		return nil, unavailable(cmp.Or(failed, errPatience))
	case gone && at.Limit > at.Spent:
		return nil, needing(tooDear(at, tight.rule.Label, w.Floor.Of(at.Measure)), at, w.Floor.Of(at.Measure))
	case gone:
		return nil, needing(exhausted(at, tight.rule.Label), at, w.Floor.Of(at.Measure))
	case failed != nil && !(failed == errPatience && tight.fresh):
		return nil, unavailable(failed)
	}
	return nil, needing(reservedByOthers(at, tight.rule.Label), at, w.Floor.Of(at.Measure))
}

// taken notes a successful hold, and starts a trip ahead of need where a lease runs low. The caller holds mu.
func (t *Treasury) taken(ctx context.Context, d *desk, bind []*purse, now time.Time) {
	low := false
	for _, p := range bind {
		b := d.book.Balance(p.account)
		p.peak, p.used = max(p.peak, b.Held), now
		d.wake(p)
		if p.soft() {
			if b.Held+d.spent(p) > p.pool.Limit {
				t.softOver.Add(1)
			}
			continue
		}
		// Once a sweep is enough: the target is seconds of spending, and near the limit asking more often gets no more.
		if !d.shut && !p.topped && !now.Before(p.scarce) && b.Free() < ledger.Target(p.rate, p.peak, b.Held)/2 {
			p.topped, low = true, true
			d.want(p)
		}
	}
	if low && d.running == nil {
		d.join(bind, now)
		t.travel(ctx, d)
	}
}

// join puts those on a trip ahead of need that would make one of their own soon.
func (d *desk) join(bind []*purse, now time.Time) {
	for _, p := range bind {
		b := d.book.Balance(p.account)
		if !p.soft() && !p.topped && !now.Before(p.scarce) && b.Free() < ledger.Target(p.rate, p.peak, b.Held) {
			p.topped = true
			d.want(p)
		}
	}
}

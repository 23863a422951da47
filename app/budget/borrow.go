package budget

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
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
)

// trip is one visit to the bank for one organization. All who need money while one is under way share the next one, so
// a burst of requests makes two trips, not two hundred.
type trip struct {
	done chan struct{}
	err  error
}

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

// travel joins the next trip, and starts it if none is under way. The caller holds mu; nil when nobody asks.
func (t *Treasury) travel(ctx context.Context, d *desk) *trip {
	if len(d.asking) == 0 || t.closing.Load() {
		return d.next
	}
	if d.next == nil {
		d.next = &trip{done: make(chan struct{})}
	}
	tr := d.next
	if d.running == nil {
		t.depart(ctx, d)
	}
	return tr
}

func (t *Treasury) depart(ctx context.Context, d *desk) {
	tr := d.next
	d.running, d.next = tr, nil
	asks, epoch := d.collect(t.IDs, t.Clock.Now()), t.epoch.Load()
	// The trip serves others than the request that began it, and must not end with it.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tripTimeout)
	go func() {
		defer cancel()
		t.visit(ctx, d, tr, asks, epoch)
	}()
}

// collect turns the purses' business into asks, in account order.
func (d *desk) collect(ids *id.Source, now time.Time) []LeaseAsk {
	asks := make([]LeaseAsk, 0, len(d.asking))
	for _, p := range d.asking {
		p.asking = false
		if p.op == nil {
			b := d.book.Balance(p.account)
			ask := LeaseAsk{Account: p.account, Org: p.rule.Org, Back: p.back}
			if !p.soft() && p.back == 0 {
				ask.Least = max(0, p.least-b.Free())
				ask.Need = max(0, p.ask-b.Free())
				// A burst goes on, most likely: as much again as it holds by now takes it to its end in a few trips.
				more := max(p.ask, b.Held-p.before)
				ask.Spare = p.spare(ledger.Target(p.rate, p.peak, b.Held)+min(more, money.Max/8)-max(0, b.Free()), now)
			}
			if ask.Back > 0 || ask.Need > 0 || ask.Spare > 0 {
				ask.Op = id.NewGrant(ids)
			}
			p.op, p.back = &ask, 0
		}
		p.ask, p.least = 0, 0
		asks = append(asks, *p.op)
	}
	d.asking = nil
	slices.SortFunc(asks, func(a, b LeaseAsk) int {
		return cmp.Or(a.Account.Budget.Compare(b.Account.Budget), cmp.Compare(a.Account.Start, b.Account.Start))
	})
	return asks
}

// visit makes a trip and tells everybody who waits for it.
func (t *Treasury) visit(ctx context.Context, d *desk, tr *trip, asks []LeaseAsk, epoch int64) {
	t.trips.RLock()
	defer t.trips.RUnlock()
	leases, err := t.ask(ctx, asks, epoch)
	d.mu.Lock()
	defer d.mu.Unlock()
	if (err != nil) != d.failing { // once, not for every request of an outage
		d.failing = err != nil
		t.Log.Warn("leases: the bank stopped or began to answer", "organization", asks[0].Org.String(), "failing", d.failing, "error", err)
	}
	if err == nil {
		for _, l := range leases {
			if d.receive(l); l.Reaped {
				t.anew("another node took this one for dead")
			}
		}
	} else {
		d.repent(asks)
	}
	tr.err, d.running = err, nil
	close(tr.done)
	if d.next != nil && !t.closing.Load() {
		t.depart(ctx, d)
	}
}

// ask goes to the bank, once the last session is in the books.
func (t *Treasury) ask(ctx context.Context, asks []LeaseAsk, epoch int64) ([]Lease, error) {
	boot := time.NewTimer(patience)
	defer boot.Stop()
	select {
	case <-t.ready:
		return t.lease(ctx, asks, epoch)
	case <-boot.C:
		return nil, errNotReady
	}
}

// repent keeps requests away from a bank that does not answer, for a moment, and forgets asks that only looked.
func (d *desk) repent(asks []LeaseAsk) {
	d.shut = true
	time.AfterFunc(shutFor, func() { d.mu.Lock(); d.shut = false; d.mu.Unlock() })
	for _, a := range asks {
		if p := d.purses[a.Account]; p != nil && a.Op.IsZero() {
			p.op = nil
		}
	}
}

// receive books the bank's answer.
func (d *desk) receive(l Lease) {
	p := d.purses[l.Account]
	if p == nil {
		return
	}
	if p.op != nil {
		if !p.op.Op.IsZero() {
			d.book.Grant(p.op.Op, p.account, l.Granted)
		}
		if p.op = nil; p.back > 0 {
			d.want(p) // it was taken out of the book while this ask was on its way
		}
	}
	d.look(p, l)
}

// look takes over where the bank says that an account stands. Answers may overtake each other; an older one shows less
// posted and is dropped.
func (d *desk) look(p *purse, l Lease) {
	if l.Gone {
		p.gone = true
		return
	}
	if p.seen && l.Posted < p.posted {
		return
	}
	p.pool, p.posted, p.seen, p.fresh = l.Pool, l.Posted, true, true
}

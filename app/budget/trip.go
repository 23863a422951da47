package budget

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// trip is one visit to the bank for one organization. All who need money while one is under way share the next one, so
// a burst of requests makes two trips, not two hundred.
type trip struct {
	done chan struct{}
	err  error
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
	if p.stray = l.Stray; !p.stray {
		d.look(p, l)
	}
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

package budget

import (
	"context"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
)

// anew asks the poster to begin a new session. Until it did, this node spends what it holds and gets nothing more.
func (t *Treasury) anew(why string) {
	if t.renew.CompareAndSwap(false, true) {
		t.Log.Warn("this node begins a new session", "because", why, "epoch", t.epoch.Load())
	}
}

// open begins the first session of this process, once the last one's journal is in the books.
func (t *Treasury) open(ctx context.Context, p *poster) error {
	return t.begin(ctx, p, t.claims(func(*desk) {}))
}

// reopen begins a new session while requests are under way, if there is a reason to. All free lease goes back; what is
// held or not posted yet is claimed, so that the books count exactly what may still be spent, whatever they knew before:
// a reaped lease, or none at all after the database went back in time.
//
// No trip is under way meanwhile: a grant that is on its way would be in the book and not in the claim.
func (t *Treasury) reopen(ctx context.Context, p *poster) error {
	if !t.renew.Load() {
		return nil
	}
	if all, err := p.drain(ctx, t.Journal.End()); err != nil || !all {
		return err
	}
	t.trips.Lock()
	defer t.trips.Unlock()
	if err := t.begin(ctx, p, t.claims((*desk).surrender)); err != nil {
		return err
	}
	t.renew.Store(false)
	t.Log.Info("a new session began; leases are taken anew", "epoch", t.epoch.Load())
	return nil
}

func (t *Treasury) begin(ctx context.Context, p *poster, claims []Claim) error {
	ctx, cancel := context.WithTimeout(ctx, tripTimeout)
	defer cancel()
	epoch := t.epoch.Load()
	// What a running process claims is exact; only what an earlier one left behind depends on a journal that can be read.
	epoch, err := t.Bank.Begin(ctx, t.node, Opening{Label: t.Host, Version: t.Version, Prior: max(epoch, t.lastEpoch), At: p.mark,
		Damaged: p.damaged && epoch == 0, Claims: claims, Now: t.Clock.Now()})
	if errors.Is(err, ErrMoved) {
		p.close()
	}
	if err == nil {
		t.epoch.Store(epoch)
	}
	return err
}

// lease makes a trip in the session that its asks were collected in. If another one has begun meanwhile there is nothing
// to ask: all that they would give back was given back. Whoever waits for them asks again.
func (t *Treasury) lease(ctx context.Context, asks []LeaseAsk, epoch int64) ([]Lease, error) {
	now := t.epoch.Load()
	if epoch != 0 && epoch != now {
		return nil, nil
	}
	at := t.Clock.Now()
	for i := range asks {
		asks[i].Epoch, asks[i].Now = now, at
	}
	t.asks.Add(1)
	leases, err := t.Bank.Lease(ctx, t.node, asks)
	if errors.Is(err, ErrSession) {
		t.anew("the books do not know this session")
		return nil, nil
	}
	return leases, err
}

// claims are what this process has in flight, on every account that it knows, once each desk is prepared. Nothing may happen on a desk
// in between: what a recall took out of the book then would be missing in the claim, and be given back in the new session once more.
func (t *Treasury) claims(prepare func(*desk)) []Claim {
	var out []Claim
	t.desks.Range(func(_, v any) bool {
		d := v.(*desk)
		d.mu.Lock()
		defer d.mu.Unlock()
		prepare(d)
		for a, p := range d.purses {
			b := d.book.Balance(a)
			if b.Granted != 0 || b.Held != 0 || d.posted[a] != 0 {
				out = append(out, Claim{Org: p.rule.Org, Account: a, Granted: b.Granted, Posted: d.posted[a]})
			}
		}
		return true
	})
	return out
}

// surrender takes all free lease out of the book and forgets what was asked: the next session begins without. The caller holds mu.
func (d *desk) surrender() {
	for a, p := range d.purses {
		_ = d.book.Return(a, d.book.Balance(a).Free())
		p.op, p.back, p.seen, p.fresh, p.posted = nil, 0, false, false, 0
	}
}

// tally is an account whose settlements are counted.
type tally struct {
	org     id.Org
	account ledger.Account
}

// count adds a settlement to those of a batch that are this process's own and new: after the database went back in time
// the same ones are posted again.
func (t *Treasury) count(p *Posting, at journal.Position, to map[tally]ledger.Units) {
	if at.Before(t.counted) {
		return
	}
	used := p.End.Booked()
	for _, s := range p.Attempt.Stakes {
		to[tally{p.Attempt.Chain.Org, s.Account}] += used.Of(s.Measure)
	}
}

// tallied takes over what a posted batch counted.
func (t *Treasury) tallied(to journal.Position, news map[tally]ledger.Units) {
	for n, used := range news {
		d := t.desk(n.org)
		d.mu.Lock()
		d.posted[n.account] += used
		d.mu.Unlock()
	}
	if t.counted.Before(to) {
		t.counted = to
	}
}

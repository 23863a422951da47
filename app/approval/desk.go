package approval

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/policy"
)

// Desk counts uses of grants, for the data plane. Safe for concurrent use.
type Desk struct {
	Store Store
	Clock clock.Clock
	Log   *slog.Logger

	mu    sync.Mutex
	loose map[*policy.Pass]use // of grants without bounds, until Flush; by pass, so that no name is looked up
}

type use struct {
	times int64
	spent money.USD
}

// patience is how long a request waits for its use to be counted.
const patience = 5 * time.Second

// Claim takes one use of a grant and the most that it can cost, before anything is sent: on all nodes together a bounded
// grant is never exceeded. again is another attempt of a request that was counted already. Refusals say that it is used up,
// or that nobody can tell because the database is away.
func (d *Desk) Claim(ctx context.Context, p *policy.Pass, again bool, most money.USD) error {
	times := int64(1)
	if again {
		times = 0
	}
	if !p.Counted() {
		d.note(p, times, most)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ok, err := d.Store.Claim(ctx, p.Org, p.ID, times, most, d.Clock.Now())
	if err != nil {
		f := fault.New(fault.Unavailable, "approval_unavailable", "Uses of your approval cannot be counted right now, so it cannot be used. Try again in a few seconds.")
		f.RetryAfter = 2 * time.Second
		return f.Because(err)
	}
	if !ok {
		return fault.New(fault.Forbidden, "approval_required", "What is left of your approval does not cover this request, or it has ended. Ask for another one on the page of approvals, or lower max_tokens.")
	}
	return nil
}

// Settle gives back what a claim took too much: most less cost, and the use itself if nothing was sent. It never waits.
func (d *Desk) Settle(p *policy.Pass, times int64, unused money.USD) {
	if times == 0 && unused == 0 {
		return
	}
	if !p.Counted() {
		d.note(p, -times, -unused)
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := d.Store.Return(ctx, p.Org, p.ID, times, unused); err != nil { // it then counts as spent: never too much is used
			d.Log.Warn("an approval's unused part was not given back", "approval", p.ID.String(), "error", err.Error())
		}
	}()
}

func (d *Desk) note(p *policy.Pass, times int64, spent money.USD) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.loose == nil {
		d.loose = map[*policy.Pass]use{}
	}
	u := d.loose[p]
	u.times, u.spent = u.times+times, u.spent+spent
	d.loose[p] = u
}

// Flush writes down how grants without bounds were used. They are counted for people to see, so a crash may lose a few. What cannot be
// written comes with the next call.
func (d *Desk) Flush(ctx context.Context) error {
	d.mu.Lock()
	all := d.loose
	d.loose = nil
	d.mu.Unlock()
	type grant struct {
		o id.Org
		a id.Approval
	}
	sums := map[grant]use{}
	for p, u := range all {
		s := sums[grant{p.Org, p.ID}]
		s.times, s.spent = s.times+u.times, s.spent+u.spent
		sums[grant{p.Org, p.ID}] = s
	}
	var errs []error
	failed := map[grant]bool{}
	for g, u := range sums {
		if err := d.Store.Return(ctx, g.o, g.a, -u.times, -u.spent); err != nil {
			errs = append(errs, fmt.Errorf("uses of approval %s: %w", g.a, err))
			failed[g] = true
		}
	}
	for p, u := range all {
		if failed[grant{p.Org, p.ID}] {
			d.note(p, u.times, u.spent)
		}
	}
	return errors.Join(errs...)
}

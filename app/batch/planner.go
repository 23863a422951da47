package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// People knows who is a member. *db.OrgStore implements it.
type People interface {
	Member(ctx context.Context, o id.Org, m id.Member) (org.Member, error)
}

// Planner makes the batches of schedules when their times come: one in each process that works. It is a loop like Worker, and of all that
// look at the same time one makes the batch.
type Planner struct {
	Desk
	Grants Grants
	People People
	Audit  audit.Log
	// Told is told what a schedule's owner should know; it must not wait. nil tells nobody.
	Told func(ctx context.Context, s Schedule, title, why string)

	since time.Time // when this process began
}

const (
	// look is how often schedules are looked for; duesAtOnce how many are taken up at one look.
	look       = 5 * time.Second
	duesAtOnce = 50
	// settled is how long after its beginning a process does not yet know all keys for sure.
	settled = time.Minute
)

// errElsewhere says that another node has the time by now, or somebody paused the schedule.
var errElsewhere = errors.New("batch: this time of the schedule is taken")

// Run makes batches until ctx ends. It never fails.
func (p *Planner) Run(ctx context.Context) error {
	p.since = p.now()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for swept := p.since; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
		err := p.Due(ctx)
		if now := p.now(); err == nil && now.Sub(swept) > sweep {
			swept = now
			err = p.Store.SweepRuns(ctx, now.Add(-KeepRuns))
		}
		if err != nil && ctx.Err() == nil {
			p.Log.Warn("batches of schedules could not be made, and are tried again", "error", err)
		}
	}
}

// Due makes the batches whose time has come, of everybody. What goes wrong with one schedule stops no other.
//
// After a time in which no node ran, the newest of a schedule's times is made up for if it is not older than CatchUp; the others are listed
// as missed.
func (p *Planner) Due(ctx context.Context) error {
	now := p.now()
	all, err := p.Store.Due(ctx, now, duesAtOnce)
	if err != nil {
		return fmt.Errorf("batch: due schedules: %w", err)
	}
	var failed error
	for i := range all {
		if err := p.turn(ctx, &all[i], now); err != nil && !errors.Is(err, errElsewhere) {
			failed = errors.Join(failed, fmt.Errorf("batch: schedule %s: %w", all[i].ID, err))
		}
	}
	return failed
}

// turn does what a schedule owes.
func (p *Planner) turn(ctx context.Context, s *Schedule, now time.Time) error {
	c, err := readCron(s.Cron, s.Zone)
	if err != nil {
		return p.halt(ctx, s, nil, forever, "Its times cannot be read any more: "+fault.From(err).Public)
	}
	due, missed, more, next := s.owed(c, now)
	var runs []Run
	for n, at := range missed {
		why := "No node ran at that time, and a later one took its place."
		if due.IsZero() {
			why = "No node ran for more than 24 hours after it."
		}
		if n == 0 && more > 0 {
			why += fmt.Sprintf(" So it went with %d before it.", more)
		}
		runs = append(runs, Run{Schedule: s.ID, DueAt: at, Outcome: Missed, Why: why, At: now})
	}
	if due.IsZero() {
		return p.skip(ctx, s, runs, next)
	}
	r := Run{Schedule: s.ID, DueAt: due, Outcome: Made, At: now}
	g, why, err := p.able(ctx, s, now)
	if err != nil {
		return err
	}
	if why != "" {
		r.Outcome, r.Why = Undone, why
		return p.halt(ctx, s, append(runs, r), next, why)
	}
	if under, err := p.under(ctx, s); err != nil {
		return err
	} else if under {
		r.Outcome, r.Why = Skipped, "The batch before was not over."
		return p.skip(ctx, s, append(runs, r), next)
	}
	return p.make(ctx, s, g, runs, r, next)
}

// able is as what key a schedule asks, or why it cannot.
func (p *Planner) able(ctx context.Context, s *Schedule, now time.Time) (g *key.Grant, why string, err error) {
	if !s.Owner.IsZero() {
		m, err := p.People.Member(ctx, s.Org, s.Owner)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, "", err
		}
		if err != nil || m.Status() != org.ActiveMember {
			return nil, "Whoever set it up is not here any more, so nobody answers for what it spends. Resume it, and it is yours.", nil
		}
	}
	if g, err = p.Grants.Grant(s.Org, s.Key); err != nil {
		if now.Sub(p.since) < settled {
			return nil, "", err
		}
		return nil, fmt.Sprintf("Its key %q opens nothing any more. Choose another one, and resume it.", s.Terms.KeyName), nil
	}
	return g, "", nil
}

// under reports whether the last batch of a schedule is not over.
func (d *Desk) under(ctx context.Context, s *Schedule) (bool, error) {
	runs, err := d.Store.Runs(ctx, s.Org, s.ID, mostMissed+1)
	for _, r := range runs {
		if r.Outcome != Made {
			continue
		}
		b, err := d.Store.Batch(ctx, s.Org, r.Batch)
		if errors.Is(err, ErrNotFound) {
			return false, nil
		}
		return err == nil && !b.State.Over(), err
	}
	return false, err
}

// skip claims a schedule's times and writes down what became of them.
func (p *Planner) skip(ctx context.Context, s *Schedule, runs []Run, next time.Time) error {
	err := p.Tx.Do(ctx, func(ctx context.Context) error { return p.claim(ctx, s, runs, next) })
	if err == nil && len(runs) > 0 {
		r := runs[len(runs)-1]
		p.inform(ctx, s, fmt.Sprintf("The schedule “%s” made no batch at %s", s.Name, s.clock(r.DueAt)), r.Why)
	}
	return err
}

func (p *Planner) claim(ctx context.Context, s *Schedule, runs []Run, next time.Time) error {
	last := time.Time{}
	if len(runs) > 0 {
		last = runs[len(runs)-1].DueAt
	}
	mine, err := p.Store.Advance(ctx, *s, next, last)
	if err == nil && !mine {
		err = errElsewhere
	}
	if err != nil {
		return err
	}
	return p.Store.AddRuns(ctx, s.Org, runs)
}

// halt pauses a schedule that cannot go on, with the reason, until somebody resumes it.
func (p *Planner) halt(ctx context.Context, s *Schedule, runs []Run, next time.Time, why string) error {
	err := p.Tx.Do(ctx, func(ctx context.Context) error {
		if err := p.claim(ctx, s, runs, next); err != nil {
			return err
		}
		s.Paused, s.Why, s.NextAt, s.UpdatedAt = true, why, next, p.now()
		if err := p.Store.UpdateSchedule(ctx, *s); err != nil {
			return err
		}
		return p.Audit.Append(ctx, s.actor(), audit.Entry{Action: "schedule.paused", Target: s.ID.String(), TargetName: s.Name, After: map[string]any{"why": why}})
	})
	if err == nil {
		p.inform(ctx, s, fmt.Sprintf("The schedule “%s” is paused", s.Name), why)
	}
	return err
}

// make makes the batch of a time.
func (p *Planner) make(ctx context.Context, s *Schedule, g *key.Grant, runs []Run, r Run, next time.Time) error {
	b, f, err := p.draw(ctx, s, g, r.DueAt)
	var refused *fault.Error
	if errors.As(err, &refused) && refused.Kind == fault.Invalid || errors.Is(err, ErrNotFound) {
		r.Outcome, r.Why = Undone, "What it asks cannot be read any more."
		return p.halt(ctx, s, append(runs, r), next, r.Why)
	}
	if err != nil {
		return err
	}
	r.Batch = b.ID
	err = p.Tx.Do(ctx, func(ctx context.Context) error {
		if err := p.place(ctx, b, f); err != nil {
			return err
		}
		if err := p.Audit.Append(ctx, s.actor(), audit.Entry{Action: "batch.created", Target: b.ID.String(), TargetName: b.Label(), After: map[string]any{"schedule": s.ID.String(), "lines": s.Terms.Lines}}); err != nil {
			return err
		}
		return p.claim(ctx, s, append(runs, r), next)
	})
	if err != nil {
		p.drop(ctx, f)
	}
	if errors.As(err, &refused) && refused.Kind == fault.Limited { // too many batches of the organization are not over
		r.Outcome, r.Why, r.Batch = Undone, refused.Public, id.Batch{}
		return p.skip(ctx, s, append(runs, r), next)
	}
	p.tell(ctx)
	return err
}

func (p *Planner) inform(ctx context.Context, s *Schedule, title, why string) {
	if p.Told != nil {
		p.Told(ctx, *s, title, why)
	}
}

// actor is a schedule as who does something.
func (s *Schedule) actor() org.Actor { return org.System(s.Org, "the schedule "+s.Name) }

// clock is a moment on the schedule's clocks, for people.
func (s *Schedule) clock(at time.Time) string {
	if zone, err := Zone(s.Zone); err == nil {
		at = at.In(zone)
	}
	return at.Format("2 January 15:04")
}

package batch

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// change is a change of a schedule by somebody who may, with its audit entry.
func (s *Service) change(ctx context.Context, actor org.Actor, which id.Schedule, action string, do func(ctx context.Context, x *Schedule) error) error {
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, actor.Org); err != nil {
			return err
		}
		x, err := s.changeable(ctx, actor, which)
		if err != nil {
			return err
		}
		before := x.logged()
		if err := do(ctx, &x); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: which.String(), TargetName: x.Name, Before: before, After: x.logged()})
	})
}

// Rest pauses a schedule: what it made goes on, and nothing new is made.
func (s *Service) Rest(ctx context.Context, actor org.Actor, which id.Schedule) (Planned, error) {
	err := s.change(ctx, actor, which, "schedule.paused", func(ctx context.Context, x *Schedule) error {
		if x.Paused {
			return fault.New(fault.Conflict, "schedule_state", "This schedule is paused already.")
		}
		x.Paused, x.Why, x.UpdatedAt = true, "Paused by "+actor.Label+".", s.now()
		return s.Store.UpdateSchedule(ctx, *x)
	})
	if err != nil {
		return Planned{}, err
	}
	return s.Schedule(ctx, actor, which)
}

// Go goes on with a schedule. What was due while it was paused is not made up for, and whoever resumes it answers for it.
func (s *Service) Go(ctx context.Context, actor org.Actor, which id.Schedule) (Planned, error) {
	err := s.change(ctx, actor, which, "schedule.resumed", func(ctx context.Context, x *Schedule) error {
		if !x.Paused {
			return fault.New(fault.Conflict, "schedule_state", "Only a schedule that is paused can be resumed.")
		}
		c, err := readCron(x.Cron, x.Zone)
		if err != nil {
			return err
		}
		now := s.now()
		if x.Paused, x.Why, x.NextAt, x.UpdatedAt = false, "", c.Next(now), now; !actor.Member.IsZero() {
			x.Owner = actor.Member
		}
		return s.Store.UpdateSchedule(ctx, *x)
	})
	if err != nil {
		return Planned{}, err
	}
	return s.Schedule(ctx, actor, which)
}

// Drop deletes a schedule. The batches that it made stay.
func (s *Service) Drop(ctx context.Context, actor org.Actor, which id.Schedule) error {
	return s.change(ctx, actor, which, "schedule.deleted", func(ctx context.Context, x *Schedule) error {
		if err := s.Store.DeleteSchedule(ctx, x.Org, which); err != nil {
			return err
		}
		return s.Store.DeleteFile(ctx, x.Org, x.Input)
	})
}

// RunNow makes a batch of a schedule at once, besides those at its times.
func (s *Service) RunNow(ctx context.Context, actor org.Actor, which id.Schedule) (Entry, error) {
	x, err := s.changeable(ctx, actor, which)
	if err != nil {
		return Entry{}, err
	}
	var g *key.Grant
	if g, err = s.Grants.Grant(x.Org, x.Key); err != nil {
		return Entry{}, fault.New(fault.Conflict, "key_unusable", fmt.Sprintf("Its key %q opens nothing at the moment: %s", x.Terms.KeyName, fault.From(err).Public)).Because(err)
	}
	now := s.now()
	b, f, err := s.draw(ctx, &x, g, now)
	if err != nil {
		return Entry{}, err
	}
	err = s.change(ctx, actor, which, "schedule.run", func(ctx context.Context, x *Schedule) error {
		if err := s.place(ctx, b, f); err != nil {
			return err
		}
		return s.Store.AddRuns(ctx, x.Org, []Run{{Schedule: x.ID, DueAt: now, Outcome: Made, Batch: b.ID, Why: "Started by " + actor.Label + ".", ByHand: true, At: now}})
	})
	if err != nil {
		s.drop(ctx, f)
		return Entry{}, err
	}
	s.tell(ctx)
	return s.Get(ctx, actor, b.ID)
}

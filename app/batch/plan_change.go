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

// Plan is what somebody makes or changes a schedule with. Draft is what each of its batches is; its name and its time count nothing.
type Plan struct {
	Name  string
	Cron  string
	Zone  string
	Draft Draft
}

// planned is a plan that was looked through.
type planned struct {
	ready
	name string
	cron Cron
}

// look looks a plan through. was is the key that the schedule has already; it stays whoever changes the rest.
func (s *Service) look(ctx context.Context, actor org.Actor, p *Plan, was id.Key) (out planned, err error) {
	var errs [4]error
	out.name, errs[0] = scheduleName(p.Name)
	zone, err := Zone(p.Zone)
	if errs[1] = err; err == nil {
		out.cron, errs[2] = ParseCron(p.Cron, zone)
	}
	out.ready, errs[3] = s.preparePlan(ctx, actor, &p.Draft, was)
	if err := errors.Join(errs[:]...); err != nil {
		return out, err
	}
	_, err = s.price(ctx, actor, &out.ready, &out.first[0])
	return out, err
}

// preparePlan is prepare for each batch of a schedule, which keeps its file as text.
func (s *Service) preparePlan(ctx context.Context, actor org.Actor, d *Draft, was id.Key) (ready, error) {
	d.Name, d.StartAt, d.Upload = "", time.Time{}, id.File{}
	whose := s.Purses.Spendable
	if !was.IsZero() && d.Key == was {
		whose = s.Keys.Get
	}
	return s.prepared(ctx, actor, d, whose)
}

// PreviewPlan says what each batch of a schedule would ask and cost; which is the schedule that is changed, zero for a new one.
func (s *Service) PreviewPlan(ctx context.Context, actor org.Actor, which id.Schedule, d Draft) (Preview, error) {
	if err := actor.Require(MayRun); err != nil {
		return Preview{}, err
	}
	var was id.Key
	if !which.IsZero() {
		x, err := s.changeable(ctx, actor, which)
		if err != nil {
			return Preview{}, err
		}
		was = x.Key
	}
	r, err := s.preparePlan(ctx, actor, &d, was)
	if err != nil {
		return Preview{}, err
	}
	return s.foresee(ctx, actor, &r)
}

// Plan sets a schedule up, as a key of the actor's.
func (s *Service) Plan(ctx context.Context, actor org.Actor, p Plan) (Planned, error) {
	if err := actor.Require(MayRun); err != nil {
		return Planned{}, err
	}
	l, err := s.look(ctx, actor, &p, id.Key{})
	if err != nil {
		return Planned{}, err
	}
	now := s.now()
	x := Schedule{ID: id.NewSchedule(s.IDs), Org: actor.Org, Owner: actor.Member, CreatedAt: now}
	return s.keep(ctx, actor, x, p, l, "schedule.created", func(ctx context.Context, x Schedule) error {
		all, err := s.Store.Schedules(ctx, actor.Org)
		if err == nil && len(all) >= MaxSchedules {
			err = fault.Newf(fault.Conflict, "too_many_schedules", "Your organization has %d schedules, the most there may be. Delete one that nobody needs.", len(all))
		}
		if err != nil {
			return err
		}
		return s.Store.InsertSchedule(ctx, x)
	})
}

// Replan changes a schedule; whoever does so answers for it from then on.
func (s *Service) Replan(ctx context.Context, actor org.Actor, which id.Schedule, p Plan) (Planned, error) {
	x, err := s.changeable(ctx, actor, which)
	if err != nil {
		return Planned{}, err
	}
	l, err := s.look(ctx, actor, &p, x.Key)
	if err != nil {
		return Planned{}, err
	}
	old := x.Input
	return s.keep(ctx, actor, x, p, l, "schedule.updated", func(ctx context.Context, x Schedule) error {
		if err := s.Store.UpdateSchedule(ctx, x); err != nil {
			return err
		}
		return s.Store.DeleteFile(ctx, x.Org, old)
	})
}

// keep writes a schedule down with what it asks.
func (s *Service) keep(ctx context.Context, actor org.Actor, x Schedule, p Plan, l planned, action string, write func(ctx context.Context, x Schedule) error) (Planned, error) {
	c := Caller{Grant: l.grant, IP: actor.IP}
	f, err := s.keepSource(ctx, c, sourceOf(&p.Draft))
	if err != nil {
		return Planned{}, err
	}
	now := s.now()
	if !actor.Member.IsZero() {
		x.Owner = actor.Member
	}
	x.Key, x.Name, x.Cron, x.Zone, x.Input, x.UpdatedAt, x.NextAt = p.Draft.Key, l.name, p.Cron, p.Zone, f.ID, now, l.cron.Next(now)
	x.Terms = Routine{Cap: p.Draft.Cap, Priority: priorities[p.Draft.Priority], OffPeak: p.Draft.OffPeak, Native: p.Draft.Native, Endpoint: l.endpoint, Lines: l.lines, KeyName: l.key.Name, IP: actor.IP}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.Lock(ctx, actor.Org); err != nil {
			return err
		}
		if err := s.Store.FinishFile(ctx, f.Org, f.ID, f.Size, forever); err != nil {
			return err
		}
		if err := write(ctx, x); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: x.ID.String(), TargetName: x.Name, After: x.logged()})
	})
	if err != nil {
		s.drop(ctx, f)
		return Planned{}, err
	}
	return s.Schedule(ctx, actor, x.ID)
}

// logged is a schedule in the audit log.
func (s *Schedule) logged() map[string]any {
	out := map[string]any{"cron": s.Cron, "zone": s.Zone, "key": s.Key.String(), "lines": s.Terms.Lines, "off_peak": s.Terms.OffPeak, "paused": s.Paused}
	if s.Terms.Native {
		out["provider_batch"] = true
	}
	if s.Terms.Cap > 0 {
		out["max_cost_usd"] = s.Terms.Cap.String()
	}
	return out
}

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

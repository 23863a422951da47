package batch

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
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

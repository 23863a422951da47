package batch

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Planned is a schedule in a list.
type Planned struct {
	Schedule
	CanChange bool
}

// Schedules are those of keys that the actor sees, by name.
func (s *Service) Schedules(ctx context.Context, actor org.Actor) ([]Planned, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	all, err := s.Store.Schedules(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("batch: schedules: %w", err)
	}
	known, out := map[id.Key]bool{}, []Planned{}
	for i := range all {
		seen, err := s.sees(ctx, actor, all[i].Key, known)
		if err != nil {
			return nil, err
		}
		if seen {
			out = append(out, Planned{all[i], s.mayPlan(ctx, actor, &all[i])})
		}
	}
	return out, nil
}

// Schedule is one that the actor sees.
func (s *Service) Schedule(ctx context.Context, actor org.Actor, which id.Schedule) (Planned, error) {
	if err := actor.Require(MayRead); err != nil {
		return Planned{}, err
	}
	x, err := s.Store.Schedule(ctx, actor.Org, which)
	if errors.Is(err, ErrNotFound) {
		return Planned{}, NoSchedule()
	}
	if err != nil {
		return Planned{}, fmt.Errorf("batch: schedule: %w", err)
	}
	seen, err := s.sees(ctx, actor, x.Key, map[id.Key]bool{})
	if err == nil && !seen {
		err = NoSchedule()
	}
	return Planned{x, err == nil && s.mayPlan(ctx, actor, &x)}, err
}

func (s *Service) mayPlan(ctx context.Context, actor org.Actor, x *Schedule) bool {
	return s.May(ctx, actor, &Batch{Key: x.Key})
}

// Runs are the newest times of a schedule that the actor sees, and the batches that were made, as far as they are there.
func (s *Service) Runs(ctx context.Context, actor org.Actor, which id.Schedule, limit int) ([]Run, map[id.Batch]Entry, error) {
	if _, err := s.Schedule(ctx, actor, which); err != nil {
		return nil, nil, err
	}
	runs, err := s.Store.Runs(ctx, actor.Org, which, limit)
	if err != nil {
		return nil, nil, fmt.Errorf("batch: runs: %w", err)
	}
	var there []Batch
	for _, r := range runs {
		if r.Batch.IsZero() {
			continue
		}
		b, err := s.Store.Batch(ctx, actor.Org, r.Batch)
		if err == nil {
			there = append(there, b)
		} else if !errors.Is(err, ErrNotFound) {
			return nil, nil, fmt.Errorf("batch: runs: %w", err)
		}
	}
	all, err := s.entries(ctx, actor.Org, there)
	out := make(map[id.Batch]Entry, len(all))
	for _, e := range all {
		out[e.ID] = e
	}
	return runs, out, err
}

// Asks is what a schedule asks, for those who may change it.
func (s *Service) Asks(ctx context.Context, actor org.Actor, which id.Schedule) (Plan, error) {
	x, err := s.changeable(ctx, actor, which)
	if err != nil {
		return Plan{}, err
	}
	from, err := s.source(ctx, x.Org, x.Input)
	out := Plan{Name: x.Name, Cron: x.Cron, Zone: x.Zone, Draft: Draft{Key: x.Key, Cap: x.Terms.Cap, OffPeak: x.Terms.OffPeak, Native: x.Terms.Native}}
	for word, n := range priorities {
		if n == x.Terms.Priority && word != "" {
			out.Draft.Priority = word
		}
	}
	from.fill(&out.Draft)
	return out, err
}

func (s *Service) changeable(ctx context.Context, actor org.Actor, which id.Schedule) (Schedule, error) {
	if err := actor.Require(MayRun); err != nil {
		return Schedule{}, err
	}
	x, err := s.Schedule(ctx, actor, which)
	if err == nil && !x.CanChange {
		err = fault.New(fault.Forbidden, "forbidden", "You can see this schedule, but not change it. Ask whose key it is.")
	}
	return x.Schedule, err
}

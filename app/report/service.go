package report

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// days is how many days the home page charts, today included.
const days = 30

// Service answers questions about spend and requests. Safe for concurrent use.
type Service struct {
	store Store
	orgs  Organizations
	clock clock.Clock
}

// NewService makes the service.
func NewService(s Store, o Organizations, c clock.Clock) *Service {
	return &Service{store: s, orgs: o, clock: c}
}

// Figures is what the cards of the home page say: each period so far, and the same part of the one before.
type Figures struct {
	Now              time.Time
	Zone             *time.Location
	Today, Yesterday Totals
	Month, LastMonth Totals
	MonthBefore      time.Time // a moment in the month that LastMonth is about
}

// Figures sums up today and this month.
func (s *Service) Figures(ctx context.Context, a org.Actor) (Figures, error) {
	r, err := reach(a)
	if err != nil {
		return Figures{}, err
	}
	zone, err := s.zone(ctx, a.Org)
	if err != nil {
		return Figures{}, err
	}
	now := s.clock.Now()
	f := Figures{Now: now, Zone: zone}
	if f.Today, f.Yesterday, _, err = s.soFar(ctx, r, budget.Daily, now, zone); err != nil {
		return f, fmt.Errorf("report: today: %w", err)
	}
	if f.Month, f.LastMonth, f.MonthBefore, err = s.soFar(ctx, r, budget.Monthly, now, zone); err != nil {
		return f, fmt.Errorf("report: this month: %w", err)
	}
	return f, nil
}

// soFar sums the period now lies in, and as much of the previous one as has passed of this one.
func (s *Service) soFar(ctx context.Context, r Reach, p budget.Period, now time.Time, zone *time.Location) (this, last Totals, before time.Time, err error) {
	from, _ := p.Window(now, zone)
	before, end := p.Window(from.Add(-time.Nanosecond), zone)
	until := before.Add(now.Sub(from))
	if until.After(end) {
		until = end
	}
	if this, err = s.total(ctx, r, from, now.Add(time.Second)); err != nil {
		return
	}
	last, err = s.total(ctx, r, before, until)
	return
}

// Daily is each of the last 30 days in the organization's zone, oldest first, today last.
func (s *Service) Daily(ctx context.Context, a org.Actor) ([]Day, error) {
	r, err := reach(a)
	if err != nil {
		return nil, err
	}
	zone, err := s.zone(ctx, a.Org)
	if err != nil {
		return nil, err
	}
	return s.calendar(ctx, r, lastDays(s.clock.Now(), zone, days))
}

func (s *Service) zone(ctx context.Context, o id.Org) (*time.Location, error) {
	if o.IsZero() {
		return time.UTC, nil // nobody: the reach refuses them
	}
	organization, err := s.orgs.Organization(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("report: organization: %w", err)
	}
	zone, err := time.LoadLocation(organization.Zone)
	if err != nil {
		return nil, fmt.Errorf("report: time zone %q: %w", organization.Zone, err)
	}
	return zone, nil
}

// Zone is the organization's time zone, for printing moments.
func (s *Service) Zone(ctx context.Context, a org.Actor) (*time.Location, error) {
	if _, err := reach(a); err != nil {
		return nil, err
	}
	return s.zone(ctx, a.Org)
}

// Reach is what the actor may see, for saying so.
func (s *Service) Reach(a org.Actor) (Reach, error) { return reach(a) }

// Now is the moment that "the last 24 hours" ends at.
func (s *Service) Now() time.Time { return s.clock.Now() }

package bulletin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Post is how copies leave: it orders one in the transaction that ctx carries, and a second order of the same copy is none.
// Everything about sending is behind it.
type Post interface {
	Send(ctx context.Context, o id.Org, d Delivery) error
}

// Parts are what Service works with. All but Zones are required.
type Parts struct {
	// Zones are those that people chose for what they are told; who chose none is left out. nil = nobody did.
	Zones func(ctx context.Context, o id.Org, of []id.Member) (map[id.Member]*time.Location, error)

	Store Store
	Orgs  Orgs
	Maker Maker
	Post  Post
	Tx    work.Tx
	Audit audit.Log
	IDs   *id.Source
	Clock clock.Clock
	Log   *slog.Logger
}

// Service is who gets which reports, and sends them.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// Listed is a report with what pages show around it.
type Listed struct {
	Report
	Whose     string // "Team Payments", "Acme"
	Zone      *time.Location
	Next      time.Time    // when it goes out next; zero while it is paused
	People    []org.Member // who would get it now
	CanChange bool
	// Gets is set for whoever would get it, and Stopped for whoever stopped it for themselves.
	Gets, Stopped bool
	// Archived is set for a team that was put away: nothing goes out until it is restored.
	Archived bool
}

// Title is its name.
func (l Listed) Title() string { return Title(l.Kind, l.Whose) }

// List gives the reports whose content the actor may read: the organization's first, then by team.
func (s *Service) List(ctx context.Context, actor org.Actor) ([]Listed, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Store.List(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("bulletin: list: %w", err)
	}
	out := make([]Listed, 0, len(all))
	for _, r := range all {
		if !MayRead(actor, r.Kind, r.Team) {
			continue
		}
		l, err := s.listed(ctx, actor, r)
		if err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// Get gives one report that the actor may read.
func (s *Service) Get(ctx context.Context, actor org.Actor, which id.Report) (Listed, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Listed{}, err
	}
	r, err := s.find(ctx, actor, which)
	if err != nil {
		return Listed{}, err
	}
	return s.listed(ctx, actor, r)
}

func (s *Service) find(ctx context.Context, actor org.Actor, which id.Report) (Report, error) {
	r, err := s.Store.Get(ctx, actor.Org, which)
	if errors.Is(err, ErrNotFound) || err == nil && !MayRead(actor, r.Kind, r.Team) {
		return Report{}, NotFound()
	}
	if err != nil {
		return Report{}, fmt.Errorf("bulletin: get: %w", err)
	}
	return r, nil
}

func (s *Service) listed(ctx context.Context, actor org.Actor, r Report) (l Listed, err error) {
	l = Listed{Report: r, CanChange: MayChange(actor, r.Team)}
	if l.Whose, l.Zone, l.Archived, err = s.whose(ctx, r.Org, r.Team); err != nil {
		return l, err
	}
	if !r.Paused && !l.Archived {
		l.Next = r.Kind.Next(s.Clock.Now(), r.Hour, l.Zone).At
	}
	if l.People, err = s.recipients(ctx, r); err != nil {
		return l, err
	}
	l.Gets = slices.ContainsFunc(l.People, func(m org.Member) bool { return m.ID == actor.Member })
	stopped, err := s.Store.Stopped(ctx, r.Org, r.ID)
	l.Stopped = slices.Contains(stopped, actor.Member)
	return l, err
}

// whose is what a report is about in words, and the organization's time zone.
func (s *Service) whose(ctx context.Context, o id.Org, t id.Team) (name string, zone *time.Location, archived bool, err error) {
	home, err := s.Orgs.Organization(ctx, o)
	if err != nil {
		return "", nil, false, fmt.Errorf("bulletin: organization: %w", err)
	}
	if zone, err = time.LoadLocation(home.Zone); err != nil {
		return "", nil, false, fmt.Errorf("bulletin: time zone %q: %w", home.Zone, err)
	}
	if t.IsZero() {
		return home.Name, zone, false, nil
	}
	team, err := s.Orgs.Team(ctx, o, t)
	if err != nil {
		return "", nil, false, err
	}
	return "Team " + team.Name, zone, !team.ArchivedAt.IsZero(), nil
}

func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Microsecond) }

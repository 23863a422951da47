package health

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Topic says on the bus that targets were taken out of service or put back.
const Topic live.Topic = "breakers"

// MayChange is the role that takes targets out of service: every department's requests go through them.
const MayChange = org.Admin

// Connections are the organization's connections by id, with their names.
type Connections func(ctx context.Context, actor org.Actor) (map[id.Connection]string, error)

// Parts are what Service works with. Board may be nil outside a serving process.
type Parts struct {
	Store       Store
	Board       *Board
	Connections Connections
	// Cost is the most that asking a model of a connection for a word costs; known is false without a price. It may be nil: nothing
	// is said of costs then.
	Cost  func(ctx context.Context, actor org.Actor, c id.Connection, model string) (most money.USD, known bool, err error)
	Tx    work.Tx
	Audit audit.Log
	Bus   live.Bus
	Clock clock.Clock
	Log   *slog.Logger
}

// Service is the control plane of health. Everybody reads it; admins take targets out of service and put them back.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// Status is one target as the status page shows it.
type Status struct {
	Target     Target
	Connection string // its name
	Standing   Standing
	Held       *Held // a person took it out of service
	Attempts   int64 // of 24 hours
	Failed     int64
	FirstByte  []time.Duration // by hour, oldest first, 24 of them; 0 where nothing succeeded
	Last       time.Duration   // the newest hour's
	Check      *Check          // what the last regular look found; nil = there was none
}

// PerMille is the share of attempts that succeeded, in thousandths; false without attempts.
func (s Status) PerMille() (int64, bool) {
	if s.Attempts == 0 {
		return 0, false
	}
	return (s.Attempts - s.Failed) * 1000 / s.Attempts, true
}

// Status is how an organization's targets are: those that were asked within 24 hours, those that are out of service, and
// every connection. What breakers say is this process' view, which other nodes share where there is a Redis.
func (s *Service) Status(ctx context.Context, actor org.Actor) ([]Status, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	names, err := s.Connections(ctx, actor)
	if err != nil {
		return nil, fmt.Errorf("health: connections: %w", err)
	}
	now := s.Clock.Now()
	first := now.Truncate(time.Hour).Add(-23 * time.Hour)
	hours, err := s.Store.Hours(ctx, actor.Org, first)
	if err != nil {
		return nil, fmt.Errorf("health: hours: %w", err)
	}
	held, err := s.Store.Held(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("health: held: %w", err)
	}
	checks, err := s.Store.Checks(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("health: checks: %w", err)
	}
	all := map[Target]*Status{}
	at := func(c id.Connection, model string) *Status {
		t := Target{actor.Org, c, model}
		if all[t] == nil {
			all[t] = &Status{Target: t, Connection: names[c], Standing: Standing{Target: t}, FirstByte: make([]time.Duration, 24)}
		}
		return all[t]
	}
	for c := range names {
		at(c, "")
	}
	for _, h := range hours {
		for _, x := range []*Status{at(h.Connection, h.Model), at(h.Connection, "")} {
			x.Attempts += h.Attempts
			x.Failed += h.Failed
			if i := int(h.Hour.Sub(first) / time.Hour); i >= 0 && i < 24 && h.FirstByte > 0 && x.Target.Model != "" {
				x.FirstByte[i], x.Last = h.FirstByte, h.FirstByte
			}
		}
	}
	if s.Board != nil {
		for _, st := range s.Board.Standings(actor.Org, now) {
			at(st.Target.Connection, st.Target.Model).Standing = st
		}
	}
	for _, h := range held {
		x := at(h.Target.Connection, h.Target.Model)
		x.Held = &h
		x.Standing.State, x.Standing.Cause, x.Standing.Since = Open, ByHand, h.At
	}
	for _, c := range checks {
		if !actor.Role.AtLeast(MayChange) {
			c.Note = "" // it quotes the provider
		}
		at(c.Connection, "").Check = &c
	}
	out := make([]Status, 0, len(all))
	for _, x := range all {
		if x.Connection != "" { // else the connection was deleted
			out = append(out, *x)
		}
	}
	slices.SortFunc(out, func(a, b Status) int {
		return cmp.Or(cmp.Compare(a.Connection, b.Connection), cmp.Compare(a.Target.Model, b.Target.Model))
	})
	return out, nil
}

// Events are an organization's changes of state within Keep, newest first.
func (s *Service) Events(ctx context.Context, actor org.Actor, limit int) ([]Event, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	list, err := s.Store.Events(ctx, actor.Org, s.Clock.Now().Add(-Keep), limit)
	if err != nil {
		return nil, fmt.Errorf("health: events: %w", err)
	}
	return list, nil
}

// byName are connections in the order of their names.
func byName(names map[id.Connection]string) []id.Connection {
	return slices.SortedFunc(maps.Keys(names), func(a, b id.Connection) int { return cmp.Compare(names[a], names[b]) })
}

package pii

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Topic is published after every change of rules: read the records again and Load them.
const Topic live.Topic = "pii"

// Parts are what Service works with. All are required.
type Parts struct {
	Store Store
	Tx    work.Tx
	Audit audit.Log
	Bus   live.Bus
	IDs   *id.Source
	Clock clock.Clock
	Log   *slog.Logger
	Caps  Caps
}

// Service is the control plane of data rules. Who is bound by one does not set it: see org.Actor.MayLimit.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// NotFound refuses an id that names no rule, or another tenant's.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such data rule.")
}

func noScope() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such organization, department, team, member or key.")
}

// List gives the rules that the actor may see (org.Actor.Sees), outermost scopes first.
func (s *Service) List(ctx context.Context, actor org.Actor) ([]Listed, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Store.List(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("pii: list: %w", err)
	}
	out := make([]Listed, 0, len(all))
	for _, l := range all {
		if actor.Sees(l.Scope, l.Place.place()) {
			out = append(out, l)
		}
	}
	return out, nil
}

// Get gives one rule that the actor may see.
func (s *Service) Get(ctx context.Context, actor org.Actor, r id.DataRule) (Listed, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Listed{}, err
	}
	return s.find(ctx, actor, r)
}

func (s *Service) find(ctx context.Context, actor org.Actor, r id.DataRule) (Listed, error) {
	found, err := s.Store.Get(ctx, actor.Org, r)
	if errors.Is(err, ErrNotFound) || err == nil && !actor.Sees(found.Scope, found.Place.place()) {
		return Listed{}, NotFound()
	}
	if err != nil {
		return Listed{}, fmt.Errorf("pii: get: %w", err)
	}
	return found, nil
}

// Create puts a rule on a scope. It binds within a second, on every node.
func (s *Service) Create(ctx context.Context, actor org.Actor, in Input) (Listed, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Listed{}, err
	}
	if in.Scope.IsZero() || in.Scope.Org() != actor.Org || levels[in.Scope.Kind()] == 0 {
		return Listed{}, noScope()
	}
	var out Listed
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		place, err := s.Store.Place(ctx, in.Scope)
		if errors.Is(err, ErrNotFound) || err == nil && !actor.Sees(in.Scope, place.place()) {
			return noScope()
		}
		if err != nil {
			return err
		}
		if err := actor.MayLimit(in.Scope, place.place()); err != nil {
			return err
		}
		if place.Archived {
			return fault.Field("scope", "This is archived. Restore it first, or choose another.")
		}
		if in, err = in.checked(); err != nil {
			return err
		}
		now := s.Clock.Now().UTC().Truncate(time.Microsecond)
		r := Rule{ID: id.NewDataRule(s.IDs), Org: actor.Org, Scope: in.Scope, Terms: in.Terms, CreatedAt: now, UpdatedAt: now}
		out = Listed{r, place}
		if err := s.Store.Insert(ctx, r); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, note("data_rule.created", out, nil, stored(out)))
	})
	if err != nil {
		return Listed{}, public("create", err)
	}
	s.changed(ctx)
	return out, nil
}

// Update changes a rule; where it sits stays.
func (s *Service) Update(ctx context.Context, actor org.Actor, r id.DataRule, in Input) (Listed, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Listed{}, err
	}
	var changed Listed
	err := s.change(ctx, actor, r, "update", func(ctx context.Context, old Listed) (audit.Entry, error) {
		in, err := in.checked()
		if err != nil {
			return audit.Entry{}, err
		}
		if !in.Seen.IsZero() && !in.Seen.Equal(old.UpdatedAt) {
			return audit.Entry{}, fault.New(fault.Conflict, "changed", "Somebody changed this data rule while you did, so nothing was saved. Load it again and repeat your change.")
		}
		changed = old
		changed.Terms, changed.UpdatedAt = in.Terms, s.Clock.Now().UTC().Truncate(time.Microsecond)
		return note("data_rule.updated", changed, stored(old), stored(changed)), s.Store.Update(ctx, changed.Rule)
	})
	return changed, err
}

// Delete takes a rule away: only those above and below it bind any more.
func (s *Service) Delete(ctx context.Context, actor org.Actor, r id.DataRule) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	return s.change(ctx, actor, r, "delete", func(ctx context.Context, old Listed) (audit.Entry, error) {
		return note("data_rule.deleted", old, stored(old), nil), s.Store.Delete(ctx, actor.Org, r)
	})
}

// change is a change of a rule that the actor may make, with its audit entry and its message.
func (s *Service) change(ctx context.Context, actor org.Actor, r id.DataRule, op string, do func(ctx context.Context, old Listed) (audit.Entry, error)) error {
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		old, err := s.find(ctx, actor, r)
		if err != nil {
			return err
		}
		if err := actor.MayLimit(old.Scope, old.Place.place()); err != nil {
			return err
		}
		entry, err := do(ctx, old)
		if err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry)
	})
	if err != nil {
		return public(op, err)
	}
	s.changed(ctx)
	return nil
}

func (s *Service) changed(ctx context.Context) {
	if err := s.Bus.Publish(ctx, Topic); err != nil { // readers poll as well
		s.Log.Warn("data rules changed, but listeners could not be told", "error", err)
	}
}

func note(action string, l Listed, before, after map[string]any) audit.Entry {
	return audit.Entry{Action: action, Target: l.ID.String(), TargetName: "Data rule of " + l.Place.Label, Before: before, After: after}
}

func stored(l Listed) map[string]any {
	return map[string]any{"scope": string(l.Scope.Kind()), "of": l.Place.Label, "actions": Named(l.Actions), "answers": Named(l.Answers), "patterns": l.Patterns, "allow": l.Allow,
		"one_way": l.OneWay, "guess": l.Guess, "scan_files": l.Files, "recognizer": l.Recognizer, "block_unreadable": l.Unread}
}

func public(op string, err error) error {
	if errors.Is(err, ErrTaken) {
		return &fault.Error{Kind: fault.Conflict, Code: "data_rule_exists", Field: "scope", Public: "This node has a data rule already. Change that one."}
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err // joined refusals of fields stay joined
	}
	return fmt.Errorf("pii: %s: %w", op, err)
}

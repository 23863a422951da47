package patience

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Topic says on the bus that settings changed.
const Topic live.Topic = "timeouts"

// MayChange is the role that changes settings: every department's requests are treated by them.
const MayChange = org.Admin

// maxPerOrg bounds one tenant's share of the compiled book.
const maxPerOrg = 500

// Store keeps settings. Every method but All is bound to one organization.
type Store interface {
	List(ctx context.Context, o id.Org) ([]Setting, error)
	// Set inserts or replaces the setting for its model and operation.
	Set(ctx context.Context, s Setting) error
	// Remove deletes one; false if there is none.
	Remove(ctx context.Context, o id.Org, model string, op llm.Operation) (bool, error)
	// All gives every organization's, for Book.Load.
	All(ctx context.Context) ([]Setting, error)
}

// Parts are what Service works with. All are required.
type Parts struct {
	Store Store
	Tx    work.Tx
	Audit audit.Log
	Bus   live.Bus
	Clock clock.Clock
	Log   *slog.Logger
}

// Service is the control plane of timeouts and retries. Admins change them; everybody reads them.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// List gives an organization's settings, the widest first.
func (s *Service) List(ctx context.Context, actor org.Actor) ([]Setting, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	return s.list(ctx, actor.Org)
}

func (s *Service) list(ctx context.Context, o id.Org) ([]Setting, error) {
	all, err := s.Store.List(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("patience: list: %w", err)
	}
	slices.SortFunc(all, func(a, b Setting) int {
		return cmp.Or(cmp.Compare(a.Model, b.Model), cmp.Compare(a.Operation, b.Operation))
	})
	return all, nil
}

// Effective is what a request for a model and an operation gets, and Said what its own setting says; false = nothing.
func (s *Service) Effective(ctx context.Context, actor org.Actor, model string, op llm.Operation) (effective Policy, said Policy, has bool, err error) {
	all, err := s.List(ctx, actor)
	if err != nil {
		return effective, said, false, err
	}
	what := map[place]Policy{}
	for _, one := range all {
		what[place{one.Model, one.Operation}] = one.Policy
	}
	said, has = what[place{model, op}]
	return resolve(what, place{model, op}), said, has, nil
}

// Set says how long and how often providers are asked for a model and an operation.
func (s *Service) Set(ctx context.Context, actor org.Actor, in Input) (Setting, error) {
	if err := actor.Require(MayChange); err != nil {
		return Setting{}, err
	}
	setting, err := in.read()
	if err != nil {
		return setting, err
	}
	setting.Org = actor.Org
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		all, err := s.list(ctx, actor.Org)
		if err != nil {
			return err
		}
		before, had := find(all, setting.Model, setting.Operation)
		if !had && len(all) >= maxPerOrg {
			return fault.Field("model", fmt.Sprintf("An organization has at most %d settings. Remove one that is not needed.", maxPerOrg))
		}
		if err := s.Store.Set(ctx, setting); err != nil {
			return err
		}
		entry := audit.Entry{Action: "timeouts.updated", Target: actor.Org.String(), TargetName: "Timeouts of " + setting.Words(), After: setting.Policy.stored()}
		if had {
			entry.Before = before.Policy.stored()
		}
		return s.Audit.Append(ctx, actor, entry)
	})
	if err != nil {
		return setting, public("set", err)
	}
	s.changed(ctx)
	return setting, nil
}

// Remove takes a setting back: the wider ones count again.
func (s *Service) Remove(ctx context.Context, actor org.Actor, model string, op llm.Operation) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		all, err := s.list(ctx, actor.Org)
		if err != nil {
			return err
		}
		before, had := find(all, model, op)
		if !had {
			return fault.New(fault.NotFound, "not_found", "There is no such setting.")
		}
		if _, err := s.Store.Remove(ctx, actor.Org, model, op); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "timeouts.removed", Target: actor.Org.String(), TargetName: "Timeouts of " + before.Words(), Before: before.Policy.stored()})
	})
	if err != nil {
		return public("remove", err)
	}
	s.changed(ctx)
	return nil
}

func find(all []Setting, model string, op llm.Operation) (Setting, bool) {
	for _, one := range all {
		if one.Model == model && one.Operation == op {
			return one, true
		}
	}
	return Setting{}, false
}

// Words say which requests a setting is for.
func (s Setting) Words() string {
	switch {
	case s.Model == "" && s.Operation == "":
		return "all requests"
	case s.Model == "":
		return string(s.Operation)
	case s.Operation == "":
		return s.Model
	}
	return string(s.Operation) + " with " + s.Model
}

// stored is the policy in the audit log.
func (p Policy) stored() map[string]any {
	out := map[string]any{"retry_unsure": p.RetryUnsure, "refuse_when_open": p.RefuseWhenOpen}
	for name, v := range map[string]string{"connect": Spell(p.Waits.Connect), "headers": Spell(p.Waits.Headers), "first": Spell(p.Waits.First), "gap": Spell(p.Waits.Gap),
		"answer": Spell(p.Waits.Answer), "total": Spell(p.Waits.Total), "backoff": Spell(p.Backoff), "max_backoff": Spell(p.MaxBackoff), "on_timeout": string(p.OnTimeout), "growth": string(p.Growth)} {
		if v != "" {
			out[name] = v
		}
	}
	if p.Tries > 0 {
		out["tries"] = p.Tries
	}
	if p.TriesBeforeNext > 0 {
		out["tries_before_next"] = p.TriesBeforeNext
	}
	return out
}

func (s *Service) changed(ctx context.Context) {
	if err := s.Bus.Publish(ctx, Topic); err != nil { // readers poll as well
		s.Log.Warn("timeouts changed, but listeners could not be told", "error", err.Error())
	}
}

func public(op string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	return fmt.Errorf("patience: %s: %w", op, err)
}

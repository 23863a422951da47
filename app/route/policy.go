package route

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Policy is what an organization wants of all its routes. An organization that never said anything has the zero one.
type Policy struct {
	Org id.Org `json:"org"`
	// Unsupported is what becomes of a parameter that the serving provider does not have.
	Unsupported llm.Unsupported `json:"unsupported"`
	UpdatedAt   time.Time       `json:"updated_at"`
}

// Policy gives the organization's policy.
func (s *Service) Policy(ctx context.Context, actor org.Actor) (Policy, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Policy{}, err
	}
	p, err := s.Store.Policy(ctx, actor.Org)
	if err != nil {
		return Policy{}, fmt.Errorf("route: read the policy: %w", err)
	}
	return p, nil
}

// SetUnsupported says what becomes of parameters that a provider does not have: "warn", "drop" or "reject".
func (s *Service) SetUnsupported(ctx context.Context, actor org.Actor, word string) (Policy, error) {
	if err := actor.Require(MayChange); err != nil {
		return Policy{}, err
	}
	want, ok := llm.ParseUnsupported(word)
	if !ok {
		return Policy{}, fault.Field("unsupported_parameters", `unsupported_parameters is "warn", "drop" or "reject".`)
	}
	p := Policy{Org: actor.Org, Unsupported: want, UpdatedAt: s.Clock.Now().UTC()}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		before, err := s.Store.Policy(ctx, actor.Org)
		if err != nil {
			return err
		}
		if err := s.Store.SetPolicy(ctx, p); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "routing.updated", Target: actor.Org.String(), TargetName: "Routing",
			Before: map[string]any{"unsupported_parameters": before.Unsupported.String()}, After: map[string]any{"unsupported_parameters": want.String()}})
	})
	if err != nil {
		return Policy{}, fmt.Errorf("route: set the policy: %w", err)
	}
	s.changed(ctx)
	return p, nil
}

package route

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/balance"
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
	// Rules are asked in order before any alias, whatever model was asked for.
	Rules []Rule `json:"rules,omitempty"`
	// Holidays are dates ("2026-12-25") in the organization's zone, sorted.
	Holidays []string `json:"holidays,omitempty"`
	// Fallback and Adaptive are for rules, models without an alias, and aliases that say nothing of their own; Only holds beside
	// what aliases demand.
	Fallback *Fallback    `json:"fallback,omitempty"`
	Only     *Only        `json:"only,omitempty"`
	Adaptive *balance.Mix `json:"adaptive,omitempty"`
	// Version counts changes; 0 before the first.
	Version   int64     `json:"version,omitempty"`
	UpdatedAt time.Time `json:"updated_at"`
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
	return s.setGeneral(ctx, actor, "routing.updated", func(p *Policy, _ Names) error {
		p.Unsupported = want
		return nil
	})
}

// setGeneral changes what holds for all of an organization's routes.
func (s *Service) setGeneral(ctx context.Context, actor org.Actor, action string, change func(p *Policy, n Names) error) (Policy, error) {
	var p Policy
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		names, err := s.allNames(ctx, actor.Org)
		if err != nil {
			return err
		}
		if p, err = s.Store.Policy(ctx, actor.Org); err != nil {
			return err
		}
		before := p
		if err := change(&p, names); err != nil {
			return err
		}
		return s.replaceGeneral(ctx, actor, action, before, &p, names)
	})
	if err != nil {
		return Policy{}, public("change the rules of", err)
	}
	s.changed(ctx)
	return p, nil
}

func (s *Service) replaceGeneral(ctx context.Context, actor org.Actor, action string, before Policy, p *Policy, names Names) error {
	p.Org, p.UpdatedAt, p.Version = actor.Org, s.Clock.Now().UTC(), before.Version+1
	if before.Version > 0 {
		old := Version{Org: actor.Org, Number: before.Version, Body: names.General(before), At: before.UpdatedAt}
		if err := s.Store.Keep(ctx, old); err != nil {
			return err
		}
	}
	if err := s.Store.SetPolicy(ctx, *p); err != nil {
		return err
	}
	if err := s.Store.Keep(ctx, Version{Org: actor.Org, Number: p.Version, Body: names.General(*p), Action: action, By: actor.Label, At: p.UpdatedAt}); err != nil {
		return err
	}
	return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: actor.Org.String(), TargetName: "Routing", Before: generalFacts(before, names), After: generalFacts(*p, names)})
}

func generalFacts(p Policy, names Names) map[string]any {
	out := map[string]any{"unsupported_parameters": p.Unsupported.String()}
	if len(p.Rules) > 0 {
		out["rules"] = names.rules(p.Rules)
	}
	if len(p.Holidays) > 0 {
		out["holidays"] = p.Holidays
	}
	if p.Fallback != nil {
		out["fallback"] = *p.Fallback
	}
	if p.Only != nil {
		out["only"] = *p.Only
	}
	if p.Adaptive != nil {
		out["adaptive"] = *p.Adaptive
	}
	return out
}

func (p *Policy) refs() []TargetRef {
	var lists [][]TargetRef
	for _, r := range p.Rules {
		lists = append(lists, r.Targets)
	}
	return distinct(lists)
}

// releaseGeneral takes targets out of the organization's rules; inside the transaction of Release.
func (s *Service) releaseGeneral(ctx context.Context, actor org.Actor, gone func(TargetRef) bool, names Names) error {
	before, err := s.Store.Policy(ctx, actor.Org)
	if err != nil || !slices.ContainsFunc(before.refs(), gone) {
		return err
	}
	p := before
	p.Rules = rulesWithout(p.Rules, func(list []TargetRef) []TargetRef { return slices.DeleteFunc(slices.Clone(list), gone) })
	return s.replaceGeneral(ctx, actor, "routing.updated", before, &p, names)
}

package policy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// maxTiers bounds one organization's share of the compiled set.
const maxTiers = 200

// Tiers are the models of which the organization itself says their tier. Everybody may read them: they bind everybody.
func (s *Service) Tiers(ctx context.Context, actor org.Actor) ([]TierRule, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Store.Tiers(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("policy: tiers: %w", err)
	}
	return all, nil
}

// SetTier says of which tier the models of a pattern are, whatever they cost. The longest pattern that fits counts.
func (s *Service) SetTier(ctx context.Context, actor org.Actor, pattern string, tier catalog.Tier) (TierRule, error) {
	if err := actor.Require(org.Admin); err != nil {
		return TierRule{}, err
	}
	list, err := patterns("pattern", []string{pattern})
	if err == nil && len(list) == 0 {
		err = fault.Field("pattern", "Name a model, or a pattern such as openai/gpt-5*.")
	}
	if tier == catalog.NoTier {
		err = errors.Join(err, fault.Field("tier", "Choose a tier: economy, standard or premium."))
	}
	if err != nil {
		return TierRule{}, err
	}
	r := TierRule{ID: id.NewTier(s.IDs), Org: actor.Org, Pattern: list[0], Tier: tier, CreatedAt: s.Clock.Now().UTC().Truncate(time.Microsecond)}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		all, err := s.Store.Tiers(ctx, actor.Org)
		if err != nil {
			return err
		}
		before := map[string]any(nil)
		for _, old := range all {
			if old.Pattern == r.Pattern {
				r.ID, r.CreatedAt, before = old.ID, old.CreatedAt, map[string]any{"tier": old.Tier.String()}
			}
		}
		if before == nil && len(all) >= maxTiers {
			return fault.Newf(fault.Conflict, "too_many", "There are %d such rules already, the most there can be. Use patterns.", maxTiers)
		}
		if err := s.Store.SetTier(ctx, r); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "model_tier.set", Target: r.ID.String(), TargetName: r.Pattern, Before: before, After: map[string]any{"tier": tier.String()}})
	})
	if err != nil {
		return TierRule{}, public("set tier", err)
	}
	s.passed(ctx)
	return r, nil
}

// DropTier lets prices say again of which tier a model is.
func (s *Service) DropTier(ctx context.Context, actor org.Actor, which id.Tier) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		all, err := s.Store.Tiers(ctx, actor.Org)
		if err != nil {
			return err
		}
		for _, old := range all {
			if old.ID == which {
				if err := s.Store.DropTier(ctx, actor.Org, which); err != nil {
					return err
				}
				return s.Audit.Append(ctx, actor, audit.Entry{Action: "model_tier.deleted", Target: which.String(), TargetName: old.Pattern, Before: map[string]any{"tier": old.Tier.String()}})
			}
		}
		return NoTierRule()
	})
	if err != nil {
		return public("drop tier", err)
	}
	s.passed(ctx)
	return nil
}

// NoTierRule refuses an id that names no rule about a tier, or another tenant's.
func NoTierRule() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such rule about a model's tier.")
}

// passed tells every node to read the extras again.
func (s *Service) passed(ctx context.Context) {
	if err := s.Bus.Publish(ctx, ExtrasTopic); err != nil { // readers poll as well
		s.Log.Warn("tiers changed, but listeners could not be told", "error", err)
	}
}

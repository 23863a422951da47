package route

import (
	"context"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Switch sends an alias's requests to another target first. The targets behind the first stay as they are; the one that was
// first becomes the next to be tried, or goes. Requests under way keep the plan they have.
func (s *Service) Switch(ctx context.Context, actor org.Actor, which id.Alias, target string, keep bool) (Alias, error) {
	if err := actor.Require(MayChange); err != nil {
		return Alias{}, err
	}
	var a Alias
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		if a, err = s.get(ctx, actor.Org, which); err != nil {
			return err
		}
		names, err := s.allNames(ctx, actor.Org)
		if err != nil {
			return err
		}
		chosen, err := parseTargets([]string{target}, names, a.ID)
		if err != nil {
			return err
		}
		before, rest := a, a.Targets
		if !keep && len(rest) > 0 && !rest[0].same(chosen[0]) {
			rest = rest[1:]
		}
		a.Targets = append(chosen, slices.DeleteFunc(slices.Clone(rest), chosen[0].same)...)
		if len(a.Targets) > maxTargets {
			return wrong("An alias has at most %d targets. Do not keep the present one, or delete another first.", maxTargets)
		}
		if err := a.possible(names); err != nil {
			return err
		}
		return s.replace(ctx, actor, "alias.switched", before, &a, names)
	})
	if err != nil {
		return Alias{}, public("switch", err)
	}
	s.changed(ctx)
	return a, nil
}

package route

import (
	"context"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Switch sends an alias's requests to another target first. The others follow as they stood; the one that was first becomes the
// next to be tried, or goes. A strategy that divided requests among them gives way, or the chosen one would get a share only.
// Requests under way keep the plan they have.
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
		if at := slices.IndexFunc(rest, chosen[0].same); at >= 0 { // what it was kept for is over: it is the first
			chosen[0].Quality, chosen[0].Hours = rest[at].Quality, rest[at].Hours
		}
		if !keep && len(rest) > 0 && !rest[0].same(chosen[0]) {
			rest = rest[1:]
		}
		a.Targets = append(chosen, slices.DeleteFunc(slices.Clone(rest), chosen[0].same)...)
		a.inOrder()
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

// inOrder has an alias's own targets tried as they are written. Weights go with the strategy: none other reads them.
func (a *Alias) inOrder() {
	if a.Routing.Strategy != Ordered {
		a.Routing.Strategy = ""
	}
	for i := range a.Targets {
		a.Targets[i].Weight = 0
	}
}

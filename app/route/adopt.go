package route

import (
	"context"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Reads says what is wrong with a target of an alias as people write it; nil is nothing.
func (n Names) Reads(alias id.Alias, to string) error {
	_, err := parseTargets([]string{to}, n, alias)
	return err
}

// Adopt makes a target the first of an alias: the others follow, as they stood, when it fails. A strategy that divided requests among
// them gives way, or the new one would get a share only. Rules stay.
func (s *Service) Adopt(ctx context.Context, actor org.Actor, which id.Alias, to string) (Alias, error) {
	if err := actor.Require(MayChange); err != nil {
		return Alias{}, err
	}
	return s.rewriting(ctx, actor, which, "alias.updated", func(ctx context.Context) (Document, error) {
		a, err := s.get(ctx, actor.Org, which)
		if err != nil {
			return Document{}, err
		}
		names, err := s.allNames(ctx, actor.Org)
		if err != nil {
			return Document{}, err
		}
		d := names.Document(a)
		first := ToTarget{To: to}
		if at := slices.IndexFunc(d.Targets, func(t ToTarget) bool { return t.To == to }); at >= 0 {
			first.Quality = d.Targets[at].Quality
			d.Targets = slices.Delete(d.Targets, at, at+1)
		}
		if d.Strategy != Ordered {
			d.Strategy = ""
		}
		for i := range d.Targets {
			d.Targets[i].Weight = 0
		}
		d.Targets = slices.Insert(d.Targets, 0, first)
		d.Targets, d.Version = d.Targets[:min(len(d.Targets), maxTargets)], 0
		return d, nil
	})
}

// Tell lets readers know that routes changed, for who changed one inside a transaction of their own.
func (s *Service) Tell(ctx context.Context) { s.changed(ctx) }

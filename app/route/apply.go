package route

import (
	"context"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// ApplyAll makes routes be what a file of documents says, all or none. A document that says what is there already changes nothing
// and makes no version, so that a file can be applied again. Aliases are made before what names them, whatever their order in the
// file; what the file does not name stays. It gives the names of those that changed, "" for the organization's own rules.
func (s *Service) ApplyAll(ctx context.Context, actor org.Actor, docs []Document) ([]string, error) {
	if err := actor.Require(MayChange); err != nil {
		return nil, err
	}
	applied := []string{}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		applied = applied[:0]
		for _, d := range inOrder(docs) {
			d.Version = 0
			changed, err := s.applyOne(ctx, actor, d)
			if err != nil {
				return err
			}
			if changed {
				applied = append(applied, d.Alias)
			}
		}
		return nil
	})
	if err != nil {
		return nil, public("apply", err)
	}
	s.changed(ctx) // what was told inside the transaction came too early
	return applied, nil
}

func (s *Service) applyOne(ctx context.Context, actor org.Actor, d Document) (changed bool, err error) {
	names, err := s.allNames(ctx, actor.Org)
	if err != nil {
		return false, err
	}
	if d.Alias == "" {
		p, err := s.Store.Policy(ctx, actor.Org)
		if err != nil || names.General(p).Says(d) {
			return false, err
		}
		_, err = s.SetGeneral(ctx, actor, d)
		return true, err
	}
	if at := slices.IndexFunc(names.Aliases, func(a Alias) bool { return a.Name == d.Alias }); at >= 0 && names.Document(names.Aliases[at]).Says(d) {
		return false, nil
	}
	_, _, err = s.Apply(ctx, actor, d)
	return true, err
}

// inOrder puts documents behind those whose alias they name; circles stay as they come, and are refused where they close.
func inOrder(docs []Document) (out []Document) {
	left := slices.Clone(docs)
	for len(left) > 0 {
		ready := slices.IndexFunc(left, func(d Document) bool {
			return !slices.ContainsFunc(left, func(o Document) bool { return o.Alias != "" && o.Alias != d.Alias && d.names(o.Alias) })
		})
		ready = max(ready, 0)
		out = append(out, left[ready])
		left = slices.Delete(left, ready, ready+1)
	}
	return out
}

// names reports whether a document has an alias among its targets.
func (d Document) names(alias string) bool {
	in := func(list []ToTarget) bool {
		return slices.ContainsFunc(list, func(t ToTarget) bool { return t.To == alias })
	}
	return in(d.Targets) || d.Canary != nil && in(d.Canary.Targets) || slices.ContainsFunc(d.Rules, func(r RuleText) bool { return in(r.Targets) })
}

// Says reports whether two documents say the same, whatever their version.
func (d Document) Says(o Document) bool { return d.text() == o.text() }

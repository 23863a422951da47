package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// Listed is how a connection's list of models came to be what it is. The zero Listed means that it was never read.
type Listed struct {
	At time.Time `json:"at,omitzero"` // when it was last read
	// ChangedAt is when it last differed from the time before; Added and Removed are how, each sorted and at most maxDiff.
	ChangedAt time.Time `json:"changed_at,omitzero"`
	Added     []string  `json:"added,omitempty"`
	Removed   []string  `json:"removed,omitempty"`
	// More is how many further changes there were than are kept.
	More int `json:"more,omitempty"`
}

// IsZero reports that the list was never read.
func (l Listed) IsZero() bool { return l.At.IsZero() }

// maxDiff bounds what is kept of a change: a provider that replaces its whole list is no news in detail.
const maxDiff = 50

// relist puts a list that was just read into the record and reports whether it differs from the one before. The first
// list of a connection is no change.
func (r *ConnectionRecord) relist(models []string, at time.Time) bool {
	before, first := r.Models, r.Listed.IsZero() && len(r.Models) == 0
	r.Models, r.Listed.At = models, at
	if first {
		return false
	}
	added, removed := without(models, before), without(before, models)
	if len(added)+len(removed) == 0 {
		return false
	}
	l := &r.Listed
	l.ChangedAt = at
	l.Added, l.Removed = added[:min(len(added), maxDiff)], removed[:min(len(removed), maxDiff)]
	l.More = len(added) + len(removed) - len(l.Added) - len(l.Removed)
	return true
}

// without are the names of one list that another lacks, sorted.
func without(list, other []string) []string {
	there := make(map[string]bool, len(other))
	for _, m := range other {
		there[m] = true
	}
	var out []string
	for _, m := range list {
		if !there[m] {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	return out
}

// lookers is how many endpoints are asked for their models at once: a dead one costs its looker ten seconds.
const lookers = 8

// RefreshModels asks the endpoint of every connection that takes traffic for its models, and notes what came and went. A
// job calls it. What fails is noted as a failed test beside its connection and stops no other; the list from before stays
// in use. An error is a failure of our own database.
func (s *Service) RefreshModels(ctx context.Context) error {
	all, err := s.Store.All(ctx)
	if err != nil {
		return fmt.Errorf("provider: list connections: %w", err)
	}
	changed := make([]bool, len(all))
	var g errgroup.Group
	g.SetLimit(lookers)
	for i, r := range all {
		if o, _ := OfferingOf(r.Kind); o.Local || !r.Usable() {
			continue
		}
		g.Go(func() error {
			var err error
			changed[i], err = s.refresh(ctx, r)
			return err
		})
	}
	err = g.Wait()
	if slices.Contains(changed, true) {
		s.changed(ctx)
	}
	return err
}

// refresh looks at one connection and reports whether its list changed. A connection that somebody changed meanwhile is
// left alone: their change has been tested already.
func (s *Service) refresh(ctx context.Context, r ConnectionRecord) (changed bool, err error) {
	check, models, err := s.probe(ctx, r)
	if err == nil {
		err = s.blameModels(ctx, &check, r, models)
	}
	if err != nil {
		return false, fmt.Errorf("provider: look at models of %s: %w", r.ID, err)
	}
	r.Check = check
	if check.OK {
		changed = r.relist(models, check.At)
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.Update(ctx, r); err != nil || !changed {
			return err
		}
		actor := org.System(r.Org, "regular look at the models")
		return s.Audit.Append(ctx, actor, entry("connection.models_changed", r, nil, map[string]any{"added": r.Listed.Added, "removed": r.Listed.Removed, "more": r.Listed.More}))
	})
	if errors.Is(err, ErrChanged) {
		return false, nil
	}
	return changed, err
}

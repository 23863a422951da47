package budget

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Forecast says where a budget that the actor may see will stand at the end of its present period.
func (s *Service) Forecast(ctx context.Context, actor org.Actor, b id.Budget) (Forecast, error) {
	e, err := s.Get(ctx, actor, b)
	if err != nil {
		return Forecast{}, err
	}
	o := s.outlook(e)
	since := earlier(o.from, o.now.AddDate(0, 0, -lookBack))
	if oldest := o.now.AddDate(0, 0, -chartDays); since.Before(oldest) {
		since = oldest
	}
	if e.Scope.Kind() == org.TagScope {
		if o.uses, err = s.tagUses(ctx, e, o); err != nil {
			return Forecast{}, fmt.Errorf("budget: forecast: %w", err)
		}
		return o.project(), nil
	}
	uses, err := s.Store.Uses(ctx, actor.Org, e.Scope.Kind(), []string{e.Scope.Node()}, e.Measure, since)
	if err != nil {
		return Forecast{}, fmt.Errorf("budget: forecast: %w", err)
	}
	o.uses = uses[e.Scope.Node()]
	return o.project(), nil
}

// Forecasts are the forecasts of many budgets that the actor was given by List, without Days. Those of tags are left out:
// each would be a reading of the facts.
func (s *Service) Forecasts(ctx context.Context, actor org.Actor, of []Entry) (map[id.Budget]Forecast, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	type sort struct {
		kind    org.ScopeKind
		measure ledger.Measure
	}
	const atOnce = 500
	since := s.now().AddDate(0, 0, -lookBack)
	sorts := map[sort][]Entry{}
	for _, e := range of {
		if e.Org == actor.Org && e.Period != Forever && e.Scope.Kind() != org.TagScope {
			k := sort{e.Scope.Kind(), e.Measure}
			sorts[k] = append(sorts[k], e)
		}
	}
	out := make(map[id.Budget]Forecast, len(of))
	for k, all := range sorts {
		for some := range slices.Chunk(all, atOnce) {
			nodes := make([]string, len(some))
			for i, e := range some {
				nodes[i] = e.Scope.Node()
			}
			uses, err := s.Store.Uses(ctx, actor.Org, k.kind, nodes, k.measure, since)
			if err != nil {
				return nil, fmt.Errorf("budget: forecasts: %w", err)
			}
			for _, e := range some {
				o := s.outlook(e)
				o.uses = uses[e.Scope.Node()]
				f := o.project()
				f.Days = nil
				out[e.ID] = f
			}
		}
	}
	return out, nil
}

// outlook is a budget's, without its history.
func (s *Service) outlook(e Entry) outlook {
	o := outlook{spent: e.Standing.Spent, limit: e.Standing.Limit, to: e.Standing.ResetsAt, now: s.now(), zone: time.UTC}
	if !o.to.IsZero() {
		o.zone = o.to.Location()
	}
	o.from, _ = e.Calendar().Window(o.now, o.zone)
	return o
}

// tagUses adds the facts of a tag up by day: there are no hourly sums of tags. It reads as far back as a forecast needs,
// not as far as the chart could show.
func (s *Service) tagUses(ctx context.Context, e Entry, o outlook) ([]Use, error) {
	var out []Use
	for at := o.now.AddDate(0, 0, -profileDays-1); !at.After(o.now); {
		from, to := Daily.Window(at, o.zone)
		used, err := s.Store.Used(ctx, e.Scope, e.Measure, from, to)
		if err != nil {
			return nil, err
		}
		if used > 0 {
			out = append(out, Use{Hour: from, Used: used})
		}
		at = to
	}
	return out, nil
}

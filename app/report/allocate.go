package report

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// MaxValues is how many values of one dimension an allocation holds. Tags come from clients, so somebody will put an id
// of every request into one.
const MaxValues = 20_000

// Allocation says whose the cost of a span of time is. Lines and Rest add up to Total to the nano-dollar.
type Allocation struct {
	By       By
	From, To time.Time // half-open, in the organization's zone
	Zone     *time.Location
	Total    Totals
	Lines    []Group // the most expensive first
	// Rest is what no line claims: requests without the tag, teams outside departments, keys of no person.
	Rest Totals
}

// Span is a stretch of calendar days in the organization's zone, both included.
type Span struct{ First, Last time.Time }

// Allocate divides the cost of whole days among the values of a dimension.
func (s *Service) Allocate(ctx context.Context, a org.Actor, by By, days Span) (Allocation, error) {
	r, err := reach(a)
	if err != nil {
		return Allocation{}, err
	}
	if err := allocable(by); err != nil {
		return Allocation{}, err
	}
	out := Allocation{By: by}
	if out.Zone, err = s.zone(ctx, a.Org); err != nil {
		return out, err
	}
	if out.From, out.To, err = bounds(days, out.Zone); err != nil {
		return out, err
	}
	if out.Total, err = s.total(ctx, r, out.From, out.To); err != nil {
		return out, err
	}
	if out.Lines, err = s.lines(ctx, r, by, span{out.From, out.To}); err != nil {
		return out, err
	}
	out.Rest = out.Total
	for _, l := range out.Lines {
		out.Rest.Sub(l.Totals)
	}
	return out, nil
}

// TagKeys are the tag keys used in a span, for choosing one.
func (s *Service) TagKeys(ctx context.Context, a org.Actor, days Span) ([]string, error) {
	r, err := reach(a)
	if err != nil {
		return nil, err
	}
	zone, err := s.zone(ctx, a.Org)
	if err != nil {
		return nil, err
	}
	from, to, err := bounds(days, zone)
	if err != nil {
		return nil, err
	}
	keys, err := s.store.TagKeys(ctx, r, from.Truncate(time.Hour), to.Add(time.Hour-1).Truncate(time.Hour))
	if err != nil {
		return nil, fmt.Errorf("report: tag keys: %w", err)
	}
	return keys, nil
}

// allocable refuses what costs cannot be divided by.
func allocable(by By) error {
	if key, ok := by.Tag(); ok && key != "" {
		return nil
	}
	if by == ByDay || !slices.Contains(dimensions, by) {
		return fault.Field("by", "Costs can be divided by department, team, member, key, model, connection, or a tag: project, client, or any other as tag:name.")
	}
	return nil
}

// bounds are the first moment of the first day and the one after the last day.
func bounds(days Span, zone *time.Location) (from, to time.Time, err error) {
	from, _ = budget.Daily.Window(noon(days.First, zone), zone)
	_, to = budget.Daily.Window(noon(days.Last, zone), zone)
	if !from.Before(to) || to.Sub(from) > maxSpan {
		return from, to, fault.Field("from", "Give a first day that is not after the last one, at most 400 days apart.")
	}
	return from, to, nil
}

// noon is a moment that lies in the calendar day whatever the clocks do.
func noon(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d, 12, 0, 0, 0, zone)
}

// lines sums whole hours from the rollup and the edges from the facts, and puts them together.
func (s *Service) lines(ctx context.Context, r Reach, by By, all span) ([]Group, error) {
	hours, edges := cut(all)
	var out []Group
	if hours.from.Before(hours.to) {
		var err error
		if out, err = s.store.Allocate(ctx, r, by, hours.from, hours.to, MaxValues+1); err != nil {
			return nil, fmt.Errorf("report: allocate by %s: %w", by, err)
		}
	}
	at := make(map[string]int, len(out))
	for i, g := range out {
		at[g.ID] = i
	}
	for _, e := range edges {
		more, err := s.store.AllocateSpan(ctx, r, by, e.from, e.to)
		if err != nil {
			return nil, fmt.Errorf("report: allocate by %s: %w", by, err)
		}
		for _, g := range more {
			i, ok := at[g.ID]
			if !ok {
				at[g.ID] = len(out)
				out = append(out, g)
				continue
			}
			if err := out[i].Add(g.Totals); err != nil {
				return nil, fmt.Errorf("report: allocate by %s: %w", by, err)
			}
		}
	}
	if len(out) > MaxValues {
		return nil, fault.Newf(fault.Invalid, "invalid_request", "There are more than %d values in this time: they look like ids of single requests. Choose a shorter time, or another dimension.", MaxValues)
	}
	slices.SortFunc(out, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Cost, a.Cost), cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

package report

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// maxSpan bounds what one question may sum up.
const maxSpan = 400 * 24 * time.Hour

// dimensions are all of By, in the order that messages name them.
var dimensions = []By{ByDay, ByModel, ByKey, ByTeam, ByMember, ByConnection, ByDepartment}

// All is no bound on how many groups there are.
const All = -1

// Usage sums up from ≤ t < to by a dimension: days oldest first, all others the most expensive first and at most limit
// of them. Bounds are widened to the slots that sums are kept by, days to whole days of the organization's zone.
func (s *Service) Usage(ctx context.Context, a org.Actor, by By, from, to time.Time, limit int) ([]Group, error) {
	r, err := reach(a)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(dimensions, by) {
		return nil, fault.Field("by", fmt.Sprintf("Usage can be grouped by %v, not by %q.", dimensions, by))
	}
	if !from.Before(to) || to.Sub(from) > maxSpan {
		return nil, fault.Field("from", "Give a span of time that begins before it ends and is at most 400 days long.")
	}
	if by == ByDay {
		return s.byDay(ctx, r, a, from, to)
	}
	zone, err := s.zone(ctx, a.Org)
	if err != nil {
		return nil, err
	}
	slot := Slot(zone, from)
	from = from.Truncate(slot)
	if end := to.Truncate(slot); end.Before(to) {
		to = end.Add(slot)
	}
	groups, err := s.store.Groups(ctx, r, by, from, to, limit)
	if err != nil {
		return nil, fmt.Errorf("report: usage by %s: %w", by, err)
	}
	return groups, nil
}

func (s *Service) byDay(ctx context.Context, r Reach, a org.Actor, from, to time.Time) ([]Group, error) {
	zone, err := s.zone(ctx, a.Org)
	if err != nil {
		return nil, err
	}
	var spans []span
	for at := from; at.Before(to); {
		begin, end := budget.Daily.Window(at, zone)
		spans = append(spans, span{begin, end})
		at = end
	}
	list, err := s.calendar(ctx, r, spans)
	if err != nil {
		return nil, err
	}
	out := make([]Group, len(list))
	for i, d := range list {
		date := d.From.In(zone).Format(time.DateOnly)
		out[i] = Group{ID: date, Name: date, Totals: d.Totals}
	}
	return out, nil
}

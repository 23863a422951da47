package report

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
)

// span is a half-open stretch of time.
type span struct{ from, to time.Time }

// quarter divides every offset from UTC that is in use.
const quarter = 15 * time.Minute

// Slot is how finely sums are kept for a zone at a moment: by the hour, and by the quarter where its days begin within an hour.
func Slot(zone *time.Location, at time.Time) time.Duration {
	y := at.In(zone).Year()
	for _, month := range []time.Month{time.January, time.July} {
		if _, offset := time.Date(y, month, 1, 0, 0, 0, 0, zone).Zone(); offset%3600 != 0 {
			return quarter
		}
	}
	return time.Hour
}

// cut splits a span into whole hours of the clock, which the rollup holds, and the edges, which only request facts
// know: zones need not begin their days on the hour.
func cut(s span) (hours span, edges []span) {
	if !s.from.Before(s.to) {
		return span{}, nil
	}
	first, last := s.from.Truncate(time.Hour), s.to.Truncate(time.Hour)
	if first.Before(s.from) {
		first = first.Add(time.Hour)
	}
	if first.After(last) { // within one hour
		return span{}, []span{s}
	}
	if s.from.Before(first) {
		edges = append(edges, span{s.from, first})
	}
	if last.Before(s.to) {
		edges = append(edges, span{last, s.to})
	}
	return span{first, last}, edges
}

// total sums a span exactly.
func (s *Service) total(ctx context.Context, r Reach, from, to time.Time) (Totals, error) {
	out, err := s.calendar(ctx, r, []span{{from, to}})
	if err != nil {
		return Totals{}, err
	}
	return out[0].Totals, nil
}

// calendar sums spans that follow each other. The rollup is read once for all of them.
func (s *Service) calendar(ctx context.Context, r Reach, spans []span) ([]Day, error) {
	out := make([]Day, len(spans))
	for i, sp := range spans {
		out[i] = Day{From: sp.from, To: sp.to}
		_, edges := cut(sp)
		for _, e := range edges {
			t, err := s.store.Span(ctx, r, e.from, e.to)
			if err == nil {
				err = out[i].Add(t)
			}
			if err != nil {
				return nil, fmt.Errorf("report: from %s to %s: %w", e.from, e.to, err)
			}
		}
	}
	whole, _ := cut(span{spans[0].from, spans[len(spans)-1].to})
	if !whole.from.Before(whole.to) {
		return out, nil
	}
	hours, err := s.store.Hours(ctx, r, whole.from, whole.to)
	if err != nil {
		return nil, fmt.Errorf("report: hours: %w", err)
	}
	for _, h := range hours {
		i := slices.IndexFunc(spans, func(sp span) bool {
			in, _ := cut(sp)
			return !h.At.Before(in.from) && h.At.Before(in.to)
		})
		if i < 0 {
			continue // an hour across midnight: its parts were read above
		}
		if err := out[i].Add(h.Totals); err != nil {
			return nil, fmt.Errorf("report: hour %s: %w", h.At, err)
		}
	}
	return out, nil
}

// lastDays are the last n calendar days, today included, oldest first.
func lastDays(now time.Time, zone *time.Location, n int) []span {
	out := make([]span, n)
	at := now
	for i := range slices.Backward(out) {
		from, to := budget.Daily.Window(at, zone)
		out[i] = span{from, to}
		at = from.Add(-time.Nanosecond)
	}
	return out
}

package usage

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Month is what this month comes to so far for one value of a dimension, such as a team's id: as much of it as the actor reaches.
func (s *Service) Month(ctx context.Context, a org.Actor, d Dim, value string) (Totals, error) {
	zone, err := s.Zone(ctx, a)
	if err != nil {
		return Totals{}, err
	}
	from, _ := budget.Monthly.Window(s.clock.Now(), zone)
	return s.since(ctx, a, d, value, from)
}

// Lately is what the last days come to, to the hour, for one value of a dimension.
func (s *Service) Lately(ctx context.Context, a org.Actor, d Dim, value string, days int) (Totals, error) {
	return s.since(ctx, a, d, value, s.clock.Now().AddDate(0, 0, -days))
}

func (s *Service) since(ctx context.Context, a org.Actor, d Dim, value string, from time.Time) (Totals, error) {
	r, err := s.Query(ctx, a, Query{From: from, To: s.clock.Now().Add(1), Where: []Filter{{Dim: d, Values: []string{value}}}, Nameless: true})
	if err != nil {
		return Totals{}, fmt.Errorf("usage: of %s: %w", value, err)
	}
	return r.Total, nil
}

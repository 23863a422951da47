package usage

import (
	"context"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// Charge is one line for a finance department: what one team spent on one model of one provider on one day.
type Charge struct {
	Step
	Team, Model, Connection Value
	Totals
}

// Charges are the lines of a span, by day, and its time zone; together they are what the span cost, to the nano-dollar. Lines
// that cost nothing are left out.
func (s *Service) Charges(ctx context.Context, a org.Actor, from, to time.Time) ([]Charge, *time.Location, error) {
	r, err := report.ReachOf(a)
	if err != nil {
		return nil, nil, err
	}
	q := Query{From: from, To: to, Grain: Day}
	if err := q.Validate(); err != nil {
		return nil, nil, err
	}
	if to.Sub(from) > 100*24*time.Hour {
		return nil, nil, fault.Field("from", "Finance exports have at most 100 days. Export quarter by quarter.")
	}
	zone, err := s.zone(ctx, a.Org)
	if err != nil {
		return nil, nil, err
	}
	out := Result{Query: widen(q, zone)}
	ask := Ask{Zone: zone, By: []Dim{Team, Model, Connection}, Limit: MaxGroups}
	if ask.Steps, err = steps(out.Query, zone); err != nil {
		return nil, nil, err
	}
	cells, err := s.sums(ctx, r, ask, &out)
	if err != nil {
		return nil, nil, err
	}
	order(cells, ByCost)
	slices.SortStableFunc(cells, func(a, b Cell) int { return a.Step - b.Step })
	var rows []Row
	var charges []Charge
	for _, c := range cells {
		if c.Cost == 0 {
			continue
		}
		v := values(c, ask.By)
		rows = append(rows, Row{Values: v})
		charges = append(charges, Charge{Step: ask.Steps[c.Step], Totals: c.Totals})
	}
	out.Rows, out.Query.By = rows, ask.By
	if err := s.name(ctx, a.Org, &out); err != nil {
		return nil, nil, err
	}
	for i, r := range out.Rows {
		charges[i].Team, charges[i].Model, charges[i].Connection = r.Values[0], r.Values[1], r.Values[2]
	}
	return charges, zone, nil
}

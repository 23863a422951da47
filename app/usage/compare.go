package usage

import (
	"context"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/report"
)

// compare adds up the span before, for the rows that are shown and for the total.
func (s *Service) compare(ctx context.Context, r report.Reach, ask Ask, out *Result) error {
	before := earlier(out.Query, out.Zone)
	out.Compared = Step{before.From, before.To}
	ask.Steps = []Step{out.Compared}
	if before.Grain != Whole {
		var err error
		if ask.Steps, err = steps(before, out.Zone); err != nil {
			return err
		}
		if out.SeriesBefore, err = s.totals(ctx, r, ask, out); err != nil {
			return err
		}
		ask.Steps = []Step{out.Compared}
	}
	if len(ask.By) == 0 {
		sum, err := s.totals(ctx, r, ask, out)
		if err != nil {
			return err
		}
		out.Before = sum[0]
		out.Rows[0].Before = out.Before
		return nil
	}
	others := slices.IndexFunc(out.Rows, func(r Row) bool { return r.Others })
	narrowed := top(ask, out.Rows, others >= 0)
	cells, err := s.sums(ctx, r, narrowed, out)
	if err != nil {
		return err
	}
	if out.Before, err = s.before(ctx, r, ask, len(narrowed.Where) > len(ask.Where), cells, out); err != nil {
		return err
	}
	rest, found := out.Before, map[[MaxDims]string]Totals{}
	for _, c := range cells {
		found[c.Values] = c.Totals
	}
	for i := range out.Rows {
		if row := &out.Rows[i]; !row.Others {
			row.Before = found[key(row.Values)]
			rest.Sub(row.Before)
		}
	}
	if others < 0 && rest != (Totals{}) { // there were values then that are not there now
		out.Rows = append(out.Rows, Row{Others: true, Series: make([]Totals, len(out.Steps))})
		others = len(out.Rows) - 1
	}
	if others >= 0 {
		out.Rows[others].Before = rest
	}
	return nil
}

// before is what the compared span came to in all: what its cells add up to, unless they are the top's alone.
func (s *Service) before(ctx context.Context, r report.Reach, ask Ask, narrowed bool, cells []Cell, out *Result) (all Totals, err error) {
	if narrowed {
		sum, err := s.totals(ctx, r, ask, out)
		if err != nil {
			return all, err
		}
		return sum[0], nil
	}
	for _, c := range cells {
		if err := all.Add(c.Totals); err != nil {
			return all, overflow(err)
		}
	}
	return all, nil
}

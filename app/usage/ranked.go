package usage

import (
	"cmp"
	"context"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/report"
)

// rows adds up the whole span and keeps the top.
func (s *Service) rows(ctx context.Context, r report.Reach, ask Ask, out *Result) error {
	cells, err := s.sums(ctx, r, ask, out)
	if err != nil {
		return err
	}
	order(cells, out.Query.Sort)
	others := Row{Others: true}
	for i, c := range cells {
		if err := out.Total.Add(c.Totals); err != nil {
			return overflow(err)
		}
		if i < out.Query.Top || len(ask.By) == 0 {
			out.Rows = append(out.Rows, Row{Values: values(c, ask.By), Totals: c.Totals})
			continue
		}
		others.Folded++
		if err := others.Add(c.Totals); err != nil {
			return overflow(err)
		}
	}
	if others.Folded > 0 {
		out.Rows = append(out.Rows, others)
	}
	if len(ask.By) == 0 && len(out.Rows) == 0 {
		out.Rows = []Row{{Values: []Value{}}}
	}
	return nil
}

// order puts the largest first, and equals into an order that does not change.
func order(cells []Cell, by Sort) {
	size := func(c *Cell) int64 {
		switch by {
		case ByRequests:
			return c.Requests
		case ByTokens:
			return c.Tokens()
		case ByErrors:
			return c.Errors()
		}
		return int64(c.Cost)
	}
	slices.SortFunc(cells, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(size(&b), size(&a)), cmp.Compare(b.Requests, a.Requests), slices.Compare(a.Values[:], b.Values[:]))
	})
}

// leftover gives others what no row of the top has. There may be some although there were no others a moment ago.
func leftover(out *Result, others int, rest []Totals, divided bool) error {
	if !divided {
		return nil
	}
	sum := Row{Others: true, Series: rest}
	for _, t := range rest {
		if err := sum.Add(t); err != nil {
			return overflow(err)
		}
	}
	switch {
	case others >= 0:
		sum.Folded = out.Rows[others].Folded
		out.Rows[others] = sum
	case sum.Totals != Totals{}:
		out.Rows = append(out.Rows, sum)
	}
	return nil
}

// totals are what each step comes to in all.
func (s *Service) totals(ctx context.Context, r report.Reach, ask Ask, out *Result) ([]Totals, error) {
	ask.By = nil
	cells, err := s.sums(ctx, r, ask, out)
	if err != nil {
		return nil, err
	}
	sum := make([]Totals, len(ask.Steps))
	for _, c := range cells {
		if err := sum[c.Step].Add(c.Totals); err != nil {
			return nil, overflow(err)
		}
	}
	return sum, nil
}

// top narrows an ask to the rows that are shown, if others are not.
func top(ask Ask, rows []Row, folded bool) Ask {
	if !folded || len(rows) > MaxValues {
		return ask
	}
	where := slices.Clone(ask.Where)
	for i, d := range ask.By {
		f := Filter{Dim: d}
		for _, r := range rows {
			if !r.Others && !slices.Contains(f.Values, r.Values[i].ID) {
				f.Values = append(f.Values, r.Values[i].ID)
			}
		}
		if _, tag := d.Tag(); tag && slices.Contains(f.Values, "") {
			continue // what carries no tag is found by taking all tags away from the total
		}
		where = append(where, f)
	}
	ask.Where = where
	return ask
}

package evaluation

import (
	"context"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Results are the answers to the rows behind a number, of at most so many rows, by row and subject, with the rows themselves.
func (s *Service) Results(ctx context.Context, actor org.Actor, which id.Evaluation, after, limit int) ([]Row, []Item, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, nil, err
	}
	r, _, err := s.find(ctx, actor, which)
	if err != nil {
		return nil, nil, err
	}
	rows, err := s.vault.openRows(ctx, s.Store, actor.Org, r.Dataset, after, limit)
	if err != nil {
		return nil, nil, err
	}
	if n := len(rows); n > 0 { // there may be gaps
		limit = max(limit, rows[n-1].Number-after)
	}
	sealed, err := s.Store.Items(ctx, actor.Org, which, after, limit)
	if err != nil {
		return nil, nil, fmt.Errorf("evaluation: results: %w", err)
	}
	items := make([]Item, len(sealed))
	for n, i := range sealed {
		if items[n], err = s.vault.openItem(ctx, i); err != nil {
			return nil, nil, err
		}
	}
	return rows, items, nil
}

// RowsWhere are the numbers of the rows where subjects differ (one is right and another is not), or else where one is not right.
func (s *Service) RowsWhere(ctx context.Context, actor org.Actor, which id.Evaluation, differ bool) ([]int, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	if _, _, err := s.find(ctx, actor, which); err != nil {
		return nil, err
	}
	marks, err := s.Store.Marks(ctx, actor.Org, which)
	if err != nil {
		return nil, fmt.Errorf("evaluation: rows: %w", err)
	}
	right, wrong := map[int]bool{}, map[int]bool{}
	var order []int
	for _, i := range marks {
		if len(order) == 0 || order[len(order)-1] != i.Row {
			order = append(order, i.Row)
		}
		if i.counts() && i.Right {
			right[i.Row] = true
		} else if i.counts() {
			wrong[i.Row] = true
		}
	}
	return slices.DeleteFunc(order, func(n int) bool { return !wrong[n] || differ && !right[n] }), nil
}

// Tallies are what runs that the actor was given came to, by subject, for lists.
func (s *Service) Tallies(ctx context.Context, actor org.Actor, of []Run) ([][]Tally, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	out := make([][]Tally, len(of))
	for n, r := range of {
		all, err := s.Store.Tallies(ctx, actor.Org, r.ID)
		if err != nil {
			return nil, fmt.Errorf("evaluation: tallies: %w", err)
		}
		out[n] = make([]Tally, len(r.Body.Subjects))
		for _, t := range all {
			if t.Subject < len(out[n]) {
				x := &out[n][t.Subject]
				if *x = Sum([]Tally{*x, t}); t.Step == Failed { // not right
					x.Scored += t.Count
				}
			}
		}
	}
	return out, nil
}

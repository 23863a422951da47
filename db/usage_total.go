package db

import (
	"cmp"
	"slices"
)

// totalRow is a slot of a whole organization by model: hourRow without whose key it was.
type totalRow struct {
	totalKey
	tally
}

type totalKey struct {
	slotOf
	model, provider string
}

var totalColumns = sumColumns(func(r *totalRow) slotOf { return r.slotOf }, func(r *totalRow) *tally { return &r.tally },
	text("model", func(r *totalRow) string { return r.model }),
	text("provider", func(r *totalRow) string { return r.provider }),
)

var addingTotals = adding("usage_totals", "model", "provider")

// totalsOf sums hourly rows up for their organizations.
func totalsOf(rows []*hourRow) []*totalRow {
	at := map[totalKey]*totalRow{}
	var out []*totalRow
	for _, r := range rows {
		k := totalKey{r.slotOf, r.Model, r.Provider}
		t := at[k]
		if t == nil {
			t = &totalRow{totalKey: k}
			at[k] = t
			out = append(out, t)
		}
		t.add(r.tally)
	}
	slices.SortFunc(out, func(x, y *totalRow) int {
		return cmp.Or(x.compare(y.slotOf), cmp.Compare(x.model, y.model), cmp.Compare(x.provider, y.provider))
	})
	return out
}

package db

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// clue is a filter of the list of requests in the words of a day's sheets: what passes has one of the values in one of the
// columns. A clue may let more pass than the filter does, never less: the list asks the filter itself again.
type clue map[string][]string

// clues are what sheets know about a list: its filters, and the pairs that tags must hold.
type clues struct {
	all   []clue
	pairs []pair
}

type pair struct{ key, value string }

// cluesOf are those of a query. ok says that they can narrow it at all; one key's requests have an index of their own.
func cluesOf(r report.Reach, q report.Query) (c clues, ok bool) {
	if !q.ID.IsZero() || !q.Key.IsZero() || q.Scope.Kind() == org.KeyScope || r.Under.Kind() == org.KeyScope {
		return c, false
	}
	c.reach(r)
	tags := slices.Clone(q.Tags)
	switch s := q.Scope; s.Kind() {
	case org.PoolScope:
		c.add("team_id", s.Node())
		c.add("member_id", nobody)
	case org.TagScope:
		tags = append(tags, s.Node())
	default:
		c.under(s)
	}
	if q.Model != "" {
		c.all = append(c.all, clue{"model": {q.Model}, "asked": {q.Model, ""}})
	}
	if q.Connection != "" {
		c.add("provider", q.Connection)
	}
	if q.Client != "" {
		c.add("client", q.Client)
	}
	for _, f := range q.Where {
		c.where(f)
	}
	for _, t := range tags {
		if key, value, ok := strings.Cut(t, "="); ok && key != "" && !strings.Contains(t, ",") {
			c.pairs = append(c.pairs, pair{key, value})
		}
	}
	ok = len(c.all) > 0 || len(c.pairs) > 0
	switch q.Outcome { // errors have an index of their own: this helps other clues only
	case report.Answered:
		c.add("outcome", usage.Answered)
	case report.Refused:
		c.add("outcome", usage.Refused)
	case report.Failed:
		c.add("outcome", usage.Failed)
	case report.Unanswered:
		c.add("outcome", usage.Refused, usage.Failed)
	}
	return c, ok
}

func (c *clues) add(column string, values ...string) {
	c.all = append(c.all, clue{column: values})
}

func (c *clues) under(s org.Scope) {
	switch s.Kind() {
	case org.DepartmentScope, org.TeamScope, org.MemberScope:
		c.add(string(s.Kind())+"_id", s.Node())
	}
}

func (c *clues) reach(r report.Reach) {
	c.under(r.Under)
	if r.All {
		return
	}
	own := clue{}
	if len(r.Teams) > 0 {
		own["team_id"] = uuidsOf(r.Teams)
	}
	if !r.Member.IsZero() {
		own["member_id"] = []string{r.Member.UUID()}
	}
	c.all = append(c.all, own)
}

// where adds a filter of several values. Names that nothing was found under are in no sheet.
func (c *clues) where(f report.Filter) {
	column := strings.TrimPrefix(listColumns[f.Column], "requests.")
	values := slices.Clone(f.Values)
	if slices.Contains(entities, f.Column) {
		for i, v := range values {
			if v == "" {
				values[i] = nobody
			}
		}
	}
	switch f.Column {
	case report.AskedColumn:
		values = append(values, "")
	case report.FoundColumn:
		column = "asked"
	}
	c.add(column, values...)
}

// dims are the sheets, of one dimension each, that the clues are told by.
func (c *clues) dims() []string {
	var out []string
	for _, one := range c.all {
		for column := range one {
			if d := dimOf(column); !slices.Contains(out, d) {
				out = append(out, d)
			}
		}
	}
	return out
}

// sheetsOfKeys are the sheets that name keys, the smallest first; days of few rows have the last one only.
func (c *clues) sheetsOfKeys() []string {
	for _, one := range c.all {
		for d, column := range partColumns {
			if len(one) != 1 || len(one[column]) == 0 {
				continue
			}
			part := partOf(d, one[column][0])
			if !slices.ContainsFunc(one[column], func(v string) bool { return partOf(d, v) != part }) {
				return []string{part, wholeSheet}
			}
		}
	}
	return []string{wholeSheet}
}

// dimOf is the name of the sheet of a column.
func dimOf(column string) string {
	for d, c := range keptColumns {
		if c == column {
			return string(d)
		}
	}
	return ""
}

package db

import (
	"slices"
	"strconv"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// factTable is one of the two kinds of facts: what dimensions are there, as told.go says it in Go, and what it counts.
type factTable struct {
	name           string
	asked, outcome string
	sums           string
}

var factTables = []factTable{
	{
		name: "attempts", asked: "attempts.asked",
		outcome: "CASE WHEN attempts.class = '' OR attempts.state IN ('handed', 'returned') THEN 'answered' ELSE 'failed' END",
		sums: "0 AS requests, 0 AS errors, 0 AS refused, COUNT(*) AS attempts, SUM(attempts.input_tokens) AS input, SUM(attempts.cached_tokens) AS cached, " +
			"SUM(attempts.output_tokens) AS output, SUM(attempts.cost_nanos) AS cost_nanos",
	},
	{
		name:    "requests",
		asked:   "CASE WHEN requests.attempts = 0 AND requests.route = '' THEN '' ELSE requests.asked END",
		outcome: "CASE WHEN requests.status < 400 AND requests.code = '' THEN 'answered' WHEN requests.attempts = 0 THEN 'refused' ELSE 'failed' END",
		sums: "COUNT(*) AS requests, SUM(CASE WHEN requests.status >= 400 OR requests.code <> '' THEN 1 ELSE 0 END) AS errors, " +
			"SUM(CASE WHEN (requests.status >= 400 OR requests.code <> '') AND requests.attempts = 0 THEN 1 ELSE 0 END) AS refused, " +
			"0 AS attempts, 0 AS input, 0 AS cached, 0 AS output, 0 AS cost_nanos",
	},
}

func (f *factTable) column(d usage.Dim) string {
	switch d {
	case usage.Asked:
		return f.asked
	case usage.Outcome:
		return f.outcome
	}
	return f.name + "." + keptColumns[d]
}

// addFacts adds single requests and attempts up, step by step.
func addFacts(tx *gorm.DB, r report.Reach, a usage.Ask, sum *fold) error {
	for step := range a.Steps {
		for i := range factTables {
			if err := addFactStep(tx, r, a, step, &factTables[i], sum); err != nil {
				return err
			}
		}
	}
	return nil
}

func addFactStep(tx *gorm.DB, r report.Reach, a usage.Ask, step int, f *factTable, sum *fold) error {
	columns, groups, tagged := "", []string{}, false
	for i, d := range a.By {
		if _, tag := d.Tag(); tag {
			tagged = true
			continue
		}
		c := f.column(d)
		columns += c + " AS v" + strconv.Itoa(i) + ", "
		groups = append(groups, c)
	}
	tagged = tagged || slices.ContainsFunc(a.Where, func(w usage.Filter) bool { _, tag := w.Dim.Tag(); return tag })
	if tagged {
		columns += f.name + ".tags AS tags, "
		groups = append(groups, f.name+".tags")
	}
	span := a.Steps[step]
	q := within(tx.Table(f.name).Select(columns+f.sums), f.name, r).Where(f.name+".at >= ? AND "+f.name+".at < ?", span.From.UTC(), span.To.UTC()).
		Having("COUNT(*) > 0").Limit(mostSlots)
	for _, w := range a.Where {
		q = keepFacts(q, f, w)
	}
	for _, g := range groups {
		q = q.Group(g)
	}
	var rows []usageRow
	if err := q.Find(&rows).Error; err != nil {
		return err
	}
	if len(rows) == mostSlots {
		return usage.ErrMany
	}
	for i := range rows {
		row := &rows[i]
		if !carries(row.Tags, a.Where) {
			continue
		}
		values := row.values()
		for i, d := range a.By {
			if key, tag := d.Tag(); tag {
				values[i], _ = tagValue(row.Tags, key)
			}
		}
		if err := sum.add(step, values, row.totals()); err != nil {
			return err
		}
	}
	return nil
}

// keepFacts narrows a query of facts. Tags are looked at afterwards: which of a repeated key counts is not SQL's to say.
func keepFacts(q *gorm.DB, f *factTable, w usage.Filter) *gorm.DB {
	if _, tag := w.Dim.Tag(); tag {
		return q
	}
	c := f.column(w.Dim)
	if !w.Dim.Entity() {
		return q.Where(c+" IN ?", w.Values)
	}
	nodes := keptValues(w)
	if slices.Contains(nodes, nobody) {
		return q.Where("("+c+" IN ? OR "+c+" IS NULL)", nodes)
	}
	return q.Where(c+" IN ?", nodes)
}

// carries reports whether tags pass all filters that are about tags.
func carries(tags string, where []usage.Filter) bool {
	for _, w := range where {
		if key, tag := w.Dim.Tag(); tag {
			if v, _ := tagValue(tags, key); !slices.Contains(w.Values, v) {
				return false
			}
		}
	}
	return true
}

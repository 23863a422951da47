package db

import (
	"strconv"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// keptSums are the columns of a query that adds up kept sums.
const keptSums = "SUM(requests) AS requests, SUM(errors) AS errors, SUM(refused) AS refused, SUM(attempts) AS attempts, SUM(input_tokens) AS input, " +
	"SUM(cached_tokens) AS cached, SUM(output_tokens) AS output, SUM(cost_nanos) AS cost_nanos"

// keptColumns are the columns that dimensions are in tables of sums.
var keptColumns = map[usage.Dim]string{usage.Department: "department_id", usage.Team: "team_id", usage.Member: "member_id", usage.Key: "key_id",
	usage.Client: "client", usage.Asked: "asked", usage.Model: "model", usage.Connection: "provider", usage.Endpoint: "endpoint", usage.Cache: "cache",
	usage.Outcome: "outcome"}

// mostSlots bounds the rows of a query that keeps the slots apart.
const mostSlots = 2_000_000

// addKept adds kept sums up: those of days where there are such, and hours for the rest.
func addKept(tx *gorm.DB, r report.Reach, a usage.Ask, tag string, sum *fold) error {
	if byTheHour(r, a, tag) {
		return addHourly(tx, r, a, sum)
	}
	pieces, err := piecesOf(tx, r.Org, a)
	if err != nil {
		return err
	}
	for _, p := range pieces {
		switch {
		case p.days != nil:
			err = addRecalled(r, tag, p, sum, func(p piece, sum *fold) error { return addSheets(tx, r, tag, p, sum) })
		case p.hours != nil && p.table(r, a, tag) == "usage_hours":
			err = addRecalled(r, tag, p, sum, func(p piece, sum *fold) error { return addHourParts(tx, r, a, p, sum) })
		default:
			err = addPiece(tx, r, a, tag, p, sum)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func addPiece(tx *gorm.DB, r report.Reach, a usage.Ask, tag string, p piece, sum *fold) error {
	table := p.table(r, a, tag)
	columns, groups := "", []string{}
	for i, d := range a.By {
		c := keptColumn(table, d)
		columns += c + " AS v" + strconv.Itoa(i) + ", "
		groups = append(groups, c)
	}
	limit := a.Limit + 1
	if len(a.Steps) > 1 {
		columns += "hour AS slot, "
		groups = append(groups, "hour")
		limit = mostSlots
	}
	q := within(tx.Table(table).Select(columns+keptSums), table, r).Where(table+".hour >= ? AND "+table+".hour < ?", p.From.UTC(), p.To.UTC()).
		// An ungrouped sum of nothing is a row of NULLs.
		Having("COUNT(*) > 0").Limit(limit)
	if tag != "" {
		q = q.Where("tag_key = ?", tag)
	}
	for _, f := range a.Where {
		q = q.Where(keptColumn(table, f.Dim)+" IN ?", keptValues(f))
	}
	for _, g := range groups {
		q = q.Group(g)
	}
	var rows []usageRow
	if err := q.Find(&rows).Error; err != nil {
		return err
	}
	if len(rows) == limit {
		return usage.ErrMany
	}
	for i := range rows {
		if err := sum.add(sum.step(slotIn(p, rows[i].Slot)), rows[i].values(), rows[i].totals()); err != nil {
			return err
		}
	}
	return nil
}

// slotIn is when a row's slot is counted. Slots of an hour that were kept before an organization moved to a zone beside the
// hour may begin before the step that asks.
func slotIn(p piece, slot time.Time) time.Time {
	if slot.IsZero() {
		return p.From
	}
	return slot.UTC()
}

func keptColumn(table string, d usage.Dim) string {
	if _, tag := d.Tag(); tag && table == "usage_tags" {
		return "tag_value"
	}
	return table + "." + keptColumns[d]
}

// keptValues are a filter's values as sums hold them.
func keptValues(f usage.Filter) []string {
	out := make([]string, 0, len(f.Values))
	for _, v := range f.Values {
		node, err := f.Dim.Node(v)
		if err != nil {
			continue // no row has it
		}
		if node == "" && f.Dim.Entity() {
			node = nobody
		}
		out = append(out, node)
	}
	return out
}

package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// sums are the columns of a query that adds up usage_hours.
const sums = "SUM(requests) AS requests, SUM(errors) AS errors, SUM(input_tokens) AS input, SUM(cached_tokens) AS cached, SUM(output_tokens) AS output, SUM(cost_nanos) AS cost_nanos"

type sumRow struct {
	Requests int64     `gorm:"column:requests"`
	Errors   int64     `gorm:"column:errors"`
	Input    int64     `gorm:"column:input"`
	Cached   int64     `gorm:"column:cached"`
	Output   int64     `gorm:"column:output"`
	Cost     money.USD `gorm:"column:cost_nanos"`
}

func (r sumRow) totals() report.Totals {
	return report.Totals{Requests: r.Requests, Errors: r.Errors, Input: r.Input, Cached: r.Cached, Output: r.Output, Cost: r.Cost}
}

// rollup is the smallest table that can answer: the organization's totals where nobody's part is asked for.
func rollup(r report.Reach, by report.By) string {
	if r.All && r.Under.IsZero() && (by == "" || by == report.ByModel || by == report.ByConnection) {
		return "usage_totals"
	}
	return "usage_hours"
}

// Hours implements report.Store.
func (s *ReportStore) Hours(ctx context.Context, r report.Reach, from, to time.Time) ([]report.Hour, error) {
	var rows []struct {
		Hour time.Time `gorm:"column:hour"`
		Sum  sumRow    `gorm:"embedded"`
	}
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		table := rollup(r, "")
		return within(tx.Table(table).Select("hour, "+sums), table, r).
			Where(table+".hour >= ? AND "+table+".hour < ?", from.UTC(), to.UTC()).
			Group("hour").Order("hour").Find(&rows).Error
	})
	out := make([]report.Hour, len(rows))
	for i, row := range rows {
		out[i] = report.Hour{At: row.Hour.UTC(), Totals: row.Sum.totals()}
	}
	return out, err
}

// Span implements report.Store. Like the rollup it counts requests by when they came, and tokens and money by when their
// attempt was dispatched.
func (s *ReportStore) Span(ctx context.Context, r report.Reach, from, to time.Time) (report.Totals, error) {
	gone, err := s.gone(ctx, r, from)
	if err != nil {
		return report.Totals{}, err
	}
	if gone {
		return s.slots(ctx, r, from, to)
	}
	var counts, spend sumRow
	err = s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		err := within(tx.Table("requests").
			Select("COUNT(*) AS requests, COALESCE(SUM(CASE WHEN status >= 400 OR code <> '' THEN 1 ELSE 0 END), 0) AS errors"), "requests", r).
			Where("requests.at >= ? AND requests.at < ?", from.UTC(), to.UTC()).Take(&counts).Error
		if err != nil {
			return err
		}
		return within(tx.Table("attempts").
			Select("COALESCE(SUM(input_tokens), 0) AS input, COALESCE(SUM(cached_tokens), 0) AS cached, COALESCE(SUM(output_tokens), 0) AS output, COALESCE(SUM(cost_nanos), 0) AS cost_nanos"), "attempts", r).
			Where("attempts.at >= ? AND attempts.at < ?", from.UTC(), to.UTC()).Take(&spend).Error
	})
	spend.Requests, spend.Errors = counts.Requests, counts.Errors
	return spend.totals(), err
}

// gone reports whether the single requests of a moment may be deleted: then only sums know of it. Spans that are asked of facts lie
// within an hour of the clock, and what is deleted ends with a day, so all of a span is gone or none.
func (s *ReportStore) gone(ctx context.Context, r report.Reach, at time.Time) (gone bool, err error) {
	err = s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		before, err := goneBefore(tx, r.Org)
		gone = at.Before(before)
		return err
	})
	return gone, err
}

// slots is Span by sums. Where days begin within an hour they are kept by the quarter, so days and months are exact.
func (s *ReportStore) slots(ctx context.Context, r report.Reach, from, to time.Time) (sum report.Totals, err error) {
	hours, err := s.Hours(ctx, r, from, to)
	for _, h := range hours {
		err = errors.Join(err, sum.Add(h.Totals))
	}
	return sum, err
}

// dimension is how the rollup is grouped: by a column of its own, named by an entity's table.
type dimension struct{ column, name, join string }

var dimensions = map[report.By]dimension{
	report.ByModel:      {column: "model", name: "model"},
	report.ByConnection: {column: "provider", name: "provider"},
	report.ByKey:        {column: "usage_hours.key_id", name: "keys.name", join: "LEFT JOIN keys ON keys.org_id = usage_hours.org_id AND keys.id = usage_hours.key_id"},
	report.ByTeam:       {column: "usage_hours.team_id", name: "teams.name", join: "LEFT JOIN teams ON teams.org_id = usage_hours.org_id AND teams.id = usage_hours.team_id"},
	report.ByDepartment: {column: "usage_hours.department_id", name: "departments.name", join: "LEFT JOIN departments ON departments.org_id = usage_hours.org_id AND departments.id = usage_hours.department_id"},
	report.ByMember:     {column: "usage_hours.member_id", name: "members.name", join: "LEFT JOIN members ON members.org_id = usage_hours.org_id AND members.id = usage_hours.member_id"},
}

// Groups implements report.Store.
func (s *ReportStore) Groups(ctx context.Context, r report.Reach, by report.By, from, to time.Time, limit int) ([]report.Group, error) {
	d, ok := dimensions[by]
	if !ok {
		return nil, fmt.Errorf("db: the rollup is not grouped by %q", by)
	}
	var rows []groupRow
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		table := rollup(r, by)
		q := tx.Table(table).Select(d.column + " AS value, MAX(" + d.name + ") AS name, " + sums)
		if d.join != "" {
			q = q.Joins(d.join)
		}
		return within(q, table, r).Where(table+".hour >= ? AND "+table+".hour < ?", from.UTC(), to.UTC()).
			Where(d.column+" <> ?", empty(by)).
			Group(d.column).Order("SUM(cost_nanos) DESC, " + d.column).Limit(limit).Find(&rows).Error
	})
	return groupsOf(by, rows), err
}

// empty is what the rollup holds where a dimension does not apply: refused requests have no connection.
func empty(by report.By) string {
	if by == report.ByModel || by == report.ByConnection {
		return ""
	}
	return id.Key{}.UUID()
}

// printed is an entity's id as people see it.
func printed(by report.By, value string) string {
	switch by {
	case report.ByKey:
		return printedAs(id.ParseKey, value)
	case report.ByTeam:
		return printedAs(id.ParseTeam, value)
	case report.ByDepartment:
		return printedAs(id.ParseDepartment, value)
	case report.ByMember:
		return printedAs(id.ParseMember, value)
	}
	return value
}

func printedAs[T fmt.Stringer](parse func(string) (T, error), value string) string {
	v, err := parse(value)
	if err != nil {
		return ""
	}
	return v.String()
}

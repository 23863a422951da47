package db

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// groupRow is the sum of one value of a dimension.
type groupRow struct {
	Value string  `gorm:"column:value"`
	Name  *string `gorm:"column:name"`
	Sum   sumRow  `gorm:"embedded"`
}

// Allocate implements report.Store.
func (s *ReportStore) Allocate(ctx context.Context, r report.Reach, by report.By, from, to time.Time, limit int) ([]report.Group, error) {
	key, ok := by.Tag()
	if !ok {
		return s.Groups(ctx, r, by, from, to, limit)
	}
	var rows []groupRow
	err := s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		return within(tx.Table("usage_tags").Select("tag_value AS value, tag_value AS name, "+sums), "usage_tags", r).
			Where("usage_tags.hour >= ? AND usage_tags.hour < ? AND tag_key = ?", from.UTC(), to.UTC(), key).
			Group("tag_value").Order("SUM(cost_nanos) DESC, tag_value").Limit(limit).Find(&rows).Error
	})
	return groupsOf(by, rows), err
}

func groupsOf(by report.By, rows []groupRow) []report.Group {
	out := make([]report.Group, len(rows))
	for i, row := range rows {
		out[i] = report.Group{ID: printed(by, row.Value), Name: orEmpty(row.Name), Totals: row.Sum.totals()}
	}
	return out
}

// nodeTables name the entities of dimensions that are columns of uuids.
var nodeTables = map[report.By]string{report.ByKey: "keys", report.ByTeam: "teams", report.ByMember: "members", report.ByDepartment: "departments"}

// factColumns are the columns of attempts and requests that dimensions are; tags are split by hand.
var factColumns = map[report.By]string{report.ByModel: "model", report.ByConnection: "provider", report.ByKey: "key_id", report.ByTeam: "team_id",
	report.ByMember: "member_id", report.ByDepartment: "department_id"}

// AllocateSpan implements report.Store. It counts as the rollup does: requests by when they came, money by its attempt.
func (s *ReportStore) AllocateSpan(ctx context.Context, r report.Reach, by report.By, from, to time.Time) ([]report.Group, error) {
	key, tagged := by.Tag()
	column := "tags"
	if !tagged {
		column = factColumns[by]
	}
	if column == "" {
		return nil, fmt.Errorf("db: facts are not grouped by %q", by)
	}
	gone, err := s.gone(ctx, r, from)
	if err != nil {
		return nil, err
	}
	if gone {
		return s.Allocate(ctx, r, by, from, to, report.MaxValues+1)
	}
	var out []report.Group
	at := map[string]int{}
	add := func(value string, name *string, t report.Totals) error {
		i, ok := at[value]
		if !ok {
			i = len(out)
			at[value] = i
			out = append(out, report.Group{ID: printed(by, value), Name: orEmpty(name)})
		}
		return out[i].Add(t)
	}
	err = s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		for _, facts := range []struct{ table, sums string }{
			{"attempts", "0 AS requests, 0 AS errors, SUM(attempts.input_tokens) AS input, SUM(attempts.cached_tokens) AS cached, SUM(attempts.output_tokens) AS output, SUM(attempts.cost_nanos) AS cost_nanos"},
			{"requests", "COUNT(*) AS requests, SUM(CASE WHEN requests.status >= 400 OR requests.code <> '' THEN 1 ELSE 0 END) AS errors, 0 AS input, 0 AS cached, 0 AS output, 0 AS cost_nanos"},
		} {
			var rows []groupRow
			if err := spanQuery(tx, r, by, facts.table, column, facts.sums).
				Where(facts.table+".at >= ? AND "+facts.table+".at < ?", from.UTC(), to.UTC()).Find(&rows).Error; err != nil {
				return err
			}
			for _, row := range rows {
				value, name, ok := row.Value, row.Name, true
				if tagged {
					value, ok = tagValue(row.Value, key)
					name = &value
				}
				if !ok || value == "" {
					continue
				}
				if err := add(value, name, row.Sum.totals()); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return out, err
}

// spanQuery groups the facts of one table by a column, with the names of its entities.
func spanQuery(tx *gorm.DB, r report.Reach, by report.By, table, column, sums string) *gorm.DB {
	column = table + "." + column
	q := tx.Table(table)
	name := column
	if nodes := nodeTables[by]; nodes != "" {
		name = nodes + ".name"
		q = q.Joins("LEFT JOIN " + nodes + " ON " + nodes + ".org_id = " + table + ".org_id AND " + nodes + ".id = " + column).
			Where(column + " IS NOT NULL")
	} else {
		q = q.Where(column + " <> ''")
	}
	return within(q.Select(column+" AS value, MAX("+name+") AS name, "+sums), table, r).Group(column)
}

func tagValue(tags, key string) (string, bool) {
	for k, v := range ledger.Pairs(tags) {
		if k == key {
			return v, true
		}
	}
	return "", false
}

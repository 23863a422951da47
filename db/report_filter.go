package db

import (
	"slices"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/report"
)

// listColumns are what a list of requests is narrowed by.
var listColumns = map[report.Column]string{
	report.DepartmentColumn: "requests.department_id", report.TeamColumn: "requests.team_id", report.MemberColumn: "requests.member_id",
	report.KeyColumn: "requests.key_id", report.ClientColumn: "requests.client", report.AskedColumn: "requests.asked",
	report.ConnectionColumn: "requests.provider", report.EndpointColumn: "requests.endpoint", report.CacheColumn: "requests.cache",
	report.AnsweredColumn: "requests.model", report.FoundColumn: "CASE WHEN requests.attempts = 0 AND requests.route = '' THEN '' ELSE requests.asked END",
}

// entities are the columns of uuids, which are NULL where there is none.
var entities = []report.Column{report.DepartmentColumn, report.TeamColumn, report.MemberColumn, report.KeyColumn}

// narrowFurther adds the filters that take several values, and the bounds. report.Query.Keeps says the same in Go.
func narrowFurther(tx *gorm.DB, q report.Query) *gorm.DB {
	for _, f := range q.Where {
		tx = narrowTo(tx, f)
	}
	for _, pair := range q.Tags {
		tx = carrying(tx, "requests.tags", pair)
	}
	for _, key := range q.Untagged {
		find := map[bool]string{true: "strpos", false: "instr"}[tx.Dialector.Name() == "postgres"]
		tx = tx.Where(find+"(',' || requests.tags, ?) = 0", ","+key+"=")
	}
	if q.HTTPFrom > 0 {
		tx = tx.Where("requests.status >= ?", q.HTTPFrom)
	}
	if q.HTTPTo > 0 {
		tx = tx.Where("requests.status <= ?", q.HTTPTo)
	}
	if q.CostFrom != nil {
		tx = tx.Where("requests.cost_nanos >= ?", *q.CostFrom)
	}
	if q.CostTo != nil {
		tx = tx.Where("requests.cost_nanos <= ?", *q.CostTo)
	}
	if q.TookFrom > 0 {
		tx = tx.Where("requests.duration_us >= ?", q.TookFrom.Microseconds())
	}
	if q.TookTo > 0 {
		tx = tx.Where("requests.duration_us < ?", q.TookTo.Microseconds())
	}
	return tx
}

func narrowTo(tx *gorm.DB, f report.Filter) *gorm.DB {
	c := listColumns[f.Column]
	if !slices.Contains(entities, f.Column) || !slices.Contains(f.Values, "") {
		return tx.Where(c+" IN ?", f.Values)
	}
	values := slices.DeleteFunc(slices.Clone(f.Values), func(v string) bool { return v == "" })
	if len(values) == 0 {
		return tx.Where(c + " IS NULL")
	}
	return tx.Where("("+c+" IN ? OR "+c+" IS NULL)", values)
}

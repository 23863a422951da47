package db

import (
	"cmp"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// totalRow is an hour of a whole organization by model: hourRow without whose key it was.
type totalRow struct {
	OrgID    id.Org    `gorm:"column:org_id;primaryKey"`
	Hour     time.Time `gorm:"column:hour;primaryKey"`
	Model    string    `gorm:"column:model;primaryKey"`
	Provider string    `gorm:"column:provider;primaryKey"`
	Requests int64     `gorm:"column:requests"`
	Errors   int64     `gorm:"column:errors"`
	Attempts int64     `gorm:"column:attempts"`
	Input    int64     `gorm:"column:input_tokens"`
	Cached   int64     `gorm:"column:cached_tokens"`
	Output   int64     `gorm:"column:output_tokens"`
	Cost     money.USD `gorm:"column:cost_nanos"`
}

// TableName names the table.
func (totalRow) TableName() string { return "usage_totals" }

// addTotals adds hourly sums to their organizations' totals.
func addTotals(tx *gorm.DB, rows []hourRow) error {
	type place struct {
		org             id.Org
		hour            time.Time
		model, provider string
	}
	var totals []totalRow
	at := map[place]int{}
	for _, r := range rows {
		k := place{r.Key.OrgID, r.Key.Hour, r.Key.Model, r.Key.Provider}
		i, ok := at[k]
		if !ok {
			i = len(totals)
			at[k] = i
			totals = append(totals, totalRow{OrgID: k.org, Hour: k.hour, Model: k.model, Provider: k.provider})
		}
		t := &totals[i]
		t.Requests += r.Requests
		t.Errors += r.Errors
		t.Attempts += r.Attempts
		t.Input += r.Input
		t.Cached += r.Cached
		t.Output += r.Output
		t.Cost += r.Cost
	}
	// One order for all nodes, so that two posts wait for each other and never in a circle.
	slices.SortFunc(totals, func(x, y totalRow) int {
		return cmp.Or(x.OrgID.Compare(y.OrgID), x.Hour.Compare(y.Hour), cmp.Compare(x.Model, y.Model), cmp.Compare(x.Provider, y.Provider))
	})
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "org_id"}, {Name: "hour"}, {Name: "model"}, {Name: "provider"}},
		DoUpdates: clause.Assignments(adding("usage_totals")),
	}).Create(&totals).Error
}

// adding are the assignments that add a new row's sums to the ones that are there.
func adding(table string) map[string]any {
	out := map[string]any{}
	for _, c := range []string{"requests", "errors", "attempts", "input_tokens", "cached_tokens", "output_tokens", "cost_nanos"} {
		out[c] = gorm.Expr(table + "." + c + " + excluded." + c)
	}
	return out
}

package db

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

type experimentTallyRow struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	ExperimentID id.Experiment `gorm:"column:experiment_id;primaryKey"`
	Variant      int           `gorm:"column:variant;primaryKey"`
	Bucket       int           `gorm:"column:bucket;primaryKey"`
	Requests     int64         `gorm:"column:requests"`
	Answered     int64         `gorm:"column:answered"`
	Errors       int64         `gorm:"column:errors"`
	Cost         money.USD     `gorm:"column:cost_nanos"`
	LatencyUS    int64         `gorm:"column:latency_us"`
	Rated        int64         `gorm:"column:rated"`
	Score        int64         `gorm:"column:score"`
}

// TableName names the table.
func (experimentTallyRow) TableName() string { return "experiment_tallies" }

var tallyColumns = []column[experimentTallyRow]{
	ident("org_id", func(r *experimentTallyRow) id.Org { return r.OrgID }),
	ident("experiment_id", func(r *experimentTallyRow) id.Experiment { return r.ExperimentID }),
	number("variant", func(r *experimentTallyRow) int { return r.Variant }),
	number("bucket", func(r *experimentTallyRow) int { return r.Bucket }),
	number("requests", func(r *experimentTallyRow) int64 { return r.Requests }),
	number("answered", func(r *experimentTallyRow) int64 { return r.Answered }),
	number("errors", func(r *experimentTallyRow) int64 { return r.Errors }),
	number("cost_nanos", func(r *experimentTallyRow) ledger.Units { return r.Cost }),
	number("latency_us", func(r *experimentTallyRow) int64 { return r.LatencyUS }),
	number("rated", func(r *experimentTallyRow) int64 { return r.Rated }),
	number("score", func(r *experimentTallyRow) int64 { return r.Score }),
}

var addingTallies = func() string {
	var sets []string
	for _, c := range namesOf(tallyColumns)[4:] {
		sets = append(sets, c+" = experiment_tallies."+c+" + excluded."+c)
	}
	return "ON CONFLICT (org_id, experiment_id, variant, bucket) DO UPDATE SET " + strings.Join(sets, ", ")
}()

// addTrials counts a batch's requests for their experiments, in the transaction that posts them: what makes posting happen once
// makes the counts exact.
func (s *LedgerStore) addTrials(tx *gorm.DB, b budget.Batch) error {
	sums := map[experimentTallyRow]*experimentTallyRow{}
	for i := range b.Requests {
		q := &b.Requests[i]
		if q.Trial.Experiment.IsZero() {
			continue
		}
		k := experimentTallyRow{OrgID: q.Chain.Org, ExperimentID: q.Trial.Experiment, Variant: q.Trial.Variant, Bucket: q.Trial.Bucket}
		r := sums[k]
		if r == nil {
			row := k
			r = &row
			sums[k] = r
		}
		cost, err := r.Cost.Add(q.Cost)
		if err != nil {
			return err
		}
		r.Requests, r.Cost = r.Requests+1, cost
		if q.Trial.Failed {
			r.Errors++
		}
		if !q.Trial.Unanswered {
			r.Answered, r.LatencyUS = r.Answered+1, r.LatencyUS+q.Duration.Microseconds()
		}
	}
	if len(sums) == 0 {
		return nil
	}
	rows := make([]*experimentTallyRow, 0, len(sums))
	for _, r := range sums {
		rows = append(rows, r)
	}
	// One order for all nodes, so that two posts wait for each other and never in a circle.
	slices.SortFunc(rows, func(a, b *experimentTallyRow) int {
		return cmp.Or(a.OrgID.Compare(b.OrgID), a.ExperimentID.Compare(b.ExperimentID), cmp.Compare(a.Variant, b.Variant), cmp.Compare(a.Bucket, b.Bucket))
	})
	return insertRows(s.db, tx, "experiment_tallies", tallyColumns, rows, addingTallies)
}

// rate adds a verdict of feedback to the experiment that its request counted for: once, because was is what counted of an earlier
// word on the same request; nil is nothing.
func rate(tx *gorm.DB, o id.Org, t feedback.Trial, was, is *int64) error {
	if t.Experiment.IsZero() || was == nil && is == nil {
		return nil
	}
	row := experimentTallyRow{OrgID: o, ExperimentID: t.Experiment, Variant: t.Variant, Bucket: t.Bucket}
	if is != nil {
		row.Rated, row.Score = 1, *is
	}
	if was != nil {
		row.Rated, row.Score = row.Rated-1, row.Score-*was
	}
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "org_id"}, {Name: "experiment_id"}, {Name: "variant"}, {Name: "bucket"}},
		DoUpdates: clause.Assignments(map[string]any{"rated": gorm.Expr("experiment_tallies.rated + excluded.rated"), "score": gorm.Expr("experiment_tallies.score + excluded.score")}),
	}).Create(&row).Error
}

// Tallies implements experiment.Store.
func (s *ExperimentStore) Tallies(ctx context.Context, o id.Org, e id.Experiment) ([]experiment.Tally, error) {
	var rows []experimentTallyRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND experiment_id = ?", o, e).Find(&rows).Error
	})
	out := make([]experiment.Tally, len(rows))
	for i, r := range rows {
		out[i] = experiment.Tally{Variant: r.Variant, Bucket: r.Bucket, Requests: r.Requests, Answered: r.Answered, Errors: r.Errors, Cost: r.Cost, Latency: r.LatencyUS, Rated: r.Rated, Score: r.Score}
	}
	return out, err
}

// trialOf is which variant a request counted for.
func (r *requestRow) trialOf() feedback.Trial {
	return feedback.Trial{Experiment: r.Experiment, Variant: r.Variant, Bucket: r.Bucket}
}

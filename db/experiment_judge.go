package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

type experimentJudgeRow struct {
	OrgID        id.Org        `gorm:"column:org_id;primaryKey"`
	ExperimentID id.Experiment `gorm:"column:experiment_id;primaryKey"`
	Day          time.Time     `gorm:"column:day;primaryKey"`
	Spent        money.USD     `gorm:"column:spent_nanos"`
	Answers      int64         `gorm:"column:answers"`
}

// TableName names the table.
func (experimentJudgeRow) TableName() string { return "experiment_judges" }

var _ experiment.Purse = (*ExperimentStore)(nil)

// HoldJudge implements experiment.Purse: one statement decides, so that all nodes together hold no more than there is.
func (s *ExperimentStore) HoldJudge(ctx context.Context, o id.Org, e id.Experiment, day time.Time, amount, most money.USD) (ok bool, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			row := experimentJudgeRow{OrgID: o, ExperimentID: e, Day: day.UTC()}
			if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
				return err
			}
			res := tx.Model(&experimentJudgeRow{}).Where("org_id = ? AND experiment_id = ? AND day = ? AND spent_nanos <= ?", o, e, day.UTC(), most-amount).
				Update("spent_nanos", gorm.Expr("spent_nanos + ?", amount))
			ok = res.RowsAffected == 1
			return res.Error
		})
	})
	return ok && err == nil, err
}

// SettleJudge implements experiment.Purse.
func (s *ExperimentStore) SettleJudge(ctx context.Context, o id.Org, e id.Experiment, day time.Time, back money.USD, judged bool) error {
	more := 0
	if judged {
		more = 1
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&experimentJudgeRow{}).Where("org_id = ? AND experiment_id = ? AND day = ?", o, e, day.UTC()).
			Updates(map[string]any{"spent_nanos": gorm.Expr("spent_nanos - ?", back), "answers": gorm.Expr("answers + ?", more)}).Error
	})
}

// Judged implements experiment.Purse.
func (s *ExperimentStore) Judged(ctx context.Context, o id.Org, e id.Experiment, day time.Time) (experiment.Judged, error) {
	var rows []experimentJudgeRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND experiment_id = ? AND day = ?", o, e, day.UTC()).Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return experiment.Judged{}, err
	}
	return experiment.Judged{Spent: rows[0].Spent, Answers: rows[0].Answers}, nil
}

package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/onboard"
)

type onboardRow struct {
	OrgID   id.Org       `gorm:"column:org_id;primaryKey"`
	Step    onboard.Step `gorm:"column:step;primaryKey"`
	Outcome string       `gorm:"column:outcome"`
	At      time.Time    `gorm:"column:at"`
}

// TableName names the table.
func (onboardRow) TableName() string { return "onboard_steps" }

// OnboardStore keeps which steps were left out, and when the first request came.
type OnboardStore struct{ db *DB }

// NewOnboardStore makes the store.
func NewOnboardStore(d *DB) *OnboardStore { return &OnboardStore{d} }

var _ onboard.Store = (*OnboardStore)(nil)

// Marks implements onboard.Store.
func (s *OnboardStore) Marks(ctx context.Context, o id.Org) (map[onboard.Step]onboard.Mark, error) {
	var rows []onboardRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Find(&rows).Error })
	out := map[onboard.Step]onboard.Mark{}
	for _, r := range rows {
		out[r.Step] = onboard.Mark{Outcome: r.Outcome, At: r.At.UTC()}
	}
	return out, err
}

// Set implements onboard.Store.
func (s *OnboardStore) Set(ctx context.Context, o id.Org, step onboard.Step, m onboard.Mark) (fresh bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&onboardRow{OrgID: o, Step: step, Outcome: m.Outcome, At: m.At.UTC()})
		fresh = res.RowsAffected > 0
		return res.Error
	})
	return fresh, err
}

// Unset implements onboard.Store.
func (s *OnboardStore) Unset(ctx context.Context, o id.Org, step onboard.Step) (found bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Where("org_id = ? AND step = ?", o, step).Delete(&onboardRow{})
		found = res.RowsAffected > 0
		return res.Error
	})
	return found, err
}

// First implements onboard.Store.
func (s *OnboardStore) First(ctx context.Context, o id.Org) (at time.Time, ok bool, err error) {
	var rows []struct {
		At time.Time `gorm:"column:at"`
	}
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Table("requests").Select("at").Where("org_id = ?", o).Order("at").Limit(1).Scan(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return time.Time{}, false, err
	}
	return rows[0].At.UTC(), true, nil
}

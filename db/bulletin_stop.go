package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
)

type bulletinStopRow struct {
	Org    id.Org    `gorm:"column:org_id;primaryKey"`
	Report id.Report `gorm:"column:report_id;primaryKey"`
	Member id.Member `gorm:"column:member_id;primaryKey"`
	At     time.Time `gorm:"column:at"`
}

// TableName names the table.
func (bulletinStopRow) TableName() string { return "report_stops" }

// Stop implements bulletin.Store.
func (s *BulletinStore) Stop(ctx context.Context, o id.Org, r id.Report, m id.Member, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&bulletinStopRow{o, r, m, at.UTC()}).Error
	})
}

// Resume implements bulletin.Store.
func (s *BulletinStore) Resume(ctx context.Context, o id.Org, r id.Report, m id.Member) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND report_id = ? AND member_id = ?", o, r, m).Delete(&bulletinStopRow{}).Error
	})
}

// Stopped implements bulletin.Store.
func (s *BulletinStore) Stopped(ctx context.Context, o id.Org, r id.Report) (out []id.Member, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&bulletinStopRow{}).Where("org_id = ? AND report_id = ?", o, r).Pluck("member_id", &out).Error
	})
	return out, err
}

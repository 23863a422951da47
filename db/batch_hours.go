package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type batchHoursRow struct {
	OrgID  id.Org         `gorm:"column:org_id;primaryKey"`
	Zone   string         `gorm:"column:zone"`
	Opens  int            `gorm:"column:opens"`
	Closes int            `gorm:"column:closes"`
	Days   []time.Weekday `gorm:"column:days;serializer:json"`
}

// TableName names the table.
func (batchHoursRow) TableName() string { return "batch_hours" }

// Hours implements batch.Timetable.
func (s *BatchStore) Hours(ctx context.Context, o id.Org) (h batch.Hours, kept bool, err error) {
	var row batchHoursRow
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Take(&row).Error })
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return batch.Hours{Zone: row.Zone, Opens: row.Opens, Closes: row.Closes, Days: row.Days}, err == nil, err
	}
	home, err := (&OrgStore{s.db}).Organization(ctx, o)
	return batch.UsualHours(home.Zone), false, err
}

// SetHours implements batch.Timetable.
func (s *BatchStore) SetHours(ctx context.Context, o id.Org, h batch.Hours) error {
	row := batchHoursRow{o, h.Zone, h.Opens, h.Closes, h.Days}
	if row.Days == nil {
		row.Days = []time.Weekday{}
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}}, DoUpdates: clause.AssignmentColumns([]string{"zone", "opens", "closes", "days"})}).Create(&row).Error
	})
}

// OffPeak implements batch.Timetable.
func (s *BatchStore) OffPeak(ctx context.Context, o id.Org) (out []batch.Batch, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var rows []batchRow
		if err := tx.Where("org_id = ? AND ended_at IS NULL AND state IN ?", o, []string{string(batch.Validating), string(batch.Running), string(batch.Paused)}).Find(&rows).Error; err != nil {
			return err
		}
		for i := range rows {
			b, err := rows[i].batch()
			if err != nil {
				return err
			}
			if b.Body.OffPeak {
				out = append(out, b)
			}
		}
		return nil
	})
	return out, err
}

// Wake implements batch.Timetable.
func (s *BatchStore) Wake(ctx context.Context, o id.Org, b id.Batch, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&batchRow{}).Where("org_id = ? AND id = ? AND lease = '' AND ended_at IS NULL", o, b).Updates(map[string]any{"start_at": at.UTC()}).Error
	})
}

// Extend implements batch.Timetable.
func (s *BatchStore) Extend(ctx context.Context, o id.Org, b id.Batch, until time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&batchRow{}).Where("org_id = ? AND id = ? AND ended_at IS NULL", o, b).Updates(map[string]any{"expires_at": until.UTC()}).Error
	})
}

package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type batchScheduleRow struct {
	OrgID     id.Org      `gorm:"column:org_id;primaryKey"`
	ID        id.Schedule `gorm:"column:id;primaryKey"`
	KeyID     id.Key      `gorm:"column:key_id"`
	OwnerID   id.Member   `gorm:"column:owner_id"`
	Name      string      `gorm:"column:name"`
	Cron      string      `gorm:"column:cron"`
	Zone      string      `gorm:"column:zone"`
	Terms     string      `gorm:"column:terms"`
	InputID   id.File     `gorm:"column:input_id"`
	Paused    bool        `gorm:"column:paused"`
	Why       string      `gorm:"column:why"`
	NextAt    time.Time   `gorm:"column:next_at"`
	LastAt    *time.Time  `gorm:"column:last_at"`
	CreatedAt time.Time   `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt time.Time   `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (batchScheduleRow) TableName() string { return "batch_schedules" }

func (r *batchScheduleRow) schedule() (batch.Schedule, error) {
	out := batch.Schedule{ID: r.ID, Org: r.OrgID, Key: r.KeyID, Owner: r.OwnerID, Name: r.Name, Cron: r.Cron, Zone: r.Zone, Input: r.InputID, Paused: r.Paused, Why: r.Why, NextAt: r.NextAt.UTC(), LastAt: orZero(r.LastAt),
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
	if err := json.Unmarshal([]byte(r.Terms), &out.Terms); err != nil {
		return out, fmt.Errorf("schedule %s: %w", r.ID, err)
	}
	return out, nil
}

func schedules(rows []batchScheduleRow, err error) ([]batch.Schedule, error) {
	out := make([]batch.Schedule, len(rows))
	for i := range rows {
		if err == nil {
			out[i], err = rows[i].schedule()
		}
	}
	return out, err
}

func scheduleRow(s *batch.Schedule) (batchScheduleRow, error) {
	terms, err := json.Marshal(s.Terms)
	if err != nil {
		return batchScheduleRow{}, fmt.Errorf("schedule %s: %w", s.ID, err)
	}
	return batchScheduleRow{s.Org, s.ID, s.Key, s.Owner, s.Name, s.Cron, s.Zone, string(terms), s.Input, s.Paused, s.Why, s.NextAt.UTC(), orNull(s.LastAt), s.CreatedAt.UTC(), s.UpdatedAt.UTC()}, nil
}

// InsertSchedule implements batch.Timetable.
func (s *BatchStore) InsertSchedule(ctx context.Context, x batch.Schedule) error {
	row, err := scheduleRow(&x)
	if err != nil {
		return err
	}
	return s.db.scoped(ctx, x.Org, func(tx *gorm.DB) error { return tx.Create(&row).Error })
}

// UpdateSchedule implements batch.Timetable.
func (s *BatchStore) UpdateSchedule(ctx context.Context, x batch.Schedule) error {
	row, err := scheduleRow(&x)
	if err != nil {
		return err
	}
	return s.db.scoped(ctx, x.Org, func(tx *gorm.DB) error {
		res := tx.Model(&batchScheduleRow{}).Where("org_id = ? AND id = ?", x.Org, x.ID).
			Select("key_id", "owner_id", "name", "cron", "zone", "terms", "input_id", "paused", "why", "next_at", "updated_at").Updates(&row)
		if res.Error == nil && res.RowsAffected == 0 {
			return batch.ErrNotFound
		}
		return res.Error
	})
}

// DeleteSchedule implements batch.Timetable.
func (s *BatchStore) DeleteSchedule(ctx context.Context, o id.Org, which id.Schedule) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND id = ?", o, which).Delete(&batchScheduleRow{}).Error
	})
}

// Schedule implements batch.Timetable.
func (s *BatchStore) Schedule(ctx context.Context, o id.Org, which id.Schedule) (out batch.Schedule, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var row batchScheduleRow
		if err := tx.Where("org_id = ? AND id = ?", o, which).Take(&row).Error; err != nil {
			return err
		}
		out, err = row.schedule()
		return err
	})
	return out, batchMissing(err)
}

// Schedules implements batch.Timetable.
func (s *BatchStore) Schedules(ctx context.Context, o id.Org) ([]batch.Schedule, error) {
	var rows []batchScheduleRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("name, id").Limit(2 * batch.MaxSchedules).Find(&rows).Error
	})
	return schedules(rows, err)
}

// Due implements batch.Timetable. An organization that is being deleted makes nothing any more.
func (s *BatchStore) Due(ctx context.Context, now time.Time, limit int) ([]batch.Schedule, error) {
	var rows []batchScheduleRow
	err := s.db.system(ctx, "find schedules that are due", func(tx *gorm.DB) error {
		return tx.Where("NOT paused AND next_at <= ? AND EXISTS (SELECT 1 FROM organizations AS o WHERE o.id = batch_schedules.org_id AND o.deleted_at IS NULL)", now.UTC()).
			Order("next_at").Limit(limit).Find(&rows).Error
	})
	return schedules(rows, err)
}

// Advance implements batch.Timetable.
func (s *BatchStore) Advance(ctx context.Context, x batch.Schedule, next, last time.Time) (mine bool, err error) {
	set := map[string]any{"next_at": next.UTC()}
	if !last.IsZero() {
		set["last_at"] = last.UTC()
	}
	err = s.db.scoped(ctx, x.Org, func(tx *gorm.DB) error {
		res := tx.Model(&batchScheduleRow{}).Where("org_id = ? AND id = ? AND NOT paused AND next_at = ? AND updated_at = ?", x.Org, x.ID, x.NextAt.UTC(), x.UpdatedAt.UTC()).Updates(set)
		mine = res.RowsAffected == 1
		return res.Error
	})
	return mine, err
}

type batchRunRow struct {
	OrgID      id.Org      `gorm:"column:org_id;primaryKey"`
	ScheduleID id.Schedule `gorm:"column:schedule_id;primaryKey"`
	DueAt      time.Time   `gorm:"column:due_at;primaryKey"`
	Outcome    string      `gorm:"column:outcome"`
	BatchID    id.Batch    `gorm:"column:batch_id"`
	Why        string      `gorm:"column:why"`
	ByHand     bool        `gorm:"column:by_hand"`
	At         time.Time   `gorm:"column:at"`
}

// TableName names the table.
func (batchRunRow) TableName() string { return "batch_runs" }

// AddRuns implements batch.Timetable.
func (s *BatchStore) AddRuns(ctx context.Context, o id.Org, runs []batch.Run) error {
	if len(runs) == 0 {
		return nil
	}
	rows := make([]batchRunRow, len(runs))
	for i, r := range runs {
		rows[i] = batchRunRow{o, r.Schedule, r.DueAt.UTC(), string(r.Outcome), r.Batch, r.Why, r.ByHand, r.At.UTC()}
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error
	})
}

// Runs implements batch.Timetable.
func (s *BatchStore) Runs(ctx context.Context, o id.Org, which id.Schedule, limit int) (out []batch.Run, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var rows []batchRunRow
		err := tx.Where("org_id = ? AND schedule_id = ?", o, which).Order("due_at DESC").Limit(limit).Find(&rows).Error
		for _, r := range rows {
			out = append(out, batch.Run{Org: r.OrgID, Schedule: r.ScheduleID, DueAt: r.DueAt.UTC(), Outcome: batch.Outcome(r.Outcome), Batch: r.BatchID, Why: r.Why, ByHand: r.ByHand, At: r.At.UTC()})
		}
		return err
	})
	return out, err
}

// SweepRuns implements batch.Timetable.
func (s *BatchStore) SweepRuns(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, "delete old runs of schedules", func(tx *gorm.DB) error {
		return tx.Where("at <= ?", before.UTC()).Delete(&batchRunRow{}).Error
	})
}

package db

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type batchRow struct {
	OrgID      id.Org     `gorm:"column:org_id;primaryKey"`
	ID         id.Batch   `gorm:"column:id;primaryKey"`
	KeyID      id.Key     `gorm:"column:key_id"`
	MemberID   id.Member  `gorm:"column:member_id"`
	Family     string     `gorm:"column:family"`
	State      string     `gorm:"column:state"`
	Why        string     `gorm:"column:why"`
	Body       string     `gorm:"column:body"`
	InputID    id.File    `gorm:"column:input_id"`
	OutputID   id.File    `gorm:"column:output_id"`
	FailuresID id.File    `gorm:"column:failures_id"`
	Total      int        `gorm:"column:total"`
	Priority   int        `gorm:"column:priority"`
	Lease      string     `gorm:"column:lease"`
	LeaseUntil time.Time  `gorm:"column:lease_until"`
	CreatedAt  time.Time  `gorm:"column:created_at;autoCreateTime:false"`
	StartAt    time.Time  `gorm:"column:start_at"`
	BeganAt    *time.Time `gorm:"column:began_at"`
	ExpiresAt  *time.Time `gorm:"column:expires_at"`
	StoppedAt  *time.Time `gorm:"column:stopped_at"`
	EndedAt    *time.Time `gorm:"column:ended_at"`
}

// TableName names the table.
func (batchRow) TableName() string { return "batches" }

func (r *batchRow) batch() (batch.Batch, error) {
	out := batch.Batch{ID: r.ID, Org: r.OrgID, Key: r.KeyID, Member: r.MemberID, Family: batch.Family(r.Family), State: batch.State(r.State), Why: r.Why, Input: r.InputID, Output: r.OutputID, Failures: r.FailuresID,
		Total: r.Total, Priority: r.Priority, CreatedAt: r.CreatedAt.UTC(), StartAt: r.StartAt.UTC(), BeganAt: orZero(r.BeganAt), ExpiresAt: orZero(r.ExpiresAt), StoppedAt: orZero(r.StoppedAt), EndedAt: orZero(r.EndedAt)}
	if err := json.Unmarshal([]byte(r.Body), &out.Body); err != nil {
		return out, fmt.Errorf("batch %s: %w", r.ID, err)
	}
	return out, nil
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// InsertBatch implements batch.Store.
func (s *BatchStore) InsertBatch(ctx context.Context, b batch.Batch) error {
	body, err := json.Marshal(b.Body)
	if err != nil {
		return fmt.Errorf("batch %s: %w", b.ID, err)
	}
	row := batchRow{OrgID: b.Org, ID: b.ID, KeyID: b.Key, MemberID: b.Member, Family: string(b.Family), State: string(b.State), Why: b.Why, Body: string(body), InputID: b.Input, Priority: b.Priority,
		LeaseUntil: b.CreatedAt.UTC(), CreatedAt: b.CreatedAt.UTC(), StartAt: b.StartAt.UTC(), ExpiresAt: orNull(b.ExpiresAt)}
	return s.db.scoped(ctx, b.Org, func(tx *gorm.DB) error { return tx.Create(&row).Error })
}

// Batch implements batch.Store.
func (s *BatchStore) Batch(ctx context.Context, o id.Org, b id.Batch) (out batch.Batch, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var row batchRow
		if err := tx.Where("org_id = ? AND id = ?", o, b).Take(&row).Error; err != nil {
			return err
		}
		out, err = row.batch()
		return err
	})
	return out, batchMissing(err)
}

// Batches implements batch.Store. Ids grow with time, so they are the order, and cursors.
func (s *BatchStore) Batches(ctx context.Context, o id.Org, q batch.Query) (out []batch.Batch, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		tx = tx.Where("org_id = ?", o)
		if !q.Key.IsZero() {
			tx = tx.Where("key_id = ?", q.Key)
		}
		if q.Family != "" {
			tx = tx.Where("family = ?", string(q.Family))
		}
		if !q.After.IsZero() {
			tx = tx.Where("id < ?", q.After)
		}
		if q.Open {
			tx = tx.Where("ended_at IS NULL")
		}
		order := "id DESC"
		if !q.Before.IsZero() {
			tx, order = tx.Where("id > ?", q.Before), "id"
		}
		var rows []batchRow
		if err := tx.Order(order).Limit(q.Limit).Find(&rows).Error; err != nil {
			return err
		}
		for i := range rows {
			b, err := rows[i].batch()
			if err != nil {
				return err
			}
			out = append(out, b)
		}
		return nil
	})
	return out, err
}

// Unfinished implements batch.Store.
func (s *BatchStore) Unfinished(ctx context.Context, o id.Org) (int, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&batchRow{}).Where("org_id = ? AND ended_at IS NULL", o).Count(&n).Error
	})
	return int(n), err
}

// Move implements batch.Store. A batch that is put back to work is free for any node at once.
func (s *BatchStore) Move(ctx context.Context, o id.Org, b id.Batch, from []batch.State, to batch.State, why string, at time.Time) (moved bool, err error) {
	set := map[string]any{"state": string(to), "why": why}
	if to == batch.Cancelling {
		set["stopped_at"] = at.UTC()
	}
	if slices.Contains(from, batch.Paused) { // one that nobody has may be put off until its provider is asked again
		set["lease_until"] = gorm.Expr("CASE WHEN lease = '' THEN ? ELSE lease_until END", at.UTC())
	}
	states := make([]string, len(from))
	for i, f := range from {
		states[i] = string(f)
	}
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Model(&batchRow{}).Where("org_id = ? AND id = ? AND state IN ?", o, b, states).Updates(set)
		moved = res.RowsAffected == 1
		return res.Error
	})
	return moved, err
}

// SetBody implements batch.Store.
func (s *BatchStore) SetBody(ctx context.Context, o id.Org, b id.Batch, body batch.Body) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("batch %s: %w", b, err)
	}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&batchRow{}).Where("org_id = ? AND id = ?", o, b).Updates(map[string]any{"body": string(text)}).Error
	})
}

// DeleteBatch implements batch.Store.
func (s *BatchStore) DeleteBatch(ctx context.Context, o id.Org, b id.Batch) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			if err := tx.Where("org_id = ? AND batch_id = ?", o, b).Delete(&batchFileRow{}).Error; err != nil {
				return err
			}
			return tx.Where("org_id = ? AND id = ?", o, b).Delete(&batchRow{}).Error
		})
	})
}

package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/replay"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// ReplayStore keeps answers for Idempotency-Key.
type ReplayStore struct{ db *DB }

var _ replay.Store = (*ReplayStore)(nil)

// NewReplayStore makes the store.
func NewReplayStore(d *DB) *ReplayStore { return &ReplayStore{d} }

type replayRow struct {
	Org       id.Org    `gorm:"column:org_id;primaryKey"`
	Token     id.Token  `gorm:"column:token_id;primaryKey"`
	Key       string    `gorm:"column:idempotency_key;primaryKey"`
	Pepper    int64     `gorm:"column:pepper"`
	Print     []byte    `gorm:"column:print"`
	Sealed    []byte    `gorm:"column:sealed"`
	CreatedAt time.Time `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName implements gorm's Tabler.
func (replayRow) TableName() string { return "replays" }

func (r replayRow) row() replay.Row {
	out := replay.Row{Org: r.Org, Token: r.Token, Key: r.Key, KeyID: secret.KeyID(r.Pepper), Sealed: r.Sealed, CreatedAt: r.CreatedAt.UTC()}
	copy(out.Print[:], r.Print)
	if len(out.Sealed) == 0 {
		out.Sealed = nil
	}
	return out
}

const ofReplay = "org_id = ? AND token_id = ? AND idempotency_key = ?"

// Claim implements replay.Store.
func (s *ReplayStore) Claim(ctx context.Context, r replay.Row, stale, stuck time.Time) (there replay.Row, claimed bool, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
			over := tx.Session(&gorm.Session{}).Where(ofReplay, r.Org, r.Token, r.Key).
				Where("(created_at < ? OR (created_at < ? AND sealed IS NULL))", stale.UTC(), stuck.UTC())
			if err := over.Delete(&replayRow{}).Error; err != nil {
				return err
			}
			fresh := replayRow{r.Org, r.Token, r.Key, int64(r.KeyID), r.Print[:], nil, r.CreatedAt.UTC()}
			made := tx.Session(&gorm.Session{}).Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh)
			if made.Error != nil || made.RowsAffected == 1 {
				claimed = made.Error == nil
				return made.Error
			}
			var row replayRow
			err := tx.Session(&gorm.Session{}).Where(ofReplay, r.Org, r.Token, r.Key).Take(&row).Error
			there = row.row()
			return err
		})
	})
	return there, claimed, err
}

// Answer implements replay.Store.
func (s *ReplayStore) Answer(ctx context.Context, r replay.Row) error {
	return s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		done := tx.Model(&replayRow{}).Where(ofReplay, r.Org, r.Token, r.Key).Where("sealed IS NULL").Update("sealed", r.Sealed)
		if done.Error == nil && done.RowsAffected == 0 {
			return replay.ErrGone
		}
		return done.Error
	})
}

// Drop implements replay.Store.
func (s *ReplayStore) Drop(ctx context.Context, r replay.Row) error {
	return s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		return tx.Where(ofReplay, r.Org, r.Token, r.Key).Where("sealed IS NULL").Delete(&replayRow{}).Error
	})
}

// Sweep implements replay.Store.
func (s *ReplayStore) Sweep(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, "forget answers that are no longer given again", func(tx *gorm.DB) error {
		return tx.Where("created_at < ?", before.UTC()).Delete(&replayRow{}).Error
	})
}

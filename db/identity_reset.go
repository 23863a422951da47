package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// ResetStore keeps ways to set a forgotten password.
type ResetStore struct{ db *DB }

var _ identity.ResetStore = (*ResetStore)(nil)

// NewResetStore makes the store.
func NewResetStore(d *DB) *ResetStore { return &ResetStore{d} }

type resetRow struct {
	Org       id.Org     `gorm:"column:org_id;primaryKey"`
	ID        id.Reset   `gorm:"column:id;primaryKey"`
	Member    id.Member  `gorm:"column:member_id"`
	CreatedAt time.Time  `gorm:"column:created_at"`
	ExpiresAt time.Time  `gorm:"column:expires_at"`
	UsedAt    *time.Time `gorm:"column:used_at"`
}

// TableName implements gorm's Tabler.
func (resetRow) TableName() string { return "password_resets" }

// AddReset implements identity.ResetStore.
func (s *ResetStore) AddReset(ctx context.Context, r identity.Reset) error {
	return s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		if err := tx.Where("org_id = ? AND member_id = ?", r.Org, r.Member).Delete(&resetRow{}).Error; err != nil {
			return err
		}
		return tx.Create(&resetRow{r.Org, r.ID, r.Member, r.CreatedAt.UTC(), r.ExpiresAt.UTC(), toNull(r.UsedAt)}).Error
	})
}

// Reset implements identity.ResetStore.
func (s *ResetStore) Reset(ctx context.Context, o id.Org, r id.Reset) (identity.Reset, bool, error) {
	var row resetRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, r).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return identity.Reset{}, false, nil
	}
	return identity.Reset{ID: row.ID, Org: row.Org, Member: row.Member, CreatedAt: row.CreatedAt.UTC(), ExpiresAt: row.ExpiresAt.UTC(), UsedAt: fromNull(row.UsedAt)}, err == nil, err
}

// UseReset implements identity.ResetStore.
func (s *ResetStore) UseReset(ctx context.Context, o id.Org, r id.Reset, at time.Time) (used bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		r := tx.Model(&resetRow{}).Where("org_id = ? AND id = ? AND used_at IS NULL AND expires_at > ?", o, r, at.UTC()).Update("used_at", at.UTC())
		used = r.RowsAffected == 1
		return r.Error
	})
	return used, err
}

// Memberships implements identity.ResetStore. Roles are left out: who asks has none yet.
func (s *ResetStore) Memberships(ctx context.Context, email string) ([]org.Member, error) {
	var rows []memberRow
	err := s.db.system(ctx, "find who has an address, to write to them", func(tx *gorm.DB) error {
		return tx.Where("email = ? AND removed_at IS NULL AND disabled_at IS NULL AND "+ofLiving, email).Order("created_at, id").Find(&rows).Error
	})
	out := make([]org.Member, len(rows))
	for i, r := range rows {
		out[i] = org.Member{ID: r.ID, Org: r.Org, Email: r.Email, Name: r.Name, CreatedAt: r.CreatedAt.UTC()}
	}
	return out, err
}

package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/operator"
)

// SupportStore keeps whom organizations let look at their pages. Unlike OperatorStore it is scoped, as any tenant's.
type SupportStore struct{ db *DB }

var _ operator.SupportStore = (*SupportStore)(nil)

// NewSupportStore makes the store.
func NewSupportStore(d *DB) *SupportStore { return &SupportStore{d} }

type supportRow struct {
	Org       id.Org     `gorm:"column:org_id;primaryKey"`
	ID        id.Support `gorm:"column:id;primaryKey"`
	Reason    string     `gorm:"column:reason"`
	GivenBy   string     `gorm:"column:given_by"`
	GivenAt   time.Time  `gorm:"column:given_at"`
	ExpiresAt time.Time  `gorm:"column:expires_at"`
	EndedBy   string     `gorm:"column:ended_by"`
	EndedAt   *time.Time `gorm:"column:ended_at"`
}

// TableName names the table.
func (supportRow) TableName() string { return "support_grants" }

// Allow implements operator.SupportStore.
func (s *SupportStore) Allow(ctx context.Context, a operator.Access) error {
	return s.db.scoped(ctx, a.Org, func(tx *gorm.DB) error {
		return tx.Create(&supportRow{a.Org, a.ID, a.Reason, a.By, a.At.UTC(), a.Until.UTC(), a.EndedBy, toNull(a.EndedAt)}).Error
	})
}

// End implements operator.SupportStore.
func (s *SupportStore) End(ctx context.Context, o id.Org, by string, at time.Time) (n int64, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		done := tx.Model(&supportRow{}).Where("org_id = ? AND ended_at IS NULL AND expires_at > ?", o, at.UTC()).Updates(map[string]any{"ended_by": by, "ended_at": at.UTC()})
		n = done.RowsAffected
		return done.Error
	})
	return n, err
}

// Newest implements operator.SupportStore.
func (s *SupportStore) Newest(ctx context.Context, o id.Org, limit int) ([]operator.Access, error) {
	var rows []supportRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("id DESC").Limit(limit).Find(&rows).Error
	})
	out := make([]operator.Access, len(rows))
	for i, r := range rows {
		out[i] = operator.Access{ID: r.ID, Org: r.Org, Reason: r.Reason, By: r.GivenBy, At: r.GivenAt.UTC(), Until: r.ExpiresAt.UTC(), EndedBy: r.EndedBy, EndedAt: fromNull(r.EndedAt)}
	}
	return out, err
}

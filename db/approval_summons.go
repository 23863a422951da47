package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type summonsRow struct {
	OrgID     id.Org          `gorm:"column:org_id;primaryKey"`
	ID        id.Summons      `gorm:"column:id;primaryKey"`
	Matter    approval.Matter `gorm:"column:matter"`
	About     string          `gorm:"column:about"`
	MemberID  id.Member       `gorm:"column:member_id"`
	CreatedAt time.Time       `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt time.Time       `gorm:"column:expires_at"`
	UsedAt    *time.Time      `gorm:"column:used_at"`
}

// TableName names the table.
func (summonsRow) TableName() string { return "approval_summons" }

// AddSummons implements approval.Store.
func (s *ApprovalStore) AddSummons(ctx context.Context, x approval.Summons) error {
	row := summonsRow{x.Org, x.ID, x.Matter, x.About, x.Member, x.CreatedAt.UTC(), x.ExpiresAt.UTC(), toNull(x.UsedAt)}
	return s.db.scoped(ctx, x.Org, func(tx *gorm.DB) error { return tx.Create(&row).Error })
}

// Summons implements approval.Store.
func (s *ApprovalStore) Summons(ctx context.Context, o id.Org, which id.Summons) (approval.Summons, error) {
	return s.summons(ctx, o, func(tx *gorm.DB) *gorm.DB { return tx.Where("org_id = ? AND id = ?", o, which) })
}

// SummonsTo implements approval.Store.
func (s *ApprovalStore) SummonsTo(ctx context.Context, o id.Org, m id.Member, about string) (approval.Summons, error) {
	return s.summons(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("org_id = ? AND about = ? AND member_id = ?", o, about, m).Order("created_at DESC, id DESC")
	})
}

func (s *ApprovalStore) summons(ctx context.Context, o id.Org, find func(tx *gorm.DB) *gorm.DB) (approval.Summons, error) {
	var r summonsRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return find(tx).Take(&r).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = approval.ErrNotFound
	}
	return approval.Summons{ID: r.ID, Org: r.OrgID, Matter: r.Matter, About: r.About, Member: r.MemberID, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(),
		UsedAt: fromNull(r.UsedAt)}, err
}

// UseSummons implements approval.Store.
func (s *ApprovalStore) UseSummons(ctx context.Context, o id.Org, which id.Summons, at time.Time) (bool, error) {
	return s.one(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Model(&summonsRow{}).Where("org_id = ? AND id = ? AND used_at IS NULL", o, which).Update("used_at", at.UTC())
	})
}

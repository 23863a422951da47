package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
)

type policyRow struct {
	Org          id.Org    `gorm:"column:org_id;primaryKey"`
	SecondFactor bool      `gorm:"column:second_factor"`
	SSOOnly      bool      `gorm:"column:sso_only"`
	BreakGlass   id.Member `gorm:"column:break_glass"`
	Idle         int64     `gorm:"column:idle_seconds"`
	Absolute     int64     `gorm:"column:absolute_seconds"`
	UpdatedAt    time.Time `gorm:"column:updated_at"`
}

// TableName implements gorm's Tabler.
func (policyRow) TableName() string { return "login_policies" }

// LoginPolicy implements identity.LoginStore.
func (s *IdentityStore) LoginPolicy(ctx context.Context, o id.Org) (identity.Policy, error) {
	var row policyRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return identity.Policy{}, nil
	}
	return identity.Policy{SecondFactor: row.SecondFactor, SSOOnly: row.SSOOnly, BreakGlass: row.BreakGlass,
		Idle: time.Duration(row.Idle) * time.Second, Absolute: time.Duration(row.Absolute) * time.Second}, err
}

// SetLoginPolicy implements identity.LoginStore.
func (s *IdentityStore) SetLoginPolicy(ctx context.Context, o id.Org, p identity.Policy, at time.Time) error {
	row := policyRow{o, p.SecondFactor, p.SSOOnly, p.BreakGlass, int64(p.Idle / time.Second), int64(p.Absolute / time.Second), at.UTC()}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}}, UpdateAll: true}).Create(&row).Error
	})
}

// AccountOf implements identity.LoginStore.
func (s *IdentityStore) AccountOf(ctx context.Context, o id.Org, issuer, subject string) (identity.Identity, bool, error) {
	var row identityRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND issuer = ? AND subject = ?", o, issuer, subject).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return identity.Identity{}, false, nil
	}
	return row.identity(), err == nil, err
}

// DropIssuer implements identity.LoginStore.
func (s *IdentityStore) DropIssuer(ctx context.Context, o id.Org, issuer string) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND issuer = ?", o, issuer).Delete(&identityRow{}).Error
	})
}

// Left implements identity.LoginStore.
func (s *IdentityStore) Left(ctx context.Context, o id.Org, email string) (bool, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&memberRow{}).Where("org_id = ? AND email = ? AND removed_at IS NOT NULL", o, email).Count(&n).Error
	})
	return n > 0, err
}

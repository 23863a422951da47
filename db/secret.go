package db

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// OrgKeyStore keeps organizations' wrapped data keys.
type OrgKeyStore struct{ db *DB }

var _ secret.KeyStore = (*OrgKeyStore)(nil)

// NewOrgKeyStore makes the store.
func NewOrgKeyStore(d *DB) *OrgKeyStore { return &OrgKeyStore{d} }

type orgKeyRow struct {
	Org     id.Org `gorm:"column:org_id;primaryKey"`
	Version int64  `gorm:"column:version;primaryKey;autoIncrement:false"`
	Wrapped []byte `gorm:"column:wrapped"`
}

// TableName implements gorm's Tabler.
func (orgKeyRow) TableName() string { return "org_keys" }

// OrgKeys implements secret.KeyStore.
func (s *OrgKeyStore) OrgKeys(ctx context.Context, o id.Org) ([]secret.WrappedKey, error) {
	var rows []orgKeyRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Find(&rows).Error })
	return wrappedKeys(rows), err
}

// AllOrgKeys implements secret.KeyStore.
func (s *OrgKeyStore) AllOrgKeys(ctx context.Context) ([]secret.WrappedKey, error) {
	var rows []orgKeyRow
	var peppers []pepperRow
	err := s.db.system(ctx, "open all tenants' secrets at start-up", func(tx *gorm.DB) error {
		return errors.Join(tx.Find(&rows).Error, tx.Find(&peppers).Error)
	})
	out := wrappedKeys(rows)
	for _, r := range peppers {
		out = append(out, secret.WrappedKey{Version: uint32(r.Key), Wrapped: r.Wrapped})
	}
	return out, err
}

func wrappedKeys(rows []orgKeyRow) []secret.WrappedKey {
	out := make([]secret.WrappedKey, 0, len(rows))
	for _, r := range rows {
		out = append(out, secret.WrappedKey{Org: r.Org, Version: uint32(r.Version), Wrapped: r.Wrapped})
	}
	return out
}

// AddOrgKey implements secret.KeyStore.
func (s *OrgKeyStore) AddOrgKey(ctx context.Context, k secret.WrappedKey) error {
	return s.db.scoped(ctx, k.Org, func(tx *gorm.DB) error {
		return tx.Create(&orgKeyRow{k.Org, int64(k.Version), k.Wrapped}).Error
	})
}

// pepperRow is the pepper of a master key that is no more.
type pepperRow struct {
	Key     int64  `gorm:"column:key_id;primaryKey;autoIncrement:false"`
	Wrapped []byte `gorm:"column:wrapped"`
}

// TableName implements gorm's Tabler.
func (pepperRow) TableName() string { return "master_peppers" }

// KeepPepper implements secret.KeyStore.
func (s *OrgKeyStore) KeepPepper(ctx context.Context, k secret.WrappedKey) error {
	return s.db.system(ctx, "keep what an older master key hashed recognisable", func(tx *gorm.DB) error {
		return tx.Save(&pepperRow{int64(k.Version), k.Wrapped}).Error
	})
}

// Rewrap implements secret.KeyStore.
func (s *OrgKeyStore) Rewrap(ctx context.Context, before, next secret.WrappedKey) (changed bool, err error) {
	err = s.db.scoped(ctx, before.Org, func(tx *gorm.DB) error {
		done := tx.Model(&orgKeyRow{}).Where("org_id = ? AND version = ? AND wrapped = ?", before.Org, int64(before.Version), before.Wrapped).
			Update("wrapped", next.Wrapped)
		changed = done.RowsAffected > 0
		return done.Error
	})
	return changed, err
}

// DropOrgKeys implements secret.KeyStore.
func (s *OrgKeyStore) DropOrgKeys(ctx context.Context, o id.Org) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Delete(&orgKeyRow{}).Error })
}

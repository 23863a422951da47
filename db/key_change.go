package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
)

// Changes of keys. Each writes its own columns only, so that an edit that was begun before cannot undo a disabling.

// SetDisabled implements key.Store.
func (s *KeyStore) SetDisabled(ctx context.Context, k key.Key) error {
	return s.write(ctx, k, "disabled_at", "held", "updated_at")
}

// Edit implements key.Store.
func (s *KeyStore) Edit(ctx context.Context, k key.Key) error {
	return s.write(ctx, k, "name", "models", "networks", "endpoints", "tags", "expires_at", "updated_at")
}

func (s *KeyStore) write(ctx context.Context, k key.Key, columns ...string) error {
	row := keyRowOf(k)
	return s.db.scoped(ctx, k.Org, func(tx *gorm.DB) error {
		return tx.Model(&keyRow{}).Where("org_id = ? AND id = ? AND deleted_at IS NULL", k.Org, k.ID).Select(columns).Updates(&row).Error
	})
}

// Rotate implements key.Store.
func (s *KeyStore) Rotate(ctx context.Context, k key.Key) error {
	row := keyRowOf(k)
	return s.db.scoped(ctx, k.Org, func(tx *gorm.DB) error {
		done := tx.Model(&keyRow{}).Where("org_id = ? AND id = ? AND public = ? AND deleted_at IS NULL", k.Org, k.ID, k.Old.Public).
			Select("public", "last4", "pepper", "mac", "old_public", "old_last4", "old_pepper", "old_mac", "old_until", "updated_at").Updates(&row)
		if done.Error == nil && done.RowsAffected == 0 {
			return key.Changed()
		}
		return done.Error
	})
}

// Delete implements key.Store.
func (s *KeyStore) Delete(ctx context.Context, o id.Org, k id.Key, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&keyRow{}).Where("org_id = ? AND id = ? AND deleted_at IS NULL", o, k).Update("deleted_at", at.UTC()).Error
	})
}

// Refused implements key.Store. A deleted key's row is there for it.
func (s *KeyStore) Refused(ctx context.Context, r key.Refusal) (first bool, err error) {
	at := r.At.UTC()
	err = s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		done := tx.Model(&keyRow{}).Where("org_id = ? AND id = ? AND (refused_at IS NULL OR refused_at <= ?)", r.Org, r.Key, at.Add(-key.Quiet)).
			Update("refused_at", at)
		first = done.RowsAffected == 1
		return done.Error
	})
	return first, err
}

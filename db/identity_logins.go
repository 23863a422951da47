package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
)

// EndLogins implements identity.Store. Keys of the playground stay: they are the dashboard's, and end with its sessions.
func (s *IdentityStore) EndLogins(ctx context.Context, o id.Org, m id.Member, at time.Time) (programs, agents int64, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		ended := tx.Model(&tokenRow{}).Where("org_id = ? AND member_id = ? AND personal = ? AND name LIKE ? AND expires_at > ? AND revoked_at IS NULL",
			o, m, true, identity.LoginName+"%", at.UTC()).Update("revoked_at", at.UTC())
		if programs = ended.RowsAffected; ended.Error != nil {
			return ended.Error
		}
		ended = tx.Model(&keyRow{}).Where("org_id = ? AND member_id = ? AND agent NOT IN ? AND deleted_at IS NULL", o, m, []string{"", key.Playground}).
			Update("deleted_at", at.UTC())
		agents = ended.RowsAffected
		return ended.Error
	})
	if err != nil {
		return 0, 0, err
	}
	err = s.db.system(ctx, whoseDevice, func(tx *gorm.DB) error {
		return tx.Model(&deviceRow{}).Where("confirmed_in = ? AND confirmed_by = ? AND state = ?", o, m, string(identity.DeviceApproved)).
			Update("state", string(identity.DeviceDenied)).Error
	})
	return programs, agents, err
}

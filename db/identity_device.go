package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

var _ identity.DeviceStore = (*IdentityStore)(nil)

type deviceRow struct {
	UserCode  string     `gorm:"column:user_code;primaryKey"`
	Public    string     `gorm:"column:public"`
	Pepper    int64      `gorm:"column:pepper"`
	MAC       []byte     `gorm:"column:mac"`
	Program   string     `gorm:"column:program"`
	IP        string     `gorm:"column:ip"`
	State     string     `gorm:"column:state"`
	Org       id.Org     `gorm:"column:confirmed_in"`
	Member    id.Member  `gorm:"column:confirmed_by"`
	CreatedAt time.Time  `gorm:"column:created_at;autoCreateTime:false"`
	ExpiresAt time.Time  `gorm:"column:expires_at"`
	PolledAt  *time.Time `gorm:"column:polled_at"`
	Agent     string     `gorm:"column:agent"`
	Team      id.Team    `gorm:"column:team_id"`
	For       id.Org     `gorm:"column:meant_for"`
}

// TableName implements gorm's Tabler.
func (deviceRow) TableName() string { return "device_logins" }

func (r deviceRow) device() identity.Device {
	d := identity.Device{UserCode: r.UserCode, Public: r.Public, KeyID: secret.KeyID(r.Pepper), Program: r.Program, IP: r.IP, State: identity.DeviceState(r.State),
		Org: r.Org, Member: r.Member, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), PolledAt: fromNull(r.PolledAt), Agent: r.Agent, Team: r.Team, For: r.For}
	copy(d.MAC[:], r.MAC)
	return d
}

// whoseDevice is why these statements name no organization.
const whoseDevice = "a device log-in is nobody's until it is confirmed"

// AddDevice implements identity.DeviceStore.
func (s *IdentityStore) AddDevice(ctx context.Context, d identity.Device) error {
	return s.db.system(ctx, whoseDevice, func(tx *gorm.DB) error {
		return tx.Create(&deviceRow{d.UserCode, d.Public, int64(d.KeyID), d.MAC[:], d.Program, d.IP, string(d.State), d.Org, d.Member,
			d.CreatedAt.UTC(), d.ExpiresAt.UTC(), toNull(d.PolledAt), d.Agent, d.Team, d.For}).Error
	})
}

// DeviceByCode implements identity.DeviceStore.
func (s *IdentityStore) DeviceByCode(ctx context.Context, userCode string) (identity.Device, bool, error) {
	return s.device(ctx, "user_code = ?", userCode)
}

// DeviceByPublic implements identity.DeviceStore.
func (s *IdentityStore) DeviceByPublic(ctx context.Context, public string) (identity.Device, bool, error) {
	return s.device(ctx, "public = ?", public)
}

func (s *IdentityStore) device(ctx context.Context, where, value string) (identity.Device, bool, error) {
	var row deviceRow
	err := s.db.system(ctx, whoseDevice, func(tx *gorm.DB) error { return tx.Where(where, value).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return identity.Device{}, false, nil
	}
	return row.device(), err == nil, err
}

// MoveDevice implements identity.DeviceStore.
func (s *IdentityStore) MoveDevice(ctx context.Context, d identity.Device, from identity.DeviceState) (moved bool, err error) {
	err = s.db.system(ctx, whoseDevice, func(tx *gorm.DB) error {
		done := tx.Model(&deviceRow{}).Where("user_code = ? AND state = ?", d.UserCode, string(from)).
			Updates(map[string]any{"state": string(d.State), "confirmed_in": d.Org, "confirmed_by": d.Member, "team_id": d.Team})
		moved = done.RowsAffected == 1
		return done.Error
	})
	return moved, err
}

// DevicePolled implements identity.DeviceStore.
func (s *IdentityStore) DevicePolled(ctx context.Context, public string, at time.Time) error {
	return s.db.system(ctx, whoseDevice, func(tx *gorm.DB) error {
		return tx.Model(&deviceRow{}).Where("public = ?", public).Update("polled_at", at.UTC()).Error
	})
}

// SweepDevices implements identity.DeviceStore.
func (s *IdentityStore) SweepDevices(ctx context.Context, before time.Time) error {
	return s.db.system(ctx, whoseDevice, func(tx *gorm.DB) error {
		return tx.Where("expires_at < ?", before.UTC()).Delete(&deviceRow{}).Error
	})
}

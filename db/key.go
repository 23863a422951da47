package db

import (
	"context"
	"net/netip"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// KeyStore keeps virtual keys.
type KeyStore struct{ db *DB }

var _ key.Store = (*KeyStore)(nil)

// NewKeyStore makes the store.
func NewKeyStore(d *DB) *KeyStore { return &KeyStore{d} }

type keyRow struct {
	Org        id.Org         `gorm:"column:org_id;primaryKey"`
	ID         id.Key         `gorm:"column:id;primaryKey"`
	Name       string         `gorm:"column:name"`
	Team       id.Team        `gorm:"column:team_id"`
	Member     id.Member      `gorm:"column:member_id"`
	Account    string         `gorm:"column:account"`
	AccountID  id.Account     `gorm:"column:account_id"`
	Public     string         `gorm:"column:public"`
	Last4      string         `gorm:"column:last4"`
	Pepper     int64          `gorm:"column:pepper"`
	MAC        []byte         `gorm:"column:mac"`
	Models     []string       `gorm:"column:models;serializer:json"`
	Networks   []netip.Prefix `gorm:"column:networks;serializer:json"`
	Endpoints  []string       `gorm:"column:endpoints;serializer:json"`
	Tags       []string       `gorm:"column:tags;serializer:json"`
	CreatedBy  string         `gorm:"column:created_by"`
	CreatedAt  time.Time      `gorm:"column:created_at"`
	ExpiresAt  *time.Time     `gorm:"column:expires_at"`
	DisabledAt *time.Time     `gorm:"column:disabled_at"`
	DeletedAt  *time.Time     `gorm:"column:deleted_at"`
	LastUsedAt *time.Time     `gorm:"column:last_used_at"`
	UpdatedAt  *time.Time     `gorm:"column:updated_at;autoUpdateTime:false"`
	Held       bool           `gorm:"column:held"`
	OldPublic  *string        `gorm:"column:old_public"`
	OldLast4   *string        `gorm:"column:old_last4"`
	OldPepper  *int64         `gorm:"column:old_pepper"`
	OldMAC     []byte         `gorm:"column:old_mac"`
	OldUntil   *time.Time     `gorm:"column:old_until"`
	RefusedAt  *time.Time     `gorm:"column:refused_at"`
	Agent      string         `gorm:"column:agent"`
}

// TableName implements gorm's Tabler.
func (keyRow) TableName() string { return "keys" }

func keyRowOf(k key.Key) keyRow {
	row := keyRow{Org: k.Org, ID: k.ID, Name: k.Name, Team: k.Team, Member: k.Member, Account: k.Account, AccountID: k.AccountID, Public: k.Public, Last4: k.Last4,
		Pepper: int64(k.KeyID), MAC: k.MAC[:], Models: k.Models, Networks: k.Networks, Endpoints: k.Endpoints.Names(), Tags: append([]string{}, k.Tags...), CreatedBy: k.CreatedBy, CreatedAt: k.CreatedAt.UTC(),
		ExpiresAt: toNull(k.ExpiresAt), DisabledAt: toNull(k.DisabledAt), LastUsedAt: toNull(k.LastUsedAt), UpdatedAt: toNull(k.UpdatedAt), Held: k.Held, Agent: k.Agent}
	if o := k.Old; !o.Until.IsZero() {
		pepper := int64(o.KeyID)
		row.OldPublic, row.OldLast4, row.OldPepper, row.OldMAC, row.OldUntil = &o.Public, &o.Last4, &pepper, o.MAC[:], toNull(o.Until)
	}
	if row.Models == nil {
		row.Models = []string{}
	}
	if row.Networks == nil {
		row.Networks = []netip.Prefix{}
	}
	return row
}

func (r keyRow) key() key.Key {
	k := key.Key{ID: r.ID, Org: r.Org, Name: r.Name, Team: r.Team, Member: r.Member, Account: r.Account, AccountID: r.AccountID, Public: r.Public, Last4: r.Last4,
		KeyID: secret.KeyID(r.Pepper), Models: r.Models, Networks: r.Networks, Endpoints: key.StoredEndpoints(r.Endpoints), Tags: r.Tags, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.UTC(),
		ExpiresAt: fromNull(r.ExpiresAt), DisabledAt: fromNull(r.DisabledAt), LastUsedAt: fromNull(r.LastUsedAt), UpdatedAt: fromNull(r.UpdatedAt), Held: r.Held, Agent: r.Agent}
	copy(k.MAC[:], r.MAC)
	if k.UpdatedAt.IsZero() { // made before this was kept
		k.UpdatedAt = k.CreatedAt
	}
	if r.OldPublic != nil && r.OldLast4 != nil && r.OldPepper != nil {
		k.Old = key.Old{Public: *r.OldPublic, Last4: *r.OldLast4, KeyID: secret.KeyID(*r.OldPepper), Until: fromNull(r.OldUntil)}
		copy(k.Old.MAC[:], r.OldMAC)
	}
	return k
}

// Insert implements key.Store.
func (s *KeyStore) Insert(ctx context.Context, k key.Key) error {
	row := keyRowOf(k)
	return s.db.scoped(ctx, k.Org, func(tx *gorm.DB) error { return tx.Create(&row).Error })
}

// Used implements key.Store.
func (s *KeyStore) Used(ctx context.Context, uses []key.Use) error {
	if len(uses) == 0 {
		return nil
	}
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.system(ctx, "note when keys were last used", func(tx *gorm.DB) error {
			for _, u := range uses {
				at := u.At.UTC()
				err := tx.Model(&keyRow{}).Where("org_id = ? AND id = ? AND (last_used_at IS NULL OR last_used_at < ?)", u.Org, u.Key, at).
					Update("last_used_at", at).Error
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
}

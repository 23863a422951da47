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
	CreatedBy  string         `gorm:"column:created_by"`
	CreatedAt  time.Time      `gorm:"column:created_at"`
	ExpiresAt  *time.Time     `gorm:"column:expires_at"`
	DisabledAt *time.Time     `gorm:"column:disabled_at"`
	DeletedAt  *time.Time     `gorm:"column:deleted_at"`
	LastUsedAt *time.Time     `gorm:"column:last_used_at"`
}

// TableName implements gorm's Tabler.
func (keyRow) TableName() string { return "keys" }

func keyRowOf(k key.Key) keyRow {
	row := keyRow{Org: k.Org, ID: k.ID, Name: k.Name, Team: k.Team, Member: k.Member, Account: k.Account, AccountID: k.AccountID, Public: k.Public, Last4: k.Last4,
		Pepper: int64(k.KeyID), MAC: k.MAC[:], Models: k.Models, Networks: k.Networks, CreatedBy: k.CreatedBy, CreatedAt: k.CreatedAt.UTC(),
		ExpiresAt: toNull(k.ExpiresAt), DisabledAt: toNull(k.DisabledAt), LastUsedAt: toNull(k.LastUsedAt)}
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
		KeyID: secret.KeyID(r.Pepper), Models: r.Models, Networks: r.Networks, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.UTC(),
		ExpiresAt: fromNull(r.ExpiresAt), DisabledAt: fromNull(r.DisabledAt), LastUsedAt: fromNull(r.LastUsedAt)}
	copy(k.MAC[:], r.MAC)
	return k
}

// Insert implements key.Store.
func (s *KeyStore) Insert(ctx context.Context, k key.Key) error {
	row := keyRowOf(k)
	return s.db.scoped(ctx, k.Org, func(tx *gorm.DB) error { return tx.Create(&row).Error })
}

// stopped is a condition on keys AS k: that the key is refused for where it stands in the tree, whatever it says of itself.
// stoppers are the joins that it needs.
const (
	stopped = `(t.archived_at IS NOT NULL OR a.archived_at IS NOT NULL OR m.disabled_at IS NOT NULL OR k.member_id IS NOT NULL AND s.member_id IS NULL)`

	stoppers = `JOIN teams AS t ON t.org_id = k.org_id AND t.id = k.team_id
		LEFT JOIN members AS m ON m.org_id = k.org_id AND m.id = k.member_id
		LEFT JOIN team_members AS s ON s.org_id = k.org_id AND s.member_id = k.member_id AND s.team_id = k.team_id
		LEFT JOIN service_accounts AS a ON a.org_id = k.org_id AND a.id = k.account_id`
)

// shownKey is a key with whether the tree stops it.
type shownKey struct {
	Key     keyRow `gorm:"embedded"`
	Stopped bool   `gorm:"column:stopped"`
}

func (r shownKey) key() key.Key {
	k := r.Key.key()
	k.Stopped = r.Stopped
	return k
}

// shownKeys begins a query on an organization's keys that are not deleted.
func shownKeys(tx *gorm.DB, o id.Org) *gorm.DB {
	return tx.Table("keys AS k").Select("k.*, "+stopped+" AS stopped").Joins(stoppers).Where("k.org_id = ? AND k.deleted_at IS NULL", o)
}

// Get implements key.Store.
func (s *KeyStore) Get(ctx context.Context, o id.Org, k id.Key) (key.Key, error) {
	var row shownKey
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return shownKeys(tx, o).Where("k.id = ?", k).Take(&row).Error })
	return row.key(), missing(err, key.Missing)
}

// List implements key.Store.
func (s *KeyStore) List(ctx context.Context, o id.Org) ([]key.Key, error) {
	var rows []shownKey
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return shownKeys(tx, o).Order("k.created_at DESC, k.id DESC").Find(&rows).Error
	})
	out := make([]key.Key, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.key())
	}
	return out, err
}

// SetDisabled implements key.Store.
func (s *KeyStore) SetDisabled(ctx context.Context, o id.Org, k id.Key, at time.Time) error {
	return s.set(ctx, o, k, "disabled_at", toNull(at))
}

// Delete implements key.Store.
func (s *KeyStore) Delete(ctx context.Context, o id.Org, k id.Key, at time.Time) error {
	return s.set(ctx, o, k, "deleted_at", toNull(at))
}

func (s *KeyStore) set(ctx context.Context, o id.Org, k id.Key, column string, at *time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&keyRow{}).Where("org_id = ? AND id = ? AND deleted_at IS NULL", o, k).Update(column, at).Error
	})
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

// recordRow is one line of Records; plain columns only, because a node reads all keys after every change.
type recordRow struct {
	Public     string
	Pepper     int64
	MAC        []byte
	Key        id.Key
	Name       string
	Org        id.Org
	Slug       string
	Department id.Department
	Team       id.Team
	Member     id.Member
	Models     []string       `gorm:"serializer:json"`
	Networks   []netip.Prefix `gorm:"serializer:json"`
	ExpiresAt  *time.Time
	Off        bool
}

// Records implements key.Store.
func (s *KeyStore) Records(ctx context.Context) ([]key.Record, error) {
	var rows []recordRow
	err := s.db.system(ctx, "compile the key index", func(tx *gorm.DB) error {
		return tx.Table("keys AS k").
			Select(`k.public, k.pepper, k.mac, k.id AS "key", k.name, k.org_id AS org, o.slug, t.department_id AS department, k.team_id AS team,
				k.member_id AS member, k.models, k.networks, k.expires_at,
				(k.disabled_at IS NOT NULL OR ` + stopped + `) AS off`).
			Joins("JOIN organizations AS o ON o.id = k.org_id").
			Joins(stoppers).
			Where("k.deleted_at IS NULL").Find(&rows).Error
	})
	out := make([]key.Record, 0, len(rows))
	for _, r := range rows {
		out = append(out, key.Record{Public: r.Public, KeyID: secret.KeyID(r.Pepper), MAC: r.MAC, Key: r.Key, Name: r.Name, Org: r.Org,
			OrgSlug: r.Slug, Department: r.Department, Team: r.Team, Member: r.Member, Models: r.Models, Networks: r.Networks,
			ExpiresAt: fromNull(r.ExpiresAt), Off: r.Off})
	}
	return out, err
}

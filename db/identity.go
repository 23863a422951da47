package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
)

// IdentityStore keeps how members log in, and management tokens.
type IdentityStore struct{ db *DB }

var _ identity.Store = (*IdentityStore)(nil)

// NewIdentityStore makes the store.
func NewIdentityStore(d *DB) *IdentityStore { return &IdentityStore{d} }

type identityRow struct {
	Org       id.Org      `gorm:"column:org_id;primaryKey"`
	ID        id.Identity `gorm:"column:id;primaryKey"`
	Member    id.Member   `gorm:"column:member_id"`
	Issuer    string      `gorm:"column:issuer"`
	Subject   string      `gorm:"column:subject"`
	Hash      string      `gorm:"column:hash"`
	CreatedAt time.Time   `gorm:"column:created_at"`
	UpdatedAt time.Time   `gorm:"column:updated_at"`
}

// TableName implements gorm's Tabler.
func (identityRow) TableName() string { return "identities" }

func (r identityRow) identity() identity.Identity {
	return identity.Identity{ID: r.ID, Org: r.Org, Member: r.Member, Issuer: r.Issuer, Subject: r.Subject, Hash: r.Hash, CreatedAt: r.CreatedAt.UTC()}
}

// AddIdentity implements identity.Store.
func (s *IdentityStore) AddIdentity(ctx context.Context, i identity.Identity) error {
	return s.db.scoped(ctx, i.Org, func(tx *gorm.DB) error {
		at := i.CreatedAt.UTC()
		return taken(tx.Create(&identityRow{i.Org, i.ID, i.Member, i.Issuer, i.Subject, i.Hash, at, at}).Error)
	})
}

// ByLogin implements identity.Store.
func (s *IdentityStore) ByLogin(ctx context.Context, issuer, subject string) ([]identity.Identity, error) {
	var rows []identityRow
	err := s.db.system(ctx, "find who logs in", func(tx *gorm.DB) error {
		return tx.Where("issuer = ? AND subject = ? AND "+ofLiving, issuer, subject).Order("created_at, id").Find(&rows).Error
	})
	out := make([]identity.Identity, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.identity())
	}
	return out, err
}

// OfMember implements identity.Store.
func (s *IdentityStore) OfMember(ctx context.Context, o id.Org, m id.Member, issuer string) (identity.Identity, bool, error) {
	var row identityRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ? AND issuer = ?", o, m, issuer).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return identity.Identity{}, false, nil
	}
	return row.identity(), err == nil, err
}

// SetHash implements identity.Store.
func (s *IdentityStore) SetHash(ctx context.Context, o id.Org, i id.Identity, hash string, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&identityRow{}).Where("org_id = ? AND id = ?", o, i).
			Updates(map[string]any{"hash": hash, "updated_at": at.UTC()}).Error
	})
}

// DropIdentities implements identity.Store.
func (s *IdentityStore) DropIdentities(ctx context.Context, o id.Org, m id.Member) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ?", o, m).Delete(&identityRow{}).Error
	})
}

// EndSessions implements identity.Store.
func (s *IdentityStore) EndSessions(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&sessionRow{}).Where("member_org_id = ? AND member_id = ? AND ended_at IS NULL", o, m).
			Updates(map[string]any{"ended_at": at.UTC(), "data": []byte{}}).Error
	})
}

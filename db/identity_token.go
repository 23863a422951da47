package db

import (
	"context"
	"errors"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

type tokenRow struct {
	Org       id.Org     `gorm:"column:org_id;primaryKey"`
	ID        id.Token   `gorm:"column:id;primaryKey"`
	Name      string     `gorm:"column:name"`
	Role      string     `gorm:"column:role"`
	Public    string     `gorm:"column:public"`
	Last4     string     `gorm:"column:last4"`
	Pepper    int64      `gorm:"column:pepper"`
	MAC       []byte     `gorm:"column:mac"`
	CreatedBy string     `gorm:"column:created_by"`
	Member    id.Member  `gorm:"column:member_id"`
	NodeKind  string     `gorm:"column:node_kind"`
	Node      string     `gorm:"column:node_id"`
	CreatedAt time.Time  `gorm:"column:created_at"`
	ExpiresAt *time.Time `gorm:"column:expires_at"`
	RevokedAt *time.Time `gorm:"column:revoked_at"`
	Scopes    string     `gorm:"column:scopes"`
	UsedAt    *time.Time `gorm:"column:last_used_at"`
	Personal  bool       `gorm:"column:personal"`
}

// TableName implements gorm's Tabler.
func (tokenRow) TableName() string { return "tokens" }

func (r tokenRow) token() identity.Token {
	t := identity.Token{ID: r.ID, Org: r.Org, Name: r.Name, Role: org.Role(r.Role), Public: r.Public, Last4: r.Last4,
		KeyID: secret.KeyID(r.Pepper), CreatedBy: r.CreatedBy, Maker: r.Member, CreatedAt: r.CreatedAt.UTC(), ExpiresAt: fromNull(r.ExpiresAt), RevokedAt: fromNull(r.RevokedAt),
		Scopes: strings.Fields(r.Scopes), LastUsedAt: fromNull(r.UsedAt), Personal: r.Personal}
	copy(t.MAC[:], r.MAC)
	t.At, _ = org.ParseScope(r.Org, r.NodeKind, r.Node) // what is none is the zero scope: nowhere
	return t
}

// AddToken implements identity.Store.
func (s *IdentityStore) AddToken(ctx context.Context, t identity.Token) error {
	return s.db.scoped(ctx, t.Org, func(tx *gorm.DB) error {
		return tx.Create(&tokenRow{t.Org, t.ID, t.Name, string(t.Role), t.Public, t.Last4, int64(t.KeyID), t.MAC[:], t.CreatedBy,
			t.Maker, string(t.At.Kind()), t.At.Node(), t.CreatedAt.UTC(), toNull(t.ExpiresAt), toNull(t.RevokedAt), strings.Join(t.Scopes, " "), toNull(t.LastUsedAt), t.Personal}).Error
	})
}

// TokenUsed implements identity.Store.
func (s *IdentityStore) TokenUsed(ctx context.Context, o id.Org, t id.Token, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&tokenRow{}).Where("org_id = ? AND id = ?", o, t).Update("last_used_at", at.UTC()).Error
	})
}

// Tokens implements identity.Store.
func (s *IdentityStore) Tokens(ctx context.Context, o id.Org) ([]identity.Token, error) {
	var rows []tokenRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("created_at DESC, id DESC").Find(&rows).Error
	})
	out := make([]identity.Token, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.token())
	}
	return out, err
}

// TokenByPublic implements identity.Store.
func (s *IdentityStore) TokenByPublic(ctx context.Context, public string) (identity.Token, bool, error) {
	var row tokenRow
	err := s.db.system(ctx, "find who holds a token", func(tx *gorm.DB) error { return tx.Where("public = ? AND "+ofLiving, public).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return identity.Token{}, false, nil
	}
	return row.token(), err == nil, err
}

// RevokeToken implements identity.Store.
func (s *IdentityStore) RevokeToken(ctx context.Context, o id.Org, t id.Token, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&tokenRow{}).Where("org_id = ? AND id = ? AND revoked_at IS NULL", o, t).Update("revoked_at", at.UTC()).Error
	})
}

// RevokeTokensOf implements identity.Store.
func (s *IdentityStore) RevokeTokensOf(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&tokenRow{}).Where("org_id = ? AND member_id = ? AND revoked_at IS NULL", o, m).Update("revoked_at", at.UTC()).Error
	})
}

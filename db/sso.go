package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/sso"
)

// SSOStore keeps identity providers.
type SSOStore struct{ db *DB }

var _ sso.Store = (*SSOStore)(nil)

// NewSSOStore makes the store.
func NewSSOStore(d *DB) *SSOStore { return &SSOStore{d} }

type ssoProviderRow struct {
	Org        id.Org      `gorm:"column:org_id;primaryKey"`
	ID         id.Provider `gorm:"column:id;primaryKey"`
	Issuer     string      `gorm:"column:issuer"`
	ClientID   string      `gorm:"column:client_id"`
	Sealed     []byte      `gorm:"column:sealed"`
	Name       string      `gorm:"column:name"`
	Provision  bool        `gorm:"column:provision"`
	Domains    []string    `gorm:"column:domains;serializer:json"`
	Role       string      `gorm:"column:role"`
	Team       id.Team     `gorm:"column:team_id"`
	TrustEmail bool        `gorm:"column:trust_email"`
	GroupClaim string      `gorm:"column:group_claim"`
	CreatedAt  time.Time   `gorm:"column:created_at"`
	UpdatedAt  time.Time   `gorm:"column:updated_at"`
}

// TableName implements gorm's Tabler.
func (ssoProviderRow) TableName() string { return "sso_providers" }

func (r ssoProviderRow) provider() sso.Provider {
	return sso.Provider{ID: r.ID, Org: r.Org, Issuer: r.Issuer, ClientID: r.ClientID, Sealed: r.Sealed, Name: r.Name, Provision: r.Provision, Domains: r.Domains,
		Role: org.Role(r.Role), Team: r.Team, TrustEmail: r.TrustEmail, GroupClaim: r.GroupClaim, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
}

// Provider implements sso.Store.
func (s *SSOStore) Provider(ctx context.Context, o id.Org) (sso.Provider, bool, error) {
	var row ssoProviderRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return sso.Provider{}, false, nil
	}
	return row.provider(), err == nil, err
}

// SetProvider implements sso.Store.
func (s *SSOStore) SetProvider(ctx context.Context, p sso.Provider) error {
	row := ssoProviderRow{p.Org, p.ID, p.Issuer, p.ClientID, p.Sealed, p.Name, p.Provision, p.Domains, string(p.Role), p.Team, p.TrustEmail, p.GroupClaim,
		p.CreatedAt.UTC(), p.UpdatedAt.UTC()}
	if row.Sealed == nil {
		row.Sealed = []byte{}
	}
	if row.Domains == nil {
		row.Domains = []string{}
	}
	return s.db.scoped(ctx, p.Org, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "id"}}, UpdateAll: true}).Create(&row).Error
	})
}

// DropProvider implements sso.Store.
func (s *SSOStore) DropProvider(ctx context.Context, o id.Org) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Delete(&ssoProviderRow{}).Error })
}

// Serving implements sso.Store.
func (s *SSOStore) Serving(ctx context.Context, issuer string, clients []string) ([]sso.Provider, error) {
	var rows []ssoProviderRow
	if len(clients) == 0 {
		return nil, nil
	}
	err := s.db.system(ctx, "find whom a logout token speaks to", func(tx *gorm.DB) error {
		return tx.Where("issuer = ? AND client_id IN ? AND "+ofLiving, issuer, clients).Order("created_at, id").Limit(20).Find(&rows).Error
	})
	out := make([]sso.Provider, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.provider())
	}
	return out, err
}

type ssoGroupRow struct {
	Org       id.Org    `gorm:"column:org_id;primaryKey"`
	Name      string    `gorm:"column:name;primaryKey"`
	Node      string    `gorm:"column:node;primaryKey"`
	Role      string    `gorm:"column:role"`
	CreatedBy string    `gorm:"column:created_by"`
	CreatedAt time.Time `gorm:"column:created_at"`
}

// TableName implements gorm's Tabler.
func (ssoGroupRow) TableName() string { return "sso_groups" }

// Groups implements sso.Store.
func (s *SSOStore) Groups(ctx context.Context, o id.Org) ([]sso.Group, error) {
	var rows []ssoGroupRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Order("name, node").Find(&rows).Error })
	out := make([]sso.Group, 0, len(rows))
	for _, r := range rows {
		out = append(out, sso.Group{Name: r.Name, Role: org.Role(r.Role), At: org.ReadScope(o, r.Node), CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.UTC()})
	}
	return out, err
}

// SetGroups implements sso.Store.
func (s *SSOStore) SetGroups(ctx context.Context, o id.Org, all []sso.Group) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			if err := tx.Where("org_id = ?", o).Delete(&ssoGroupRow{}).Error; err != nil || len(all) == 0 {
				return err
			}
			rows := make([]ssoGroupRow, len(all))
			for i, g := range all {
				rows[i] = ssoGroupRow{o, g.Name, g.At.String(), string(g.Role), g.CreatedBy, g.CreatedAt.UTC()}
			}
			return tx.Create(&rows).Error
		})
	})
}

type ssoUsedRow struct {
	Org       id.Org    `gorm:"column:org_id;primaryKey"`
	Kind      string    `gorm:"column:kind;primaryKey"`
	Token     string    `gorm:"column:token;primaryKey"`
	ExpiresAt time.Time `gorm:"column:expires_at"`
}

// TableName implements gorm's Tabler.
func (ssoUsedRow) TableName() string { return "sso_used" }

// Use implements sso.Store.
func (s *SSOStore) Use(ctx context.Context, o id.Org, kind, token string, until time.Time) (bool, error) {
	var n int64
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&ssoUsedRow{o, kind, token, until.UTC()})
		n = done.RowsAffected
		return done.Error
	})
	return n == 1, err
}

// Sweep implements sso.Store.
func (s *SSOStore) Sweep(ctx context.Context, now time.Time) error {
	return s.db.system(ctx, "forget used tokens", func(tx *gorm.DB) error { return tx.Where("expires_at <= ?", now.UTC()).Delete(&ssoUsedRow{}).Error })
}

package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/org"
)

type domainRow struct {
	Org          id.Org          `gorm:"column:org_id;primaryKey"`
	ID           id.Domain       `gorm:"column:id;primaryKey"`
	Domain       string          `gorm:"column:domain"`
	Token        string          `gorm:"column:token"`
	CreatedAt    time.Time       `gorm:"column:created_at"`
	VerifiedAt   *time.Time      `gorm:"column:verified_at"`
	CheckedAt    *time.Time      `gorm:"column:checked_at"`
	FailingSince *time.Time      `gorm:"column:failing_since"`
	Requests     bool            `gorm:"column:requests"`
	Auto         bool            `gorm:"column:auto"`
	Role         string          `gorm:"column:role"`
	Departments  []id.Department `gorm:"column:departments;serializer:json"`
	Teams        []id.Team       `gorm:"column:teams;serializer:json"`
}

// TableName implements gorm's Tabler.
func (domainRow) TableName() string { return "domains" }

func (r domainRow) domain() join.Domain {
	return join.Domain{ID: r.ID, Org: r.Org, Domain: r.Domain, Token: r.Token, CreatedAt: r.CreatedAt.UTC(), VerifiedAt: fromNull(r.VerifiedAt),
		CheckedAt: fromNull(r.CheckedAt), FailingSince: fromNull(r.FailingSince),
		Admission: join.Admission{Requests: r.Requests, Auto: r.Auto, Grant: join.Grant{Role: org.Role(r.Role), Departments: r.Departments, Teams: r.Teams}}}
}

func domains(rows []domainRow) []join.Domain {
	out := make([]join.Domain, len(rows))
	for n, r := range rows {
		out[n] = r.domain()
	}
	return out
}

func domainColumns(d join.Domain) *domainRow {
	return &domainRow{d.Org, d.ID, d.Domain, d.Token, d.CreatedAt.UTC(), toNull(d.VerifiedAt), toNull(d.CheckedAt), toNull(d.FailingSince), d.Requests, d.Auto,
		string(d.Grant.Role), listed(d.Grant.Departments), listed(d.Grant.Teams)}
}

// AddDomain implements join.Store.
func (s *JoinStore) AddDomain(ctx context.Context, d join.Domain) error {
	return s.db.scoped(ctx, d.Org, func(tx *gorm.DB) error { return taken(tx.Create(domainColumns(d)).Error) })
}

// Domain implements join.Store.
func (s *JoinStore) Domain(ctx context.Context, o id.Org, d id.Domain) (join.Domain, error) {
	var row domainRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, d).Take(&row).Error })
	return row.domain(), missing(err, join.MissingDomain)
}

// Domains implements join.Store.
func (s *JoinStore) Domains(ctx context.Context, o id.Org) ([]join.Domain, error) {
	var rows []domainRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Order("domain").Find(&rows).Error })
	return domains(rows), err
}

// SetDomain implements join.Store.
func (s *JoinStore) SetDomain(ctx context.Context, d join.Domain) error {
	return s.db.scoped(ctx, d.Org, func(tx *gorm.DB) error {
		return taken(tx.Model(&domainRow{}).Where("org_id = ? AND id = ?", d.Org, d.ID).
			Select("verified_at", "checked_at", "failing_since", "requests", "auto", "role", "departments", "teams").Updates(domainColumns(d)).Error)
	})
}

// DropDomain implements join.Store.
func (s *JoinStore) DropDomain(ctx context.Context, o id.Org, d id.Domain) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, d).Delete(&domainRow{}).Error })
}

// Owner implements join.Store.
func (s *JoinStore) Owner(ctx context.Context, domain string) (join.Domain, bool, error) {
	var rows []domainRow
	err := s.db.system(ctx, "find whose a mail domain is", func(tx *gorm.DB) error {
		return tx.Where("domain = ? AND verified_at IS NOT NULL AND "+ofLiving, domain).Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return join.Domain{}, false, err
	}
	return rows[0].domain(), true, nil
}

// Verified implements join.Store.
func (s *JoinStore) Verified(ctx context.Context) ([]join.Domain, error) {
	var rows []domainRow
	err := s.db.system(ctx, "check claimed domains again", func(tx *gorm.DB) error {
		return tx.Where("verified_at IS NOT NULL AND " + ofLiving).Order("checked_at, id").Find(&rows).Error
	})
	return domains(rows), err
}

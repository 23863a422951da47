package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// OrgStore keeps organizations, teams and members.
type OrgStore struct{ db *DB }

var _ org.Store = (*OrgStore)(nil)

// NewOrgStore makes the store.
func NewOrgStore(d *DB) *OrgStore { return &OrgStore{d} }

type orgRow struct {
	ID        id.Org     `gorm:"column:id;primaryKey"`
	Slug      string     `gorm:"column:slug"`
	Name      string     `gorm:"column:name"`
	Zone      string     `gorm:"column:zone"`
	CreatedAt time.Time  `gorm:"column:created_at"`
	DeletedAt *time.Time `gorm:"column:deleted_at"`

	SuspendedAt  *time.Time `gorm:"column:suspended_at"`
	SuspendedWhy string     `gorm:"column:suspended_why"`
}

// ofLiving is a condition on rows that are looked for across tenants: that their organization was not deleted.
const ofLiving = "org_id NOT IN (SELECT id FROM organizations WHERE deleted_at IS NOT NULL)"

// TableName implements gorm's Tabler.
func (orgRow) TableName() string { return "organizations" }

func (r orgRow) organization() org.Organization {
	return org.Organization{ID: r.ID, Slug: r.Slug, Name: r.Name, Zone: r.Zone, CreatedAt: r.CreatedAt.UTC(), SuspendedAt: fromNull(r.SuspendedAt), SuspendedWhy: r.SuspendedWhy}
}

// AddOrganization implements org.Store.
func (s *OrgStore) AddOrganization(ctx context.Context, o org.Organization) error {
	return s.db.system(ctx, "found an organization", func(tx *gorm.DB) error {
		return taken(tx.Create(&orgRow{ID: o.ID, Slug: o.Slug, Name: o.Name, Zone: o.Zone, CreatedAt: o.CreatedAt.UTC()}).Error)
	})
}

// Organization implements org.Store.
func (s *OrgStore) Organization(ctx context.Context, o id.Org) (org.Organization, error) {
	var row orgRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("id = ? AND deleted_at IS NULL", o).Take(&row).Error })
	return row.organization(), missing(err, org.Missing)
}

// BySlug implements org.Store.
func (s *OrgStore) BySlug(ctx context.Context, slug string) (org.Organization, error) {
	var row orgRow
	err := s.db.system(ctx, "find an organization by slug", func(tx *gorm.DB) error { return tx.Where("slug = ? AND deleted_at IS NULL", slug).Take(&row).Error })
	return row.organization(), missing(err, org.Missing)
}

// All gives every organization, oldest first, for checks of the whole installation: those that were deleted too, as their
// books stay.
func (s *OrgStore) All(ctx context.Context) ([]org.Organization, error) {
	var rows []orgRow
	err := s.db.system(ctx, "all organizations", func(tx *gorm.DB) error {
		return tx.Order("created_at").Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	out := make([]org.Organization, len(rows))
	for i, r := range rows {
		out[i] = r.organization()
	}
	return out, nil
}

// SlugTaken implements org.Store.
func (s *OrgStore) SlugTaken(ctx context.Context, slug string) (bool, error) {
	var n int64
	err := s.db.system(ctx, "find an organization by slug", func(tx *gorm.DB) error {
		return tx.Model(&orgRow{}).Where("slug = ?", slug).Count(&n).Error
	})
	return n > 0, err
}

// DeleteOrganization implements org.Store.
func (s *OrgStore) DeleteOrganization(ctx context.Context, o id.Org, at time.Time) error {
	return s.db.system(ctx, "change an organization's own row", func(tx *gorm.DB) error {
		return tx.Model(&orgRow{}).Where("id = ?", o).Update("deleted_at", at.UTC()).Error
	})
}

// SetOrganization implements org.Store.
func (s *OrgStore) SetOrganization(ctx context.Context, o org.Organization) error {
	return s.db.system(ctx, "change an organization's own row", func(tx *gorm.DB) error {
		if err := otherDays(tx, o); err != nil {
			return err
		}
		return taken(tx.Model(&orgRow{}).Where("id = ?", o.ID).Updates(map[string]any{"name": o.Name, "slug": o.Slug, "zone": o.Zone}).Error)
	})
}

// Hold implements org.Store. SQLite has one writer anyway.
func (s *OrgStore) Hold(ctx context.Context, o id.Org) error {
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var row orgRow
		return tx.Clauses(againstChange).Where("id = ? AND deleted_at IS NULL", o).Take(&row).Error
	})
	return missing(err, org.Missing)
}

// missing turns "no such row" into the entity's not_found fault.
func missing(err error, entity func() *fault.Error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return entity()
	}
	return err
}

// taken turns a broken uniqueness rule into a conflict; the service, which knows what was unique, words it.
func taken(err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return fault.New(fault.Conflict, "exists", "This exists already.").Because(err)
	}
	return err
}

// toNull is an optional time as a column.
func toNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// fromNull is an optional time from a column.
func fromNull(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}

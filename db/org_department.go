package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

type departmentRow struct {
	Org        id.Org        `gorm:"column:org_id;primaryKey"`
	ID         id.Department `gorm:"column:id;primaryKey"`
	Name       string        `gorm:"column:name"`
	CreatedAt  time.Time     `gorm:"column:created_at"`
	ArchivedAt *time.Time    `gorm:"column:archived_at"`
}

// TableName implements gorm's Tabler.
func (departmentRow) TableName() string { return "departments" }

func (r departmentRow) department() org.Department {
	return org.Department{ID: r.ID, Org: r.Org, Name: r.Name, CreatedAt: r.CreatedAt.UTC(), ArchivedAt: fromNull(r.ArchivedAt)}
}

// AddDepartment implements org.Store.
func (s *OrgStore) AddDepartment(ctx context.Context, d org.Department) error {
	return s.db.scoped(ctx, d.Org, func(tx *gorm.DB) error {
		return taken(tx.Create(&departmentRow{d.Org, d.ID, d.Name, d.CreatedAt.UTC(), toNull(d.ArchivedAt)}).Error)
	})
}

// Department implements org.Store.
func (s *OrgStore) Department(ctx context.Context, o id.Org, d id.Department) (org.Department, error) {
	var row departmentRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND id = ?", o, d).Take(&row).Error
	})
	return row.department(), missing(err, org.MissingDepartment)
}

// SetDepartment implements org.Store.
func (s *OrgStore) SetDepartment(ctx context.Context, d org.Department) error {
	return s.db.scoped(ctx, d.Org, func(tx *gorm.DB) error {
		return taken(tx.Model(&departmentRow{}).Where("org_id = ? AND id = ?", d.Org, d.ID).
			Updates(map[string]any{"name": d.Name, "archived_at": toNull(d.ArchivedAt)}).Error)
	})
}

// Departments implements org.Store.
func (s *OrgStore) Departments(ctx context.Context, o id.Org) ([]org.Department, error) {
	var rows []departmentRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("name, id").Find(&rows).Error
	})
	out := make([]org.Department, len(rows))
	for i, r := range rows {
		out[i] = r.department()
	}
	return out, err
}

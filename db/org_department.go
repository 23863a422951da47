package db

import (
	"context"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Departments implements org.Store.
func (s *OrgStore) Departments(ctx context.Context, o id.Org) ([]org.Department, error) {
	var rows []struct {
		ID   id.Department `gorm:"column:id"`
		Name string        `gorm:"column:name"`
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Table("departments").Select("id, name").Where("org_id = ?", o).Order("name, id").Find(&rows).Error
	})
	out := make([]org.Department, len(rows))
	for i, r := range rows {
		out[i] = org.Department{ID: r.ID, Org: o, Name: r.Name}
	}
	return out, err
}

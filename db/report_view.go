package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
)

type viewRow struct {
	Org       id.Org    `gorm:"column:org_id;primaryKey"`
	Member    id.Member `gorm:"column:member_id;primaryKey"`
	Page      string    `gorm:"column:page;primaryKey"`
	Name      string    `gorm:"column:name;primaryKey"`
	Query     string    `gorm:"column:query"`
	UpdatedAt time.Time `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName implements gorm's Tabler.
func (viewRow) TableName() string { return "member_views" }

// Views implements report.Store.
func (s *ReportStore) Views(ctx context.Context, o id.Org, m id.Member, page string) ([]report.View, error) {
	var rows []viewRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ? AND page = ?", o, m, page).Order("name").Find(&rows).Error
	})
	out := make([]report.View, len(rows))
	for i, r := range rows {
		out[i] = report.View{Name: r.Name, Query: r.Query}
	}
	return out, err
}

// KeepView implements report.Store.
func (s *ReportStore) KeepView(ctx context.Context, o id.Org, m id.Member, page string, v report.View, at time.Time) error {
	row := viewRow{Org: o, Member: m, Page: page, Name: v.Name, Query: v.Query, UpdatedAt: at.UTC()}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "org_id"}, {Name: "member_id"}, {Name: "page"}, {Name: "name"}},
			DoUpdates: clause.AssignmentColumns([]string{"query", "updated_at"}),
		}).Create(&row).Error
	})
}

// DropView implements report.Store.
func (s *ReportStore) DropView(ctx context.Context, o id.Org, m id.Member, page, name string) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ? AND page = ? AND name = ?", o, m, page, name).Delete(&viewRow{}).Error
	})
}

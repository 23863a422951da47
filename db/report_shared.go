package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
)

type sharedViewRow struct {
	Org       id.Org    `gorm:"column:org_id;primaryKey"`
	Team      id.Team   `gorm:"column:team_id;primaryKey"`
	Page      string    `gorm:"column:page;primaryKey"`
	Name      string    `gorm:"column:name;primaryKey"`
	Query     string    `gorm:"column:query"`
	Member    id.Member `gorm:"column:member_id"`
	UpdatedAt time.Time `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName implements gorm's Tabler.
func (sharedViewRow) TableName() string { return "team_views" }

var _ report.SharedStore = (*ReportStore)(nil)

// SharedViews implements report.SharedStore.
func (s *ReportStore) SharedViews(ctx context.Context, o id.Org, page string, teams []id.Team, all bool) ([]report.SharedView, error) {
	var rows []struct {
		Team      id.Team   `gorm:"column:team_id"`
		Name      string    `gorm:"column:name"`
		Query     string    `gorm:"column:query"`
		Member    id.Member `gorm:"column:member_id"`
		TeamName  string    `gorm:"column:team_name"`
		OwnerName *string   `gorm:"column:owner_name"`
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		q := tx.Table("team_views").Select("team_views.team_id, team_views.name, team_views.query, team_views.member_id, teams.name AS team_name, members.name AS owner_name").
			Joins("JOIN teams ON teams.org_id = team_views.org_id AND teams.id = team_views.team_id").
			Joins("LEFT JOIN members ON members.org_id = team_views.org_id AND members.id = team_views.member_id").
			Where("team_views.org_id = ? AND teams.org_id = ? AND team_views.page = ? AND teams.archived_at IS NULL", o, o, page)
		if !all {
			q = q.Where("team_views.team_id IN ?", teams)
		}
		return q.Order("teams.name, team_views.name, team_views.team_id").Find(&rows).Error
	})
	out := make([]report.SharedView, len(rows))
	for i, r := range rows {
		out[i] = report.SharedView{View: report.View{Name: r.Name, Query: r.Query}, Team: r.Team, TeamName: r.TeamName, Owner: r.Member, OwnerName: orEmpty(r.OwnerName)}
	}
	return out, err
}

// TeamsInUse implements report.SharedStore.
func (s *ReportStore) TeamsInUse(ctx context.Context, o id.Org, teams []id.Team, all bool) ([]report.Choice, error) {
	var rows []teamRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		q := tx.Where("org_id = ? AND archived_at IS NULL", o)
		if !all {
			q = q.Where("id IN ?", teams)
		}
		return q.Order("name, id").Find(&rows).Error
	})
	out := make([]report.Choice, len(rows))
	for i, r := range rows {
		out[i] = report.Choice{ID: r.ID.String(), Name: r.Name}
	}
	return out, err
}

// ShareView implements report.SharedStore.
func (s *ReportStore) ShareView(ctx context.Context, o id.Org, page string, v report.SharedView, at time.Time) error {
	row := sharedViewRow{Org: o, Team: v.Team, Page: page, Name: v.Name, Query: v.Query, Member: v.Owner, UpdatedAt: at.UTC()}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{
			Columns:   []clause.Column{{Name: "org_id"}, {Name: "team_id"}, {Name: "page"}, {Name: "name"}},
			DoUpdates: clause.AssignmentColumns([]string{"query", "updated_at"}),
		}).Create(&row).Error
	})
}

// UnshareView implements report.SharedStore.
func (s *ReportStore) UnshareView(ctx context.Context, o id.Org, page string, t id.Team, name string) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND team_id = ? AND page = ? AND name = ?", o, t, page, name).Delete(&sharedViewRow{}).Error
	})
}

package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
)

type newsRow struct {
	OrgID    id.Org    `gorm:"column:org_id;primaryKey"`
	MemberID id.Member `gorm:"column:member_id;primaryKey"`
	Version  string    `gorm:"column:version"`
	At       time.Time `gorm:"column:at"`
}

// TableName names the table.
func (newsRow) TableName() string { return "news_seen" }

// Seen implements notify.Store.
func (s *NoticeStore) Seen(ctx context.Context, o id.Org, m id.Member) (string, error) {
	var rows []newsRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND member_id = ?", o, m).Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return "", err
	}
	return rows[0].Version, nil
}

// See implements notify.Store.
func (s *NoticeStore) See(ctx context.Context, o id.Org, m id.Member, version string, at time.Time) error {
	row := newsRow{o, m, version, at.UTC()}
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "member_id"}}, DoUpdates: clause.AssignmentColumns([]string{"version", "at"})}).Create(&row).Error
	})
}

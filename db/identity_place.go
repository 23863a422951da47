package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
)

type placeRow struct {
	Org    id.Org    `gorm:"column:org_id;primaryKey"`
	Member id.Member `gorm:"column:member_id;primaryKey"`
	Place  string    `gorm:"column:place;primaryKey"`
	LastAt time.Time `gorm:"column:last_at"`
}

// TableName implements gorm's Tabler.
func (placeRow) TableName() string { return "known_places" }

// Visit implements identity.LoginStore.
func (s *IdentityStore) Visit(ctx context.Context, o id.Org, m id.Member, places []string, at, since time.Time) (known []string, first bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var old []placeRow
		if err := tx.Where("org_id = ? AND member_id = ?", o, m).Find(&old).Error; err != nil {
			return err
		}
		first = len(old) == 0
		for _, r := range old {
			if !r.LastAt.Before(since) {
				known = append(known, r.Place)
			}
		}
		rows := make([]placeRow, len(places))
		for i, p := range places {
			rows[i] = placeRow{o, m, p, at.UTC()}
		}
		again := clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "member_id"}, {Name: "place"}}, DoUpdates: clause.AssignmentColumns([]string{"last_at"})}
		if err := tx.Clauses(again).Create(&rows).Error; err != nil {
			return err
		}
		return tx.Where("org_id = ? AND member_id = ? AND last_at < ?", o, m, since.UTC()).Delete(&placeRow{}).Error
	})
	return known, first, err
}

package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type applyRow struct {
	OrgID   id.Org    `gorm:"column:org_id;primaryKey"`
	ID      id.Apply  `gorm:"column:id;primaryKey"`
	Title   string    `gorm:"column:title"`
	By      string    `gorm:"column:begun_by"`
	State   string    `gorm:"column:state"`
	Done    int       `gorm:"column:done"`
	Total   int       `gorm:"column:total"`
	Current string    `gorm:"column:doing"`
	Why     string    `gorm:"column:why"`
	BegunAt time.Time `gorm:"column:begun_at"`
	SeenAt  time.Time `gorm:"column:seen_at"`
}

// TableName names the table.
func (applyRow) TableName() string { return "applies" }

// BlueprintStore keeps whose turn it is to apply a blueprint, and how far those before came.
type BlueprintStore struct{ db *DB }

// NewBlueprintStore makes the store.
func NewBlueprintStore(d *DB) *BlueprintStore { return &BlueprintStore{d} }

var _ blueprint.TurnStore = (*BlueprintStore)(nil)

// Lock implements blueprint.TurnStore.
func (s *BlueprintStore) Lock(ctx context.Context, o id.Org) error {
	return (&OrgStore{s.db}).Hold(ctx, o)
}

// Turns implements blueprint.TurnStore.
func (s *BlueprintStore) Turns(ctx context.Context, o id.Org) ([]blueprint.Turn, error) {
	var rows []applyRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Order("id DESC").Limit(2 * blueprint.KeptTurns).Find(&rows).Error // ids rise with time
	})
	out := make([]blueprint.Turn, len(rows))
	for i, r := range rows {
		out[i] = blueprint.Turn{Org: r.OrgID, ID: r.ID, Title: r.Title, By: r.By, State: blueprint.TurnState(r.State), Done: r.Done, Total: r.Total, Current: r.Current, Why: r.Why,
			BegunAt: r.BegunAt.UTC(), SeenAt: r.SeenAt.UTC()}
	}
	return out, err
}

// PutTurn implements blueprint.TurnStore.
func (s *BlueprintStore) PutTurn(ctx context.Context, t blueprint.Turn) error {
	row := applyRow{OrgID: t.Org, ID: t.ID, Title: t.Title, By: t.By, State: string(t.State), Done: t.Done, Total: t.Total, Current: t.Current, Why: t.Why, BegunAt: t.BegunAt, SeenAt: t.SeenAt}
	return s.db.scoped(ctx, t.Org, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "id"}}, UpdateAll: true}).Create(&row).Error
	})
}

// DropTurn implements blueprint.TurnStore.
func (s *BlueprintStore) DropTurn(ctx context.Context, o id.Org, which id.Apply) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND id = ?", o, which).Delete(&applyRow{}).Error
	})
}

package db

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/route"
)

type routePolicyRow struct {
	OrgID       id.Org    `gorm:"column:org_id;primaryKey"`
	Unsupported string    `gorm:"column:unsupported"`
	UpdatedAt   time.Time `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (routePolicyRow) TableName() string { return "routing_policies" }

func (r routePolicyRow) policy() (route.Policy, error) {
	u, ok := llm.ParseUnsupported(r.Unsupported)
	if !ok {
		return route.Policy{}, fmt.Errorf("routing policy of %s: unknown word %q", r.OrgID, r.Unsupported)
	}
	return route.Policy{Org: r.OrgID, Unsupported: u, UpdatedAt: r.UpdatedAt.UTC()}, nil
}

// Policy implements route.Store.
func (s *AliasStore) Policy(ctx context.Context, o id.Org) (route.Policy, error) {
	var rows []routePolicyRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ?", o).Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return route.Policy{Org: o}, err
	}
	return rows[0].policy()
}

// SetPolicy implements route.Store.
func (s *AliasStore) SetPolicy(ctx context.Context, p route.Policy) error {
	row := routePolicyRow{OrgID: p.Org, Unsupported: p.Unsupported.String(), UpdatedAt: p.UpdatedAt.UTC()}
	return s.db.scoped(ctx, p.Org, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}}, DoUpdates: clause.AssignmentColumns([]string{"unsupported", "updated_at"})}).
			Create(&row).Error
	})
}

// Policies implements route.Store.
func (s *AliasStore) Policies(ctx context.Context) ([]route.Policy, error) {
	var rows []routePolicyRow
	err := s.db.system(ctx, "compile the route index", func(tx *gorm.DB) error { return tx.Order("org_id").Find(&rows).Error })
	out := make([]route.Policy, len(rows))
	for i := range rows {
		if err == nil {
			out[i], err = rows[i].policy()
		}
	}
	return out, err
}

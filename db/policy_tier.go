package db

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/policy"
)

type modelTierRow struct {
	OrgID     id.Org    `gorm:"column:org_id;primaryKey"`
	ID        id.Tier   `gorm:"column:id;primaryKey"`
	Pattern   string    `gorm:"column:pattern"`
	Tier      string    `gorm:"column:tier"`
	CreatedAt time.Time `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName names the table.
func (modelTierRow) TableName() string { return "model_tiers" }

func (r modelTierRow) rule() policy.TierRule {
	tier, ok := catalog.ReadTier(r.Tier)
	if !ok {
		tier = catalog.Premium // a newer program's word; unknown is not cheap
	}
	return policy.TierRule{ID: r.ID, Org: r.OrgID, Pattern: r.Pattern, Tier: tier, CreatedAt: r.CreatedAt.UTC()}
}

// SetTier implements policy.Store.
func (s *PolicyStore) SetTier(ctx context.Context, r policy.TierRule) error {
	row := modelTierRow{r.Org, r.ID, r.Pattern, r.Tier.String(), r.CreatedAt}
	return s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "pattern"}}, DoUpdates: clause.AssignmentColumns([]string{"tier"})}).Create(&row).Error
	})
}

// DropTier implements policy.Store.
func (s *PolicyStore) DropTier(ctx context.Context, o id.Org, t id.Tier) error {
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("org_id = ? AND id = ?", o, t).Delete(&modelTierRow{})
	})
}

// Tiers implements policy.Store.
func (s *PolicyStore) Tiers(ctx context.Context, o id.Org) ([]policy.TierRule, error) {
	var rows []modelTierRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Order("pattern").Find(&rows).Error })
	return tierRules(rows), err
}

func tierRules(rows []modelTierRow) []policy.TierRule {
	out := make([]policy.TierRule, len(rows))
	for i, r := range rows {
		out[i] = r.rule()
	}
	return out
}

// Extras are the approvals in force and the tiers of all organizations, for Book.LoadExtras.
func (s *PolicyStore) Extras(ctx context.Context, now time.Time) (out policy.Extras, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.system(ctx, "compile approvals", func(tx *gorm.DB) error {
			var tiers []modelTierRow
			if err := tx.Order("org_id, id").Find(&tiers).Error; err != nil {
				return err
			}
			out.Tiers = tierRules(tiers)
			var rows []approvalRow
			err := tx.Where("state = ? AND until_at > ?", "approved", now.UTC()).Order("org_id, id").Find(&rows).Error
			for _, r := range rows {
				out.Passes = append(out.Passes, r.pass())
			}
			return err
		})
	})
	return out, err
}

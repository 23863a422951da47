package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
)

var _ identity.Budgets = (*BudgetStore)(nil)

// Rezone implements identity.Budgets: after the organization's zone was changed it begins the periods that the present
// moment lies in now. What was in force moves into them.
func (s *BudgetStore) Rezone(ctx context.Context, o id.Org, now time.Time) error {
	var rows []budgetRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ?", o).Order("id").Find(&rows).Error })
	if err != nil {
		return err
	}
	for _, r := range rows {
		b, err := r.budget()
		if err != nil {
			return err
		}
		if err := s.begin(ctx, b, now); err != nil {
			return err
		}
	}
	return nil
}

// Withdraw implements identity.Budgets.
func (s *BudgetStore) Withdraw(ctx context.Context, o id.Org, m id.Member, at time.Time) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Table("budget_requests").Where("org_id = ? AND asker_id = ? AND state = ?", o, m, string(budget.Pending)).
			Updates(map[string]any{"state": string(budget.Expired), "expires_at": at.UTC()}).Error
	})
}

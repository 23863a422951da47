package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

type askRow struct {
	OrgID     id.Org              `gorm:"column:org_id;primaryKey"`
	ID        id.Ask              `gorm:"column:id;primaryKey"`
	BudgetID  id.Budget           `gorm:"column:budget_id"`
	Kind      budget.GrantKind    `gorm:"column:kind"`
	Amount    ledger.Units        `gorm:"column:amount_nanos"`
	Until     *time.Time          `gorm:"column:until_at"`
	Reason    string              `gorm:"column:reason"`
	State     budget.RequestState `gorm:"column:state"`
	AskedBy   string              `gorm:"column:asked_by"`
	AskerID   id.Member           `gorm:"column:asker_id"`
	AskedAt   time.Time           `gorm:"column:asked_at"`
	ExpiresAt time.Time           `gorm:"column:expires_at"`
	DecidedBy string              `gorm:"column:decided_by"`
	DecidedAt *time.Time          `gorm:"column:decided_at"`
	Note      string              `gorm:"column:note"`
	GrantID   id.Allowance        `gorm:"column:grant_id"`
}

// TableName names the table.
func (askRow) TableName() string { return "budget_requests" }

func (r askRow) request() budget.Request {
	q := budget.Request{ID: r.ID, Budget: r.BudgetID, Kind: r.Kind, Amount: r.Amount, Reason: r.Reason, State: r.State, AskedBy: r.AskedBy, Asker: r.AskerID,
		AskedAt: r.AskedAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), DecidedBy: r.DecidedBy, Note: r.Note, Grant: r.GrantID}
	if r.Until != nil {
		q.Until = r.Until.UTC()
	}
	if r.DecidedAt != nil {
		q.DecidedAt = r.DecidedAt.UTC()
	}
	return q
}

// AddRequest implements budget.GrantStore.
func (s *BudgetStore) AddRequest(ctx context.Context, o id.Org, r budget.Request) error {
	row := askRow{OrgID: o, ID: r.ID, BudgetID: r.Budget, Kind: r.Kind, Amount: r.Amount, Until: ending(r.Until), Reason: r.Reason, State: r.State, AskedBy: r.AskedBy,
		AskerID: r.Asker, AskedAt: r.AskedAt, ExpiresAt: r.ExpiresAt}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Create(&row).Error })
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return budget.ErrAsked
	}
	return err
}

// Requests implements budget.GrantStore.
func (s *BudgetStore) Requests(ctx context.Context, o id.Org, q budget.RequestQuery) ([]budget.Request, error) {
	var rows []askRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		tx = tx.Where("org_id = ?", o)
		if !q.Budget.IsZero() {
			tx = tx.Where("budget_id = ?", q.Budget)
		}
		if q.State != "" {
			tx = tx.Where("state = ?", q.State)
		}
		if !q.Asker.IsZero() {
			tx = tx.Where("asker_id = ?", q.Asker)
		}
		return tx.Order("asked_at DESC, id DESC").Limit(500).Find(&rows).Error
	})
	out := make([]budget.Request, len(rows))
	for i, r := range rows {
		out[i] = r.request()
	}
	return out, err
}

// Request implements budget.GrantStore.
func (s *BudgetStore) Request(ctx context.Context, o id.Org, r id.Ask) (budget.Request, error) {
	var row askRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error { return tx.Where("org_id = ? AND id = ?", o, r).Take(&row).Error })
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = budget.ErrNotFound
	}
	return row.request(), err
}

// Decide implements budget.GrantStore.
func (s *BudgetStore) Decide(ctx context.Context, o id.Org, r budget.Request) (decided bool, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Model(&askRow{}).Where("org_id = ? AND id = ? AND state = ?", o, r.ID, budget.Pending).
			Updates(map[string]any{"state": r.State, "decided_by": r.DecidedBy, "decided_at": r.DecidedAt, "note": r.Note, "grant_id": r.Grant})
		decided = res.RowsAffected > 0
		return res.Error
	})
	return decided, err
}

// ExpireRequests implements budget.GrantStore.
func (s *BudgetStore) ExpireRequests(ctx context.Context, now time.Time) (next time.Time, err error) {
	var soonest []askRow
	err = s.db.system(ctx, "expire requests for more budget", func(tx *gorm.DB) error {
		err := tx.Model(&askRow{}).Where("state = ? AND expires_at <= ?", budget.Pending, now).Update("state", budget.Expired).Error
		if err != nil {
			return err
		}
		return tx.Where("state = ? AND expires_at > ?", budget.Pending, now).Order("expires_at").Limit(1).Find(&soonest).Error
	})
	if len(soonest) > 0 {
		next = soonest[0].ExpiresAt.UTC()
	}
	return next, err
}

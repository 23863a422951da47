package db

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

type releaseRow struct {
	OrgID    id.Org       `gorm:"column:org_id;primaryKey"`
	ID       id.Release   `gorm:"column:id;primaryKey"`
	BudgetID id.Budget    `gorm:"column:budget_id"`
	StartsAt time.Time    `gorm:"column:starts_at"`
	NodeID   id.Node      `gorm:"column:node_id"`
	Epoch    int64        `gorm:"column:epoch"`
	Amount   ledger.Units `gorm:"column:amount_nanos"`
	By       string       `gorm:"column:released_by"`
	Note     string       `gorm:"column:note"`
	At       time.Time    `gorm:"column:at"`
}

// TableName names the table.
func (releaseRow) TableName() string { return "suspense_releases" }

// lostKey is one session's loss on one account.
type lostKey struct {
	account ledger.Account
	node    id.Node
	epoch   int64
}

var _ budget.SuspenseStore = (*LedgerStore)(nil)

// Suspended implements budget.SuspenseStore.
func (s *LedgerStore) Suspended(ctx context.Context, o id.Org, b id.Budget) ([]budget.Suspended, error) {
	var out []budget.Suspended
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		out = nil
		within := func() *gorm.DB {
			q := tx.Where("org_id = ?", o)
			if !b.IsZero() {
				q = q.Where("budget_id = ?", b)
			}
			return q
		}
		var leases []leaseRow
		if err := within().Where("reaped_at IS NOT NULL").Find(&leases).Error; err != nil {
			return err
		}
		var lost []lostRow
		if err := within().Find(&lost).Error; err != nil {
			return err
		}
		if len(leases)+len(lost) == 0 {
			return nil
		}
		var released []releaseRow
		if err := within().Find(&released).Error; err != nil {
			return err
		}
		nodes, err := nodesByID(tx)
		if err != nil {
			return err
		}
		measures, err := measuresOf(tx, o)
		if err != nil {
			return err
		}
		add := func(x budget.Suspended) {
			if m, ok := measures[x.Budget]; ok && x.Amount > 0 {
				x.Measure, x.Host, x.Start, x.Since = m, nodes[x.Node].Label, x.Start.UTC(), x.Since.UTC()
				out = append(out, x)
			}
		}
		for _, l := range leases {
			add(budget.Suspended{Budget: l.BudgetID, Start: l.StartsAt, Node: l.NodeID, Epoch: nodes[l.NodeID].Epoch, Since: *l.ReapedAt, Amount: l.suspense()})
		}
		gone := releasedOf(released)
		for _, l := range lost {
			k := lostKey{ledger.Account{Budget: l.BudgetID, Start: l.StartsAt.Unix()}, l.NodeID, l.Epoch}
			add(budget.Suspended{Budget: l.BudgetID, Start: l.StartsAt, Node: l.NodeID, Epoch: l.Epoch, Since: l.Since, Amount: l.Amount - gone[k], Damaged: true})
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b budget.Suspended) int { return a.Since.Compare(b.Since) })
	return out, err
}

func releasedOf(rows []releaseRow) map[lostKey]ledger.Units {
	out := map[lostKey]ledger.Units{}
	for _, r := range rows {
		out[lostKey{ledger.Account{Budget: r.BudgetID, Start: r.StartsAt.Unix()}, r.NodeID, r.Epoch}] += r.Amount
	}
	return out
}

func nodesByID(tx *gorm.DB) (map[id.Node]nodeRow, error) {
	var rows []nodeRow
	if err := tx.Find(&rows).Error; err != nil {
		return nil, err
	}
	out := make(map[id.Node]nodeRow, len(rows))
	for _, r := range rows {
		out[r.ID] = r
	}
	return out, nil
}

func measuresOf(tx *gorm.DB, o id.Org) (map[id.Budget]ledger.Measure, error) {
	var rows []budgetRow
	if err := tx.Where("org_id = ?", o).Find(&rows).Error; err != nil {
		return nil, err
	}
	out := make(map[id.Budget]ledger.Measure, len(rows))
	for _, r := range rows {
		out[r.ID] = r.Measure
	}
	return out, nil
}

// AddRelease implements budget.SuspenseStore.
func (s *LedgerStore) AddRelease(ctx context.Context, r budget.Release) error {
	return s.db.scoped(ctx, r.Org, func(tx *gorm.DB) error {
		account := []any{r.Org, r.Budget, r.Start}
		const where = "org_id = ? AND budget_id = ? AND starts_at = ?"
		var p periodRow
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where(where, account...).Take(&p).Error; err != nil {
			return cmp.Or(ignoreMissing(err), budget.ErrNotFound)
		}
		took, err := releaseReaped(tx, r, where, account)
		if err == nil && !took {
			took, err = releaseLost(tx, r, where, account)
		}
		if err != nil {
			return err
		}
		if !took {
			return budget.ErrNotFound
		}
		return tx.Create(&releaseRow{OrgID: r.Org, ID: r.ID, BudgetID: r.Budget, StartsAt: r.Start, NodeID: r.Node, Epoch: r.Epoch, Amount: r.Amount,
			By: r.By, Note: r.Note, At: r.At}).Error
	})
}

// releaseReaped takes a release out of a reaped lease; false if that is not where the suspense lies.
func releaseReaped(tx *gorm.DB, r budget.Release, where string, account []any) (bool, error) {
	var node nodeRow
	if err := tx.Where("id = ?", r.Node).Take(&node).Error; err != nil || node.Epoch != r.Epoch {
		return false, ignoreMissing(err)
	}
	var l leaseRow
	if err := tx.Where(where, account...).Where("node_id = ?", r.Node).Take(&l).Error; err != nil || l.suspense() < r.Amount {
		return false, ignoreMissing(err)
	}
	return true, tx.Model(&leaseRow{}).Where(where, account...).Where("node_id = ?", r.Node).
		Update("released_nanos", gorm.Expr("released_nanos + ?", r.Amount)).Error
}

// releaseLost takes a release out of what a damaged journal left behind.
func releaseLost(tx *gorm.DB, r budget.Release, where string, account []any) (bool, error) {
	var l lostRow
	if err := tx.Where(where, account...).Where("node_id = ? AND epoch = ?", r.Node, r.Epoch).Take(&l).Error; err != nil {
		return false, ignoreMissing(err)
	}
	var before []releaseRow
	if err := tx.Where(where, account...).Where("node_id = ? AND epoch = ?", r.Node, r.Epoch).Find(&before).Error; err != nil {
		return false, err
	}
	for _, b := range before {
		l.Amount -= b.Amount
	}
	if l.Amount < r.Amount {
		return false, nil
	}
	return true, tx.Model(&periodRow{}).Where(where, account...).Update("suspense_nanos", gorm.Expr("suspense_nanos - ?", r.Amount)).Error
}

func ignoreMissing(err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	return err
}

// addReaped adds what reaped nodes have left to the suspense of some of an organization's periods.
func addReaped(tx *gorm.DB, o id.Org, periods []periodRow) error {
	var leases []leaseRow
	if err := tx.Where("org_id = ? AND reaped_at IS NOT NULL", o).Find(&leases).Error; err != nil || len(leases) == 0 {
		return err
	}
	left := map[periodKey]ledger.Units{}
	for _, l := range leases {
		left[periodKey{l.BudgetID, l.StartsAt.Unix()}] += l.suspense()
	}
	for i, p := range periods {
		periods[i].Suspense += left[periodKey{p.BudgetID, p.StartsAt.Unix()}]
	}
	return nil
}

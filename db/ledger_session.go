package db

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// lostRow is what was left of a lease when its node's journal turned out to be damaged.
type lostRow struct {
	OrgID    id.Org       `gorm:"column:org_id;primaryKey"`
	BudgetID id.Budget    `gorm:"column:budget_id;primaryKey"`
	StartsAt time.Time    `gorm:"column:starts_at;primaryKey"`
	NodeID   id.Node      `gorm:"column:node_id;primaryKey"`
	Epoch    int64        `gorm:"column:epoch;primaryKey"`
	Amount   ledger.Units `gorm:"column:amount_nanos"` // what was released of it included, as its releases are counted off again
	Since    time.Time    `gorm:"column:since"`
	released ledger.Units // of it, while it was a reaped lease
}

// TableName names the table.
func (lostRow) TableName() string { return "lost_leases" }

// suspense is what a reaped lease has left, less what was released of it.
func (r leaseRow) suspense() ledger.Units {
	if r.ReapedAt == nil {
		return 0
	}
	return max(0, r.outstanding()-r.Released)
}

// replaceLeases ends what a node had leased and puts in its place what it claims. What it does not claim is free again,
// of a reaped lease too: the node is here, and its journal is in the books. With a damaged journal it is suspense.
func replaceLeases(tx *gorm.DB, node id.Node, epoch int64, o budget.Opening) error {
	var old []leaseRow
	if err := tx.Where("node_id = ?", node).Find(&old).Error; err != nil {
		return err
	}
	owners := map[ledger.Account]id.Org{}
	for _, l := range old {
		owners[ledger.Account{Budget: l.BudgetID, Start: l.StartsAt.Unix()}] = l.OrgID
	}
	claims := map[ledger.Account]budget.Claim{}
	for _, c := range o.Claims {
		owners[c.Account], claims[c.Account] = c.Org, c
	}
	locked, err := lockAccounts(tx, owners)
	if err != nil {
		return err
	}
	if err := tx.Where("node_id = ?", node).Delete(&leaseRow{}).Error; err != nil {
		return err
	}
	var next []leaseRow
	var lost []lostRow
	for a, p := range locked {
		own := p.of(node)
		row := leaseRow{OrgID: own.OrgID, BudgetID: own.BudgetID, StartsAt: own.StartsAt, NodeID: node}
		if c, ok := claims[a]; ok {
			row.Granted, row.Posted = c.Granted, c.Posted
			next = append(next, row)
		}
		if left := own.outstanding() - row.outstanding(); o.Damaged && left > own.Released {
			lost = append(lost, lostRow{OrgID: own.OrgID, BudgetID: own.BudgetID, StartsAt: own.StartsAt, NodeID: node, Epoch: epoch,
				Amount: left, Since: o.Now.UTC().Truncate(time.Microsecond), released: own.Released})
		}
	}
	if err := addLost(tx, lost); err != nil {
		return err
	}
	return saveLeases(tx, next)
}

// addLost turns the rest of damaged sessions into suspense.
func addLost(tx *gorm.DB, lost []lostRow) error {
	for _, l := range lost {
		err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "org_id"}, {Name: "budget_id"}, {Name: "starts_at"}, {Name: "node_id"}, {Name: "epoch"}},
			DoUpdates: clause.Assignments(map[string]any{"amount_nanos": gorm.Expr("lost_leases.amount_nanos + excluded.amount_nanos")})}).Create(&l).Error
		if err != nil {
			return err
		}
		err = tx.Model(&periodRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ?", l.OrgID, l.BudgetID, l.StartsAt).
			Update("suspense_nanos", gorm.Expr("suspense_nanos + ?", l.Amount-l.released)).Error
		if err != nil {
			return err
		}
	}
	return nil
}

// lockLeases locks the accounts of a node's leases, in their order: its own posting may be under way.
func lockLeases(tx *gorm.DB, node id.Node) error {
	var rows []leaseRow
	if err := tx.Where("node_id = ?", node).Find(&rows).Error; err != nil {
		return err
	}
	owners := map[ledger.Account]id.Org{}
	for _, l := range rows {
		owners[ledger.Account{Budget: l.BudgetID, Start: l.StartsAt.Unix()}] = l.OrgID
	}
	_, err := lockAccounts(tx, owners)
	return err
}

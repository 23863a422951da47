package db

import (
	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// levels are the scopes' kinds in the order in which a report prints them.
var levels = []org.ScopeKind{org.OrgScope, org.DepartmentScope, org.TeamScope, org.PoolScope, org.MemberScope, org.KeyScope, org.TagScope}

// verifyLevels sums the periods up by the level of the tree that their budgets sit on, and adds what reaped nodes have
// left to the suspense.
func verifyLevels(tx *gorm.DB, r *budget.Report, sums map[ledger.Account]ledger.Units) error {
	var rows []budgetRow
	if err := tx.Find(&rows).Error; err != nil {
		return err
	}
	var periods []periodRow
	if err := tx.Find(&periods).Error; err != nil {
		return err
	}
	var leases []leaseRow
	if err := tx.Where("reaped_at IS NOT NULL").Find(&leases).Error; err != nil {
		return err
	}
	reaped := map[ledger.Account]ledger.Units{}
	for _, l := range leases {
		r.Reaped++
		reaped[ledger.Account{Budget: l.BudgetID, Start: l.StartsAt.Unix()}] += l.suspense()
	}
	budgets, at := map[id.Budget]budgetRow{}, map[org.ScopeKind]*budget.Level{}
	for _, kind := range levels {
		at[kind] = &budget.Level{Name: string(kind)}
	}
	for _, b := range rows {
		budgets[b.ID] = b
		if l := at[org.ScopeKind(b.ScopeKind)]; l != nil {
			l.Budgets++
		}
		if b.Enforce != string(budget.Soft) && b.Measure == ledger.Money {
			r.Hard++
		}
	}
	for _, p := range periods {
		b, a := budgets[p.BudgetID], ledger.Account{Budget: p.BudgetID, Start: p.StartsAt.Unix()}
		l := at[org.ScopeKind(b.ScopeKind)]
		if l == nil || b.Measure != ledger.Money {
			continue
		}
		l.Spent, l.Opening, l.Attempts = l.Spent+p.Spent, l.Opening+p.Opening, l.Attempts+sums[a]
		l.Suspense += p.Suspense + reaped[a]
		r.Suspense += reaped[a] // the period's own is in it already
		if b.Enforce != string(budget.Soft) {
			l.Over += max(0, p.Spent-p.Limit)
		}
	}
	for _, kind := range levels {
		l := at[kind]
		if l.Spent != l.Opening+l.Attempts {
			r.Violate("level %s: $%s spent, but opening $%s and attempts $%s", l.Name, l.Spent, l.Opening, l.Attempts)
		}
		if l.Budgets > 0 {
			r.Levels = append(r.Levels, *l)
		}
		r.Overspend += l.Over
	}
	return nil
}

// verifySuspense compares what is counted as suspense and as released with the rows that say why.
func verifySuspense(tx *gorm.DB, r *budget.Report) error {
	var released []releaseRow
	if err := tx.Find(&released).Error; err != nil {
		return err
	}
	for _, x := range released {
		r.Releases++
		if x.Amount <= 0 || x.Note == "" || x.By == "" {
			r.Violate("release %s of suspense lacks its amount, its note or its author", x.ID)
		}
	}
	by := releasedOf(released)
	nodes, err := nodesByID(tx)
	if err != nil {
		return err
	}
	var leases []leaseRow
	if err := tx.Where("reaped_at IS NOT NULL").Find(&leases).Error; err != nil {
		return err
	}
	for _, l := range leases {
		k := lostKey{ledger.Account{Budget: l.BudgetID, Start: l.StartsAt.Unix()}, l.NodeID, nodes[l.NodeID].Epoch}
		if l.Released != by[k] {
			r.Violate("the reaped lease of node %s on budget %s counts %d as released, its releases make %d", l.NodeID, l.BudgetID, l.Released, by[k])
		}
	}
	return verifyLost(tx, r, by)
}

// verifyLost compares each period's own suspense with what damaged journals left there, less its releases.
func verifyLost(tx *gorm.DB, r *budget.Report, released map[lostKey]ledger.Units) error {
	var lost []lostRow
	if err := tx.Find(&lost).Error; err != nil {
		return err
	}
	want := map[ledger.Account]ledger.Units{}
	for _, l := range lost {
		a := ledger.Account{Budget: l.BudgetID, Start: l.StartsAt.Unix()}
		want[a] += l.Amount - released[lostKey{a, l.NodeID, l.Epoch}]
	}
	var periods []periodRow
	if err := tx.Find(&periods).Error; err != nil {
		return err
	}
	for _, p := range periods {
		if w := want[ledger.Account{Budget: p.BudgetID, Start: p.StartsAt.Unix()}]; p.Suspense != w {
			r.Violate("budget %s from %s counts %d as suspense, its losses less their releases make %d", p.BudgetID, p.StartsAt.UTC(), p.Suspense, w)
		}
	}
	return nil
}

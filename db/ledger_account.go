package db

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// lockedAccount is an account's row, locked until the transaction ends, and what each node has leased of it.
type lockedAccount struct {
	period periodRow
	leases []leaseRow
}

func (p *lockedAccount) account() ledger.Account {
	return ledger.Account{Budget: p.period.BudgetID, Start: p.period.StartsAt.Unix()}
}

// of is a node's lease, an empty one if it has none yet.
func (p *lockedAccount) of(node id.Node) *leaseRow {
	for i := range p.leases {
		if p.leases[i].NodeID == node {
			return &p.leases[i]
		}
	}
	p.leases = append(p.leases, leaseRow{OrgID: p.period.OrgID, BudgetID: p.period.BudgetID, StartsAt: p.period.StartsAt, NodeID: node})
	return &p.leases[len(p.leases)-1]
}

func (p *lockedAccount) pool() ledger.Pool {
	pool := ledger.Pool{Limit: p.period.Limit, Spent: p.period.Spent, Suspense: p.period.Suspense}
	for _, l := range p.leases {
		if l.ReapedAt != nil {
			pool.Suspense += l.suspense()
		} else {
			pool.Leased += l.outstanding()
		}
	}
	return pool
}

// lend carries out one ask. dirty says that the node's lease changed.
func (p *lockedAccount) lend(node id.Node, a budget.LeaseAsk) (l budget.Lease, dirty bool) {
	own := p.of(node)
	l = budget.Lease{Org: a.Org, Account: a.Account, Posted: own.Posted, Reaped: own.ReapedAt != nil}
	switch {
	case a.Op.IsZero():
	case a.Op == own.OpID:
		l.Granted = own.OpAmount // asked again: the answer was lost
	case a.Op.Compare(own.OpID) < 0: // overtaken by a newer one: its sender has given it up
	case l.Reaped: // alive after all: it keeps what it had, as suspense, until it begins a new session
		own.OpID, own.OpAmount = a.Op, 0
		dirty = true
	default:
		own.Granted -= a.Back
		ask := a.Ask
		ask.Debt = max(0, own.Posted-own.Granted)
		if ask.Need > 0 || ask.Spare > 0 {
			l.Granted = ledger.Share(p.pool(), ask)
		}
		own.Granted += l.Granted
		own.OpID, own.OpAmount = a.Op, l.Granted
		dirty = true
	}
	l.Pool = p.pool()
	return l, dirty
}

// lockAccounts locks the rows of accounts in account order, so that no two transactions wait for each other, and reads
// all their leases. Periods that nobody has begun are begun. Deleted budgets and strays are missing in the answer.
func lockAccounts(tx *gorm.DB, owners map[ledger.Account]id.Org) (map[ledger.Account]*lockedAccount, error) {
	if len(owners) == 0 {
		return nil, nil
	}
	locked, err := lockRows(tx, owners)
	if err != nil {
		return nil, err
	}
	begun, _, err := beginMissing(tx, owners, locked)
	if err != nil {
		return nil, err
	}
	if begun {
		if locked, err = lockRows(tx, owners); err != nil {
			return nil, err
		}
	}
	budgets, starts := keysOf(owners)
	var leases []leaseRow
	if err := tx.Where("budget_id IN ? AND starts_at IN ?", budgets, starts).Find(&leases).Error; err != nil {
		return nil, err
	}
	for _, l := range leases {
		if p := locked[ledger.Account{Budget: l.BudgetID, Start: l.StartsAt.Unix()}]; p != nil && p.period.OrgID == l.OrgID {
			p.leases = append(p.leases, l)
		}
	}
	return locked, nil
}

// ensurePeriods begins the periods of a batch's accounts that have no row yet, and locks nothing. Strays are taken out of owners and
// of the batch; late is where they count instead.
func ensurePeriods(tx *gorm.DB, owners map[ledger.Account]id.Org, b budget.Batch) (_ budget.Batch, late []booking, err error) {
	if len(owners) == 0 {
		return b, nil, nil
	}
	there, err := readRows(tx, owners)
	if err != nil {
		return b, nil, err
	}
	_, strays, err := beginMissing(tx, owners, there)
	for _, x := range strays {
		delete(owners, x.account)
	}
	b, late = bringHome(b, strays)
	return b, late, err
}

func lockRows(tx *gorm.DB, owners map[ledger.Account]id.Org) (map[ledger.Account]*lockedAccount, error) {
	return readRows(tx.Clauses(clause.Locking{Strength: "UPDATE"}), owners)
}

func readRows(tx *gorm.DB, owners map[ledger.Account]id.Org) (map[ledger.Account]*lockedAccount, error) {
	budgets, starts := keysOf(owners)
	var rows []periodRow
	err := tx.Where("budget_id IN ? AND starts_at IN ?", budgets, starts).
		Order("budget_id, starts_at").Find(&rows).Error
	out := make(map[ledger.Account]*lockedAccount, len(rows))
	for _, r := range rows {
		r.StartsAt = r.StartsAt.UTC()
		p := &lockedAccount{period: r}
		if o, ok := owners[p.account()]; ok && o == r.OrgID {
			out[p.account()] = p
		}
	}
	return out, err
}

// keysOf are the budgets and period starts of some accounts. Together they may match a few rows more than asked for.
func keysOf(owners map[ledger.Account]id.Org) (budgets []id.Budget, starts []time.Time) {
	seenBudget, seenStart := map[id.Budget]bool{}, map[int64]bool{}
	for a := range owners {
		if !seenBudget[a.Budget] {
			seenBudget[a.Budget] = true
			budgets = append(budgets, a.Budget)
		}
		if !seenStart[a.Start] {
			seenStart[a.Start] = true
			starts = append(starts, time.Unix(a.Start, 0).UTC())
		}
	}
	return budgets, starts
}

// beginMissing begins the periods of those accounts that have no row yet, and reports whether there were any. Strays are not begun.
func beginMissing(tx *gorm.DB, owners map[ledger.Account]id.Org, there map[ledger.Account]*lockedAccount) (begun bool, strays []stray, err error) {
	missing := slices.Collect(maps.Keys(owners))
	missing = slices.DeleteFunc(missing, func(a ledger.Account) bool { return there[a] != nil })
	// One order for all nodes, which all do this at the same midnight.
	slices.SortFunc(missing, func(a, b ledger.Account) int {
		return cmp.Or(a.Budget.Compare(b.Budget), cmp.Compare(a.Start, b.Start))
	})
	for _, a := range missing {
		o := owners[a]
		var row budgetRow
		err := tx.Where("org_id = ? AND id = ?", o, a.Budget).Take(&row).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			continue
		}
		if err != nil {
			return false, nil, err
		}
		b, err := row.budget()
		if err != nil {
			return false, nil, err
		}
		zone, err := zoneOf(tx, o)
		if err != nil {
			return false, nil, err
		}
		from, to := b.Calendar().Window(time.Unix(a.Start, 0), zone)
		if from.Unix() != a.Start {
			strays = append(strays, stray{o, a, b.Calendar(), zone})
			continue
		}
		if err := beginPeriod(tx, b, from, to); err != nil {
			return false, nil, err
		}
		begun = true
	}
	return begun, strays, nil
}

func saveLeases(tx *gorm.DB, rows []leaseRow) error {
	if len(rows) == 0 {
		return nil
	}
	return tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "org_id"}, {Name: "budget_id"}, {Name: "starts_at"}, {Name: "node_id"}},
		DoUpdates: clause.AssignmentColumns([]string{"granted_nanos", "posted_nanos", "op_id", "op_nanos"}),
	}).Create(&rows).Error
}

package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
)

type leaseRow struct {
	OrgID    id.Org       `gorm:"column:org_id;primaryKey"`
	BudgetID id.Budget    `gorm:"column:budget_id;primaryKey"`
	StartsAt time.Time    `gorm:"column:starts_at;primaryKey"`
	NodeID   id.Node      `gorm:"column:node_id;primaryKey"`
	Granted  ledger.Units `gorm:"column:granted_nanos"`
	Posted   ledger.Units `gorm:"column:posted_nanos"`
	OpID     id.Grant     `gorm:"column:op_id"`
	OpAmount ledger.Units `gorm:"column:op_nanos"`
	// Since ReapedAt nobody has heard of the node: what is left counts as suspense, less what somebody released.
	ReapedAt *time.Time   `gorm:"column:reaped_at"`
	Released ledger.Units `gorm:"column:released_nanos"`
}

// TableName names the table.
func (leaseRow) TableName() string { return "leases" }

// outstanding is what the node may still spend of it. The rest of a negative difference was spent without a lease.
func (r leaseRow) outstanding() ledger.Units { return max(0, r.Granted-r.Posted) }

type markRow struct {
	NodeID     id.Node   `gorm:"column:node_id;primaryKey"`
	Segment    int64     `gorm:"column:segment"`
	Place      int64     `gorm:"column:place"`
	LowSegment int64     `gorm:"column:low_segment"`
	LowPlace   int64     `gorm:"column:low_place"`
	UpdatedAt  time.Time `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (markRow) TableName() string { return "journal_positions" }

func (r markRow) mark() budget.Mark {
	return budget.Mark{At: journal.Position{Segment: uint64(r.Segment), Offset: r.Place},
		Low: journal.Position{Segment: uint64(r.LowSegment), Offset: r.LowPlace}}
}

// LedgerStore keeps the books: leases, facts, and how far each node's journal is in them.
type LedgerStore struct {
	db   *DB
	days factDays
}

// NewLedgerStore makes the store.
func NewLedgerStore(d *DB) *LedgerStore { return &LedgerStore{db: d} }

var _ budget.Bank = (*LedgerStore)(nil)

// Lease implements budget.Bank.
func (s *LedgerStore) Lease(ctx context.Context, node id.Node, asks []budget.LeaseAsk) ([]budget.Lease, error) {
	var out []budget.Lease
	err := s.books(ctx, "lend to a node", func(tx *gorm.DB) error {
		owners := make(map[ledger.Account]id.Org, len(asks))
		for _, a := range asks {
			owners[a.Account] = a.Org
		}
		reaped, err := inSession(tx, node, asks)
		if err != nil {
			return err
		}
		locked, err := lockAccounts(tx, owners)
		if err != nil {
			return err
		}
		if err := s.refresh(tx, locked, asks); err != nil {
			return err
		}
		out = make([]budget.Lease, 0, len(asks))
		var changed []leaseRow
		for _, a := range asks {
			p := locked[a.Account]
			if p == nil {
				stray, err := isStray(tx, a.Org, a.Account)
				if err != nil {
					return err
				}
				out = append(out, budget.Lease{Org: a.Org, Account: a.Account, Gone: !stray, Stray: stray})
				continue
			}
			if own := p.of(node); reaped != nil && own.ReapedAt == nil {
				own.ReapedAt = reaped
			}
			l, dirty := p.lend(node, a)
			if dirty {
				changed = append(changed, *p.of(node))
			}
			out = append(out, l)
		}
		return saveLeases(tx, changed)
	})
	if err != nil {
		return nil, fmt.Errorf("lease: %w", err)
	}
	return out, nil
}

// books runs fn in one transaction over all organizations.
func (s *LedgerStore) books(ctx context.Context, why string, fn func(tx *gorm.DB) error) error {
	return s.db.Do(ctx, func(ctx context.Context) error { return s.db.system(ctx, why, fn) })
}

// Mark implements budget.Bank. A node without books begins at the zero place.
func (s *LedgerStore) Mark(ctx context.Context, node id.Node) (budget.Mark, error) {
	var row markRow
	err := s.db.system(ctx, "find a journal's mark", func(tx *gorm.DB) error {
		return tx.Where("node_id = ?", node).Take(&row).Error
	})
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return budget.Mark{}, nil
	}
	return row.mark(), err
}

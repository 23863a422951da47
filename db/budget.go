package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

type budgetRow struct {
	OrgID      id.Org         `gorm:"column:org_id;primaryKey"`
	ID         id.Budget      `gorm:"column:id;primaryKey"`
	ScopeKind  string         `gorm:"column:scope_kind"`
	ScopeNode  string         `gorm:"column:scope_node"`
	Name       string         `gorm:"column:name"`
	Measure    ledger.Measure `gorm:"column:measure"`
	Limit      ledger.Units   `gorm:"column:limit_nanos"`
	Period     string         `gorm:"column:period"`
	Starts     int            `gorm:"column:starts"`
	Enforce    string         `gorm:"column:enforce"`
	Ladder     budget.Ladder  `gorm:"column:ladder;serializer:json"`
	Rollover   ledger.Units   `gorm:"column:rollover_nanos"`
	Reserve    ledger.Units   `gorm:"column:reserve_nanos"`
	Strict     bool           `gorm:"column:strict"`
	Thresholds []int          `gorm:"column:thresholds;serializer:json"`
	CreatedAt  time.Time      `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt  time.Time      `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (budgetRow) TableName() string { return "budgets" }

func (r budgetRow) budget() (budget.Budget, error) {
	scope, err := org.ParseScope(r.OrgID, r.ScopeKind, r.ScopeNode)
	if err != nil {
		return budget.Budget{}, fmt.Errorf("budget %s: %w", r.ID, err)
	}
	return budget.Budget{ID: r.ID, Org: r.OrgID, Scope: scope, Name: r.Name, Measure: r.Measure, Limit: r.Limit,
		Period: budget.Period(r.Period), Starts: r.Starts, Enforce: budget.Enforcement(r.Enforce), Ladder: r.Ladder, Rollover: r.Rollover,
		Reserve: r.Reserve, Strict: r.Strict, Thresholds: r.Thresholds, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}, nil
}

func budgetRowOf(b budget.Budget) budgetRow {
	return budgetRow{OrgID: b.Org, ID: b.ID, ScopeKind: string(b.Scope.Kind()), ScopeNode: b.Scope.Node(), Name: b.Name,
		Measure: b.Measure, Limit: b.Limit, Period: string(b.Period), Starts: b.Starts, Enforce: string(b.Enforce), Ladder: b.Ladder,
		Rollover: b.Rollover, Reserve: b.Reserve, Strict: b.Strict, Thresholds: append([]int{}, b.Thresholds...), CreatedAt: b.CreatedAt, UpdatedAt: b.UpdatedAt}
}

type periodRow struct {
	OrgID    id.Org       `gorm:"column:org_id;primaryKey"`
	BudgetID id.Budget    `gorm:"column:budget_id;primaryKey"`
	StartsAt time.Time    `gorm:"column:starts_at;primaryKey"`
	EndsAt   *time.Time   `gorm:"column:ends_at"`
	Limit    ledger.Units `gorm:"column:limit_nanos"`
	Rollover ledger.Units `gorm:"column:rollover_nanos"`
	Granted  ledger.Units `gorm:"column:granted_nanos"`
	Opening  ledger.Units `gorm:"column:opening_nanos"`
	Spent    ledger.Units `gorm:"column:spent_nanos"`
	Suspense ledger.Units `gorm:"column:suspense_nanos"`
	// AlertAt is the amount at which a threshold is crossed next; 0 = look at the next posting.
	AlertAt ledger.Units `gorm:"column:alert_nanos"`
	// HeirAt is when the period began that took over in the middle of this one, because the calendar was changed.
	HeirAt *time.Time `gorm:"column:heir_at"`
}

// limitOf is what may be spent in a period: the budget's limit without its reserve, with what was added to the period.
func (r periodRow) limitOf(b budget.Budget) ledger.Units {
	return max(0, b.Limit-b.Reserve+r.Rollover+r.Granted)
}

// TableName names the table.
func (periodRow) TableName() string { return "budget_periods" }

// BudgetStore keeps budgets and begins their periods.
type BudgetStore struct{ db *DB }

// NewBudgetStore makes the store.
func NewBudgetStore(d *DB) *BudgetStore { return &BudgetStore{d} }

var _ budget.Store = (*BudgetStore)(nil)

// Insert implements budget.Store.
func (s *BudgetStore) Insert(ctx context.Context, b budget.Budget, now time.Time) error {
	err := s.db.scoped(ctx, b.Org, func(tx *gorm.DB) error {
		row := budgetRowOf(b)
		return tx.Create(&row).Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return budget.ErrTaken
	}
	if err != nil {
		return err
	}
	return s.begin(ctx, b, now)
}

// Update implements budget.Store.
func (s *BudgetStore) Update(ctx context.Context, b budget.Budget, now time.Time) error {
	err := s.db.scoped(ctx, b.Org, func(tx *gorm.DB) error {
		row := budgetRowOf(b)
		res := tx.Model(&budgetRow{}).Where("org_id = ? AND id = ?", b.Org, b.ID).
			Select("name", "limit_nanos", "period", "starts", "enforce", "ladder", "rollover_nanos", "reserve_nanos", "strict", "thresholds", "updated_at").
			Updates(&row)
		if res.Error == nil && res.RowsAffected == 0 {
			return budget.ErrNotFound
		}
		return res.Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return budget.ErrTaken
	}
	if err != nil {
		return err
	}
	return s.begin(ctx, b, now)
}

func zoneOf(tx *gorm.DB, o id.Org) (*time.Location, error) {
	var row orgRow
	if err := tx.Where("id = ?", o).Take(&row).Error; err != nil {
		return nil, fmt.Errorf("organization of a budget: %w", err)
	}
	zone, err := time.LoadLocation(row.Zone)
	if err != nil {
		return nil, fmt.Errorf("zone of organization %s: %w", o, err)
	}
	return zone, nil
}

// booked is the column of an attempt that an account of a measure counts.
var booked = map[ledger.Measure]string{ledger.Money: "cost_nanos", ledger.Tokens: "booked_tokens", ledger.Requests: "booked_requests"}

// spentUnder sums what was booked below a scope in [from, to): attempts, and hourly sums where those are gone.
func spentUnder(tx *gorm.DB, s org.Scope, m ledger.Measure, from, to time.Time) (ledger.Units, error) {
	gone, err := goneBefore(tx, s.Org())
	if err != nil {
		return 0, err
	}
	var old, sum ledger.Units
	if from.Before(gone) {
		if old, err = spentInHours(tx, s, m, from, earliest(gone, to)); err != nil {
			return 0, err
		}
		from = gone
	}
	q := tx.Model(&attemptRow{}).Where("org_id = ? AND at >= ?", s.Org(), from)
	if !to.IsZero() {
		q = q.Where("at < ?", to)
	}
	err = under(q, s).Select("COALESCE(SUM(" + booked[m] + "), 0)").Scan(&sum).Error
	return old + sum, err
}

// under narrows a query of attempts to those below a scope.
func under(q *gorm.DB, s org.Scope) *gorm.DB {
	switch s.Kind() {
	case org.OrgScope:
		return q
	case org.PoolScope:
		return q.Where("team_id = ? AND member_id IS NULL", s.Node())
	case org.TagScope:
		return carrying(q, "tags", s.Node())
	}
	return q.Where(clause.Eq{Column: clause.Column{Name: string(s.Kind()) + "_id"}, Value: s.Node()})
}

// carrying narrows a query to rows whose tags hold a pair.
func carrying(q *gorm.DB, column, pair string) *gorm.DB {
	find := map[bool]string{true: "strpos", false: "instr"}[q.Dialector.Name() == "postgres"]
	return q.Where(find+"(',' || "+column+" || ',', ?) > 0", ","+pair+",")
}

// Delete implements budget.Store.
func (s *BudgetStore) Delete(ctx context.Context, o id.Org, b id.Budget) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := tx.Where("org_id = ? AND id = ?", o, b).Delete(&budgetRow{})
		if res.Error == nil && res.RowsAffected == 0 {
			return budget.ErrNotFound
		}
		return res.Error
	})
}

// Count implements budget.Store.
func (s *BudgetStore) Count(ctx context.Context, o id.Org) (n int64, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&budgetRow{}).Where("org_id = ?", o).Count(&n).Error
	})
	return n, err
}

// Get implements budget.Store.
func (s *BudgetStore) Get(ctx context.Context, o id.Org, b id.Budget, now time.Time) (budget.Listed, error) {
	all, err := s.listed(ctx, o, now, func(tx *gorm.DB) *gorm.DB { return tx.Where("id = ?", b) })
	if err == nil && len(all) == 0 {
		err = budget.ErrNotFound
	}
	if err != nil {
		return budget.Listed{}, err
	}
	return all[0], nil
}

// List implements budget.Store.
func (s *BudgetStore) List(ctx context.Context, o id.Org, now time.Time) ([]budget.Listed, error) {
	all, err := s.listed(ctx, o, now, func(tx *gorm.DB) *gorm.DB { return tx })
	slices.SortFunc(all, func(a, b budget.Listed) int {
		return cmp.Or(cmp.Compare(depth[a.Scope.Kind()], depth[b.Scope.Kind()]), cmp.Compare(a.Place.Label, b.Place.Label), a.ID.Compare(b.ID))
	})
	return all, err
}

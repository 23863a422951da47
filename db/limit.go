package db

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
)

type limitRow struct {
	OrgID        id.Org    `gorm:"column:org_id;primaryKey"`
	ID           id.Limit  `gorm:"column:id;primaryKey"`
	ScopeKind    string    `gorm:"column:scope_kind"`
	ScopeNode    string    `gorm:"column:scope_node"`
	Tag          string    `gorm:"column:tag"`
	Model        string    `gorm:"column:model"`
	Endpoint     string    `gorm:"column:endpoint"`
	Name         string    `gorm:"column:name"`
	Unit         string    `gorm:"column:unit"`
	Amount       int64     `gorm:"column:amount"`
	WindowMillis int64     `gorm:"column:window_millis"`
	Soft         bool      `gorm:"column:soft"`
	BurstPercent int64     `gorm:"column:burst_percent"`
	BurstMillis  int64     `gorm:"column:burst_millis"`
	CoolMillis   int64     `gorm:"column:cool_millis"`
	CreatedAt    time.Time `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt    time.Time `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (limitRow) TableName() string { return "limits" }

func (r limitRow) limit() (limit.Limit, error) {
	scope, err := org.ParseScope(r.OrgID, r.ScopeKind, r.ScopeNode)
	if err != nil {
		return limit.Limit{}, fmt.Errorf("limit %s: %w", r.ID, err)
	}
	l := limit.Limit{ID: r.ID, Org: r.OrgID, Scope: scope, Tag: r.Tag, Model: r.Model, Endpoint: llm.Operation(r.Endpoint), Name: r.Name,
		Unit: limit.Unit(r.Unit), Amount: r.Amount, Window: millis(r.WindowMillis), Soft: r.Soft, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}
	l.Burst = limit.Burst{Percent: r.BurstPercent, Duration: millis(r.BurstMillis), Cool: millis(r.CoolMillis)}
	return l, nil
}

func limitRowOf(l limit.Limit) limitRow {
	return limitRow{OrgID: l.Org, ID: l.ID, ScopeKind: string(l.Scope.Kind()), ScopeNode: l.Scope.Node(), Tag: l.Tag, Model: l.Model,
		Endpoint: string(l.Endpoint), Name: l.Name, Unit: string(l.Unit), Amount: l.Amount, WindowMillis: l.Window.Milliseconds(), Soft: l.Soft,
		BurstPercent: l.Burst.Percent, BurstMillis: l.Burst.Duration.Milliseconds(), CoolMillis: l.Burst.Cool.Milliseconds(),
		CreatedAt: l.CreatedAt, UpdatedAt: l.UpdatedAt}
}

func millis(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// LimitStore keeps rate limits.
type LimitStore struct{ db *DB }

// NewLimitStore makes the store.
func NewLimitStore(d *DB) *LimitStore { return &LimitStore{d} }

var _ limit.Store = (*LimitStore)(nil)

// Place implements limit.Store.
func (s *LimitStore) Place(ctx context.Context, scope org.Scope) (limit.Place, error) {
	p, err := (&BudgetStore{s.db}).Place(ctx, scope)
	if errors.Is(err, budget.ErrNotFound) {
		err = limit.ErrNotFound
	}
	return limitPlace(p), err
}

// Insert implements limit.Store.
func (s *LimitStore) Insert(ctx context.Context, l limit.Limit) error {
	return s.change(ctx, l.Org, func(tx *gorm.DB) *gorm.DB {
		row := limitRowOf(l)
		return tx.Create(&row)
	})
}

// change runs a statement that must change a row.
func (s *LimitStore) change(ctx context.Context, o id.Org, do func(tx *gorm.DB) *gorm.DB) error {
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := do(tx)
		if res.Error == nil && res.RowsAffected == 0 {
			return limit.ErrNotFound
		}
		return res.Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return limit.ErrTaken
	}
	return err
}

// Update implements limit.Store.
func (s *LimitStore) Update(ctx context.Context, l limit.Limit) error {
	r := limitRowOf(l)
	return s.change(ctx, l.Org, func(tx *gorm.DB) *gorm.DB {
		return tx.Model(&limitRow{}).Where("org_id = ? AND id = ?", l.Org, l.ID).Updates(map[string]any{
			"model": r.Model, "endpoint": r.Endpoint, "name": r.Name, "unit": r.Unit, "amount": r.Amount, "window_millis": r.WindowMillis,
			"soft": r.Soft, "burst_percent": r.BurstPercent, "burst_millis": r.BurstMillis, "cool_millis": r.CoolMillis, "updated_at": r.UpdatedAt})
	})
}

// Delete implements limit.Store.
func (s *LimitStore) Delete(ctx context.Context, o id.Org, l id.Limit) error {
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB { return tx.Where("org_id = ? AND id = ?", o, l).Delete(&limitRow{}) })
}

// Count implements limit.Store.
func (s *LimitStore) Count(ctx context.Context, o id.Org) (n int64, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&limitRow{}).Where("org_id = ?", o).Count(&n).Error
	})
	return n, err
}

// Get implements limit.Store.
func (s *LimitStore) Get(ctx context.Context, o id.Org, l id.Limit, now time.Time) (limit.Listed, error) {
	all, err := s.listed(ctx, o, now, l)
	if err == nil && len(all) == 0 {
		err = limit.ErrNotFound
	}
	if err != nil {
		return limit.Listed{}, err
	}
	return all[0], nil
}

// List implements limit.Store.
func (s *LimitStore) List(ctx context.Context, o id.Org, now time.Time) ([]limit.Listed, error) {
	all, err := s.listed(ctx, o, now, id.Limit{})
	slices.SortFunc(all, func(a, b limit.Listed) int {
		return cmp.Or(cmp.Compare(depth[a.Scope.Kind()], depth[b.Scope.Kind()]), cmp.Compare(a.Place.Label, b.Place.Label), a.ID.Compare(b.ID))
	})
	return all, err
}

// listed reads one limit, or all if only is zero.
func (s *LimitStore) listed(ctx context.Context, o id.Org, now time.Time, only id.Limit) ([]limit.Listed, error) {
	var out []limit.Listed
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var rows []limitRow
		var raised []increaseRow
		q, r := tx.Where("org_id = ?", o), tx.Where("org_id = ? AND until > ?", o, now)
		if !only.IsZero() {
			q, r = q.Where("id = ?", only), r.Where("limit_id = ?", only)
		}
		if err := q.Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		if err := r.Order("until, id").Find(&raised).Error; err != nil {
			return err
		}
		places, err := placesOf(tx, o, nodesOf(rows))
		if err != nil {
			return err
		}
		for _, r := range rows {
			l, err := r.limit()
			if err != nil {
				return err
			}
			one := limit.Listed{Limit: l, Place: limitPlace(places[l.Scope])}
			for _, x := range raised {
				if x.LimitID == l.ID {
					one.Increases = append(one.Increases, x.increase())
				}
			}
			out = append(out, one)
		}
		return nil
	})
	return out, err
}

// nodesOf are the nodes that limits sit on, in the form in which placesOf takes them.
func nodesOf(rows []limitRow) []budgetRow {
	out := make([]budgetRow, len(rows))
	for i, r := range rows {
		out[i] = budgetRow{OrgID: r.OrgID, ScopeKind: r.ScopeKind, ScopeNode: r.ScopeNode}
	}
	return out
}

func limitPlace(p budget.Place) limit.Place {
	return limit.Place{Label: p.Label, Teams: p.Teams, Owner: p.Owner, Archived: p.Archived}
}

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
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

type cachePolicyRow struct {
	OrgID      id.Org         `gorm:"column:org_id;primaryKey"`
	ID         id.Caching     `gorm:"column:id;primaryKey"`
	ScopeKind  string         `gorm:"column:scope_kind"`
	ScopeNode  string         `gorm:"column:scope_node"`
	Name       string         `gorm:"column:name"`
	Models     []string       `gorm:"column:models;serializer:json"`
	Purposes   []string       `gorm:"column:purposes;serializer:json"`
	Settings   cache.Settings `gorm:"column:settings;serializer:json"`
	Binding    bool           `gorm:"column:binding"`
	Approved   bool           `gorm:"column:approved"`
	ApprovedBy string         `gorm:"column:approved_by"`
	CreatedAt  time.Time      `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt  time.Time      `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (cachePolicyRow) TableName() string { return "cache_policies" }

func (r *cachePolicyRow) rule() (cache.Rule, error) {
	scope, err := org.ParseScope(r.OrgID, r.ScopeKind, r.ScopeNode)
	if err != nil {
		return cache.Rule{}, fmt.Errorf("cache policy %s: %w", r.ID, err)
	}
	return cache.Rule{ID: r.ID, Org: r.OrgID, Scope: scope, Name: r.Name, Models: r.Models, Purposes: r.Purposes, Settings: r.Settings, Binding: r.Binding, Approved: r.Approved,
		ApprovedBy: r.ApprovedBy, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}, nil
}

func cachePolicyRowOf(r cache.Rule) cachePolicyRow {
	return cachePolicyRow{OrgID: r.Org, ID: r.ID, ScopeKind: string(r.Scope.Kind()), ScopeNode: r.Scope.Node(), Name: r.Name, Models: r.Models, Purposes: r.Purposes, Settings: r.Settings,
		Binding: r.Binding, Approved: r.Approved, ApprovedBy: r.ApprovedBy, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

type cacheCutRow struct {
	OrgID  id.Org    `gorm:"column:org_id;primaryKey"`
	Number int64     `gorm:"column:number;primaryKey;autoIncrement:false"`
	Kind   string    `gorm:"column:kind"`
	Value  string    `gorm:"column:value"`
	At     time.Time `gorm:"column:at"`
	By     string    `gorm:"column:cut_by"`
}

// TableName names the table.
func (cacheCutRow) TableName() string { return "cache_cuts" }

func (r *cacheCutRow) cut() cache.Cut {
	return cache.Cut{Org: r.OrgID, Number: r.Number, Kind: cache.CutKind(r.Kind), Value: r.Value, At: r.At.UTC(), By: r.By}
}

// CacheStore keeps cache policies, cuts and answers.
type CacheStore struct {
	db *DB
	// Bare leaves the answers themselves to another store: only what pages list is kept here.
	Bare bool
	// Most is what one organization has here at most.
	Most cache.Room
}

// NewCacheStore makes the store.
func NewCacheStore(d *DB) *CacheStore { return &CacheStore{db: d, Most: cache.OwnRoom()} }

var (
	_ cache.Rules   = (*CacheStore)(nil)
	_ cache.Store   = (*CacheStore)(nil)
	_ cache.Counter = (*CacheStore)(nil)
)

// Place implements cache.Rules.
func (s *CacheStore) Place(ctx context.Context, scope org.Scope) (cache.Place, error) {
	p, err := (&BudgetStore{s.db}).Place(ctx, scope)
	if errors.Is(err, budget.ErrNotFound) {
		err = cache.ErrNotFound
	}
	return cachePlace(p), err
}

func cachePlace(p budget.Place) cache.Place {
	return cache.Place{Label: p.Label, Teams: p.Teams, Owner: p.Owner, Archived: p.Archived}
}

// Insert implements cache.Rules.
func (s *CacheStore) Insert(ctx context.Context, r cache.Rule) error {
	return s.change(ctx, r.Org, func(tx *gorm.DB) *gorm.DB {
		row := cachePolicyRowOf(r)
		return tx.Create(&row)
	})
}

// change runs a statement that must change a row.
func (s *CacheStore) change(ctx context.Context, o id.Org, do func(tx *gorm.DB) *gorm.DB) error {
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := do(tx)
		if res.Error == nil && res.RowsAffected == 0 {
			return cache.ErrNotFound
		}
		return res.Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return cache.ErrTaken
	}
	return err
}

// Update implements cache.Rules.
func (s *CacheStore) Update(ctx context.Context, r cache.Rule) error {
	return s.change(ctx, r.Org, func(tx *gorm.DB) *gorm.DB {
		row := cachePolicyRowOf(r)
		return tx.Model(&cachePolicyRow{}).Where("org_id = ? AND id = ?", r.Org, r.ID).
			Select("name", "models", "purposes", "settings", "binding", "approved", "approved_by", "updated_at").Updates(&row)
	})
}

// Delete implements cache.Rules.
func (s *CacheStore) Delete(ctx context.Context, o id.Org, r id.Caching) error {
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("org_id = ? AND id = ?", o, r).Delete(&cachePolicyRow{})
	})
}

// Rule implements cache.Rules.
func (s *CacheStore) Rule(ctx context.Context, o id.Org, r id.Caching) (cache.Listed, error) {
	all, err := s.listed(ctx, o, func(tx *gorm.DB) *gorm.DB { return tx.Where("org_id = ? AND id = ?", o, r) })
	if err == nil && len(all) == 0 {
		err = cache.ErrNotFound
	}
	if err != nil {
		return cache.Listed{}, err
	}
	return all[0], nil
}

// List implements cache.Rules.
func (s *CacheStore) List(ctx context.Context, o id.Org) ([]cache.Listed, error) {
	all, err := s.listed(ctx, o, func(tx *gorm.DB) *gorm.DB { return tx.Where("org_id = ?", o) })
	slices.SortFunc(all, func(a, b cache.Listed) int {
		return cmp.Or(cmp.Compare(depth[a.Scope.Kind()], depth[b.Scope.Kind()]), cmp.Compare(a.Place.Label, b.Place.Label), cmp.Compare(a.Name, b.Name), a.ID.Compare(b.ID))
	})
	return all, err
}

// listed reads an organization's policies that a query finds, with their places.
func (s *CacheStore) listed(ctx context.Context, o id.Org, where func(tx *gorm.DB) *gorm.DB) (out []cache.Listed, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var rows []cachePolicyRow
		if err := where(tx).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		nodes := make([]budgetRow, len(rows))
		for i, r := range rows {
			nodes[i] = budgetRow{OrgID: r.OrgID, ScopeKind: r.ScopeKind, ScopeNode: r.ScopeNode}
		}
		places, err := placesOf(tx, o, nodes)
		if err != nil {
			return err
		}
		for i := range rows {
			rule, err := rows[i].rule()
			if err != nil {
				return err
			}
			l := cache.Listed{Rule: rule, Place: cachePlace(places[rule.Scope])}
			l.Place.Label = cmp.Or(l.Place.Label, "a "+rows[i].ScopeKind+" that is gone")
			out = append(out, l)
		}
		return nil
	})
	return out, err
}

// Snapshot implements cache.Rules.
func (s *CacheStore) Snapshot(ctx context.Context) (out cache.Snapshot, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.system(ctx, "compile cache policies", func(tx *gorm.DB) error {
			var rows []cachePolicyRow
			if err := tx.Order("org_id, id").Find(&rows).Error; err != nil {
				return err
			}
			for i := range rows {
				rule, err := rows[i].rule()
				if err != nil {
					return err
				}
				out.Rules = append(out.Rules, rule.Record())
			}
			var cuts []cacheCutRow
			if err := tx.Order("org_id, number").Find(&cuts).Error; err != nil {
				return err
			}
			for i := range cuts {
				out.Cuts = append(out.Cuts, cuts[i].cut())
			}
			out.Demands, err = demands(tx)
			return err
		})
	})
	return out, err
}

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
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
)

type modelPolicyRow struct {
	OrgID     id.Org    `gorm:"column:org_id;primaryKey"`
	ID        id.Policy `gorm:"column:id;primaryKey"`
	ScopeKind string    `gorm:"column:scope_kind"`
	ScopeNode string    `gorm:"column:scope_node"`
	Allowed   []string  `gorm:"column:allowed;serializer:json"`
	Denied    []string  `gorm:"column:denied;serializer:json"`
	MayAsk    bool      `gorm:"column:may_ask"`
	Highest   string    `gorm:"column:highest_tier"`
	MaxCost   money.USD `gorm:"column:max_cost_nanos"`
	AskAbove  money.USD `gorm:"column:ask_above_nanos"`
	Approver  org.Role  `gorm:"column:approver"`
	Regions   []string  `gorm:"column:regions;serializer:json"`
	ZeroRet   bool      `gorm:"column:zero_retention"`
	NoTrain   bool      `gorm:"column:no_training"`
	CreatedAt time.Time `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt time.Time `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (modelPolicyRow) TableName() string { return "policies" }

func (r modelPolicyRow) policy() (policy.Policy, error) {
	scope, err := org.ParseScope(r.OrgID, r.ScopeKind, r.ScopeNode)
	if err != nil {
		return policy.Policy{}, fmt.Errorf("policy %s: %w", r.ID, err)
	}
	highest, _ := catalog.ReadTier(r.Highest)
	terms := policy.Terms{Allow: r.Allowed, Deny: r.Denied, MayAsk: r.MayAsk, Highest: highest, MaxCost: r.MaxCost, AskAbove: r.AskAbove, Approver: r.Approver,
		Regions: r.Regions, ZeroRetention: r.ZeroRet, NoTraining: r.NoTrain}
	return policy.Policy{ID: r.ID, Org: r.OrgID, Scope: scope, Terms: terms, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC()}, nil
}

func modelPolicyRowOf(p policy.Policy) modelPolicyRow {
	return modelPolicyRow{OrgID: p.Org, ID: p.ID, ScopeKind: string(p.Scope.Kind()), ScopeNode: p.Scope.Node(), Allowed: p.Allow, Denied: p.Deny, MayAsk: p.MayAsk,
		Highest: p.Highest.String(), MaxCost: p.MaxCost, AskAbove: p.AskAbove, Approver: p.Approver, Regions: p.Regions, ZeroRet: p.ZeroRetention, NoTrain: p.NoTraining, CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt}
}

// PolicyStore keeps policies on models.
type PolicyStore struct{ db *DB }

// NewPolicyStore makes the store.
func NewPolicyStore(d *DB) *PolicyStore { return &PolicyStore{d} }

var _ policy.Store = (*PolicyStore)(nil)

// Place implements policy.Store.
func (s *PolicyStore) Place(ctx context.Context, scope org.Scope) (policy.Place, error) {
	p, err := (&BudgetStore{s.db}).Place(ctx, scope)
	if errors.Is(err, budget.ErrNotFound) {
		err = policy.ErrNotFound
	}
	return policyPlace(p), err
}

func policyPlace(p budget.Place) policy.Place {
	return policy.Place{Label: p.Label, Teams: p.Teams, Owner: p.Owner, Archived: p.Archived}
}

// Insert implements policy.Store.
func (s *PolicyStore) Insert(ctx context.Context, p policy.Policy) error {
	return s.change(ctx, p.Org, func(tx *gorm.DB) *gorm.DB {
		row := modelPolicyRowOf(p)
		return tx.Create(&row)
	})
}

// change runs a statement that must change a row.
func (s *PolicyStore) change(ctx context.Context, o id.Org, do func(tx *gorm.DB) *gorm.DB) error {
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := do(tx)
		if res.Error == nil && res.RowsAffected == 0 {
			return policy.ErrNotFound
		}
		return res.Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return policy.ErrTaken
	}
	return err
}

// Update implements policy.Store.
func (s *PolicyStore) Update(ctx context.Context, p policy.Policy) error {
	return s.change(ctx, p.Org, func(tx *gorm.DB) *gorm.DB {
		row := modelPolicyRowOf(p)
		return tx.Model(&modelPolicyRow{}).Where("org_id = ? AND id = ?", p.Org, p.ID).
			Select("allowed", "denied", "may_ask", "highest_tier", "max_cost_nanos", "ask_above_nanos", "approver", "regions", "zero_retention", "no_training", "updated_at").Updates(&row)
	})
}

// Delete implements policy.Store.
func (s *PolicyStore) Delete(ctx context.Context, o id.Org, p id.Policy) error {
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("org_id = ? AND id = ?", o, p).Delete(&modelPolicyRow{})
	})
}

// Get implements policy.Store.
func (s *PolicyStore) Get(ctx context.Context, o id.Org, p id.Policy) (policy.Listed, error) {
	var all []policy.Listed
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) (err error) {
		all, err = listedPolicies(tx, o, tx.Where("org_id = ? AND id = ?", o, p))
		return err
	})
	if err == nil && len(all) == 0 {
		err = policy.ErrNotFound
	}
	if err != nil {
		return policy.Listed{}, err
	}
	return all[0], nil
}

// List implements policy.Store.
func (s *PolicyStore) List(ctx context.Context, o id.Org) (all []policy.Listed, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) (err error) {
		all, err = listedPolicies(tx, o, tx.Where("org_id = ?", o))
		return err
	})
	slices.SortFunc(all, func(a, b policy.Listed) int {
		return cmp.Or(cmp.Compare(depth[a.Scope.Kind()], depth[b.Scope.Kind()]), cmp.Compare(a.Place.Label, b.Place.Label), a.ID.Compare(b.ID))
	})
	return all, err
}

// listedPolicies reads an organization's policies that a query finds, with their places.
func listedPolicies(tx *gorm.DB, o id.Org, q *gorm.DB) ([]policy.Listed, error) {
	var rows []modelPolicyRow
	if err := q.Find(&rows).Error; err != nil || len(rows) == 0 {
		return nil, err
	}
	nodes := make([]budgetRow, len(rows))
	for i, r := range rows {
		nodes[i] = budgetRow{OrgID: r.OrgID, ScopeKind: r.ScopeKind, ScopeNode: r.ScopeNode}
	}
	places, err := placesOf(tx, o, nodes)
	if err != nil {
		return nil, err
	}
	out := make([]policy.Listed, len(rows))
	for i, r := range rows {
		p, err := r.policy()
		if err != nil {
			return nil, err
		}
		out[i] = policy.Listed{Policy: p, Place: policyPlace(places[p.Scope])}
		out[i].Place.Label = cmp.Or(out[i].Place.Label, "a "+r.ScopeKind+" that is gone")
	}
	return out, nil
}

// Rules implements policy.Store.
func (s *PolicyStore) Rules(ctx context.Context) (out []policy.Rule, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.system(ctx, "compile policies", func(tx *gorm.DB) error {
			var orgs []id.Org
			if err := tx.Model(&modelPolicyRow{}).Distinct().Order("org_id").Pluck("org_id", &orgs).Error; err != nil {
				return err
			}
			for _, o := range orgs {
				all, err := listedPolicies(tx, o, tx.Where("org_id = ?", o).Order("id"))
				if err != nil {
					return err
				}
				for _, l := range all {
					out = append(out, l.Rule())
				}
			}
			return nil
		})
	})
	return out, err
}

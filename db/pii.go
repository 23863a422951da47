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
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
)

type dataRuleRow struct {
	OrgID     id.Org            `gorm:"column:org_id;primaryKey"`
	ID        id.DataRule       `gorm:"column:id;primaryKey"`
	ScopeKind string            `gorm:"column:scope_kind"`
	ScopeNode string            `gorm:"column:scope_node"`
	Actions   map[string]string `gorm:"column:actions;serializer:json"`
	Patterns  []pii.Pattern     `gorm:"column:patterns;serializer:json"`
	Allowed   []string          `gorm:"column:allowed;serializer:json"`
	Answers   map[string]string `gorm:"column:answers;serializer:json"`
	OneWay    bool              `gorm:"column:one_way"`
	Guess     bool              `gorm:"column:guess"`
	Files     bool              `gorm:"column:scan_files"`
	Looks     pii.Recognizer    `gorm:"column:recognizer;serializer:json"`
	Unread    bool              `gorm:"column:block_unreadable"`
	CreatedAt time.Time         `gorm:"column:created_at;autoCreateTime:false"`
	UpdatedAt time.Time         `gorm:"column:updated_at;autoUpdateTime:false"`
}

// TableName names the table.
func (dataRuleRow) TableName() string { return "data_rules" }

func (r dataRuleRow) rule() (pii.Rule, error) {
	scope, err := org.ParseScope(r.OrgID, r.ScopeKind, r.ScopeNode)
	if err != nil {
		return pii.Rule{}, fmt.Errorf("data rule %s: %w", r.ID, err)
	}
	out := pii.Rule{ID: r.ID, Org: r.OrgID, Scope: scope, CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
		Terms: pii.Terms{Patterns: r.Patterns, Allow: r.Allowed, OneWay: r.OneWay, Guess: r.Guess, Files: r.Files, Recognizer: r.Looks, Unread: r.Unread}}
	if out.Actions, err = dataActions(r.Actions); err == nil {
		out.Answers, err = dataActions(r.Answers)
	}
	if err != nil {
		return out, fmt.Errorf("data rule %s: %w", r.ID, err)
	}
	return out, nil
}

func dataActions(names map[string]string) (map[pii.Kind]pii.Action, error) {
	out := map[pii.Kind]pii.Action{}
	for _, k := range pii.Kinds {
		if name := names[k.Name()]; name != "" {
			a, ok := pii.ParseAction(name)
			if !ok {
				return nil, fmt.Errorf("unknown action %q", name)
			}
			out[k] = a
		}
	}
	return out, nil
}

func dataRuleRowOf(r pii.Rule) dataRuleRow {
	return dataRuleRow{OrgID: r.Org, ID: r.ID, ScopeKind: string(r.Scope.Kind()), ScopeNode: r.Scope.Node(), Actions: pii.Named(r.Actions), Patterns: r.Patterns, Allowed: r.Allow,
		Answers: pii.Named(r.Answers), OneWay: r.OneWay, Guess: r.Guess, Files: r.Files, Looks: r.Recognizer, Unread: r.Unread, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt}
}

// PIIStore keeps data rules and reads incidents.
type PIIStore struct{ db *DB }

// NewPIIStore makes the store.
func NewPIIStore(d *DB) *PIIStore { return &PIIStore{d} }

var _ pii.Store = (*PIIStore)(nil)

// Place implements pii.Store.
func (s *PIIStore) Place(ctx context.Context, scope org.Scope) (pii.Place, error) {
	p, err := (&BudgetStore{s.db}).Place(ctx, scope)
	if errors.Is(err, budget.ErrNotFound) {
		err = pii.ErrNotFound
	}
	return dataRulePlace(p), err
}

func dataRulePlace(p budget.Place) pii.Place {
	return pii.Place{Label: p.Label, Teams: p.Teams, Owner: p.Owner, Archived: p.Archived}
}

// Insert implements pii.Store.
func (s *PIIStore) Insert(ctx context.Context, r pii.Rule) error {
	return s.change(ctx, r.Org, func(tx *gorm.DB) *gorm.DB {
		row := dataRuleRowOf(r)
		return tx.Create(&row)
	})
}

// change runs a statement that must change a row.
func (s *PIIStore) change(ctx context.Context, o id.Org, do func(tx *gorm.DB) *gorm.DB) error {
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		res := do(tx)
		if res.Error == nil && res.RowsAffected == 0 {
			return pii.ErrNotFound
		}
		return res.Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return pii.ErrTaken
	}
	return err
}

// Update implements pii.Store.
func (s *PIIStore) Update(ctx context.Context, r pii.Rule) error {
	return s.change(ctx, r.Org, func(tx *gorm.DB) *gorm.DB {
		row := dataRuleRowOf(r)
		return tx.Model(&dataRuleRow{}).Where("org_id = ? AND id = ?", r.Org, r.ID).Select("actions", "patterns", "allowed", "answers", "one_way", "guess", "scan_files", "recognizer", "block_unreadable", "updated_at").Updates(&row)
	})
}

// Delete implements pii.Store.
func (s *PIIStore) Delete(ctx context.Context, o id.Org, r id.DataRule) error {
	return s.change(ctx, o, func(tx *gorm.DB) *gorm.DB {
		return tx.Where("org_id = ? AND id = ?", o, r).Delete(&dataRuleRow{})
	})
}

// Get implements pii.Store.
func (s *PIIStore) Get(ctx context.Context, o id.Org, r id.DataRule) (pii.Listed, error) {
	var all []pii.Listed
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) (err error) {
		all, err = listedDataRules(tx, o, tx.Where("org_id = ? AND id = ?", o, r))
		return err
	})
	if err == nil && len(all) == 0 {
		err = pii.ErrNotFound
	}
	if err != nil {
		return pii.Listed{}, err
	}
	return all[0], nil
}

// List implements pii.Store.
func (s *PIIStore) List(ctx context.Context, o id.Org) (all []pii.Listed, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) (err error) {
		all, err = listedDataRules(tx, o, tx.Where("org_id = ?", o))
		return err
	})
	slices.SortFunc(all, func(a, b pii.Listed) int {
		return cmp.Or(cmp.Compare(depth[a.Scope.Kind()], depth[b.Scope.Kind()]), cmp.Compare(a.Place.Label, b.Place.Label), a.ID.Compare(b.ID))
	})
	return all, err
}

// listedDataRules reads an organization's rules that a query finds, with their places.
func listedDataRules(tx *gorm.DB, o id.Org, q *gorm.DB) ([]pii.Listed, error) {
	var rows []dataRuleRow
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
	out := make([]pii.Listed, len(rows))
	for i, r := range rows {
		rule, err := r.rule()
		if err != nil {
			return nil, err
		}
		out[i] = pii.Listed{Rule: rule, Place: dataRulePlace(places[rule.Scope])}
		out[i].Place.Label = cmp.Or(out[i].Place.Label, "a "+r.ScopeKind+" that is gone")
	}
	return out, nil
}

// Records implements pii.Store.
func (s *PIIStore) Records(ctx context.Context) (out []pii.Record, err error) {
	err = s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.system(ctx, "compile data rules", func(tx *gorm.DB) error {
			var orgs []id.Org
			if err := tx.Model(&dataRuleRow{}).Distinct().Order("org_id").Pluck("org_id", &orgs).Error; err != nil {
				return err
			}
			for _, o := range orgs {
				all, err := listedDataRules(tx, o, tx.Where("org_id = ?", o).Order("id"))
				if err != nil {
					return err
				}
				for _, l := range all {
					out = append(out, l.Record())
				}
			}
			return nil
		})
	})
	return out, err
}

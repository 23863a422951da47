package db

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// againstChange locks rows so that who posts can still refer to them: an alert that a posting writes has this budget as its
// parent, and would otherwise wait here while we wait for its period.
var againstChange = clause.Locking{Strength: "NO KEY UPDATE"}

// nodes are scopes of one kind, as rows of budgets have them.
type nodes struct {
	kind org.ScopeKind
	ids  []string
}

// Above implements budget.GrantStore.
func (s *BudgetStore) Above(ctx context.Context, scope org.Scope, m ledger.Measure, now time.Time) ([]budget.Listed, error) {
	return s.near(ctx, scope, m, now, true, parents)
}

// Below implements budget.GrantStore.
func (s *BudgetStore) Below(ctx context.Context, scope org.Scope, m ledger.Measure, now time.Time) ([]budget.Listed, error) {
	return s.near(ctx, scope, m, now, false, children)
}

// Lock implements budget.GrantStore.
func (s *BudgetStore) Lock(ctx context.Context, o id.Org, b id.Budget) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		var row budgetRow
		return tx.Clauses(againstChange).Where("org_id = ? AND id = ?", o, b).Limit(1).Find(&row).Error
	})
}

func (s *BudgetStore) near(ctx context.Context, scope org.Scope, m ledger.Measure, now time.Time, lock bool, who func(*gorm.DB, org.Scope) ([]nodes, error)) ([]budget.Listed, error) {
	var around []nodes
	err := s.db.scoped(ctx, scope.Org(), func(tx *gorm.DB) (err error) {
		around, err = who(tx, scope)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []budget.Listed
	for _, n := range around {
		if len(n.ids) == 0 {
			continue
		}
		some, err := s.listed(ctx, scope.Org(), now, func(tx *gorm.DB) *gorm.DB {
			if lock {
				tx = tx.Clauses(againstChange)
			}
			return tx.Where("measure = ? AND scope_kind = ? AND scope_node IN ?", m, n.kind, n.ids).Order("id")
		})
		if err != nil {
			return nil, err
		}
		out = append(out, slices.DeleteFunc(some, func(l budget.Listed) bool { return l.Place.Archived })...)
	}
	return out, nil
}

// parents are the scopes right above one: what a strict budget there hands out to it. A tag has none.
func parents(tx *gorm.DB, s org.Scope) ([]nodes, error) {
	o := s.Org()
	up := nodes{kind: org.TeamScope}
	var err error
	switch s.Kind() {
	case org.DepartmentScope:
		return []nodes{{org.OrgScope, []string{o.UUID()}}}, nil
	case org.TeamScope:
		up.kind = org.DepartmentScope
		err = tx.Table("teams").Where("org_id = ? AND id = ? AND department_id IS NOT NULL", o, s.Node()).Pluck("department_id", &up.ids).Error
		if err == nil && len(up.ids) == 0 {
			up = nodes{org.OrgScope, []string{o.UUID()}}
		}
	case org.PoolScope:
		up.ids = []string{s.Node()}
	case org.MemberScope:
		err = tx.Table("team_members").Where("org_id = ? AND member_id = ?", o, s.Node()).Order("team_id").Pluck("team_id", &up.ids).Error
	case org.KeyScope:
		err = tx.Table("keys").Where("org_id = ? AND id = ?", o, s.Node()).Pluck("team_id", &up.ids).Error
	}
	return []nodes{up}, err
}

// children are the scopes right below one, as strict budgets see them: departments and teams of none, a department's teams,
// a team's members and its pool.
func children(tx *gorm.DB, s org.Scope) ([]nodes, error) {
	o := s.Org()
	teams := nodes{kind: org.TeamScope}
	switch s.Kind() {
	case org.OrgScope:
		departments := nodes{kind: org.DepartmentScope}
		if err := tx.Table("departments").Where("org_id = ?", o).Pluck("id", &departments.ids).Error; err != nil {
			return nil, err
		}
		err := tx.Table("teams").Where("org_id = ? AND department_id IS NULL", o).Pluck("id", &teams.ids).Error
		return []nodes{departments, teams}, err
	case org.DepartmentScope:
		err := tx.Table("teams").Where("org_id = ? AND department_id = ?", o, s.Node()).Pluck("id", &teams.ids).Error
		return []nodes{teams}, err
	case org.TeamScope:
		members := nodes{kind: org.MemberScope}
		err := tx.Table("team_members").Where("org_id = ? AND team_id = ?", o, s.Node()).Pluck("member_id", &members.ids).Error
		return []nodes{members, {org.PoolScope, []string{s.Node()}}}, err
	}
	return nil, nil
}

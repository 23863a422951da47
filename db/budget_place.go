package db

import (
	"context"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Place implements budget.Store.
func (s *BudgetStore) Place(ctx context.Context, scope org.Scope) (budget.Place, error) {
	if scope.IsZero() {
		return budget.Place{}, budget.ErrNotFound
	}
	var out map[org.Scope]budget.Place
	err := s.db.scoped(ctx, scope.Org(), func(tx *gorm.DB) (err error) {
		out, err = placesOf(tx, scope.Org(), []budgetRow{{OrgID: scope.Org(), ScopeKind: string(scope.Kind()), ScopeNode: scope.Node()}})
		return err
	})
	if err != nil {
		return budget.Place{}, err
	}
	p, ok := out[scope]
	if !ok {
		return budget.Place{}, budget.ErrNotFound
	}
	return p, nil
}

// fewNodes is up to how many nodes are looked up one by one; past it the whole kind is read.
const fewNodes = 200

// placesOf names the scopes of some of an organization's budgets. Nodes that are gone are missing in the answer.
func placesOf(tx *gorm.DB, o id.Org, rows []budgetRow) (map[org.Scope]budget.Place, error) {
	nodes := map[org.ScopeKind][]string{}
	for _, r := range rows {
		nodes[org.ScopeKind(r.ScopeKind)] = append(nodes[org.ScopeKind(r.ScopeKind)], r.ScopeNode)
	}
	out := make(map[org.Scope]budget.Place, len(rows))
	for _, pair := range nodes[org.TagScope] { // a tag is wherever a client puts it: there is no node to look up
		scope, err := org.OfTag(o, pair)
		if err != nil {
			return nil, err
		}
		out[scope] = budget.Place{Label: "Tag " + pair}
	}
	delete(nodes, org.TagScope)
	for kind, ids := range nodes {
		var found []named
		q := kindQuery(tx, o, kind)
		if len(ids) <= fewNodes {
			q = q.Where("n.id IN ?", ids)
		}
		if err := q.Scan(&found).Error; err != nil {
			return nil, err
		}
		for _, n := range found {
			scope, err := org.ParseScope(o, string(kind), n.ID)
			if err != nil {
				return nil, err
			}
			p := out[scope]
			p.Label, p.Owner, p.Archived = prefix[kind]+n.Label, n.Owner, n.Archived
			if n.Archived {
				p.Label += " (archived)"
			}
			if !n.Team.IsZero() {
				p.Teams = append(p.Teams, n.Team)
			}
			out[scope] = p
		}
	}
	return out, nil
}

// named is a node of the tree; a member of several teams comes once for each.
type named struct {
	ID    string    `gorm:"column:id"`
	Label string    `gorm:"column:label"`
	Team  id.Team   `gorm:"column:team"`
	Owner id.Member `gorm:"column:owner"`
	// Archived is for departments, teams and pools.
	Archived bool `gorm:"column:archived"`
}

var prefix = map[org.ScopeKind]string{org.DepartmentScope: "Department ", org.TeamScope: "Team ", org.KeyScope: "Key ", org.PoolScope: "Pool of team "}

func kindQuery(tx *gorm.DB, o id.Org, kind org.ScopeKind) *gorm.DB {
	switch kind {
	case org.DepartmentScope:
		return tx.Table("departments n").Select("n.id, n.name AS label, t.id AS team, NULL AS owner, n.archived_at IS NOT NULL AS archived").
			Joins("LEFT JOIN teams t ON t.org_id = n.org_id AND t.department_id = n.id").Where("n.org_id = ?", o)
	case org.TeamScope, org.PoolScope:
		return tx.Table("teams n").Select("n.id, n.name AS label, n.id AS team, NULL AS owner, n.archived_at IS NOT NULL AS archived").Where("n.org_id = ?", o)
	case org.MemberScope:
		return tx.Table("members n").Select("n.id, n.email AS label, t.team_id AS team, n.id AS owner").
			Joins("LEFT JOIN team_members t ON t.org_id = n.org_id AND t.member_id = n.id").
			Where("n.org_id = ? AND n.removed_at IS NULL", o).Order("n.id, t.home DESC, t.team_id")
	case org.KeyScope:
		return tx.Table("keys n").Select("n.id, n.name AS label, n.team_id AS team, n.member_id AS owner").Where("n.org_id = ? AND n.deleted_at IS NULL", o)
	default:
		return tx.Table("organizations n").Select("n.id, n.name AS label, NULL AS team, NULL AS owner").Where("n.id = ?", o)
	}
}

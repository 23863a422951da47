package db

import (
	"context"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// teamMemberRow is a role in a team.
type teamMemberRow struct {
	Org    id.Org    `gorm:"column:org_id;primaryKey"`
	Team   id.Team   `gorm:"column:team_id;primaryKey"`
	Member id.Member `gorm:"column:member_id;primaryKey"`
	Role   string    `gorm:"column:role"`
	Home   bool      `gorm:"column:home"`
}

// TableName implements gorm's Tabler.
func (teamMemberRow) TableName() string { return "team_members" }

// memberRoleRow is a role above teams.
type memberRoleRow struct {
	Org    id.Org    `gorm:"column:org_id;primaryKey"`
	Member id.Member `gorm:"column:member_id;primaryKey"`
	Kind   string    `gorm:"column:node_kind;primaryKey"`
	Node   string    `gorm:"column:node_id;primaryKey"`
	Role   string    `gorm:"column:role"`
}

// TableName implements gorm's Tabler.
func (memberRoleRow) TableName() string { return "member_roles" }

// Assign implements org.Store.
func (s *OrgStore) Assign(ctx context.Context, o id.Org, m id.Member, all []org.Assignment, home id.Team) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error { return assign(tx, o, m, all, home) })
}

func assign(tx *gorm.DB, o id.Org, m id.Member, all []org.Assignment, home id.Team) error {
	if err := tx.Where("org_id = ? AND member_id = ?", o, m).Delete(&teamMemberRow{}).Error; err != nil {
		return err
	}
	if err := tx.Where("org_id = ? AND member_id = ?", o, m).Delete(&memberRoleRow{}).Error; err != nil {
		return err
	}
	var seats []teamMemberRow
	var above []memberRoleRow
	for _, a := range all {
		if a.At.Kind() != org.TeamScope {
			above = append(above, memberRoleRow{o, m, string(a.At.Kind()), a.At.Node(), string(a.Role)})
			continue
		}
		t, err := id.ParseTeam(a.At.Node())
		if err != nil {
			return err
		}
		seats = append(seats, teamMemberRow{o, t, m, string(a.Role), t == home})
	}
	if len(seats) > 0 {
		if err := tx.Create(&seats).Error; err != nil {
			return err
		}
	}
	if len(above) == 0 {
		return nil
	}
	return tx.Create(&above).Error
}

// MoveMember implements org.Store.
func (s *OrgStore) MoveMember(ctx context.Context, o id.Org, m id.Member, from, to id.Team) error {
	return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Model(&keyRow{}).Where("org_id = ? AND member_id = ? AND team_id = ? AND deleted_at IS NULL", o, m, from).Update("team_id", to).Error
	})
}

// fewMembers is up to how many members' roles are asked for by name; past it all of the organization's are read.
const fewMembers = 500

// withRoles are members with their roles and what follows from them.
func withRoles(tx *gorm.DB, o id.Org, rows []memberRow) ([]org.Member, error) {
	if len(rows) == 0 {
		return []org.Member{}, nil
	}
	only := func(q *gorm.DB) *gorm.DB { return q }
	if len(rows) <= fewMembers {
		ids := make([]id.Member, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		only = func(q *gorm.DB) *gorm.DB { return q.Where("member_id IN ?", ids) }
	}
	var seats []teamMemberRow
	if err := only(tx.Where("org_id = ?", o)).Order("member_id, home DESC, team_id").Find(&seats).Error; err != nil {
		return nil, err
	}
	var above []memberRoleRow
	if err := only(tx.Where("org_id = ?", o)).Order("member_id, node_kind DESC, node_id").Find(&above).Error; err != nil {
		return nil, err
	}
	teams, err := teamsUnder(tx, o, above)
	if err != nil {
		return nil, err
	}
	out := make([]org.Member, len(rows))
	at := make(map[id.Member]*org.Member, len(rows))
	for i, r := range rows {
		out[i] = org.Member{ID: r.ID, Org: r.Org, Email: r.Email, Name: r.Name, CreatedAt: r.CreatedAt.UTC(), DisabledAt: fromNull(r.DisabledAt), RemovedAt: fromNull(r.RemovedAt)}
		at[r.ID] = &out[i]
	}
	for _, r := range above {
		scope, err := org.ParseScope(o, r.Kind, r.Node)
		if err != nil {
			return nil, err
		}
		if m := at[r.Member]; m != nil {
			m.Assignments = append(m.Assignments, org.Assignment{Role: org.Role(r.Role), At: scope})
		}
	}
	for _, r := range seats {
		m := at[r.Member]
		if m == nil {
			continue
		}
		m.Assignments = append(m.Assignments, org.Assignment{Role: org.Role(r.Role), At: org.OfTeam(o, r.Team)})
		m.Teams = append(m.Teams, r.Team)
		if r.Home {
			m.Home = r.Team
		}
	}
	for i := range out {
		out[i].Role, out[i].Part = org.Highest(out[i].Assignments), org.Resolve(out[i].Assignments, teams)
	}
	return out, nil
}

// teamsUnder are the teams of each department that roles name.
func teamsUnder(tx *gorm.DB, o id.Org, above []memberRoleRow) (map[id.Department][]id.Team, error) {
	var departments []string
	seen := map[string]bool{}
	for _, r := range above {
		if r.Kind == string(org.DepartmentScope) && !seen[r.Node] {
			seen[r.Node] = true
			departments = append(departments, r.Node)
		}
	}
	out := map[id.Department][]id.Team{}
	if len(departments) == 0 {
		return out, nil
	}
	var rows []teamRow
	if err := tx.Where("org_id = ? AND department_id IN ?", o, departments).Order("id").Find(&rows).Error; err != nil {
		return nil, err
	}
	for _, r := range rows {
		out[r.Department] = append(out[r.Department], r.ID)
	}
	return out, nil
}

package db

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
)

type routeVersionRow struct {
	OrgID  id.Org    `gorm:"column:org_id;primaryKey"`
	Route  string    `gorm:"column:route;primaryKey"`
	Number int64     `gorm:"column:number;primaryKey;autoIncrement:false"`
	Body   string    `gorm:"column:body"`
	Action string    `gorm:"column:action"`
	MadeBy string    `gorm:"column:made_by"`
	MadeAt time.Time `gorm:"column:made_at"`
}

// TableName names the table.
func (routeVersionRow) TableName() string { return "route_versions" }

// routeName is the column route: an alias's id, or a word for the organization's own rules.
func routeName(a id.Alias) string {
	if a.IsZero() {
		return "organization"
	}
	return a.String()
}

// Keep implements route.Store.
func (s *AliasStore) Keep(ctx context.Context, v route.Version) error {
	v.Body.Version = 0
	b, err := json.Marshal(v.Body)
	if err != nil {
		return err
	}
	row := routeVersionRow{OrgID: v.Org, Route: routeName(v.Alias), Number: v.Number, Body: string(b), Action: v.Action, MadeBy: v.By, MadeAt: v.At.UTC()}
	return s.db.scoped(ctx, v.Org, func(tx *gorm.DB) error {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return err
		}
		return tx.Where("org_id = ? AND route = ? AND number <= ?", v.Org, row.Route, v.Number-route.KeptVersions).Delete(&routeVersionRow{}).Error
	})
}

// Versions implements route.Store.
func (s *AliasStore) Versions(ctx context.Context, o id.Org, a id.Alias) ([]route.Version, error) {
	var rows []routeVersionRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND route = ?", o, routeName(a)).Order("number DESC").Limit(route.KeptVersions).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	out := make([]route.Version, len(rows))
	for i, r := range rows {
		out[i] = route.Version{Org: r.OrgID, Alias: a, Number: r.Number, Action: r.Action, By: r.MadeBy, At: r.MadeAt.UTC()}
		if err := json.Unmarshal([]byte(r.Body), &out[i].Body); err != nil {
			return nil, fmt.Errorf("version %d of route %s: %w", r.Number, r.Route, err)
		}
	}
	return out, nil
}

// ruled are the organizations whose routes have more to them than lists of targets.
const ruled = "(SELECT org_id FROM aliases WHERE routing <> '' UNION SELECT org_id FROM routing_policies WHERE routing <> '')"

// Directories implements route.Store.
func (s *AliasStore) Directories(ctx context.Context) (out []route.Directory, err error) {
	err = s.db.system(ctx, "what conditions of routes ask about people", func(tx *gorm.DB) error {
		out, err = directories(tx, " IN "+ruled)
		return err
	})
	return out, err
}

// Directory implements route.Store.
func (s *AliasStore) Directory(ctx context.Context, o id.Org) (out route.Directory, err error) {
	err = s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		all, err := directories(tx, " = ?", o)
		if err == nil && len(all) == 1 {
			out = all[0]
		}
		return err
	})
	return out, err
}

// directories reads what there is to know about the people of organizations whose id fits a condition.
func directories(tx *gorm.DB, fits string, args ...any) ([]route.Directory, error) {
	var orgs []struct {
		ID   id.Org
		Zone string
	}
	var teams []struct {
		OrgID        id.Org
		ID           id.Team
		DepartmentID id.Department
		Name         string
	}
	var departments []struct {
		OrgID id.Org
		ID    id.Department
		Name  string
	}
	var people []person
	for _, q := range []struct {
		into any
		from *gorm.DB
	}{
		{&orgs, tx.Table("organizations").Select("id, zone").Where("id"+fits, args...)},
		{&teams, tx.Table("teams").Select("org_id, id, department_id, name").Where("org_id"+fits, args...)},
		{&departments, tx.Table("departments").Select("org_id, id, name").Where("org_id"+fits, args...)},
		{&people, tx.Table("members AS m").Select("m.org_id, m.id, m.email, r.role, u.attributes").
			Joins("LEFT JOIN member_roles AS r ON r.org_id = m.org_id AND r.member_id = m.id").
			Joins("LEFT JOIN scim_users AS u ON u.org_id = m.org_id AND u.member_id = m.id").
			Where("m.removed_at IS NULL AND m.org_id"+fits, args...)},
	} {
		if err := q.from.Find(q.into).Error; err != nil {
			return nil, err
		}
	}
	byOrg, out := make(map[id.Org]int, len(orgs)), make([]route.Directory, len(orgs))
	for i, o := range orgs {
		byOrg[o.ID] = i
		out[i] = route.Directory{Org: o.ID, Zone: o.Zone, Teams: map[id.Team]string{}, Within: map[id.Team]id.Department{}, Departments: map[id.Department]string{}, People: map[id.Member]route.Person{}}
	}
	for _, t := range teams {
		if i, ok := byOrg[t.OrgID]; ok {
			out[i].Teams[t.ID] = t.Name
			if !t.DepartmentID.IsZero() {
				out[i].Within[t.ID] = t.DepartmentID
			}
		}
	}
	for _, d := range departments {
		if i, ok := byOrg[d.OrgID]; ok {
			out[i].Departments[d.ID] = d.Name
		}
	}
	for _, p := range people {
		if i, ok := byOrg[p.OrgID]; ok {
			p.into(out[i].People)
		}
	}
	return out, nil
}

// person is a member with one of their roles; a member with several comes several times.
type person struct {
	OrgID      id.Org
	ID         id.Member
	Email      string
	Role       *string
	Attributes *string
}

func (p person) into(people map[id.Member]route.Person) {
	known, again := people[p.ID]
	if !again {
		known = route.Person{Email: p.Email, Role: string(org.Viewer)}
		if p.Attributes != nil {
			known.Attributes = route.AttributesOf([]byte(*p.Attributes))
		}
	}
	if p.Role != nil && org.Role(*p.Role).AtLeast(org.Role(known.Role)) {
		known.Role = *p.Role
	}
	people[p.ID] = known
}

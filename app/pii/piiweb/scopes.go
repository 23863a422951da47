package piiweb

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// tree is what the reader sees of the organization.
type tree struct {
	departments []org.Department
	teams       []org.Team
	members     []org.Member
	keys        []key.Key
}

func (h *Handlers) tree(c *web.Context) (t tree, err error) {
	actor := c.Actor()
	if t.departments, err = h.people.Departments(c.Ctx(), actor); err != nil {
		return t, err
	}
	if t.teams, err = h.people.Teams(c.Ctx(), actor); err != nil {
		return t, err
	}
	people, err := h.people.FindMembers(c.Ctx(), actor, org.MemberQuery{Limit: identity.MaxMembers})
	if err != nil {
		return t, err
	}
	t.members = people.Members
	slices.SortFunc(t.teams, func(a, b org.Team) int { return strings.Compare(a.Name, b.Name) })
	t.keys, err = h.keys.List(c.Ctx(), actor)
	return t, err
}

// options are the places in it that may says yes to.
func (t tree) options(c *web.Context, name string, may func(s org.Scope, p org.Place) bool) (out []ui.Option) {
	o := c.Actor().Org
	add := func(group, label string, s org.Scope, p org.Place) {
		if may(s, p) {
			out = append(out, ui.Option{Group: group, Label: label, Value: s.String()})
		}
	}
	add("Organization", name, org.OfOrg(o), org.Place{})
	for _, d := range t.departments {
		add("Departments", d.Name, org.OfDepartment(o, d.ID), org.Place{})
	}
	names := map[string]string{}
	for _, one := range t.teams {
		names[one.ID.UUID()] = one.Name
		add("Teams", one.Name, org.OfTeam(o, one.ID), org.Place{Teams: []id.Team{one.ID}})
	}
	for _, m := range t.members {
		add("Members", m.Name+" ("+m.Email+")", org.OfMember(o, m.ID), org.Place{Teams: m.Teams, Owner: m.ID})
	}
	for _, k := range t.keys {
		add("Keys", k.Name+" (team "+names[k.Team.UUID()]+")", org.OfKey(o, k.ID), org.Place{Teams: []id.Team{k.Team}, Owner: k.Member})
	}
	return out
}

// chain is the way from the organization down to a node of the tree that the reader sees; false if they do not.
func (t tree) chain(s org.Scope) (c org.Chain, ok bool) {
	c.Org = s.Org()
	switch s.Kind() {
	case org.OrgScope:
		return c, true
	case org.DepartmentScope:
		for _, d := range t.departments {
			if d.ID.UUID() == s.Node() {
				c.Department, ok = d.ID, true
			}
		}
	case org.TeamScope:
		for _, one := range t.teams {
			if one.ID.UUID() == s.Node() {
				c.Team, ok = one.ID, true
			}
		}
	case org.MemberScope:
		for _, m := range t.members {
			if m.ID.UUID() == s.Node() {
				c.Member, ok = m.ID, true
				if len(m.Teams) > 0 {
					c.Team = m.Teams[0]
				}
			}
		}
	case org.KeyScope:
		for _, k := range t.keys {
			if k.ID.UUID() == s.Node() {
				c.Key, c.Team, c.Member, ok = k.ID, k.Team, k.Member, true
			}
		}
	}
	for _, one := range t.teams {
		if one.ID == c.Team {
			c.Department = one.Department
		}
	}
	return c, ok
}

// below reads the place that something would be sent below; "" is the organization.
func (h *Handlers) below(c *web.Context, text string) (org.Chain, error) {
	if text == "" {
		return org.Chain{Org: c.Actor().Org}, nil
	}
	t, err := h.tree(c)
	if err != nil {
		return org.Chain{}, err
	}
	s := org.ReadScope(c.Actor().Org, text)
	chain, ok := t.chain(s)
	if s.IsZero() || !ok {
		return org.Chain{}, fault.New(fault.NotFound, "not_found", "There is no such organization, department, team, member or key.")
	}
	return chain, nil
}

package web

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
)

func person(m org.Member) string { return m.Name + " (" + m.Email + ")" }

func keyName(k key.Key, teams []org.Team) string {
	for _, t := range teams {
		if t.ID == k.Team {
			return k.Name + " (team " + t.Name + ")"
		}
	}
	return k.Name
}

// named is a place in words, or its id where it is nothing the reader knows.
func (p Places) named(c *Context, s org.Scope, teams []org.Team) string {
	switch s.Kind() {
	case org.TeamScope, org.PoolScope:
		for _, t := range teams {
			if t.ID.UUID() == s.Node() {
				return t.Name
			}
		}
	case org.MemberScope:
		if m, err := id.ParseMember(s.Node()); err == nil {
			if found, err := p.People.Member(c.Ctx(), c.Actor(), m); err == nil {
				return person(found)
			}
		}
	case org.KeyScope:
		if k, err := id.ParseKey(s.Node()); err == nil {
			if found, err := p.Keys.Get(c.Ctx(), c.Actor(), k); err == nil {
				return keyName(found, teams)
			}
		}
	}
	return s.String()
}

// Chain is the way from the organization down to a place that the reader sees, as a request below it has it; a person's
// goes through the first of their teams. What is not there, or not theirs to see, is not found.
func (p Places) Chain(c *Context, s org.Scope) (org.Chain, error) {
	chain := org.Chain{Org: c.Actor().Org}
	missing := fault.New(fault.NotFound, "not_found", "There is no such organization, department, team, member or key.")
	if s.Org() != chain.Org {
		return chain, missing
	}
	var err error
	switch s.Kind() {
	case org.OrgScope:
		return chain, nil
	case org.DepartmentScope:
		all, err := p.People.Departments(c.Ctx(), c.Actor())
		if i := slices.IndexFunc(all, func(d org.Department) bool { return d.ID.UUID() == s.Node() }); i >= 0 {
			chain.Department = all[i].ID
			return chain, nil
		}
		return chain, orMissing(err, missing)
	case org.TeamScope:
		chain.Team, err = id.ParseTeam(s.Node())
	case org.MemberScope:
		var m org.Member
		if chain.Member, err = id.ParseMember(s.Node()); err == nil {
			m, err = p.People.Member(c.Ctx(), c.Actor(), chain.Member)
		}
		if len(m.Teams) > 0 {
			chain.Team = m.Teams[0]
		}
	case org.KeyScope:
		var k key.Key
		if chain.Key, err = id.ParseKey(s.Node()); err == nil {
			k, err = p.Keys.Get(c.Ctx(), c.Actor(), chain.Key)
		}
		chain.Team, chain.Member = k.Team, k.Member
	default:
		return chain, missing
	}
	if err != nil || chain.Team.IsZero() {
		return chain, err
	}
	teams, err := p.People.Teams(c.Ctx(), c.Actor())
	i := slices.IndexFunc(teams, func(t org.Team) bool { return t.ID == chain.Team })
	if i >= 0 {
		chain.Department = teams[i].Department
	} else if s.Kind() == org.TeamScope {
		return chain, orMissing(err, missing)
	}
	return chain, err
}

func orMissing(err, missing error) error {
	if err != nil {
		return err
	}
	return missing
}

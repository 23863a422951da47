package org_test

import (
	"slices"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// tree is one organization: department one with the teams north and south, department two with east, and west in none.
type tree struct {
	org                      id.Org
	one, two                 id.Department
	north, south, east, west id.Team
	self, other              id.Member
	key                      id.Key
}

func planted() tree {
	ids := id.NewSource(clock.System{}.Now, nil)
	return tree{id.NewOrg(ids), id.NewDepartment(ids), id.NewDepartment(ids), id.NewTeam(ids), id.NewTeam(ids), id.NewTeam(ids), id.NewTeam(ids),
		id.NewMember(ids), id.NewMember(ids), id.NewKey(ids)}
}

// actor is self with these roles.
func (x tree) actor(all ...org.Assignment) org.Actor {
	a := org.Actor{Org: x.org, Member: x.self}
	return a.As(all, map[id.Department][]id.Team{x.one: {x.north, x.south}, x.two: {x.east}})
}

func (x tree) admin() org.Actor {
	return x.actor(org.Assignment{Role: org.Admin, At: org.OfOrg(x.org)})
}
func (x tree) auditor() org.Actor {
	return x.actor(org.Assignment{Role: org.Viewer, At: org.OfOrg(x.org)})
}
func (x tree) manager() org.Actor   { return x.actor(x.at(org.Manager, x.one)) }
func (x tree) reader() org.Actor    { return x.actor(x.at(org.Viewer, x.one)) }
func (x tree) lead() org.Actor      { return x.actor(x.in(org.Lead, x.north)) }
func (x tree) developer() org.Actor { return x.actor(x.in(org.Developer, x.north)) }
func (x tree) leadOfTwo() org.Actor { return x.actor(x.in(org.Lead, x.north), x.in(org.Lead, x.west)) }
func (x tree) nobody() org.Actor    { return x.actor() }
func (x tree) allManagers() org.Actor {
	return x.actor(org.Assignment{Role: org.Manager, At: org.OfOrg(x.org)})
}

func (x tree) at(r org.Role, d id.Department) org.Assignment {
	return org.Assignment{Role: r, At: org.OfDepartment(x.org, d)}
}

func (x tree) in(r org.Role, t id.Team) org.Assignment {
	return org.Assignment{Role: r, At: org.OfTeam(x.org, t)}
}

// those are the names of the actors that a question is answered yes for.
func (x tree) those(ask func(a org.Actor) bool) (out []string) {
	for _, c := range []struct {
		name  string
		actor org.Actor
	}{{"admin", x.admin()}, {"all managers", x.allManagers()}, {"auditor", x.auditor()}, {"manager", x.manager()}, {"reader", x.reader()},
		{"lead", x.lead()}, {"lead of two", x.leadOfTwo()}, {"developer", x.developer()}, {"nobody", x.nobody()}} {
		if ask(c.actor) {
			out = append(out, c.name)
		}
	}
	return out
}

var (
	above    = []string{"admin", "all managers", "auditor"}
	oneSees  = append(slices.Clone(above), "manager", "reader")
	northish = append(slices.Clone(oneSees), "lead", "lead of two", "developer")
	all      = append(slices.Clone(northish), "nobody")
)

func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	x := planted()
	tag, err := org.OfTag(x.org, "project=apollo")
	if err != nil {
		t.Fatal(err)
	}
	north := org.Place{Teams: []id.Team{x.north}}
	for _, c := range []struct {
		name  string
		scope org.Scope
		place org.Place
		want  []string
	}{
		{"the organization", org.OfOrg(x.org), org.Place{}, all},
		{"their department", org.OfDepartment(x.org, x.one), org.Place{Teams: []id.Team{x.north, x.south}}, northish},
		{"a department without teams", org.OfDepartment(x.org, x.one), org.Place{}, oneSees},
		{"another department", org.OfDepartment(x.org, x.two), org.Place{Teams: []id.Team{x.east}}, above},
		{"their team", org.OfTeam(x.org, x.north), north, northish},
		{"another team of the department", org.OfTeam(x.org, x.south), org.Place{Teams: []id.Team{x.south}}, oneSees},
		{"their team's pool", org.OfPool(x.org, x.north), north, northish},
		{"another team", org.OfTeam(x.org, x.east), org.Place{Teams: []id.Team{x.east}}, above},
		{"a key of their team", org.OfKey(x.org, x.key), org.Place{Teams: []id.Team{x.north}, Owner: x.other}, northish},
		{"their own key elsewhere", org.OfKey(x.org, x.key), org.Place{Teams: []id.Team{x.east}, Owner: x.self}, all},
		{"a stranger's key", org.OfKey(x.org, x.key), org.Place{Teams: []id.Team{x.east}, Owner: x.other}, above},
		{"a key of nobody", org.OfKey(x.org, x.key), org.Place{}, above},
		{"themselves", org.OfMember(x.org, x.self), org.Place{}, all},
		{"themselves, as a store tells it", org.OfMember(x.org, x.other), org.Place{Owner: x.self}, all},
		{"a colleague", org.OfMember(x.org, x.other), org.Place{Teams: []id.Team{x.north}, Owner: x.other}, northish},
		{"a colleague who is in another team too", org.OfMember(x.org, x.other), org.Place{Teams: []id.Team{x.north, x.west}, Owner: x.other}, append(slices.Clone(above), "lead of two")},
		{"somebody of no team", org.OfMember(x.org, x.other), org.Place{Owner: x.other}, above},
		{"a tag", tag, org.Place{}, above},
	} {
		if got := x.those(func(a org.Actor) bool { return a.Sees(c.scope, c.place) }); !slices.Equal(got, c.want) {
			t.Errorf("%s is seen by %v, want %v", c.name, got, c.want)
		}
	}
}

// Whoever is bound by a limit does not set it.
func TestWhoMayLimitWhat(t *testing.T) {
	t.Parallel()
	x := planted()
	tag, err := org.OfTag(x.org, "project=apollo")
	if err != nil {
		t.Fatal(err)
	}
	chiefs := []string{"admin", "all managers"}
	for _, c := range []struct {
		name  string
		scope org.Scope
		place org.Place
		want  []string
	}{
		{"the organization", org.OfOrg(x.org), org.Place{}, []string{"admin"}},
		{"a department", org.OfDepartment(x.org, x.one), org.Place{Teams: []id.Team{x.north}}, chiefs},
		{"a tag", tag, org.Place{}, chiefs},
		{"a team", org.OfTeam(x.org, x.north), org.Place{Teams: []id.Team{x.north}}, append(slices.Clone(chiefs), "manager")},
		{"a team elsewhere", org.OfTeam(x.org, x.east), org.Place{Teams: []id.Team{x.east}}, chiefs},
		{"a team's pool", org.OfPool(x.org, x.north), org.Place{Teams: []id.Team{x.north}}, append(slices.Clone(chiefs), "manager", "lead", "lead of two")},
		{"a member", org.OfMember(x.org, x.other), org.Place{Teams: []id.Team{x.north}, Owner: x.other}, append(slices.Clone(chiefs), "manager", "lead", "lead of two")},
		{"a member of two teams", org.OfMember(x.org, x.other), org.Place{Teams: []id.Team{x.north, x.west}, Owner: x.other}, append(slices.Clone(chiefs), "lead of two")},
		{"a member of no team", org.OfMember(x.org, x.other), org.Place{Owner: x.other}, chiefs},
		{"themselves", org.OfMember(x.org, x.self), org.Place{Teams: []id.Team{x.north}}, []string{"admin"}},
		{"themselves, as a store tells it", org.OfMember(x.org, x.other), org.Place{Teams: []id.Team{x.north}, Owner: x.self}, []string{"admin"}},
		{"their own key", org.OfKey(x.org, x.key), org.Place{Teams: []id.Team{x.north}, Owner: x.self}, []string{"admin"}},
		{"a key of their team", org.OfKey(x.org, x.key), org.Place{Teams: []id.Team{x.north}}, append(slices.Clone(chiefs), "manager", "lead", "lead of two")},
	} {
		if got := x.those(func(a org.Actor) bool { return a.MayLimit(c.scope, c.place) == nil }); !slices.Equal(got, c.want) {
			t.Errorf("%s is limited by %v, want %v", c.name, got, c.want)
		}
	}
	if err := x.lead().MayLimit(org.OfOrg(x.org), org.Place{}); fault.From(err).Kind != fault.Forbidden {
		t.Errorf("refused as %v", err)
	}
}

// Nobody hands out what they have themselves, but for admins.
func TestWhoMayGiveWhichRole(t *testing.T) {
	t.Parallel()
	x := planted()
	managers := []string{"admin", "all managers", "manager"}
	leads := append(slices.Clone(managers), "lead", "lead of two")
	for _, c := range []struct {
		name string
		as   org.Assignment
		want []string
	}{
		{"developer of the team", x.in(org.Developer, x.north), leads},
		{"viewer of the team", x.in(org.Viewer, x.north), leads},
		{"lead of the team", x.in(org.Lead, x.north), managers},
		{"developer of another team", x.in(org.Developer, x.south), managers},
		{"developer of a team in no department", x.in(org.Developer, x.west), []string{"admin", "all managers", "lead of two"}},
		{"viewer of the department", x.at(org.Viewer, x.one), managers},
		{"viewer of another department", x.at(org.Viewer, x.two), []string{"admin", "all managers"}},
		{"manager of the department", x.at(org.Manager, x.one), []string{"admin"}},
		{"viewer of the organization", org.Assignment{Role: org.Viewer, At: org.OfOrg(x.org)}, []string{"admin"}},
		{"admin", org.Assignment{Role: org.Admin, At: org.OfOrg(x.org)}, []string{"admin"}},
	} {
		if got := x.those(func(a org.Actor) bool { return a.MayAssign(c.as) == nil }); !slices.Equal(got, c.want) {
			t.Errorf("%s is made by %v, want %v", c.name, got, c.want)
		}
	}
}

// Scopes narrow a token below its role, and an admin that it makes would have none.
func TestANarrowedTokenMakesNoAdmins(t *testing.T) {
	t.Parallel()
	x := planted()
	admin := org.Assignment{Role: org.Admin, At: org.OfOrg(x.org)}
	for _, c := range []struct {
		scopes org.Scopes
		as     org.Assignment
		may    bool
	}{
		{nil, admin, true},
		{org.Scopes{"all:write"}, admin, true},
		{org.Scopes{"all:read", "invitations:write", "members:write"}, admin, false},
		{org.Scopes{"invitations:write"}, x.at(org.Manager, x.one), true},
		{org.Scopes{"invitations:write"}, x.in(org.Developer, x.north), true},
	} {
		a := x.admin()
		a.Scopes = c.scopes
		if err := a.MayAssign(c.as); (err == nil) != c.may || err != nil && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v gives %s: %v", c.scopes, c.as.Role, err)
		}
	}
}

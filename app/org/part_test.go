package org_test

import (
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

func TestWhoKnowsWhomAndReadsWhoseTraffic(t *testing.T) {
	t.Parallel()
	x := planted()
	for _, c := range []struct {
		name string
		who  org.Member
		want []string
	}{
		{"themselves", org.Member{ID: x.self}, all},
		{"a colleague in one of their teams", org.Member{ID: x.other, Teams: []id.Team{x.east, x.north}}, northish},
		{"a stranger", org.Member{ID: x.other, Teams: []id.Team{x.east}}, above},
		{"somebody of no team", org.Member{ID: x.other}, above},
		{"nobody at all", org.Member{}, above},
	} {
		if got := x.those(func(a org.Actor) bool { return a.Knows(c.who) }); !slices.Equal(got, c.want) {
			t.Errorf("%s is known to %v, want %v", c.name, got, c.want)
		}
	}
	if nobody := (org.Actor{Org: x.org}); nobody.Knows(org.Member{}) {
		t.Error("a token of no member is every nobody")
	}
	sorted := func(teams ...id.Team) []id.Team { slices.SortFunc(teams, id.Team.Compare); return teams }
	mixed := x.actor(x.in(org.Developer, x.west), x.in(org.Viewer, x.east), x.at(org.Manager, x.one), x.in(org.Developer, x.north))
	for name, c := range map[string]struct {
		actor       org.Actor
		reads, sees []id.Team
		everything  bool
	}{
		"an admin":      {x.admin(), nil, nil, true},
		"an auditor":    {x.auditor(), nil, nil, true},
		"a lead":        {x.lead(), sorted(x.north), sorted(x.north), false},
		"a developer":   {x.developer(), nil, sorted(x.north), false},
		"a manager":     {x.manager(), sorted(x.north, x.south), sorted(x.north, x.south), false},
		"some of each":  {mixed, sorted(x.north, x.south, x.east), sorted(x.north, x.south, x.east, x.west), false},
		"nobody's role": {x.nobody(), nil, nil, false},
	} {
		if teams, whole := c.actor.Reads(); !slices.Equal(teams, c.reads) || whole != c.everything {
			t.Errorf("%s reads %v, %v", name, teams, whole)
		}
		if teams, whole := c.actor.Seen(); !slices.Equal(teams, c.sees) || whole != c.everything {
			t.Errorf("%s sees %v, %v", name, teams, whole)
		}
		if teams, whole := c.actor.Holds(org.Viewer); !slices.Equal(teams, c.sees) || whole != c.everything {
			t.Errorf("%s holds something in %v, %v", name, teams, whole)
		}
	}
	if teams, whole := mixed.Holds(org.Lead); !slices.Equal(teams, sorted(x.north, x.south)) || whole {
		t.Errorf("a manager leads %v, %v", teams, whole)
	}
	if teams, whole := x.auditor().Holds(org.Lead); len(teams) != 0 || whole {
		t.Errorf("an auditor leads %v, %v", teams, whole)
	}
	if teams, whole := (org.Actor{Org: x.org, Role: org.Admin}).Reads(); teams != nil || !whole { // the system has no part of the tree
		t.Errorf("the system reads %v, %v", teams, whole)
	}
}

// A role that is none holds nowhere and reaches nothing, whatever a row says.
func TestWhatIsNoRoleHoldsNowhere(t *testing.T) {
	t.Parallel()
	x := planted()
	root := x.actor(x.in("root", x.north), x.at("root", x.one), org.Assignment{Role: "root", At: org.OfOrg(x.org)})
	if root.InTeam(x.north, org.Viewer) || root.InDepartment(x.one, org.Viewer) || root.Everywhere(org.Viewer) || root.InAny([]id.Team{x.north}, org.Viewer) {
		t.Error("it holds")
	}
	if lead := x.lead(); lead.InTeam(x.north, "root") || lead.InTeam(x.north, "") {
		t.Error("a floor that is no role is reached")
	}
	if root.Role != org.Viewer {
		t.Errorf("the highest of no role is %s", root.Role)
	}
}

func TestALeadOfEveryTeamIsNotOneOfNone(t *testing.T) {
	t.Parallel()
	x := planted()
	for name, c := range map[string]struct {
		actor    org.Actor
		teams    []id.Team
		all, any bool
	}{
		"of their team":                  {x.lead(), []id.Team{x.north}, true, true},
		"of theirs and another":          {x.lead(), []id.Team{x.north, x.south}, false, true},
		"of another":                     {x.lead(), []id.Team{x.south}, false, false},
		"of no team":                     {x.lead(), nil, false, false},
		"of no team, as an admin":        {x.admin(), nil, true, true},
		"of both, as a lead of both":     {x.leadOfTwo(), []id.Team{x.west, x.north}, true, true},
		"as a developer":                 {x.developer(), []id.Team{x.north}, false, false},
		"as a manager of the department": {x.manager(), []id.Team{x.south, x.north}, true, true},
	} {
		if got := c.actor.InAll(c.teams, org.Lead); got != c.all {
			t.Errorf("%s: in all: %v", name, got)
		}
		if got := c.actor.InAny(c.teams, org.Lead); got != c.any {
			t.Errorf("%s: in any: %v", name, got)
		}
	}
}

func TestARoleIsGivenWhereItMeansSomething(t *testing.T) {
	t.Parallel()
	x := planted()
	places := []org.Scope{org.OfOrg(x.org), org.OfDepartment(x.org, x.one), org.OfTeam(x.org, x.north), org.OfMember(x.org, x.self), {}}
	for role, want := range map[org.Role][]bool{org.Admin: {true, false, false}, org.Manager: {false, true, false}, org.Lead: {false, false, true},
		org.Developer: {false, false, true}, org.Viewer: {true, true, true}, "root": {false, false, false}, "": {false, false, false}} {
		for i, at := range places {
			err := org.Assignment{Role: role, At: at}.Check()
			if ok := i < 3 && want[i]; (err == nil) != ok {
				t.Errorf("%q at %q: %v", role, at, err)
			} else if !ok && fault.From(err).Public == "" {
				t.Errorf("%q at %q is refused without a word", role, at)
			}
		}
	}
}

func TestAnActorIsAskedForAnOrganizationAndARole(t *testing.T) {
	t.Parallel()
	x := planted()
	for name, c := range map[string]struct {
		actor org.Actor
		want  fault.Kind
	}{
		"nobody":             {org.Actor{}, fault.Unauthenticated},
		"of no organization": {org.Actor{Role: org.Admin}, fault.Unauthenticated},
		"without a role":     {org.Actor{Org: x.org}, fault.Unauthenticated},
		"of no known role":   {org.Actor{Org: x.org, Role: "root"}, fault.Unauthenticated},
		"a developer":        {x.developer(), fault.Forbidden},
	} {
		if err := c.actor.Require(org.Lead); err == nil || fault.From(err).Kind != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, a := range []org.Actor{x.lead(), x.manager(), x.admin(), org.System(x.org, "test")} {
		if err := a.Require(org.Lead); err != nil {
			t.Errorf("%s: %v", a.Role, err)
		}
	}
}

func TestAMemberIsOutFromTheMomentTheyLeft(t *testing.T) {
	t.Parallel()
	at := time.Unix(1, 0)
	for want, m := range map[org.MemberStatus]org.Member{org.ActiveMember: {}, org.DisabledMember: {DisabledAt: at}, org.RemovedMember: {DisabledAt: at, RemovedAt: at}} {
		if got := m.Status(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	x := planted()
	lead := x.lead()
	m := org.Member{Org: x.org, ID: x.self, Role: lead.Role, Part: lead.Part, Teams: []id.Team{x.north}, Email: "ada@acme.test"}
	got := m.Acting(org.Actor{RequestID: "r", IP: "192.0.2.1", Via: org.ViaMail})
	if got.Org != x.org || got.Member != x.self || got.Role != org.Lead || !got.InTeam(x.north, org.Lead) || got.Label != m.Email || got.RequestID != "r" || got.Via != org.ViaMail {
		t.Errorf("acts as %+v", got)
	}
}

// What is not there is answered in one way, whether it never was or is somebody else's.
func TestWhatIsMissingIsNotFound(t *testing.T) {
	t.Parallel()
	for _, f := range []*fault.Error{org.Missing(), org.MissingDepartment(), org.MissingTeam(), org.MissingMember(), org.MissingAccount()} {
		if f.Kind != fault.NotFound || f.Code != "not_found" || f.Public == "" {
			t.Errorf("%+v", f)
		}
	}
}

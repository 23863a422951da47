package org_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

func TestScopesNarrowAToken(t *testing.T) {
	t.Parallel()
	for have, cases := range map[string]map[string]bool{
		"":                       {"keys:read": true, "keys:write": true},
		"keys:read":              {"keys:read": true, "keys:write": false, "budgets:read": false, "keys-old:read": false},
		"keys:write":             {"keys:read": true, "keys:write": true, "budgets:write": false},
		"all:read":               {"keys:read": true, "keys:write": false},
		"all:write":              {"keys:read": true, "budgets:write": true},
		"budgets:read keys:read": {"keys:read": true, "budgets:read": true, "budgets:write": false},
	} {
		for scope, want := range cases {
			if got := org.Scopes(strings.Fields(have)).Allow(scope); got != want {
				t.Errorf("a token with %q may %s: %v", have, scope, got)
			}
		}
	}
}

// Whoever makes a token gives it no more than their own has.
func TestATokenOpensNothingThatItsMakersDoesNot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		inner, outer string
		want         bool
	}{
		{"", "", true}, {"keys:read", "", true}, {"", "keys:read", false}, {"", "all:write", false}, {"keys:read", "keys:read", true}, {"keys:read", "keys:write", true},
		{"keys:write", "keys:read", false}, {"keys:read budgets:read", "keys:read", false}, {"keys:read budgets:read", "all:read", true}, {"all:read", "keys:read", false}, {"all:write", "all:read", false},
	} {
		if got := org.Scopes(strings.Fields(c.inner)).Within(strings.Fields(c.outer)); got != c.want {
			t.Errorf("%q within %q: %v", c.inner, c.outer, got)
		}
	}
}

func TestScopesAreReadOrRefusedInWords(t *testing.T) {
	t.Parallel()
	got, err := org.ParseScopes("scopes", []string{" Keys:Write", "", "all:read", "keys:write"})
	if err != nil || !slices.Equal(got, org.Scopes{"all:read", "keys:write"}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"keys", "keys:delete", ":read", "keys:read:write", "1:read", "keys :read", strings.Repeat("é", 30)} {
		_, err := org.ParseScopes("scopes", []string{bad})
		if err == nil || !strings.Contains(err.Error(), "resource:read") || len(err.Error()) > 300 {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for n, want := range map[int]string{40: strings.Repeat("k", 40) + "\"", 41: strings.Repeat("k", 40) + "…\""} { // what is quoted stays short
		if _, err := org.ParseScopes("scopes", []string{strings.Repeat("k", n)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d letters: %v", n, err)
		}
	}
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("a%d:read", i)
	}
	if _, err := org.ParseScopes("scopes", many[:100]); err != nil {
		t.Error(err)
	}
	if _, err := org.ParseScopes("scopes", many); err == nil || !strings.Contains(err.Error(), "at most 100") {
		t.Errorf("101 scopes: %v", err)
	}
}

func TestOnlyDoorsAreDoors(t *testing.T) {
	t.Parallel()
	for _, v := range org.Doors {
		if !v.Valid() {
			t.Errorf("%s is no door", v)
		}
	}
	for _, v := range []org.Via{"", "Web", "cli ", "root"} {
		if v.Valid() {
			t.Errorf("%q is a door", v)
		}
	}
}

// Nobody sees a scope of another organization, whatever they are in their own; and who is of none sees nothing.
func TestNothingOfAnotherOrganizationIsSeen(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	mine, other := id.NewOrg(ids), id.NewOrg(ids)
	admin := org.System(mine, "test")
	if !admin.Sees(org.OfOrg(mine), org.Place{}) || admin.Sees(org.OfOrg(other), org.Place{}) || admin.Sees(org.OfTeam(other, id.NewTeam(ids)), org.Place{}) {
		t.Error("the wall between organizations is not where it should be")
	}
	if (org.Actor{Role: org.Admin}).Sees(org.Scope{}, org.Place{}) {
		t.Error("who is of no organization sees one")
	}
	for r, want := range map[org.Role]string{org.Admin: "Organization admin", org.Manager: "Department manager", org.Lead: "Team lead", org.Developer: "Developer",
		org.Viewer: "Viewer", "root": "Unknown role"} {
		if got := r.Title(); got != want {
			t.Errorf("%s is %q", r, got)
		}
	}
	if _, err := org.ParseScope(mine, string(org.OrgScope), other.UUID()); err == nil {
		t.Error("another organization's id is read as this one")
	}
}

func TestPlacesInTheListOfMembersAreReadAsTheyArePrinted(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	for _, p := range []org.MemberPlace{{}, {Name: "Ada", ID: id.NewMember(ids)}, {Name: "Žofie 🙂", ID: id.NewMember(ids)}} {
		if got, err := org.ReadMemberPlace(p.String()); err != nil || got != p {
			t.Errorf("%+v is read as %+v, %v", p, got, err)
		}
	}
	for _, bad := range []string{"x", "!!!!", org.MemberPlace{ID: id.NewMember(ids)}.String(), org.MemberPlace{Name: "a\x00", ID: id.NewMember(ids)}.String(), org.MemberPlace{Name: "\xff", ID: id.NewMember(ids)}.String(), strings.Repeat("A", 60)} {
		if got, err := org.ReadMemberPlace(bad); err == nil {
			t.Errorf("%q is read as %+v", bad, got)
		}
	}
}

// The order of roles is the order of Roles, and what is no role reaches nobody, not even itself.
func TestRolesReachThoseBelowThem(t *testing.T) {
	t.Parallel()
	for i, r := range org.Roles {
		if !r.Valid() || !r.AtLeast(r) {
			t.Errorf("%s is no role", r)
		}
		for j, floor := range org.Roles {
			if r.AtLeast(floor) != (i <= j) {
				t.Errorf("%s reaches %s: %v", r, floor, r.AtLeast(floor))
			}
		}
		if org.Role("root").AtLeast(r) || org.Role("").AtLeast(r) {
			t.Errorf("what is no role reaches %s", r)
		}
	}
	if none := org.Role("root"); none.Valid() || none.AtLeast(none) || none.AtLeast("") {
		t.Error("what is no role is one")
	}
}

package org_test

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

func TestEveryScopeIsReadAsItWasPrinted(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	o, team := id.NewOrg(ids), id.NewTeam(ids)
	tag, err := org.OfTag(o, "project=Apollo 13=b")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []org.Scope{org.OfOrg(o), org.OfDepartment(o, id.NewDepartment(ids)), org.OfTeam(o, team), org.OfPool(o, team),
		org.OfMember(o, id.NewMember(ids)), org.OfKey(o, id.NewKey(ids)), tag} {
		if got := org.ReadScope(o, " "+s.String()+" "); got != s {
			t.Errorf("%s %q was read as %+v", s.Kind(), s, got)
		}
	}
	if longest := "tag:" + strings.Repeat("k", 49) + "=" + strings.Repeat("v", 50); org.ReadScope(o, longest).String() != longest || !org.ReadScope(o, longest+"v").IsZero() {
		t.Error("a pair is not as long as a request may carry it")
	}
	for _, s := range []org.Scope{org.OfOrg(o), org.OfTeam(o, team), org.OfPool(o, team), tag} {
		if got, err := org.ParseScope(o, string(s.Kind()), s.Node()); got != s || err != nil {
			t.Errorf("%s of the columns is %+v, %v", s, got, err)
		}
	}
	for kind, node := range map[string]string{"": team.UUID(), "planet": team.UUID(), "team": "", "member": id.Org{}.UUID(), "key": team.UUID()[1:], "organization": team.UUID(), "tag": "apollo"} {
		if got, err := org.ParseScope(o, kind, node); err == nil {
			t.Errorf("%q of %q is %+v", kind, node, got)
		}
	}
	if _, err := org.ParseScope(id.Org{}, "team", team.UUID()); err == nil || (org.Scope{}).String() != "" {
		t.Error("a scope of no organization is one")
	}
	for _, nonsense := range []string{"", "x", "team_", "pool:", "pool:x", id.NewOrg(ids).String(), "tag:", "project=apollo", "tag:=x", "tag:project=", "tag:a=b,c=d", "tag:" + strings.Repeat("x", 90) + "=xxxxxxxxxx"} {
		if got := org.ReadScope(o, nonsense); !got.IsZero() {
			t.Errorf("%q was read as %s %q", nonsense, got.Kind(), got)
		}
	}
}

package org_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

func TestScopesAreReadAsTheyArePrinted(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	c := org.Chain{Org: id.NewOrg(ids), Department: id.NewDepartment(ids), Team: id.NewTeam(ids), Member: id.NewMember(ids), Key: id.NewKey(ids)}
	for _, s := range c.Scopes() {
		if got := org.ReadScope(c.Org, " "+s.String()+" "); got != s || s.String() == "" {
			t.Errorf("%s %q is read as %+v", s.Kind(), s.String(), got)
		}
	}
	for _, bad := range []string{"", "team", "team_", "team_nonsense", id.NewOrg(ids).String(), c.Team.UUID(), id.NewBudget(ids).String()} {
		if got := org.ReadScope(c.Org, bad); !got.IsZero() {
			t.Errorf("%q is read as %+v", bad, got)
		}
	}
}

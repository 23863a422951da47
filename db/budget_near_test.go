package db_test

import (
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// What a strict budget is compared with follows the tree: a department's teams, a team's members and pool.
func TestBudgetsRightAboveAndRightBelow(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOrg(t, d)
		other := newOrg(t, d)
		s := db.NewBudgetStore(d)
		orgs := db.NewOrgStore(d)
		department, inside, outside, member := id.NewDepartment(ids), id.NewTeam(ids), id.NewTeam(ids), id.NewMember(ids)
		err := d.System(t.Context(), func(tx *gorm.DB) error {
			return tx.Exec("INSERT INTO departments (org_id, id, name, created_at) VALUES (?, ?, 'Research', ?)", o, department, may).Error
		})
		must(t, err)
		must(t, orgs.AddTeam(t.Context(), org.Team{ID: inside, Org: o, Department: department, Name: "Inside", CreatedAt: may}))
		must(t, orgs.AddTeam(t.Context(), org.Team{ID: outside, Org: o, Name: "Outside", CreatedAt: may}))
		must(t, orgs.AddMember(t.Context(), org.Member{ID: member, Org: o, Email: "ada@acme.test", Name: "Ada", CreatedAt: may,
			Assignments: []org.Assignment{{Role: org.Developer, At: org.OfTeam(o, inside)}, {Role: org.Developer, At: org.OfTeam(o, outside)}}}))
		b := &books{t: t, d: d, store: s, chain: org.Chain{Org: o}}
		scopes := []org.Scope{org.OfOrg(o), org.OfDepartment(o, department), org.OfTeam(o, inside), org.OfTeam(o, outside), org.OfMember(o, member), org.OfPool(o, inside)}
		for _, scope := range scopes {
			b.add(scope, 100)
		}
		(&books{t: t, d: d, store: s, chain: org.Chain{Org: other}}).add(org.OfOrg(other), 100)
		for i, want := range []struct{ above, below string }{
			{"", "Department Research, Team Outside"},
			{o.UUID(), "Team Inside"},
			{"Department Research", "Pool of team Inside, ada@acme.test"},
			{o.UUID(), "ada@acme.test"},
			{"Team Inside, Team Outside", ""},
			{"Team Inside", ""},
		} {
			above, err := s.Above(t.Context(), scopes[i], ledger.Money, may)
			must(t, err)
			below, err := s.Below(t.Context(), scopes[i], ledger.Money, may)
			must(t, err)
			if got := labels(o, above); got != want.above {
				t.Errorf("above %s: %s, want %s", scopes[i].Kind(), got, want.above)
			}
			if got := labels(o, below); got != want.below {
				t.Errorf("below %s: %s, want %s", scopes[i].Kind(), got, want.below)
			}
			if tokens, err := s.Above(t.Context(), scopes[i], ledger.Tokens, may); err != nil || len(tokens) > 0 {
				t.Errorf("of another measure: %v, %v", tokens, err)
			}
		}
		// Who is in a department's teams may ask for more of its budget.
		if p, err := s.Place(t.Context(), scopes[1]); err != nil || p.Label != "Department Research" || len(p.Teams) != 1 || p.Teams[0] != inside {
			t.Errorf("the department's place: %+v, %v", p, err)
		}
		if p, err := s.Place(t.Context(), scopes[4]); err != nil || p.Owner != member {
			t.Errorf("the member's place: %+v, %v", p, err)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// labels are the budgets' places; the organization is its id, its name is chance.
func labels(o id.Org, of []budget.Listed) string {
	var out []string
	for _, l := range of {
		label := l.Place.Label
		if l.Scope.Kind() == org.OrgScope {
			label = o.UUID()
		}
		out = append(out, label)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

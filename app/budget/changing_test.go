package budget_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Whoever may not change a budget, or says nonsense about it, changes nothing and leaves no entry; pages ask the same question before
// they show a button.
func TestWhoMayNotChangeABudgetChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	c := o.chain
	whole, team, key := o.monthly(money.Dollar), o.budget(org.OfTeam(c.Org, c.Team), money.Dollar, budget.Monthly, budget.Hard), o.budget(org.OfKey(c.Org, c.Key), money.Dollar, budget.Monthly, budget.Hard)
	admin, manager, lead := o.actor(org.Admin), o.actor(org.Manager), o.actor(org.Lead, c.Team)
	fine := input(org.Scope{}, 2*money.Dollar, budget.Monthly)
	reserving, bad := fine, fine
	reserving.Reserve, bad.Period = money.Cent, "fortnightly"
	before, err := o.service.List(t.Context(), admin)
	o.must(err)
	for name, x := range map[string]struct {
		who  org.Actor
		b    budget.Budget
		in   budget.Input
		want string
	}{
		"a manager the organization's":      {manager, whole, fine, "forbidden"},
		"a lead their team's":               {lead, team, fine, "forbidden"},
		"a lead of another team what hides": {o.actor(org.Lead, id.NewTeam(ids)), key, fine, "not_found"},
		"a lead a reserve":                  {lead, key, reserving, "forbidden"},
		"a manager a reserve":               {manager, team, reserving, "forbidden"},
		"an admin to nonsense":              {admin, whole, bad, "invalid_request"},
	} {
		if _, err := o.service.Update(t.Context(), x.who, x.b.ID, x.in); code(err) != x.want {
			t.Errorf("%s: %v", name, err)
		}
		if strings.HasPrefix(name, "a manager the") || strings.HasPrefix(name, "a lead their") || x.want == "not_found" {
			if err := o.service.Delete(t.Context(), x.who, x.b.ID); code(err) != x.want {
				t.Errorf("%s: deletes: %v", name, err)
			}
		}
	}
	reserving.Scope = org.OfMember(c.Org, c.Member)
	if _, err := o.service.Create(t.Context(), lead, reserving); code(err) != "forbidden" {
		t.Errorf("a lead makes a reserve: %v", err)
	}
	after, err := o.service.List(t.Context(), admin)
	o.must(err)
	if len(after) != 3 || len(o.diary.entries) != 0 {
		t.Errorf("%d budgets, %d entries", len(after), len(o.diary.entries))
	}
	for i, e := range after {
		if e.Limit != before[i].Limit || e.Reserve != 0 {
			t.Errorf("changed: %+v", e)
		}
		k := e.Scope.Kind()
		if !budget.Changeable(admin, e) || budget.Changeable(manager, e) != (k != org.OrgScope) || budget.Changeable(lead, e) != (k == org.KeyScope) || budget.Changeable(o.actor(org.Developer, c.Team), e) {
			t.Errorf("who may change that of the %s is shown otherwise", k)
		}
	}
}

func TestWhatIsArchivedGetsNoBudget(t *testing.T) {
	t.Parallel()
	o, s := strange(t)
	s.archived = true
	if _, err := o.service.Create(t.Context(), o.actor(org.Admin), o.onKey(money.Dollar)); fault.From(err).Field != "scope" || !strings.Contains(err.Error(), "archived") {
		t.Errorf("made: %v", err)
	}
	s.archived = false
	if _, err := o.service.Create(t.Context(), o.actor(org.Admin), o.onKey(money.Dollar)); err != nil {
		t.Error(err)
	}
}

// One tenant cannot fill the memory of all nodes with budgets.
func TestAnOrganizationHasSoManyBudgetsAtMost(t *testing.T) {
	t.Parallel()
	o, s := strange(t)
	s.count = 100_000
	if _, err := o.service.Create(t.Context(), o.actor(org.Admin), o.onKey(money.Dollar)); code(err) != "too_many" {
		t.Errorf("one more: %v", err)
	}
	s.count--
	if _, err := o.service.Create(t.Context(), o.actor(org.Admin), o.onKey(money.Dollar)); err != nil {
		t.Errorf("the last one: %v", err)
	}
}

// The audit log has all that a budget says.
func TestTheAuditLogHasAllOfABudget(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	in := input(org.OfOrg(o.chain.Org), 100*money.Dollar, budget.Weekly)
	in.Starts, in.Enforce, in.Ladder, in.Rollover, in.Reserve, in.Strict = 3, budget.Downgrade, budget.Ladder{From: 70, Model: "small"}, 5*money.Dollar, 7*money.Dollar, true
	e, err := o.service.Create(t.Context(), o.actor(org.Admin), in)
	o.must(err)
	got := o.diary.entries[0].After
	for field, want := range map[string]any{"scope": "organization", "of": "Acme", "measure": "usd", "limit": "100", "period": "weekly", "enforce": "downgrade", "starts": 3,
		"from_percent": 70, "downgrade_to": "small", "rollover": "5", "reserve": "7", "strict": true} {
		if got[field] != want {
			t.Errorf("%s is %v, want %v", field, got[field], want)
		}
	}
	o.must(o.service.Delete(t.Context(), o.actor(org.Admin), e.ID))
	in = o.onKey(money.Dollar)
	_, err = o.service.Create(t.Context(), o.actor(org.Admin), in)
	o.must(err)
	for _, field := range []string{"starts", "from_percent", "downgrade_to", "rollover", "reserve", "strict"} {
		if v, said := o.diary.entries[2].After[field]; said {
			t.Errorf("a plain budget says %s: %v", field, v)
		}
	}
}

// dumb is a bus over which nothing goes.
type dumb struct{ live.Local }

func (*dumb) Publish(context.Context, live.Topic) error { return errDown }

// A change that listeners cannot be told of has happened all the same: they poll as well.
func TestAChangeNobodyHearsOfIsMade(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	var log bytes.Buffer
	o.service.Bus, o.service.Log = &dumb{}, slog.New(slog.NewTextHandler(&log, nil))
	e, err := o.service.Create(t.Context(), o.actor(org.Admin), o.onKey(money.Dollar))
	if err != nil || o.get(e.ID).Limit != money.Dollar || !strings.Contains(log.String(), "listeners could not be told") {
		t.Errorf("%+v, %v, log %q", e, err, log.String())
	}
}

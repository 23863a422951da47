package budget_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// tree is an organization with two more teams.
type tree struct {
	*office
	one, two id.Team
}

func newTree(t *testing.T, d *db.DB) *tree {
	t.Helper()
	o := &tree{office: newOffice(t, d, nil), one: id.NewTeam(ids), two: id.NewTeam(ids)}
	for _, team := range []id.Team{o.one, o.two} {
		o.must(db.NewOrgStore(d).AddTeam(t.Context(), org.Team{ID: team, Org: o.chain.Org, Name: team.String(), CreatedAt: november}))
	}
	return o
}

func input(s org.Scope, limit ledger.Units, p budget.Period) budget.Input {
	return budget.Input{Scope: s, Limit: limit, Period: p, Enforce: budget.Hard}
}

func strict(in budget.Input) budget.Input { in.Strict = true; return in }

func (o *tree) create(who org.Actor, in budget.Input) (budget.Entry, error) {
	o.t.Helper()
	return o.service.Create(o.t.Context(), who, in)
}

func TestAStrictBudgetHandsOutNoMoreThanItHas(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newTree(t, d)
		admin, c := o.actor(org.Admin), o.chain.Org
		_, err := o.create(admin, strict(input(org.OfOrg(c), 310*money.Dollar, budget.Monthly)))
		o.must(err)
		tag, err := org.OfTag(c, "project=apollo")
		o.must(err)
		first, err := o.create(admin, input(org.OfTeam(c, o.one), 200*money.Dollar, budget.Monthly))
		o.must(err)
		_, err = o.create(admin, input(org.OfTeam(c, o.two), 4*money.Dollar, budget.Daily)) // 124 a month
		if f := fault.From(err); f == nil || f.Field != "limit" || !strings.HasPrefix(f.Public,
			"Acme's monthly budget of $310.00 hands out $200.00 already: $110.00 a month is free, which is $3.548387 a day.") {
			t.Errorf("14 dollars too many: %v", err)
		}
		second, err := o.create(admin, input(org.OfTeam(c, o.two), 354*money.Cent, budget.Daily))
		o.must(err)
		for name, in := range map[string]budget.Input{
			"tokens are another measure":              {Scope: org.OfTeam(c, o.two), Measure: ledger.Tokens, Limit: 1_000_000_000_000, Period: budget.Monthly, Enforce: budget.Hard},
			"a tag, which is across the tree":         input(tag, 1000*money.Dollar, budget.Monthly),
			"another of the same team, the small one": {Scope: org.OfTeam(c, o.one), Name: "again", Limit: 1000 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard},
			"a soft one beside it":                    {Scope: org.OfTeam(c, o.one), Name: "warn", Limit: 900 * money.Dollar, Period: budget.Monthly, Enforce: budget.Soft},
			"the members of a team below":             input(org.OfPool(c, o.one), 1000*money.Dollar, budget.Monthly),
		} {
			if _, err := o.create(admin, in); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := o.service.Update(t.Context(), admin, first.ID, input(org.Scope{}, 201*money.Dollar, budget.Monthly)); fault.From(err).Field != "limit" {
			t.Errorf("a raise: %v", err)
		}
		if _, err := o.service.Update(t.Context(), admin, first.ID, input(org.Scope{}, 199*money.Dollar, budget.Monthly)); err != nil {
			t.Errorf("a cut: %v", err)
		}
		if _, err := o.service.Update(t.Context(), admin, second.ID, input(org.Scope{}, 355*money.Cent, budget.Daily)); err != nil {
			t.Errorf("what the cut made free: %v", err)
		}
	})
}

func TestANodeThatBecomesStrictMustHaveWhatItHandsOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newTree(t, d)
		admin, c := o.actor(org.Admin), o.chain.Org
		whole, err := o.create(admin, input(org.OfOrg(c), 100*money.Dollar, budget.Quarterly))
		o.must(err)
		for _, s := range []org.Scope{org.OfTeam(c, o.one), org.OfTeam(c, o.two)} { // more may be handed out than is there
			_, err = o.create(admin, input(s, 20*money.Dollar, budget.Monthly))
			o.must(err)
		}
		_, err = o.service.Update(t.Context(), admin, whole.ID, strict(input(org.Scope{}, 119*money.Dollar, budget.Quarterly)))
		if f := fault.From(err); f == nil || f.Field != "limit" || !strings.Contains(f.Public, "come to $120.00 a quarter") {
			t.Errorf("a dollar short: %v", err)
		}
		_, err = o.service.Update(t.Context(), admin, whole.ID, strict(input(org.Scope{}, 120*money.Dollar, budget.Quarterly)))
		o.must(err)
		_, err = o.service.Update(t.Context(), admin, whole.ID, strict(input(org.Scope{}, 119*money.Dollar, budget.Quarterly)))
		if fault.From(err).Field != "limit" {
			t.Errorf("lowered under what is handed out: %v", err)
		}
		for name, in := range map[string]budget.Input{"a total": strict(input(org.OfOrg(c), 1, budget.Forever)), "a key": strict(input(org.OfKey(c, o.chain.Key), 1, budget.Monthly))} {
			if _, err := o.create(admin, in); fault.From(err).Field != "strict" {
				t.Errorf("%s cannot be strict: %v", name, err)
			}
		}
	})
}

func TestALeadHandsOutWhatTheTeamHas(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newTree(t, d)
		c := o.chain
		lead := o.actor(org.Lead, c.Team)
		member, key, pool := org.OfMember(c.Org, c.Member), org.OfKey(c.Org, c.Key), org.OfPool(c.Org, c.Team)
		if _, err := o.create(lead, input(key, 500*money.Dollar, budget.Weekly)); err != nil {
			t.Errorf("without a budget of the team there is nothing to hand out of: %v", err)
		}
		_, err := o.create(o.actor(org.Manager), input(org.OfTeam(c.Org, c.Team), 100*money.Dollar, budget.Monthly))
		o.must(err)
		for _, step := range []struct {
			what string
			who  org.Actor
			in   budget.Input
			want string
		}{
			{"a key more than the team has", lead, input(key, 101*money.Dollar, budget.Monthly), "limit"},
			{"a key as much as the team has", lead, input(key, 100*money.Dollar, budget.Monthly), ""},
			{"a member 60", lead, input(member, 60*money.Dollar, budget.Monthly), ""},
			{"the pool 41 more", lead, input(pool, 41*money.Dollar, budget.Monthly), "limit"},
			{"the pool 40", lead, input(pool, 40*money.Dollar, budget.Monthly), ""},
			{"a manager over-allocates as they like", o.actor(org.Manager), input(pool, 300*money.Dollar, budget.Quarterly), ""},
			{"tokens, of which the team has no budget", lead, budget.Input{Scope: member, Measure: ledger.Tokens, Limit: 1e9, Period: budget.Monthly, Enforce: budget.Hard}, ""},
		} {
			if _, err := o.create(step.who, step.in); (err == nil) != (step.want == "") || err != nil && fault.From(err).Field != step.want {
				t.Errorf("%s: %v", step.what, err)
			}
		}
	})
}

func TestOneGetsDownFromASumThatIsTooHigh(t *testing.T) {
	t.Parallel()
	o := newTree(t, dbtest.SQLite(t))
	c, manager, lead := o.chain, o.actor(org.Manager), o.actor(org.Lead, o.chain.Team)
	_, err := o.create(manager, input(org.OfTeam(c.Org, c.Team), 100*money.Dollar, budget.Monthly))
	o.must(err)
	_, err = o.create(manager, input(org.OfPool(c.Org, c.Team), 300*money.Dollar, budget.Monthly)) // more than there is
	o.must(err)
	member, err := o.create(manager, input(org.OfMember(c.Org, c.Member), 50*money.Dollar, budget.Monthly))
	o.must(err)
	for limit, field := range map[money.USD]string{51 * money.Dollar: "limit", 50 * money.Dollar: ""} {
		if _, err := o.service.Update(t.Context(), lead, member.ID, input(org.Scope{}, limit, budget.Monthly)); (err == nil) != (field == "") {
			t.Errorf("to $%s: %v", limit, err)
		}
	}
	if _, err := o.service.Update(t.Context(), lead, member.ID, input(org.Scope{}, 40*money.Dollar, budget.Monthly)); err != nil {
		t.Errorf("down, though the sum stays too high: %v", err)
	}
}

func TestTwoWhoTakeTheRestOfAStrictBudgetDoNotBothGetIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newTree(t, d)
		admin, c := o.actor(org.Admin), o.chain.Org
		_, err := o.create(admin, strict(input(org.OfOrg(c), 100*money.Dollar, budget.Monthly)))
		o.must(err)
		var wg sync.WaitGroup
		var errs [2]error
		for i, team := range []id.Team{o.one, o.two} {
			wg.Go(func() {
				_, errs[i] = o.second().Create(t.Context(), admin, input(org.OfTeam(c, team), 60*money.Dollar, budget.Monthly))
			})
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("one of them should have got it: %v, %v", errs[0], errs[1])
		}
	})
}

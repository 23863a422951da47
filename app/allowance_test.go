package app

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestANewKeyHasItsOwnBudgetAndLimitsOrIsNotMade: all of it is one transaction, and a developer may bind a key of their own.
func TestANewKeyHasItsOwnBudgetAndLimitsOrIsNotMade(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	ctx, dev, admin := t.Context(), x.Actor(org.Developer), x.Actor(org.Admin)
	in := key.Input{Name: "mine", Team: x.Team, Member: dev.Member, Own: key.Allowance{Budget: 25 * money.Dollar, Period: "weekly", RequestsPerMinute: 60, TokensPerMinute: 1000}}
	made, err := a.keys.Create(ctx, dev, in)
	must(t, err)
	here := func() (budgets []budget.Entry, limits []limit.Entry) {
		t.Helper()
		all, err := a.budgets(nil).List(ctx, admin)
		must(t, err)
		rates, err := a.limits(nil).List(ctx, admin)
		must(t, err)
		for _, b := range all {
			if b.Scope == org.OfKey(x.Org.ID, made.Key.ID) {
				budgets = append(budgets, b)
			}
		}
		for _, l := range rates {
			if l.Scope == org.OfKey(x.Org.ID, made.Key.ID) {
				limits = append(limits, l)
			}
		}
		return budgets, limits
	}
	budgets, limits := here()
	if len(budgets) != 1 || budgets[0].Limit != 25*money.Dollar || budgets[0].Period != budget.Weekly || budgets[0].Enforce != budget.Hard || len(limits) != 2 {
		t.Errorf("%d budgets, %d limits: %+v", len(budgets), len(limits), budgets)
	}
	if err := a.budgets(nil).Delete(ctx, dev, budgets[0].ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("its member ends the budget: %v", err)
	}
	before, err := a.keys.Count(ctx, admin)
	must(t, err)
	for field, own := range map[string]key.Allowance{
		"budget_period":       {Budget: money.Dollar, Period: "yearly"},
		"budget_usd":          {Budget: 2_000_000_000 * money.Dollar},
		"requests_per_minute": {RequestsPerMinute: 1 << 60},
		"tokens_per_minute":   {TokensPerMinute: -1},
	} {
		in.Own = own
		_, err := a.keys.Create(ctx, dev, in)
		if !fault.Is(err, fault.Invalid) || fault.From(err).Field != field && !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if after, err := a.keys.Count(ctx, admin); err != nil || after != before {
		t.Errorf("keys were made without their budgets: %v, then %v, %v", before, after, err)
	}
	in = key.Input{Name: "tagged", Team: x.Team, Member: dev.Member, Tags: []string{"project=apollo", " client=acme "}}
	made, err = a.keys.Create(ctx, dev, in)
	must(t, err)
	if got := strings.Join(made.Key.Tags, ","); got != "client=acme,project=apollo" {
		t.Errorf("tags: %s", got)
	}
	for _, wrong := range [][]string{{"apollo"}, {"a=1", "a=2"}, {"a=1,b=2"}, {"=x"}, {"a=" + strings.Repeat("x", 100)}, strings.Split(strings.Repeat("x", 9), "")} {
		in.Tags = wrong
		if _, err := a.keys.Create(ctx, dev, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	if b, l := here(); len(b)+len(l) > 0 {
		t.Errorf("a key without an allowance has %d budgets and %d limits", len(b), len(l))
	}
	other := []string{"project=mercury"}
	if _, err := a.keys.Edit(ctx, x.Actor(org.Lead), made.Key.ID, key.Edit{Tags: &other}); err != nil {
		t.Errorf("its lead gives it other tags: %v", err)
	}
}

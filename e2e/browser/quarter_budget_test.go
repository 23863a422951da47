package browser

import (
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/client"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// teamBudgets is a founder who gives a team money for each month, of which something may be carried over.
func teamBudgets(q *quarter) {
	b := q.ada
	b.comesBack("ada@acme.test")
	b.goTo("/budgets/new")
	b.choose("Where", "Atlas")
	b.fill("Limit", "2")
	b.unfold("Rollover, reserve, alerts, name")
	b.fill("Carry over at most", "0.5")
	b.press("Set budget")
	b.sees("of $2.00")
	b.goTo("/budgets")
	b.shown("quarter-budgets")
}

// carriedOver holds that what the first month left is there in the second, up to the cap.
func carriedOver(q *quarter) {
	if err := q.ask(q.of("Atlas"), "good morning?"); err != nil { // else the month begins within a minute of the machine's clock
		q.t.Fatal(err)
	}
	var on client.Budget
	harness.Wait(q.t, "the month to begin with what is carried over", func() bool { on = q.budget("Atlas"); return on.RolledOver == "0.5" })
	if on.Present != "2.5" {
		q.t.Errorf("with what is carried over %s may be spent", on.Present)
	}
	b := q.ada
	b.comesBack("ada@acme.test")
	b.goTo("/budgets/" + on.ID)
	b.sees("of $2.50")
	b.sees("Period by period")
	b.shown("quarter-carried")
}

// raised is a team that used its money up: the founder raises its limit for this month, and its people go on.
func raised(q *quarter) {
	b, w := q.ada, q.of("Borealis")
	b.comesBack("ada@acme.test")
	b.goTo("/budgets/new")
	b.choose("Where", "Borealis")
	b.fill("Limit", "0.02")
	b.press("Set budget")
	b.sees("of $0.02")
	q.spend(w)
	b.goTo("/budgets/" + q.budget("Borealis").ID)
	b.unfold("Raise it for a while")
	b.fill("Amount", "1")
	b.fill("Reason", "a launch")
	b.press("Raise")
	b.sees("of $1.02")
	b.shown("quarter-raised")
	harness.Wait(q.t, "the increase to bind", func() bool { return q.ask(w, "and now?") == nil })
}

// budget is the monthly one of a place.
func (q *quarter) budget(label string) client.Budget {
	q.t.Helper()
	for b, err := range q.api.Budgets().All(q.t.Context(), nil) {
		if err != nil {
			q.t.Fatal(err)
		}
		if placeOf(b) == label && b.Period == "monthly" {
			return b
		}
	}
	q.t.Fatalf("%s has no monthly budget", label)
	return client.Budget{}
}

// placeOf is the name of what a budget limits: "Team Atlas" is Atlas.
func placeOf(b client.Budget) string {
	return strings.TrimPrefix(strings.TrimPrefix(b.ScopeLabel, "Team "), "Department ")
}

// of is somebody of a team who has a key.
func (q *quarter) of(team string) worker {
	q.t.Helper()
	for _, w := range q.staff {
		if w.team == team {
			return w
		}
	}
	q.t.Fatalf("nobody of %s has a key", team)
	return worker{}
}

// ledger compares a month with what every monthly budget says was spent in it: of the organization, of departments, of teams.
func (q *quarter) ledger(first time.Time, m *tally) {
	q.t.Helper()
	spent := map[string]money.USD{q.name: m.cost}
	for team, cost := range m.teams {
		spent[team] += cost
		if house := houseOf(team); house != "" {
			spent[house] += cost
		}
	}
	compared := 0
	for b, err := range q.api.Budgets().All(q.t.Context(), nil) {
		if err != nil {
			q.t.Fatal(err)
		}
		for p, err := range q.api.Budgets().AllPeriods(q.t.Context(), b.ID, nil) {
			if err != nil {
				q.t.Fatal(err)
			}
			if !p.StartsAt.Equal(first) {
				continue
			}
			if compared++; p.Spent != spent[placeOf(b)].String() {
				q.t.Errorf("the budget of %s says %s was spent from %s on, the answers %s", b.ScopeLabel, p.Spent, first.Format(time.DateOnly), spent[placeOf(b)])
			}
		}
	}
	if compared == 0 {
		q.t.Errorf("no budget has a period from %s on", first.Format(time.DateOnly))
	}
}

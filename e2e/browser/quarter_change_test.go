package browser

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/client"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// comeAndGo is a day on which the directory brings some people and takes as many away, whose keys stop working.
func comeAndGo(q *quarter) {
	d, team := q.directory, q.staff[5].team
	for i := range 3 {
		name, email := person(q.people + i)
		d.bring(name, email)
		d.patch("/Groups/"+d.groups[team], map[string]any{"op": "add", "path": "members", "value": []any{map[string]string{"value": d.people[email]}}})
	}
	for range 3 {
		leaver := q.staff[5]
		q.staff = append(q.staff[:5], q.staff[6:]...)
		d.patch("/Users/"+d.people[leaver.email], map[string]any{"op": "replace", "path": "active", "value": false})
		harness.Wait(q.t, "the key of "+leaver.email+" to stop", func() bool { return !q.knows(leaver.secret) })
		if err := q.ask(leaver, "am I still here?"); err == nil {
			q.t.Errorf("%s has left and is answered", leaver.email)
		}
	}
	q.keysFor(q.people, q.people+3)
	q.counted()
	b := q.ada
	b.comesBack("ada@acme.test")
	_, newest := person(q.people + 2)
	b.finds("/people?q="+newest, newest)
}

// quotas gives each department its money for a month: one on the page, the others by a script.
func (q *quarter) quotas() {
	q.t.Helper()
	b := q.ada
	b.goTo("/budgets/new")
	b.choose("Where", houses[0].name)
	b.fill("Limit", "30")
	b.press("Set budget")
	b.sees("of $30.00")
	for d, err := range q.api.Departments().All(q.t.Context(), nil) {
		if err != nil {
			q.t.Fatal(err)
		}
		if d.Name == houses[0].name {
			continue
		}
		if _, err := q.api.Budgets().Create(q.t.Context(), client.BudgetInput{Scope: d.ID, LimitUSD: "20", Period: "monthly", Enforcement: "hard"}); err != nil {
			q.t.Fatal(fmt.Errorf("the quota of %s: %w", d.Name, err))
		}
	}
}

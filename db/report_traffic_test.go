package db_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestTrafficOfARouteIsSummedByClassAndTier(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		here, there := newOrg(t, d), newOrg(t, d)
		books, reports := db.NewLedgerStore(d), db.NewReportStore(d)
		now := may.UTC().Truncate(time.Second)
		c := id.NewConnection(ids)
		add := func(o id.Org, route string, at time.Time, state ledger.State, u llm.Usage, cost money.USD) {
			t.Helper()
			r := ledger.Request{ID: id.NewRequest(ids), At: at, Family: "openai", Endpoint: "chat", Asked: "smart", Route: route, Status: 200, Chain: org.Chain{Org: o}}
			a := ledger.Attempt{ID: id.NewAttempt(ids), Request: r.ID, Number: 1, Chain: r.Chain, At: at, Connection: c, Provider: "p", Kind: "openai", Model: "m"}
			end := ledger.Settlement{Attempt: a.ID, State: state, Usage: u, Cost: cost, At: at}
			if _, err := books.Post(t.Context(), id.NewNode(ids), budget.Batch{Attempts: []budget.Posting{{Attempt: a, End: end}}, Requests: []ledger.Request{r}}); err != nil {
				t.Fatal(err)
			}
		}
		add(here, "alias smart", now, ledger.Complete, llm.Usage{Input: 100, CacheRead: 40, Output: 10, Reasoning: 4}, 7)
		add(here, "alias smart", now, ledger.Counted, llm.Usage{Input: 200, Output: 20, CacheWrite5m: 50, WebSearches: 2}, 11)
		add(here, "alias smart, rule nights", now, ledger.Complete, llm.Usage{Input: 201, Output: 1}, 13)
		add(here, "alias smarter, rule nights", now, ledger.Complete, llm.Usage{Input: 201, Output: 1}, 13)
		add(here, "alias smart", now, ledger.Voided, llm.Usage{}, 0)
		add(here, "alias fast", now, ledger.Complete, llm.Usage{Input: 1000}, 17)
		add(here, "alias smart", now.AddDate(0, 0, -2), ledger.Complete, llm.Usage{Input: 1000}, 19)
		add(there, "alias smart", now, ledger.Complete, llm.Usage{Input: 1000}, 23)
		loads, cost, err := reports.Traffic(t.Context(), here, "alias smart", now.AddDate(0, 0, -1), []int64{200, 5000})
		if err != nil || cost != 31 || len(loads) != 2 {
			t.Fatalf("%+v, %s, %v", loads, cost, err)
		}
		if want := (catalog.Workload{Requests: 2, Input: 100, Usage: llm.Usage{Input: 300, CacheRead: 40, Output: 30, Reasoning: 4, CacheWrite5m: 50, WebSearches: 2}}); loads[0] != want {
			t.Errorf("short ones: %+v, want %+v", loads[0], want)
		}
		if want := (catalog.Workload{Requests: 1, Input: 201, Usage: llm.Usage{Input: 201, Output: 1}}); loads[1] != want {
			t.Errorf("long ones: %+v, want %+v", loads[1], want)
		}
		recent, err := reports.Recent(t.Context(), here, c, now.Add(-time.Minute), 3)
		if err != nil || len(recent) != 3 || recent[0].Connection != c || !recent[0].At.Equal(now) {
			t.Errorf("recent %+v, %v", recent, err)
		}
		if recent, err := reports.Recent(t.Context(), here, id.NewConnection(ids), now.AddDate(0, 0, -9), 3); err != nil || len(recent) != 0 {
			t.Errorf("of another connection: %+v, %v", recent, err)
		}
	})
}

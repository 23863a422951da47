package db_test

import (
	"context"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
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
		loads, cost, err := reports.Traffic(t.Context(), here, "alias smart", now.AddDate(0, 0, -1), now.Add(time.Second), []int64{200, 5000})
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

// What an alias's traffic comes to is the same whether days stand in sheets, in sheets that lack it, half in them or not at all.
func TestTrafficIsTheSameFromDaysAndFromAttempts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(5, 6))
		o, c := newOrg(t, d), id.NewConnection(ids)
		books, reports, store := db.NewLedgerStore(d), db.NewReportStore(d), db.NewUsageStore(d)
		const day = 24 * time.Hour
		from := may.UTC().Truncate(day)
		now := from.Add(3*day + 7*time.Hour + 10*time.Minute)
		ask := func(n int, from, to time.Time) {
			t.Helper()
			var b budget.Batch
			for range n {
				q := ledger.Request{ID: id.NewRequest(ids), At: from.Add(time.Duration(r.Int64N(int64(to.Sub(from))))).Truncate(time.Microsecond), Family: "openai", Endpoint: "chat", Asked: "smart", Status: 200,
					Route: pick(r, "alias smart", "alias smart, canary", "alias smart, rule a_b", "alias Smart, rule a", "alias smart2", ""), Chain: org.Chain{Org: o}}
				u := llm.Usage{Input: pick(r, r.Int64N(20_000), r.Int64N(600_000), 200_000, 200_001, 8000, 8001, 0), Output: r.Int64N(900)}
				u.CacheRead, u.CacheWrite1h, u.WebSearches = u.Input/3, u.Input/7, r.Int64N(2)
				a := ledger.Attempt{ID: id.NewAttempt(ids), Request: q.ID, Number: 1, Chain: q.Chain, At: q.At.Add(time.Duration(r.Int64N(int64(time.Minute)))).Truncate(time.Microsecond), Connection: c, Provider: "p", Kind: "openai", Model: "m"}
				state := pick(r, ledger.Complete, ledger.Counted, ledger.Cut, ledger.Voided)
				b.Requests = append(b.Requests, q)
				b.Attempts = append(b.Attempts, budget.Posting{Attempt: a, End: ledger.Settlement{Attempt: a.ID, State: state, Usage: u, Cost: money.USD(r.Int64N(1e9)), At: a.At}})
			}
			if _, err := books.Post(t.Context(), id.NewNode(ids), b); err != nil {
				t.Fatal(err)
			}
		}
		type answer struct {
			loads []catalog.Workload
			cost  money.USD
		}
		list, own := []int64{128_000, 200_000, 272_000}, []int64{131_072, 200_000}
		read := func(bounds []int64) answer {
			t.Helper()
			loads, cost, err := reports.Traffic(t.Context(), o, "alias smart", from.Add(-day), now.Add(time.Second), bounds)
			if err != nil {
				t.Fatal(err)
			}
			return answer{loads, cost}
		}
		keep := func() {
			t.Helper()
			if err := usage.KeepDays(t.Context(), store, now); err != nil {
				t.Fatal(err)
			}
		}
		change := func(statement string, more ...any) {
			t.Helper()
			err := d.Do(t.Context(), func(ctx context.Context) error {
				return d.System(ctx, func(tx *gorm.DB) error { return tx.Exec(statement, append([]any{o}, more...)...).Error })
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		ask(400, from, now)
		want, exact := read(list), read(own)
		if len(want.loads) != 4 || len(exact.loads) != 3 || want.cost != exact.cost || want.cost == 0 {
			t.Fatalf("from attempts: %+v, %+v", want, exact)
		}
		same := func(when string) {
			t.Helper()
			if got := read(list); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %+v, want %+v", when, got, want)
			}
			if got := read(own); !reflect.DeepEqual(got, exact) {
				t.Errorf("%s, at bounds beside the list's: %+v, want %+v", when, got, exact)
			}
		}
		keep()
		same("from days")
		change("DELETE FROM usage_sheets WHERE org_id = ? AND dim = 'loads'")
		same("of days that were made before they knew")
		change("UPDATE usage_day_marks SET version = -1 WHERE org_id = ?")
		change("UPDATE usage_marks SET kept = 0 WHERE org_id = ?")
		keep()
		same("of days that were made again")
		now = now.Add(2 * time.Hour)
		change("DELETE FROM usage_sheets WHERE org_id = ? AND dim = 'loads' AND day >= ?", from.Add(3*day))
		ask(100, from, now)
		want, exact = answer{}, read(own)
		change("UPDATE usage_day_marks SET version = -version - 1 WHERE org_id = ?") // no day is right: attempts answer
		want = read(list)
		change("UPDATE usage_day_marks SET version = -version - 1 WHERE org_id = ?")
		same("with late ones")
		keep()
		same("of a day that went on from one that did not know")
		change("UPDATE attempts SET cost_nanos = 0 WHERE org_id = ? AND at < ?", from.Add(2*day))
		if got := read(list); !reflect.DeepEqual(got, want) || reflect.DeepEqual(read(own), exact) {
			t.Errorf("days are not read from sheets: %+v, want %+v", got, want)
		}
	})
}

// Sheets know the length of inputs in steps, and every price of the list changes between two of them.
func TestPricesChangeBetweenStepsOfLoads(t *testing.T) {
	t.Parallel()
	c, seen := catalog.BuiltIn(), 0
	for _, l := range c.Browse(catalog.Filter{}, may) {
		for class, steps := range l.Steps {
			for _, s := range steps {
				if seen++; s.Above%db.LoadStep != 0 {
					t.Errorf("%s changes its price of %v above %d tokens, which is no whole number of %d", l.Key(), class, s.Above, db.LoadStep)
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("only %d steps of prices were found", seen)
	}
}

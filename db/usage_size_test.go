package db_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var (
	usageFacts = flag.Int("usage-facts", 3000, "requests of the size tests, spread over 30 days; with more than that they also hold each question to 300 ms")
	usageTimes = flag.Int("usage-times", 1, "how often the size tests ask each question")
)

// crowd is 10,000 keys of 500 teams in 20 departments, and what they ask for: most of it by few keys, of few models.
type crowd struct {
	r      *rand.Rand
	chains []org.Chain
	now    time.Time
}

func newCrowd(o id.Org) *crowd {
	c := &crowd{r: rand.New(rand.NewPCG(8, 9)), now: time.Date(2026, 3, 30, 14, 20, 0, 0, time.UTC)}
	var departments [20]id.Department
	for i := range departments {
		departments[i] = id.NewDepartment(ids)
	}
	var teams [500]id.Team
	for i := range teams {
		teams[i] = id.NewTeam(ids)
	}
	var members [5000]id.Member
	for i := range members {
		members[i] = id.NewMember(ids)
	}
	for i := range 10_000 {
		c.chains = append(c.chains, org.Chain{Org: o, Department: departments[i%20], Team: teams[i%500], Member: members[i%5000], Key: id.NewKey(ids)})
	}
	return c
}

// hours are batches of an hour each, n requests in all, three in four of them in working hours.
func (c *crowd) hours(n int, each func(budget.Batch)) {
	from := c.now.Truncate(24*time.Hour).AddDate(0, 0, -29)
	var left float64
	for at := from; at.Before(c.now); at = at.Add(time.Hour) {
		share := 0.6
		if h := at.Hour(); h >= 8 && h < 18 {
			share = 1.8
		}
		left += share * float64(n) / 713
		var b budget.Batch
		for ; left >= 1; left-- {
			c.ask(&b, at.Add(time.Duration(c.r.Int64N(int64(time.Hour)))).Truncate(time.Microsecond))
		}
		slices.SortFunc(b.Requests, func(x, y ledger.Request) int { return x.At.Compare(y.At) })
		each(b)
	}
}

func (c *crowd) ask(b *budget.Batch, at time.Time) {
	r := c.r
	k := r.IntN(10_000)
	if r.IntN(2) == 0 {
		k = int(float64(k) * r.Float64() * r.Float64()) // some keys ask far more often
	}
	chain, m := c.chains[k], (k+r.IntN(1+r.IntN(3)))%8
	if r.IntN(20) == 0 {
		m = r.IntN(20)
	}
	q := ledger.Request{ID: id.NewRequest(ids), Chain: chain, At: at, Family: "openai", Endpoint: "chat", Asked: fmt.Sprint("alias-", m%5), Client: pick(r, "Claude Code", "Cursor", ""),
		Model: fmt.Sprint("model-", m), Provider: fmt.Sprint("connection-", m%6), Route: "alias", Cache: "miss", Attempts: 1, Status: 200, Duration: time.Duration(r.ExpFloat64() * 3e9), FirstByte: time.Duration(r.ExpFloat64() * 4e8)}
	u := llm.Usage{Input: r.Int64N(3000), Output: r.Int64N(900)}
	a := ledger.Attempt{ID: id.NewAttempt(ids), Request: q.ID, Number: 1, Chain: chain, At: at, Provider: q.Provider, Kind: "openai", Model: q.Model, Asked: q.Asked, Endpoint: q.Endpoint, Client: q.Client, Cache: q.Cache}
	e := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Usage: u, Cost: money.USD(r.Int64N(1e8)), Status: 200, Duration: q.Duration, FirstByte: q.FirstByte, At: at.Add(q.Duration)}
	q.Usage, q.Cost = u, e.Cost
	if r.IntN(50) == 0 {
		q.Status, q.Code, e.Status, e.Class = 502, "upstream_failed", 502, "server"
	}
	if r.IntN(3000) == 0 {
		q.Client, a.Client = "rare", "rare"
	}
	if r.IntN(3000) == 0 {
		q.Tags, a.Tags = "project=rare", "project=rare"
	}
	if r.IntN(3000) == 0 {
		q.Asked, a.Asked = "alias-rare", "alias-rare"
	}
	b.Attempts, b.Requests = append(b.Attempts, budget.Posting{Attempt: a, End: e}), append(b.Requests, q)
}

// timed runs fn several times and holds the 95th of a hundred to the bound, if this is the long form.
func timed(t *testing.T, what string, fn func()) {
	t.Helper()
	took := make([]time.Duration, *usageTimes)
	for i := range took {
		begun := clock.System{}.Now()
		fn()
		took[i] = clock.Since(begun)
	}
	slices.Sort(took)
	p95 := took[(len(took)*95-1)/100]
	t.Logf("%-34s p50 %4d ms, p95 %4d ms", what, took[len(took)/2].Milliseconds(), p95.Milliseconds())
	if *usageFacts > 3000 && p95 > 300*time.Millisecond {
		t.Errorf("%s takes %s", what, p95)
	}
}

// A month of 10,000 keys in 500 teams is answered alike from hours and from days. -usage-facts 1000000 -usage-times 20 says how
// fast: the figures in docs/performance.md.
func TestDaysSayWhatManyHoursSay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOrg(t, d)
		c := newCrowd(o)
		ledgers, store := db.NewLedgerStore(d), db.NewUsageStore(d)
		c.hours(*usageFacts, func(b budget.Batch) {
			if err := ledgers.AddUsage(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		})
		s := usage.NewService(store, db.NewOrgStore(d), clock.NewFake(c.now))
		to := c.now
		from, today, week := to.AddDate(0, 0, -30), to.Truncate(24*time.Hour), to.AddDate(0, 0, -7)
		only := func(dim usage.Dim, v ...string) []usage.Filter { return []usage.Filter{{Dim: dim, Values: v}} }
		team := only(usage.Team, c.chains[7].Team.String())
		questions := []struct {
			name string
			usage.Query
		}{
			{"the month, each day, compared", usage.Query{From: from, To: to, Grain: usage.Day, Compare: usage.Previous}},
			{"by team, each day, compared", usage.Query{From: from, To: to, Grain: usage.Day, By: []usage.Dim{usage.Team}, Compare: usage.Previous}},
			{"by key", usage.Query{From: from, To: to, By: []usage.Dim{usage.Key}}},
			{"by key, all of them", usage.Query{From: from, To: to, By: []usage.Dim{usage.Key}, Top: 10_000}},
			{"by member, each day", usage.Query{From: from, To: to, Grain: usage.Day, By: []usage.Dim{usage.Member}}},
			{"by team, of one model", usage.Query{From: from, To: to, By: []usage.Dim{usage.Team}, Where: only(usage.Model, "model-3")}},
			{"by team and model", usage.Query{From: from, To: to, By: []usage.Dim{usage.Team, usage.Model}}},
			{"by model of one team, each day", usage.Query{From: from, To: to, Grain: usage.Day, By: []usage.Dim{usage.Model}, Where: team, Compare: usage.Previous}},
			{"by client, last week, compared", usage.Query{From: week, To: to, By: []usage.Dim{usage.Client}, Compare: usage.Previous}},
			{"by client, today, by the hour", usage.Query{From: today, To: to, Grain: usage.Hour, By: []usage.Dim{usage.Client}}},
			{"by model, last week, by the hour", usage.Query{From: week, To: to, Grain: usage.Hour, By: []usage.Dim{usage.Model}}},
			{"one team, last week, by the hour", usage.Query{From: week, To: to, Grain: usage.Hour, Where: team}},
		}
		boss := org.Actor{Org: o, Role: org.Admin}
		hours := map[string]usage.Totals{}
		for _, q := range questions {
			got, err := s.Query(t.Context(), boss, q.Query)
			if err != nil {
				t.Fatalf("%s: %v", q.name, err)
			}
			hours[q.name] = got.Total
		}
		begun := clock.System{}.Now()
		if err := usage.KeepDays(t.Context(), store, c.now); err != nil {
			t.Fatal(err)
		}
		t.Logf("days made in %s", clock.Since(begun).Round(time.Millisecond))
		for _, q := range questions {
			timed(t, q.name, func() {
				got, err := s.Query(t.Context(), boss, q.Query)
				if err != nil {
					t.Fatalf("%s: %v", q.name, err)
				}
				if got.Total != hours[q.name] || got.Total.Cost == 0 {
					t.Errorf("%s: %+v from days, %+v from hours", q.name, got.Total, hours[q.name])
				}
			})
		}
		home := report.NewService(db.NewReportStore(d), db.NewOrgStore(d), clock.NewFake(c.now))
		timed(t, "the home page's days", func() {
			if _, err := home.Daily(t.Context(), boss); err != nil {
				t.Fatal(err)
			}
		})
		timed(t, "the home page's models", func() {
			if _, err := home.Usage(t.Context(), boss, report.ByModel, c.now.AddDate(0, -1, 0), c.now, 5); err != nil {
				t.Fatal(err)
			}
		})
	})
}

package db_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// BenchmarkPost books batches of 250 attempts and 250 requests under four budgets; one op is one fact.
func BenchmarkPost(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchmarkPost(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { benchmarkPost(b, dbtest.Postgres(b)) })
}

func benchmarkPost(b *testing.B, d *db.DB) {
	s, store, node := db.NewLedgerStore(d), db.NewBudgetStore(d), id.NewNode(ids)
	o := org.Organization{ID: id.NewOrg(ids), Name: "Acme", Zone: "UTC", CreatedAt: may.UTC()}
	o.Slug = o.ID.UUID()
	if err := db.NewOrgStore(d).AddOrganization(b.Context(), o); err != nil {
		b.Fatal(err)
	}
	c := org.Chain{Org: o.ID, Team: id.NewTeam(ids), Member: id.NewMember(ids), Key: id.NewKey(ids)}
	var stakes []ledger.Stake
	for _, scope := range c.Scopes() {
		one := budget.Budget{ID: id.NewBudget(ids), Org: o.ID, Scope: scope, Limit: money.Max / 4, Period: budget.Forever, Enforce: budget.Hard, CreatedAt: may.UTC(), UpdatedAt: may.UTC()}
		if err := store.Insert(b.Context(), one, may); err != nil {
			b.Fatal(err)
		}
		stakes = append(stakes, ledger.Stake{Account: ledger.Account{Budget: one.ID}})
	}
	const half = 250
	up := id.NewConnection(ids)
	var mark budget.Mark
	posted := 0
	b.ResetTimer()
	for posted < b.N {
		x := budget.Batch{From: mark, To: budget.Mark{At: journal.Position{Segment: 1, Offset: mark.At.Offset + 1}}}
		for range half {
			a := ledger.Attempt{ID: id.NewAttempt(ids), Request: id.NewRequest(ids), Number: 1, Chain: c, At: may.UTC(), Held: ledger.Amounts{Money: 900}, Stakes: stakes,
				Connection: up, Provider: "up", Kind: "openai", Model: "gpt-5.5", PriceVersion: "2026-10-01"}
			e := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Usage: llm.Usage{Input: 700, Output: 90}, Cost: 7, Status: 200, Duration: time.Second, At: may.UTC()}
			x.Attempts = append(x.Attempts, budget.Posting{Attempt: a, End: e})
			x.Requests = append(x.Requests, ledger.Request{ID: a.Request, Chain: c, At: a.At, Family: "openai", Endpoint: "chat", Asked: "smart",
				Model: "gpt-5.5", Provider: "up", Attempts: 1, Status: 200, Usage: e.Usage, Cost: 7, Duration: time.Second, Decisions: "held 0.000001 USD\nsettled complete"})
		}
		for i := range x.Attempts { // requests end in another order than they begin
			j := min(len(x.Attempts)-1, i+rand.IntN(64))
			x.Attempts[i], x.Attempts[j] = x.Attempts[j], x.Attempts[i]
			x.Requests[i], x.Requests[j] = x.Requests[j], x.Requests[i]
		}
		if _, err := s.Post(b.Context(), node, x); err != nil {
			b.Fatal(err)
		}
		mark = x.To
		posted += 2 * half
	}
	b.ReportMetric(float64(posted)/b.Elapsed().Seconds(), "facts/s")
}

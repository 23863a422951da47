package reportweb_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

// ended books n requests of a connection, failed or answered at a cost each.
func (s *scene) ended(t *testing.T, k key.Key, n int, failed bool, cost money.USD) {
	t.Helper()
	chain := org.Chain{Org: k.Org, Team: k.Team, Member: k.Member, Key: k.ID}
	var b budget.Batch
	for range n {
		used := llm.Usage{Input: 10, Output: 10}
		q := ledger.Request{ID: id.NewRequest(s.house.IDs), Chain: chain, At: s.house.Clock.Now(), Endpoint: "chat", Asked: "smart", Model: "m", Provider: "up", Route: "alias smart", Attempts: 1, Status: 200, Usage: used, Cost: cost}
		a := ledger.Attempt{ID: id.NewAttempt(s.house.IDs), Request: q.ID, Number: 1, Chain: chain, At: q.At, Connection: id.NewConnection(s.house.IDs), Provider: "up", Kind: "openai", Model: "m"}
		end := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Usage: used, Cost: cost, Status: 200, At: q.At}
		if failed {
			q.Status, q.Code, q.Cost, q.Usage = 502, "upstream_failed", 0, llm.Usage{}
			end.State, end.Class, end.Cost, end.Usage, end.Status = ledger.Voided, "server", 0, llm.Usage{}, 500
		}
		b.Requests, b.Attempts = append(b.Requests, q), append(b.Attempts, budget.Posting{Attempt: a, End: end})
	}
	s.post(t, b)
}

// halfADay spends five dollars between noon and two o'clock under a budget for a day.
func halfADay(t *testing.T, s *scene, k key.Key, limit money.USD) {
	t.Helper()
	noon := s.house.Clock.Now().Truncate(24 * time.Hour).Add(36 * time.Hour)
	s.house.Clock.Advance(noon.Sub(s.house.Clock.Now()))
	if _, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), budget.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Limit: limit, Period: budget.Daily, Enforce: budget.Hard}); err != nil {
		t.Fatal(err)
	}
	s.ended(t, k, 1, false, 5*money.Dollar)
	s.house.Clock.Advance(2 * time.Hour)
}

// Each piece of advice is given from its bound on, and not below it.
func TestAdviceIsGivenFromItsBoundOn(t *testing.T) {
	t.Parallel()
	const month = 31 * 24 * time.Hour
	limited := func(t *testing.T, s *scene, limit money.USD) {
		t.Helper()
		if _, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), budget.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Name: "team", Limit: limit, Period: budget.Monthly, Enforce: budget.Hard}); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		says  string
		yes   bool
		scene func(t *testing.T, s *scene, k key.Key)
	}{
		"ten failures in a hundred": {"of the requests to up failed", true, func(t *testing.T, s *scene, k key.Key) {
			s.ended(t, k, 10, true, 0)
			s.ended(t, k, 90, false, 1)
		}},
		"nine failures": {"of the requests to up failed", false, func(t *testing.T, s *scene, k key.Key) {
			s.ended(t, k, 9, true, 0)
			s.ended(t, k, 9, false, 1)
		}},
		"ten failures in four hundred": {"of the requests to up failed", false, func(t *testing.T, s *scene, k key.Key) {
			s.ended(t, k, 10, true, 0)
			s.ended(t, k, 390, false, 1)
		}},
		"a team without a budget":   {"1 team spent without a budget of their own", true, func(t *testing.T, s *scene, k key.Key) { s.ended(t, k, 1, false, 1) }},
		"a team with a budget":      {"spent without a budget", false, func(t *testing.T, s *scene, k key.Key) { limited(t, s, money.Dollar); s.ended(t, k, 1, false, 1) }},
		"a team that spent nothing": {"spent without a budget", false, func(t *testing.T, s *scene, k key.Key) { s.ended(t, k, 1, false, 0) }},
		"half more, and five dollars": {"General spends 50 % more than before", true, func(t *testing.T, s *scene, k key.Key) {
			s.ended(t, k, 1, false, 10*money.Dollar)
			s.house.Clock.Advance(month)
			s.ended(t, k, 1, false, 15*money.Dollar)
		}},
		"four times as much": {"General spends 4.0 × as much as before", true, func(t *testing.T, s *scene, k key.Key) {
			s.ended(t, k, 1, false, 10*money.Dollar)
			s.house.Clock.Advance(month)
			s.ended(t, k, 1, false, 40*money.Dollar)
		}},
		"half more, and less than five dollars": {"more than before", false, func(t *testing.T, s *scene, k key.Key) {
			s.ended(t, k, 1, false, 9*money.Dollar)
			s.house.Clock.Advance(month)
			s.ended(t, k, 1, false, 13*money.Dollar+999_999_999)
		}},
		"a third more": {"more than before", false, func(t *testing.T, s *scene, k key.Key) {
			s.ended(t, k, 1, false, 30*money.Dollar)
			s.house.Clock.Advance(month)
			s.ended(t, k, 1, false, 40*money.Dollar)
		}},
		"a budget that half a day is too long for": {"The budget of Team General will run out", true, func(t *testing.T, s *scene, k key.Key) { halfADay(t, s, k, 10*money.Dollar) }},
		"a budget that is wide enough":             {"will run out", false, func(t *testing.T, s *scene, k key.Key) { halfADay(t, s, k, 100*money.Dollar) }},
		"a key unused for a month": {"One key lies unused", true, func(t *testing.T, s *scene, k key.Key) {
			s.house.Clock.Advance(key.Idle)
			s.ended(t, k, 1, false, 1)
		}},
		"two keys unused for a month": {"2 keys lie unused", true, func(t *testing.T, s *scene, k key.Key) {
			s.key(t, "cd", org.Developer)
			s.house.Clock.Advance(key.Idle)
			s.ended(t, k, 1, false, 1)
			if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/"); !p.Has("Nobody used them for 30 days.") {
				t.Error("several keys are called it")
			}
		}},
		"a key unused for a day less": {"lies unused", false, func(t *testing.T, s *scene, k key.Key) {
			s.house.Clock.Advance(key.Idle - 24*time.Hour)
			s.ended(t, k, 1, false, 1)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			tt.scene(t, s, s.key(t, "ci", org.Developer))
			if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/"); p.Status != 200 || p.Has(tt.says) != tt.yes {
				t.Errorf("%d, %q is said: %v", p.Status, tt.says, p.Has(tt.says))
			}
		})
	}
}

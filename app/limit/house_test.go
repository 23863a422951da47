package limit

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

var (
	ids  = id.NewSource(clock.System{}.Now, nil)
	noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// house is a limiter over a clock that the test moves, with one chain of every level.
type house struct {
	*Limiter
	t     *testing.T
	clock *clock.Fake
	chain org.Chain
	rules []Rule
}

func build(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, clock: clock.NewFake(noon), chain: someone()}
	h.Limiter = NewLimiter(Config{Clock: h.clock, Log: slog.New(slog.DiscardHandler), AskURL: "https://ai.acme.test/limits/"})
	return h
}

func someone() org.Chain {
	return org.Chain{Org: id.NewOrg(ids), Department: id.NewDepartment(ids), Team: id.NewTeam(ids), Member: id.NewMember(ids), Key: id.NewKey(ids)}
}

// on makes a rule on a node of the chain.
func on(c org.Chain, kind org.ScopeKind, u Unit, amount int64, window time.Duration, change ...func(*Rule)) Rule {
	r := Rule{ID: id.NewLimit(ids), Org: c.Org, Kind: kind, Unit: u, Amount: amount, Window: window, Label: "Team Search", Name: string(kind)}
	for _, s := range c.Scopes() {
		if s.Kind() == kind {
			r.Node = s.Node()
		}
	}
	for _, f := range change {
		f(&r)
	}
	return r
}

func (h *house) set(rules ...Rule) {
	h.t.Helper()
	h.rules = rules
	if err := h.Load(rules); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) ask() Ask { return Ask{Chain: h.chain, Model: "smart", Operation: "chat"} }

// passes takes n places and reports how many were given.
func (h *house) passes(n int) (given int) {
	for range n {
		if _, err := h.Take(h.t.Context(), h.ask()); err == nil {
			given++
		}
	}
	return given
}

func (h *house) take(a Ask) *Seat {
	h.t.Helper()
	p, err := h.Take(h.t.Context(), a)
	if err != nil {
		h.t.Fatalf("refused: %v", err)
	}
	return p
}

func (h *house) refused(a Ask) *fault.Error {
	h.t.Helper()
	p, err := h.Take(context.Background(), a)
	if err == nil {
		h.t.Fatal("admitted, a refusal expected")
	}
	if p.Admitted() {
		h.t.Error("a refused place says that it was admitted")
	}
	f := fault.From(err)
	if f.Kind != fault.Limited || f.Code != "rate_limited" {
		h.t.Fatalf("refused with %v", f)
	}
	return f
}

// used is what counts on the n-th rule now.
func (h *house) used(n int) int64 {
	h.t.Helper()
	return h.Now(h.t.Context(), h.chain.Org)[h.rules[n].ID].Used
}

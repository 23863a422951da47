package gateway

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// Answers that the gateway gives itself: who am I, which models are there, and what would happen.

// keyReport is GET /v1/key: what an app can learn about the key it holds.
type keyReport struct {
	Object       string           `json:"object"`
	ID           string           `json:"id"`
	Name         string           `json:"name"`
	Organization string           `json:"organization"`
	Models       []string         `json:"models"`
	Endpoints    []string         `json:"endpoints"` // classes; empty = all
	ExpiresAt    *time.Time       `json:"expires_at"`
	LeftUSD      *money.USD       `json:"left_usd"` // of the tightest hard budget; null without one
	Budgets      []standingReport `json:"budgets"`
	Limits       []limitReport    `json:"limits"`
}

// standingReport is one budget. Its amounts are strings in its measure: dollars, tokens or requests; those of money are
// repeated under names that say so.
type standingReport struct {
	Scope    string     `json:"scope"`
	Name     string     `json:"name"`
	Measure  string     `json:"measure"`
	Period   string     `json:"period"`
	Enforce  string     `json:"enforcement"`
	Limit    string     `json:"limit"`
	Spent    string     `json:"spent"`
	Held     string     `json:"held"`
	Left     string     `json:"left"`
	LimitUSD *money.USD `json:"limit_usd,omitempty"`
	SpentUSD *money.USD `json:"spent_usd,omitempty"`
	HeldUSD  *money.USD `json:"held_usd,omitempty"`
	LeftUSD  *money.USD `json:"left_usd,omitempty"`
	ResetsAt *time.Time `json:"resets_at"`
}

func standingOf(s *budget.Standing) standingReport {
	r := standingReport{Scope: string(s.Scope.Kind()), Name: s.Name, Measure: s.Measure.String(), Period: string(s.Period), Enforce: string(s.Enforce),
		Limit: s.Measure.Plain(s.Limit), Spent: s.Measure.Plain(s.Spent), Held: s.Measure.Plain(s.Held), Left: s.Measure.Plain(s.Left),
		ResetsAt: moment(s.ResetsAt)}
	if s.Measure == ledger.Money {
		r.LimitUSD, r.SpentUSD, r.HeldUSD, r.LeftUSD = &s.Limit, &s.Spent, &s.Held, &s.Left
	}
	return r
}

func (g *Gateway) showKey(x *Exchange, _ string) {
	k := x.Grant
	r := keyReport{Object: "key", ID: k.Key.String(), Name: k.Name, Organization: k.OrgSlug, Models: g.offer(x), Endpoints: k.Endpoints.Names(), ExpiresAt: moment(k.ExpiresAt), Budgets: []standingReport{}, Limits: g.limitReports(x)}
	for _, s := range g.Budgets.Standings(k, g.clock.Now()) {
		if s.Measure == ledger.Money && s.Enforce != budget.Soft && (r.LeftUSD == nil || s.Left < *r.LeftUSD) {
			r.LeftUSD = &s.Left
		}
		r.Budgets = append(r.Budgets, standingOf(&s))
	}
	g.writeJSON(x, r)
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (g *Gateway) listModels(x *Exchange, _ string) {
	names := g.offer(x)
	offers := make([]llm.Offer, len(names))
	for i, name := range names {
		offers[i] = llm.Offer{ID: name, OwnedBy: x.Grant.OrgSlug}
	}
	g.writeBody(x, x.Dialect.Models(offers))
}

func (g *Gateway) showModel(x *Exchange, name string) {
	if slices.Contains(g.offer(x), name) {
		g.writeBody(x, x.Dialect.Model(llm.Offer{ID: name, OwnedBy: x.Grant.OrgSlug}))
		return
	}
	x.Err = fault.Newf(fault.NotFound, "model_not_found", "There is no model %q for this key. GET /v1/models lists what there is.", clip(name))
}

func (g *Gateway) writeJSON(x *Exchange, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		x.Err = err
		return
	}
	g.writeBody(x, b)
}

func (g *Gateway) writeBody(x *Exchange, b []byte) {
	x.W.Header()["Content-Type"] = []string{"application/json"}
	x.wrote = true
	x.W.WriteHeader(http.StatusOK)
	_, _ = x.W.Write(b)
}

// dryReport answers x-bodhi-dry-run: what would happen, decided by the same stages, with nobody called.
type dryReport struct {
	Object   string      `json:"object"`
	Route    string      `json:"route"`
	Strategy string      `json:"strategy"`
	Targets  []dryTarget `json:"targets"`
	// Rules are all that were asked, in order: each with its parts and what they came to.
	Rules     []route.Step `json:"rules"`
	CeilUSD   *money.USD   `json:"price_ceiling_usd"` // of the first target; null when no price is known
	LeftUSD   *money.USD   `json:"budget_left_usd"`
	Warnings  []string     `json:"warnings"`
	Decisions string       `json:"decisions"`
}

type dryTarget struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	Why      string `json:"why"`
}

func (g *Gateway) dryRun(x *Exchange) (*Answer, error) {
	r := dryReport{Object: "dry_run", Route: x.Plan.Route, Strategy: string(x.Plan.Strategy), Rules: x.trace.Steps, Warnings: x.warnings, Decisions: x.decisions.String()}
	for i := range x.Plan.Targets {
		t := &x.Plan.Targets[i]
		r.Targets = append(r.Targets, dryTarget{t.Connection.Name, t.Model, t.Why})
	}
	if x.try.quote != nil {
		held := x.try.hold.Amount()
		r.CeilUSD = &held
	}
	if left, ok := g.Budgets.Left(x.try.hold); ok {
		r.LeftUSD = &left
	}
	b, err := json.Marshal(r)
	return &Answer{Status: http.StatusOK, Body: b}, err
}

package gateway

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// What Claude Code asks of a gateway besides its messages, and how it is told where its person's budget stands. Names, shapes
// and thresholds are those of the contract in its binary (claude gateway, GET /protocol).

// Agents says what organizations send to coding agents. *agent.Book implements it.
type Agents interface {
	// Managed is an organization's document with its entity tag; ok is false where it sends none.
	Managed(o id.Org) (body []byte, etag string, ok bool)
}

// showManaged is GET /managed/settings. Agents ask for it when they start and once an hour.
func (g *Gateway) showManaged(x *Exchange, _ string) {
	if x.Err = foreign(x); x.Err != nil {
		return
	}
	var body []byte
	etag, ok := "", false
	if g.Agents != nil {
		body, etag, ok = g.Agents.Managed(x.Grant.Chain.Org)
	}
	if !ok {
		x.Err = fault.New(fault.NotFound, "not_found", "This organization sends no settings to coding agents.")
		return
	}
	x.say("Etag", etag)
	x.say("Cache-Control", "no-cache")
	for known := range strings.SplitSeq(x.R.Header.Get("If-None-Match"), ",") {
		if strings.TrimPrefix(strings.TrimSpace(known), "W/") == etag {
			x.wrote = true
			x.W.WriteHeader(http.StatusNotModified)
			return
		}
	}
	g.writeBody(x, body)
}

// discardTelemetry takes what agents export (OTLP) and keeps nothing: without an answer their exporter logs an error on every
// flush. What an agent did is in the books already.
func (g *Gateway) discardTelemetry(x *Exchange, _ string) {
	g.hurry(x, x.R.ContentLength)
	_, _ = io.Copy(io.Discard, io.LimitReader(x.R.Body, g.limits.Body))
	g.relax(x)
	if kind := x.R.Header.Get("Content-Type"); strings.HasPrefix(kind, "application/x-protobuf") {
		x.say("Content-Type", "application/x-protobuf") // an empty message: all was taken
		x.wrote = true
		x.W.WriteHeader(http.StatusOK)
		return
	}
	g.writeBody(x, []byte("{}"))
}

// usageReport is GET /api/oauth/usage, from which agents show dollars. Amounts are cents.
type usageReport struct {
	Extra  *extraUsage  `json:"extra_usage,omitempty"`
	Limits []usageLimit `json:"limits"`
}

type extraUsage struct {
	Enabled     bool   `json:"is_enabled"`
	Limit       int64  `json:"monthly_limit"` // whatever the period
	Used        int64  `json:"used_credits"`
	Utilization int64  `json:"utilization"` // percent
	Currency    string `json:"currency"`
}

type usageLimit struct {
	Kind     string  `json:"kind"`
	Group    string  `json:"group"` // the period
	Percent  int64   `json:"percent"`
	ResetsAt *string `json:"resets_at"`
	Severity string  `json:"severity"`
	Active   bool    `json:"is_active"` // the one of extra_usage
}

func (g *Gateway) showUsage(x *Exchange, _ string) {
	if x.Err = foreign(x); x.Err != nil {
		return
	}
	r := usageReport{Limits: []usageLimit{}}
	caps := g.caps(x)
	at := fullest(caps)
	for i, s := range caps {
		l := usageLimit{Kind: "spend", Group: string(s.Period), Percent: percent(s), Severity: "normal", Active: i == at}
		if !s.ResetsAt.IsZero() {
			text := s.ResetsAt.UTC().Format("2006-01-02T15:04:05.000Z")
			l.ResetsAt = &text
		}
		switch threshold(s) {
		case "0.95":
			l.Severity = "critical"
		case "0.75":
			l.Severity = "warning"
		}
		r.Limits = append(r.Limits, l)
		if i == at {
			r.Extra = &extraUsage{true, int64(s.Limit / money.Cent), int64(s.Spent / money.Cent), percent(s), "USD"}
		}
	}
	x.say("Cache-Control", "no-store")
	g.writeJSON(x, r)
}

// caps are the budgets of money that are the person's own: on them, or on this log-in. Those of their team and above are shared,
// so an agent hears of them only when they are used up.
func (g *Gateway) caps(x *Exchange) (out []budget.Standing) {
	for _, s := range g.Budgets.Standings(x.Grant, g.clock.Now()) {
		if own := string(s.Scope.Kind()); (own == "member" || own == "key") && s.Measure == ledger.Money && s.Enforce != budget.Soft && s.Limit > 0 {
			out = append(out, s)
		}
	}
	return out
}

// fullest is the index of the budget that is used up most; -1 without any.
func fullest(caps []budget.Standing) int {
	at := -1
	for i, s := range caps {
		if at < 0 || percent(s) > percent(caps[at]) {
			at = i
		}
	}
	return at
}

// percent is how much of a budget is spent, in whole percents rounded down.
func percent(s budget.Standing) int64 {
	return max(int64(s.Spent), 0) / max(int64(s.Limit)/100, 1)
}

// threshold is the last of the client's two thresholds that was passed, or "".
func threshold(s budget.Standing) string {
	switch part := s.Limit / 100; {
	case s.Spent > part*95:
		return "0.95"
	case s.Spent > part*75:
		return "0.75"
	}
	return ""
}

// tellStanding tells a signed-in agent where its person's budget stands, for the notice that it shows by itself.
func (g *Gateway) tellStanding(x *Exchange) {
	if !x.Grant.Agent || x.Err != nil || x.Call == nil || x.Call.Family != llm.Anthropic || x.Call.Operation != llm.Chat {
		return
	}
	caps := g.caps(x)
	at := fullest(caps)
	if at < 0 {
		return
	}
	s, status := caps[at], "allowed"
	if passed := threshold(s); passed != "" {
		status = "allowed_warning"
		x.say("Anthropic-Ratelimit-Unified-Overage-Surpassed-Threshold", passed)
	}
	x.say("Anthropic-Ratelimit-Unified-Status", status)
	x.say("Anthropic-Ratelimit-Unified-Representative-Claim", "overage")
	x.say("Anthropic-Ratelimit-Unified-Overage-Status", status)
	x.say("Anthropic-Ratelimit-Unified-Overage-Utilization", fmt.Sprintf("0.%02d", min(percent(s), 99)))
	x.sayReset(s.ResetsAt)
}

func (x *Exchange) sayReset(at time.Time) {
	if at.IsZero() {
		return
	}
	text := strconv.FormatInt(at.Unix(), 10)
	x.say("Anthropic-Ratelimit-Unified-Reset", text)
	x.say("Anthropic-Ratelimit-Unified-Overage-Reset", text)
}

// capped turns the refusal of a used-up budget into the one that a signed-in agent understands: 429, with our sentence. It says
// by returning 0 that the refusal is something else.
func (g *Gateway) capped(x *Exchange, f *fault.Error) (status int) {
	if x.Grant == nil || !x.Grant.Agent || f.Code != "budget_exhausted" || x.Dialect.Family() != llm.Anthropic {
		return 0
	}
	x.say("Anthropic-Ratelimit-Unified-Status", "rejected")
	x.say("Anthropic-Ratelimit-Unified-Overage-Utilization", "1")
	x.say("Anthropic-Ratelimit-Unified-Overage-Surpassed-Threshold", "1")
	x.say("Anthropic-Ratelimit-Unified-Overage-Disabled-Reason", "org_spend_cap_reached")
	if kind := f.Detail["scope"]; kind != "member" && kind != "key" {
		x.say("Anthropic-Ratelimit-Unified-Overage-Scope", "group_pool")
	}
	now := g.clock.Now()
	for _, s := range g.Budgets.Standings(x.Grant, now) {
		if s.Budget.String() != f.Detail["budget_id"] || s.ResetsAt.IsZero() {
			continue
		}
		x.sayReset(s.ResetsAt)
		x.say("Anthropic-Ratelimit-Unified-Overage-Period", string(s.Period))
		x.say("Retry-After", strconv.FormatInt(max(1, int64(s.ResetsAt.Sub(now)/time.Second)), 10))
	}
	return http.StatusTooManyRequests
}

package gateway

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// guessedOutput is how many output tokens a choice is taken for on token limits where the client set no cap: above most
// answers, and below what would empty a usual limit. The true number replaces it when the answer is through.
const guessedOutput = 1024

// limit takes the request's seat on its rate limits. Its Finish runs after reserve's, so the true usage is known there.
func (g *Gateway) limit(ctx context.Context, x *Exchange) (Finish, error) {
	if g.Limits == nil || x.deferring() || x.returned != nil { // providers limit what they do at their leisure apart from the rest
		return nil, nil
	}
	seat, err := g.Limits.Take(ctx, asked(x))
	if seat == nil {
		return nil, err
	}
	rateHeaders(x.W.Header(), x.Call.Family, seat, g.clock.Now())
	if err != nil {
		x.note("refused by a rate limit")
		return nil, err
	}
	for _, w := range seat.Warnings() {
		x.warn(w)
	}
	return func(_ context.Context, x *Exchange) { g.Limits.Settle(seat, x.used()) }, nil
}

// asked is what rate limits must know of a request. The cost is unknown until a target is planned, so it is taken as 0
// and settled afterwards.
func asked(x *Exchange) limit.Ask {
	c := x.Call
	a := limit.Ask{Chain: x.Grant.Chain, Tags: x.Hints.Tags, Model: c.Model, Operation: c.Operation}
	a.Least = counted(c, 0).Input
	a.Tokens = a.Least
	if !c.Operation.Generates() {
		return a
	}
	if c.MaxOutput > 0 {
		a.Tokens = sum(a.Tokens, product(c.MaxOutput, c.Choices))
		a.Least = a.Tokens
	} else {
		a.Tokens = sum(a.Tokens, product(guessedOutput, c.Choices))
	}
	return a
}

// manyTokens is more than any limit allows, and far from where integers end.
const manyTokens = int64(1) << 50

func sum(a, b int64) int64 { return min(a, manyTokens) + min(b, manyTokens) }

func product(a, b int64) int64 {
	if b > 1 && a > manyTokens/b {
		return manyTokens
	}
	return a * b
}

// used is what a request used in the end. One of which nothing was sent, and that was not answered from a cache, counts
// nowhere: it was refused by a later stage, or only asked what would happen.
func (x *Exchange) used() limit.Used {
	sent := x.tries > 1 || x.try != nil && x.try.opened
	cached := x.Answer != nil && x.Answer.Cached != ""
	return limit.Used{Void: !sent && !cached, Tokens: x.fact.Usage.Input + x.fact.Usage.Output, Cost: x.spent}
}

// rateHeaders tell where the tightest limits on requests and on tokens stand, in the spelling of a family. They replace
// the provider's own, which never pass (egress.ForwardResponse). Cost limits have no header that clients know.
func rateHeaders(h http.Header, f llm.Family, seat *limit.Seat, now time.Time) {
	names := openaiRates
	reset := func(d time.Duration) string { return d.Truncate(time.Millisecond).String() }
	if f == llm.Anthropic {
		names = anthropicRates
		reset = func(d time.Duration) string { return now.Add(d).UTC().Format(time.RFC3339) }
	}
	for i, u := range [...]limit.Unit{limit.Requests, limit.Tokens} {
		s, ok := seat.Tightest(u)
		if !ok {
			continue
		}
		h[names[i].limit] = []string{strconv.FormatInt(s.Amount, 10)}
		h[names[i].remaining] = []string{strconv.FormatInt(s.Left(), 10)}
		h[names[i].reset] = []string{reset(s.Reset)}
	}
}

type rateNames struct{ limit, remaining, reset string }

// The names are in net/http's canonical form, as they are set without canonicalizing. Gemini and Bedrock have no rate
// headers of their own; they get OpenAI's, which many programs read.
var (
	openaiRates = [2]rateNames{
		{"X-Ratelimit-Limit-Requests", "X-Ratelimit-Remaining-Requests", "X-Ratelimit-Reset-Requests"},
		{"X-Ratelimit-Limit-Tokens", "X-Ratelimit-Remaining-Tokens", "X-Ratelimit-Reset-Tokens"},
	}
	anthropicRates = [2]rateNames{
		{"Anthropic-Ratelimit-Requests-Limit", "Anthropic-Ratelimit-Requests-Remaining", "Anthropic-Ratelimit-Requests-Reset"},
		{"Anthropic-Ratelimit-Tokens-Limit", "Anthropic-Ratelimit-Tokens-Remaining", "Anthropic-Ratelimit-Tokens-Reset"},
	}
)

// limitReport is one rate limit in GET /v1/key. Amounts of cost limits are in USD, others are counts.
type limitReport struct {
	Scope     string `json:"scope"`
	Name      string `json:"name"`
	Tag       string `json:"tag,omitempty"`
	Unit      string `json:"unit"`
	Window    string `json:"window"`
	Limit     any    `json:"limit"`
	Used      any    `json:"used"`
	Remaining any    `json:"remaining"`
	// ResetsIn is how long it takes until nothing counts any more.
	ResetsIn string `json:"resets_in"`
	Soft     bool   `json:"soft"`
	Bursting bool   `json:"bursting"`
}

func (g *Gateway) limitReports(x *Exchange) []limitReport {
	out := []limitReport{}
	if g.Limits == nil {
		return out
	}
	for _, s := range g.Limits.Standings(x.R.Context(), x.Grant.Chain) {
		out = append(out, limitReport{Scope: string(s.Scope.Kind()), Name: s.Name, Tag: s.Tag, Unit: string(s.Unit), Window: s.Window.String(),
			Limit: s.Unit.Value(s.Amount), Used: s.Unit.Value(s.Used), Remaining: s.Unit.Value(s.Left()), ResetsIn: s.Reset.Truncate(time.Millisecond).String(),
			Soft: s.Soft, Bursting: s.Bursting})
	}
	return out
}

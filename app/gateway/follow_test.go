package gateway

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// sized is a model of a price and a context window.
type sized struct {
	flat
	window int64
	out    money.Price // of an output token
}

func (s sized) Window() int64 { return s.window }

func (s sized) Ceiling(b llm.Bound) (catalog.Ceiling, error) {
	c, err := s.flat.Ceiling(b)
	c.PerOutput = max(s.out, c.PerOutput)
	return c, err
}

var (
	empty   = reply(402, "application/json", `{"error":{"message":"no credit","code":"insufficient_quota"}}`)
	long    = reply(400, "application/json", `{"error":{"message":"This model's maximum context length is 8192 tokens.","type":"invalid_request_error","code":"context_length_exceeded"}}`)
	immoral = reply(400, "application/json", `{"error":{"message":"The content was filtered.","type":"invalid_request_error","code":"content_filter"}}`)
	wrongly = reply(400, "application/json", `{"error":{"message":"temperature must be at most 2","type":"invalid_request_error"}}`)
)

// chained plays one request over targets "a", "b", "c", each with a model of its own name, and gives who was asked, in order.
type chained struct {
	fall    *route.Fallback
	script  script
	after   map[string]string // causes that a target is kept for
	quality map[string]int
	quotes  map[string]catalog.Quote
	limit   money.USD
	body    string
	header  []string
}

func (c chained) play(t *testing.T) (asked string, p *page, fact ledger.Request) {
	h := perform(t, calm{Tries: 1}, c.script, "a", "b", "c")
	h.fall, h.quotes = c.fall, c.quotes
	if c.limit > 0 {
		h.books.limit = c.limit
	}
	for i := range h.targets {
		x := &h.targets[i]
		x.Model, x.After, x.Rank = x.Connection.Name, c.after[x.Connection.Name], i
		if q := c.quality[x.Model]; q > 0 {
			x.Quality, x.Rank = q, q-1
		}
	}
	if c.body == "" {
		c.body = question
	}
	p, fact = h.say(c.body, c.header...)
	for _, a := range h.books.attempts {
		asked += a.Model
	}
	return asked, p, fact
}

func TestTheOrderOfFallbacks(t *testing.T) {
	t.Parallel()
	scored := func(w balance.Weights) *route.Fallback { return &route.Fallback{Order: route.Scored, Weights: &w} }
	prices := map[string]catalog.Quote{"b": sized{out: 9_000_000}, "c": sized{out: 2_000}}
	for name, c := range map[string]struct {
		chained
		asked  string
		logged string
	}{
		"the next of the list":                {chained{script: script{"a": {busy}, "b": {healthy}}}, "ab", ""},
		"a target kept for another failure":   {chained{script: script{"a": {busy}, "c": {healthy}}, after: map[string]string{"b": "quota"}}, "ac", ""},
		"a target kept for this failure":      {chained{script: script{"a": {empty}, "c": {healthy}}, after: map[string]string{"c": "credential,quota"}}, "ac", ""},
		"it comes back when its turn comes":   {chained{script: script{"a": {busy}, "b": {healthy}, "c": {empty}}, after: map[string]string{"b": "quota"}}, "acb", ""},
		"nobody is kept for this failure":     {chained{script: script{"a": {busy}}, after: map[string]string{"b": "quota", "c": "quota"}}, "a", ""},
		"the cheaper one by score":            {chained{fall: scored(balance.Weights{Cost: 1}), quotes: prices, script: script{"a": {busy}, "c": {healthy}}}, "ac", "after overloaded: c/c, score 1.00 of error 0.50 × 0, cost 1.00 × 1"},
		"an urgent request by quality":        {chained{fall: scored(balance.Weights{Priority: 1}), quality: map[string]int{"a": 1, "b": 3, "c": 2}, header: []string{"X-Bodhi-Priority", "high"}, script: script{"a": {busy}, "c": {healthy}}}, "ac", "after overloaded: b/b, score 0.00"},
		"one that can wait by quality":        {chained{fall: scored(balance.Weights{Priority: 1}), quality: map[string]int{"a": 1, "b": 3, "c": 2}, header: []string{"X-Bodhi-Priority", "low"}, script: script{"a": {busy}, "b": {healthy}}}, "ab", ""},
		"the score counts anew":               {chained{fall: scored(balance.Weights{Cost: 1}), quotes: prices, script: script{"a": {busy}, "b": {healthy}, "c": {busy}}}, "acb", ""},
		"off":                                 {chained{fall: scored(balance.Weights{Cost: 1}), header: []string{"X-Bodhi-Fallback", "off"}, script: script{"a": {busy}}}, "a", ""},
		"a request that is wrong stays wrong": {chained{fall: &route.Fallback{ContextWindow: true, ContentPolicy: true}, script: script{"a": {wrongly}}}, "a", ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked, p, fact := c.play(t)
				if asked != c.asked || !strings.Contains(fact.Decisions, c.logged) {
					t.Errorf("asked %q, want %q; the log wants %q\n%s", asked, c.asked, c.logged, fact.Decisions)
				}
				if hops := p.header.Get("X-Bodhi-Hops"); strings.Count(hops, "/") != strings.Count(asked, "")-1 && p.status != 200 || p.status == 200 && !strings.HasPrefix(hops, "a/a ") {
					t.Errorf("hops %q", hops)
				}
			})
		})
	}
}

// The tiers are the real catalogue's: a premium model, an economy one, another premium one.
func TestAChainKeepsItsTierWhereTheRouteSaysSo(t *testing.T) {
	t.Parallel()
	quotes := map[string]catalog.Quote{}
	for name, model := range map[string][2]string{"a": {"openai", "gpt-5.5"}, "b": {"openai", "gpt-4o-mini"}, "c": {"anthropic", "claude-opus-4-1"}} {
		q, ok := catalog.BuiltIn().Quote(model[0], model[1], clock.System{}.Now())
		if !ok {
			t.Fatalf("the catalogue has no %s", model[1])
		}
		quotes[name] = q
	}
	for keep, want := range map[bool]string{true: "ac", false: "ab"} {
		synctest.Test(t, func(t *testing.T) {
			c := chained{fall: &route.Fallback{KeepTier: keep}, quotes: quotes, script: script{"a": {busy}, "b": {healthy}, "c": {healthy}}}
			if asked, _, fact := c.play(t); asked != want || strings.Contains(fact.Decisions, "passed over b/b: its tier is economy, and the route keeps") != keep {
				t.Errorf("keep %v: asked %q, want %q\n%s", keep, asked, want, fact.Decisions)
			}
		})
	}
}

func TestWhatFailedBeforeIsAskedLater(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := perform(t, calm{Tries: 1}, script{"a": {busy}, "b": {broken}, "c": {healthy}}, "a", "b", "c")
		h.fall = &route.Fallback{Order: route.Scored, Weights: &balance.Weights{Success: 100}}
		var orders []string
		for range 2 {
			before := len(h.books.attempts)
			h.say(question)
			order := ""
			for _, a := range h.books.attempts[before:] {
				order += a.Provider
			}
			orders = append(orders, order)
		}
		if orders[0] != "abc" || orders[1] != "ac" {
			t.Errorf("asked %v: what failed must be learned", orders)
		}
	})
}

func TestAFullContextWindowFallsBackWhereTheRouteSaysSo(t *testing.T) {
	t.Parallel()
	windows := map[string]catalog.Quote{"a": sized{window: 8_000}, "b": sized{window: 8_000}, "c": sized{window: 200_000}}
	opted := &route.Fallback{ContextWindow: true}
	big := `{"model":"smart","messages":[{"role":"user","content":"` + strings.Repeat("word ", 8_000) + `"}],"max_tokens":50}`
	for name, c := range map[string]struct {
		chained
		asked, logged string
		status        int
	}{
		"not without a word":                   {chained{quotes: windows, script: script{"a": {long}}}, "a", "", 400},
		"known before":                         {chained{fall: opted, quotes: windows, body: big, script: script{"c": {healthy}}}, "c", "passed over a/a: its context window of 8000 tokens is too small for about 10", 200},
		"told by the provider":                 {chained{fall: opted, quotes: windows, script: script{"a": {long}, "c": {healthy}}}, "ac", "passed over b/b: its context window of 8000 tokens is no larger", 200},
		"windows that nobody knows":            {chained{fall: opted, script: script{"a": {long}, "b": {long}, "c": {healthy}}}, "abc", "", 200},
		"nobody has a larger one":              {chained{fall: opted, quotes: map[string]catalog.Quote{"a": windows["c"], "b": windows["a"], "c": windows["a"]}, script: script{"a": {long}}}, "a", "", 400},
		"none is large enough for an estimate": {chained{fall: opted, quotes: map[string]catalog.Quote{"a": windows["a"], "b": windows["a"], "c": windows["a"]}, body: big, script: script{"a": {healthy}}}, "a", "", 200},
		"one is kept for it":                   {chained{fall: opted, quotes: windows, body: big, after: map[string]string{"c": "context_window"}, script: script{"c": {healthy}}}, "c", "", 200},
		"one is kept for it, and not needed":   {chained{fall: opted, quotes: windows, after: map[string]string{"c": "context_window"}, script: script{"a": {busy}, "b": {busy}}}, "ab", "", 503},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked, p, fact := c.play(t)
				if asked != c.asked || p.status != c.status || !strings.Contains(fact.Decisions, c.logged) {
					t.Errorf("asked %q, want %q; status %d, want %d; the log wants %q\n%s\n%s", asked, c.asked, p.status, c.status, c.logged, fact.Decisions, p.body.String())
				}
				if p.status == 400 && !strings.Contains(p.body.String(), "maximum context length") {
					t.Errorf("the client must be told what the provider said: %s", p.body.String())
				}
			})
		})
	}
}

func TestARefusalOfTheContentFallsBackWhereTheRouteSaysSo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		chained
		asked  string
		status int
	}{
		"not without a word": {chained{script: script{"a": {immoral}}}, "a", 400},
		"by opt-in":          {chained{fall: &route.Fallback{ContentPolicy: true}, script: script{"a": {immoral}, "b": {healthy}}}, "ab", 200},
		"not for windows":    {chained{fall: &route.Fallback{ContextWindow: true}, script: script{"a": {immoral}}}, "a", 400},
		"all refuse":         {chained{fall: &route.Fallback{ContentPolicy: true, DefaultAnswer: "Later."}, script: script{"a": {immoral}, "b": {immoral}, "c": {immoral}}}, "abc", 400},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked, p, fact := c.play(t)
				if asked != c.asked || p.status != c.status {
					t.Errorf("asked %q, want %q; status %d, want %d\n%s", asked, c.asked, p.status, c.status, fact.Decisions)
				}
				if fact.Cost > 0 && p.status != 200 {
					t.Errorf("refusals cost %s", fact.Cost)
				}
			})
		})
	}
}

func TestWhatHappensWhenMoneyIsShort(t *testing.T) {
	t.Parallel()
	dear := sized{out: 1_000_000_000} // $0.001 a token
	prices := map[string]catalog.Quote{"a": dear, "b": dear}
	const little = money.USD(1_000_000) // $0.001
	for name, c := range map[string]struct {
		chained
		asked  string
		status int
		warned string
	}{
		"refused":            {chained{quotes: prices, limit: little}, "", 402, ""},
		"by default":         {chained{fall: &route.Fallback{ContextWindow: true}, quotes: prices, limit: little}, "", 402, ""},
		"a cheaper one":      {chained{fall: &route.Fallback{WhenShort: route.TakeCheaper}, quotes: prices, limit: little, script: script{"c": {healthy}}}, "c", 200, "the budget cannot pay for a, so c is asked"},
		"nobody is cheaper":  {chained{fall: &route.Fallback{WhenShort: route.TakeCheaper}, quotes: map[string]catalog.Quote{"a": dear, "b": dear, "c": dear}, limit: little}, "", 402, ""},
		"after a failure":    {chained{quotes: map[string]catalog.Quote{"b": dear}, limit: little, script: script{"a": {busy}, "c": {healthy}}}, "ac", 200, ""},
		"stop after failure": {chained{fall: &route.Fallback{WhenShort: route.Stop}, quotes: map[string]catalog.Quote{"b": dear}, limit: little, script: script{"a": {busy}}}, "a", 503, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked, p, fact := c.play(t)
				if asked != c.asked || p.status != c.status || !strings.Contains(p.header.Get("X-Bodhi-Warning"), c.warned) {
					t.Errorf("asked %q, want %q; status %d, want %d; warned %q\n%s\n%s", asked, c.asked, p.status, c.status, p.header.Get("X-Bodhi-Warning"), fact.Decisions, p.body.String())
				}
			})
		})
	}
}

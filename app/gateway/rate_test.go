package gateway

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// limited is a house whose key stands under rate limits.
type limited struct {
	*house
	limiter *limit.Limiter
	ids     *id.Source
	rules   []limit.Rule
}

func buildLimited(t *testing.T, change func(*Config)) *limited {
	l := &limited{ids: id.NewSource(clock.System{}.Now, nil)}
	l.limiter = limit.NewLimiter(limit.Config{Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), AskURL: "https://ai.acme.test/limits/"})
	l.house = build(t, func(c *Config) {
		c.Ports.Limits = l.limiter
		if change != nil {
			change(c)
		}
	})
	return l
}

func (l *limited) allow(u limit.Unit, amount int64, change ...func(*limit.Rule)) {
	l.t.Helper()
	r := limit.Rule{ID: id.NewLimit(l.ids), Org: l.grant.Chain.Org, Kind: org.KeyScope, Node: l.grant.Key.UUID(), Label: "Key test key", Name: "test", Unit: u, Amount: amount, Window: time.Hour}
	for _, f := range change {
		f(&r)
	}
	l.rules = append(l.rules, r)
	if err := l.limiter.Load(l.rules); err != nil {
		l.t.Fatal(err)
	}
}

// used waits for nothing: call it once books.only has seen the requests end. The limit's Finish runs before the record.
func (l *limited) used(n int) int64 {
	return l.limiter.Now(l.t.Context(), l.grant.Chain.Org)[l.rules[n].ID].Used
}

func TestAnswersSayWhereTheTightestRateLimitsStand(t *testing.T) {
	t.Parallel()
	l := buildLimited(t, nil)
	l.allow(limit.Requests, 10)
	l.allow(limit.Requests, 100)
	l.allow(limit.Tokens, 1000)
	l.provide("up", func(w http.ResponseWriter, r *http.Request) {
		for _, name := range []string{"X-Ratelimit-Limit-Requests", "X-Ratelimit-Remaining-Tokens", "X-Ratelimit-Reset-Requests", "X-Ratelimit-Limit-Images", "Anthropic-Ratelimit-Requests-Limit", "Retry-After"} {
			w.Header().Set(name, "99999")
		}
		says(answer)(w, r)
	})
	for i := range 2 {
		resp, _ := l.ask(question)
		want := map[string]string{"X-Ratelimit-Limit-Requests": "10", "X-Ratelimit-Remaining-Requests": strconv.Itoa(9 - i), "X-Ratelimit-Limit-Tokens": "1000",
			"X-Ratelimit-Limit-Images": "", "Anthropic-Ratelimit-Requests-Limit": "", "Retry-After": ""}
		for name, v := range want {
			if got := resp.Header.Get(name); got != v {
				t.Errorf("request %d: %s is %q, want %q", i, name, got, v)
			}
		}
		if d, err := time.ParseDuration(resp.Header.Get("X-Ratelimit-Reset-Requests")); err != nil || d < time.Hour || d > 64*time.Minute {
			t.Errorf("resets in %q", resp.Header.Get("X-Ratelimit-Reset-Requests"))
		}
		l.books.only(t, i+1)
	}
	if l.used(2) != 20 {
		t.Errorf("%d tokens are counted for two answers of 10", l.used(2))
	}
}

func TestARateLimitRefusesInTheClientsDialect(t *testing.T) {
	t.Parallel()
	l := buildLimited(t, nil)
	l.allow(limit.Requests, 1, func(r *limit.Rule) { r.Soft = true })
	var called atomic.Int64
	l.provide("up", func(w http.ResponseWriter, r *http.Request) { called.Add(1); says(answer)(w, r) })
	if resp, _ := l.ask(question); resp.Header.Get("X-Bodhi-Warning") == "" {
		t.Error("no warning at 100 %")
	}
	if resp, _ := l.ask(question); resp.StatusCode != 200 || !strings.Contains(resp.Header.Get("X-Bodhi-Warning"), "rate limit passed: 200 %") {
		t.Errorf("a soft limit at 200 %%: %d, warning %q", resp.StatusCode, resp.Header.Get("X-Bodhi-Warning"))
	}
	for _, body := range []string{question, streamed} {
		resp, text := l.ask(body)
		var e struct {
			Error struct {
				Message, Type, Code string
				Bodhi               map[string]string
			}
		}
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			t.Fatal(err, text)
		}
		if resp.StatusCode != 429 || e.Error.Code != "rate_limited" || e.Error.Type != "rate_limit_error" || e.Error.Bodhi["ask_url"] == "" || e.Error.Bodhi["scope"] != "key" {
			t.Errorf("%d %s", resp.StatusCode, text)
		}
		if !strings.HasPrefix(e.Error.Message, "The limit of Key test key (1 request per hour) is used up: 2 requests taken. There is room again in 1h") {
			t.Errorf("the sentence is %q", e.Error.Message)
		}
		if got := resp.Header.Get("Retry-After"); got != "60" { // no client should sleep an hour; the sentence says it
			t.Errorf("retry-after %q", got)
		}
		if resp.Header.Get("X-Should-Retry") != "" || resp.Header.Get("X-Ratelimit-Remaining-Requests") != "0" || resp.Header.Get("X-Ratelimit-Limit-Requests") != "1" {
			t.Errorf("headers %v", resp.Header)
		}
	}
	if facts := l.books.only(t, 4); called.Load() != 2 || facts[3].Code != "rate_limited" || facts[3].Attempts != 0 {
		t.Errorf("the provider was called %d times; recorded %+v", called.Load(), facts[3])
	}
}

func TestAShortRateLimitGivesItsTrueWait(t *testing.T) {
	t.Parallel()
	l := buildLimited(t, nil)
	l.allow(limit.Requests, 1, func(r *limit.Rule) { r.Window = 10 * time.Second })
	l.provide("up", says(answer))
	l.ask(question)
	resp, text := l.ask(question)
	wait, err := strconv.Atoi(resp.Header.Get("Retry-After-Ms"))
	if resp.StatusCode != 429 || err != nil || wait < 1000 || wait > 10_625 {
		t.Errorf("%d, retry-after-ms %q: %s", resp.StatusCode, resp.Header.Get("Retry-After-Ms"), text)
	}
}

// What a later stage refuses was no request; what was sent counts, however it ended.
func TestOnlyRequestsThatRanCount(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		body     string
		header   []string
		provider http.HandlerFunc
		poor     bool
		requests int64
		tokens   int64
	}{
		"answered":                       {question, nil, says(answer), false, 1, 10},
		"a model that nobody offers":     {strings.Replace(question, "smart", "none", 1), nil, says(answer), false, 0, 0},
		"no money":                       {question, nil, says(answer), true, 0, 0},
		"a dry run":                      {question, []string{"X-Bodhi-Dry-Run", "1"}, says(answer), false, 0, 0},
		"refused by the provider":        {question, nil, fails(400, `{"error":{"message":"no"}}`), false, 1, 0},
		"a stream that breaks off":       {streamed, nil, streams(chunk1, chunkUse), false, 1, 10},
		"a provider that says no usage":  {question, nil, says(`{"id":"c","choices":[{"message":{"content":"hello"}}]}`), false, 1, -1},
		"no cap on output, but an usage": {strings.Replace(question, `"max_tokens":50,`, "", 1), nil, says(answer), false, 1, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := buildLimited(t, nil)
			l.allow(limit.Requests, 10)
			l.allow(limit.Tokens, 100_000)
			l.allow(limit.Cost, int64(money.Dollar))
			if x.poor {
				l.books.limit = 0
			}
			l.provide("up", x.provider)
			l.ask(x.body, x.header...)
			fact := l.books.only(t, 1)[0]
			want := x.tokens
			if want < 0 {
				want = fact.Usage.Input + fact.Usage.Output
			}
			if l.used(0) != x.requests || l.used(1) != want || l.used(2) != int64(fact.Cost) {
				t.Errorf("%d requests, %d tokens and %d nano-dollars are counted, want %d, %d, %d", l.used(0), l.used(1), l.used(2), x.requests, want, fact.Cost)
			}
		})
	}
}

// LiteLLM #20256: a client that goes away leaves its place taken.
func TestAClientThatGoesAwayReturnsWhatItDidNotUse(t *testing.T) {
	t.Parallel()
	l := buildLimited(t, nil)
	l.allow(limit.Tokens, 2000)
	l.provide("up", func(w http.ResponseWriter, r *http.Request) {
		streams(chunk1)(w, r)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, "POST", l.server.URL+"/v1/chat/completions", strings.NewReader(strings.Replace(streamed, `"max_tokens":50`, `"max_tokens":1500`, 1)))
	r.Header.Set("Authorization", "Bearer good")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	first := make([]byte, 8)
	if _, err := io.ReadFull(resp.Body, first); err != nil {
		t.Fatal(err)
	}
	if n := l.used(0); n < 1500 {
		t.Errorf("%d tokens are taken while it runs", n)
	}
	cancel()
	_ = resp.Body.Close()
	fact := l.books.only(t, 1)[0]
	if n := l.used(0); n != fact.Usage.Input+fact.Usage.Output || n > 500 {
		t.Errorf("%d tokens are counted afterwards, used were %+v", n, fact.Usage)
	}
}

type panicking struct{}

func (panicking) Choose(*route.Ask) (route.Plan, error) { panic("broken rule") }

func (panicking) Explain(*route.Ask) (route.Plan, route.Trace, error) { panic("broken rule") }

func (panicking) Plan(id.Org, *llm.Call) (route.Plan, error)                    { panic("a bug in a later stage") }
func (panicking) Connection(id.Org, id.Connection) (*provider.Connection, bool) { return nil, false }

func (panicking) Offer(*key.Grant) []string { return nil }

func TestAPanicReturnsThePlace(t *testing.T) {
	t.Parallel()
	l := buildLimited(t, func(c *Config) { c.Ports.Routes = panicking{} })
	l.allow(limit.Requests, 10)
	l.allow(limit.Tokens, 10_000)
	if resp, _ := l.ask(question); resp.StatusCode != 500 {
		t.Fatalf("status %d", resp.StatusCode)
	}
	l.books.only(t, 1)
	if l.used(0) != 0 || l.used(1) != 0 {
		t.Errorf("%d requests and %d tokens stay taken", l.used(0), l.used(1))
	}
}

func TestAKeyIsToldItsRateLimits(t *testing.T) {
	t.Parallel()
	l := buildLimited(t, nil)
	l.allow(limit.Requests, 10, func(r *limit.Rule) { r.Tag = "project=apollo" })
	l.allow(limit.Cost, int64(money.Dollar)/2)
	l.provide("up", says(answer))
	l.ask(question, "X-Bodhi-Tags", "project=apollo")
	l.books.only(t, 1)
	r, _ := http.NewRequest("GET", l.server.URL+"/v1/key", nil)
	r.Header.Set("Authorization", "Bearer good")
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got struct{ Limits []map[string]any }
	if err := json.NewDecoder(resp.Body).Decode(&got); err != nil || len(got.Limits) != 2 {
		t.Fatal(got, err)
	}
	for _, x := range got.Limits {
		if x["unit"] == "requests" && (x["limit"] != 10.0 || x["used"] != 1.0 || x["remaining"] != 9.0 || x["tag"] != "project=apollo" || x["window"] != "1h0m0s") ||
			x["unit"] == "cost" && (x["limit"] != "0.5" || x["used"] != "0.00000001") {
			t.Errorf("limit %v", x)
		}
	}
}

func TestEachFamilySpellsRateHeadersItsWay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	c := clock.NewFake(now)
	ids := id.NewSource(c.Now, nil)
	chain := org.Chain{Org: id.NewOrg(ids), Key: id.NewKey(ids)}
	lim := limit.NewLimiter(limit.Config{Clock: c, Log: slog.New(slog.DiscardHandler)})
	rule := limit.Rule{Org: chain.Org, Kind: org.KeyScope, Node: chain.Key.UUID(), Window: 16 * time.Minute, Amount: 50}
	requests, tokens := rule, rule
	requests.ID, requests.Unit = id.NewLimit(ids), limit.Requests
	tokens.ID, tokens.Unit = id.NewLimit(ids), limit.Tokens
	if err := lim.Load([]limit.Rule{requests, tokens}); err != nil {
		t.Fatal(err)
	}
	seat, err := lim.Take(t.Context(), limit.Ask{Chain: chain, Tokens: 20})
	if err != nil {
		t.Fatal(err)
	}
	for f, want := range map[llm.Family]map[string]string{
		llm.OpenAI: {"X-Ratelimit-Limit-Requests": "50", "X-Ratelimit-Remaining-Requests": "49", "X-Ratelimit-Reset-Requests": "17m0s",
			"X-Ratelimit-Limit-Tokens": "50", "X-Ratelimit-Remaining-Tokens": "30", "X-Ratelimit-Reset-Tokens": "17m0s"},
		llm.Anthropic: {"Anthropic-Ratelimit-Requests-Limit": "50", "Anthropic-Ratelimit-Requests-Remaining": "49", "Anthropic-Ratelimit-Requests-Reset": "2026-11-23T12:17:00Z",
			"Anthropic-Ratelimit-Tokens-Limit": "50", "Anthropic-Ratelimit-Tokens-Remaining": "30", "Anthropic-Ratelimit-Tokens-Reset": "2026-11-23T12:17:00Z"},
	} {
		h := http.Header{}
		rateHeaders(h, f, seat, now)
		for name, v := range want {
			if h.Get(name) != v {
				t.Errorf("%s: %s is %q, want %q", f, name, h.Get(name), v)
			}
		}
		if len(h) != len(want) {
			t.Errorf("%s: %v", f, h)
		}
	}
}

// Estimates cannot overflow, whatever a client asks for.
func TestEstimatesStayInRange(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"model":"smart","messages":[],"max_tokens":9223372036854775807,"n":100}`, `{"model":"smart","messages":[],"max_tokens":2000000000,"n":128}`, question} {
		call, err := openai.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(body)})
		if err != nil {
			continue // refused even earlier
		}
		a := asked(&Exchange{Call: call, Grant: &key.Grant{}})
		if a.Tokens <= 0 || a.Least <= 0 || a.Tokens < a.Least || a.Tokens > 2*manyTokens {
			t.Errorf("%s: %+v", body, a)
		}
	}
}

package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/cache/cachetest"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// caching is a house with a cache and one policy for the whole organization, on a clock that stands still.
type caching struct {
	*house
	desk  *cache.Desk
	clock *clock.Fake
	calls atomic.Int64
}

// bought counts what the provider was asked, and answers.
func (c *caching) bought(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c.calls.Add(1)
		next(w, r)
	}
}

func buildCaching(t *testing.T, change func(*cache.Record)) *caching {
	t.Helper()
	c := &caching{clock: clock.NewFake(time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC))}
	c.desk = cache.NewDesk(cache.Parts{Vault: cachetest.Vault{}, MAC: cachetest.MAC(t), Wires: []llm.Wire{openai.Wire{}, claude.Wire{}}, Clock: c.clock, Log: slog.New(slog.DiscardHandler)})
	c.house = build(t, func(g *Config) { g.Clock, g.Ports.Cache = c.clock, c.desk })
	r := cache.Record{ID: id.NewCaching(id.NewSource(clock.System{}.Now, nil)), Org: c.grant.Chain.Org, Kind: org.OrgScope, Node: c.grant.Chain.Org.UUID(), Name: "all",
		Settings: cache.Settings{Mode: cache.Exact, Sharing: cache.Team, TTL: time.Hour, Warmest: 100, MaxBytes: cache.DefaultBytes, Pace: cache.Full}}
	if change != nil {
		change(&r)
	}
	if err := c.desk.Load(cache.Snapshot{Rules: []cache.Record{r}}); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheSameQuestionIsPaidForOnce(t *testing.T) {
	t.Parallel()
	h := buildCaching(t, nil)
	h.provide("up", h.bought(says(answer)))
	resp, body := h.ask(question)
	if resp.Header.Get("X-Bodhi-Cache") != "miss" || body != answer {
		t.Fatalf("the first: %v %s", resp.Header, body)
	}
	h.clock.Advance(90 * time.Second)
	// Other blanks, another order: the same question.
	again := `{ "max_tokens": 50, "messages": [ {"role":"user", "content":"hi"} ],` + "\n" + `"model":"smart", "x_unknown":[1,2.50] }`
	resp, body = h.ask(again)
	for name, want := range map[string]string{"X-Bodhi-Cache": "hit", "X-Bodhi-Cost-Usd": "0", "X-Bodhi-Provider": "up", "X-Bodhi-Model": "up-model", "Age": "90", "Content-Type": "application/json"} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if body != answer || h.calls.Load() != 1 {
		t.Errorf("%d calls, body %s", h.calls.Load(), body)
	}
	facts := h.books.only(t, 2)
	hit := facts[1]
	if hit.Cache != "hit" || hit.Cost != 0 || hit.Saved != 10 || hit.Attempts != 0 || hit.Status != 200 || hit.Model != "up-model" || hit.Code != "" || facts[0].Cache != "miss" {
		t.Errorf("facts %+v", facts)
	}
	h.books.mu.Lock()
	defer h.books.mu.Unlock()
	if len(h.books.attempts) != 1 || h.books.attempts[0].Cache != "miss" {
		t.Errorf("attempts %+v", h.books.attempts)
	}
}

func TestAStreamComesAgainAsAStreamAndAsADocument(t *testing.T) {
	t.Parallel()
	for _, pace := range []cache.Pace{cache.Full, cache.Natural} {
		t.Run(string(pace), func(t *testing.T) {
			t.Parallel()
			h := buildCaching(t, func(r *cache.Record) { r.Pace = pace })
			h.provide("up", h.bought(streams(chunk1, chunk2, chunkEnd, chunkUse, done)))
			_, first := h.ask(streamed)
			resp, body := h.ask(streamed)
			if want := strings.Replace(first, "0.00000001", "0", 1); body != want || resp.Header.Get("X-Bodhi-Cache") != "hit" || resp.Trailer.Get("X-Bodhi-Cost-Usd") != "0" {
				t.Errorf("again %v:\n%s\nwant\n%s", resp.Header, body, want)
			}
			resp, body = h.ask(strings.Replace(streamed, `,"stream":true`, "", 1))
			if resp.Header.Get("X-Bodhi-Cache") != "hit" || !strings.Contains(body, `"content":"hello"`) || !strings.Contains(body, `"prompt_tokens":7`) || strings.Contains(body, "data:") {
				t.Errorf("as a document %v: %s", resp.Header, body)
			}
			resp, body = h.ask(strings.Replace(streamed, `"stream":true`, `"stream":true,"stream_options":{"include_usage":true}`, 1))
			if resp.Header.Get("X-Bodhi-Cache") != "hit" || !strings.Contains(body, `"prompt_tokens":7`) || !strings.HasSuffix(body, done) {
				t.Errorf("with usage %v: %s", resp.Header, body)
			}
			if h.calls.Load() != 1 {
				t.Errorf("%d calls", h.calls.Load())
			}
		})
	}
}

// chunkEnd says that the model had finished.
const chunkEnd = `data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}` + "\n\n"

func TestADocumentComesAgainAsAStream(t *testing.T) {
	t.Parallel()
	h := buildCaching(t, nil)
	h.provide("up", h.bought(says(answer)))
	h.ask(strings.Replace(streamed, `,"stream":true`, "", 1))
	resp, body := h.ask(streamed)
	if resp.Header.Get("X-Bodhi-Cache") != "hit" || !strings.HasPrefix(body, "data: ") || !strings.Contains(body, `"content":"hello"`) || !strings.HasSuffix(body, done) || h.calls.Load() != 1 {
		t.Errorf("%d calls, %v\n%s", h.calls.Load(), resp.Header, body)
	}
}

// TestWhatTheOtherFormWouldLoseIsAskedAnew: odds of tokens and what a search found have no place in what is told again.
func TestWhatTheOtherFormWouldLoseIsAskedAnew(t *testing.T) {
	t.Parallel()
	for _, field := range []string{`"logprobs":true`, `"web_search_options":{}`} {
		h := buildCaching(t, nil)
		h.provide("up", h.bought(streams(chunk1, chunk2, chunkEnd, chunkUse, done)))
		stream := strings.Replace(streamed, `"stream":true`, `"stream":true,`+field, 1)
		h.ask(stream)
		if resp, _ := h.ask(stream); resp.Header.Get("X-Bodhi-Cache") != "hit" {
			t.Fatalf("%s: the same stream is not given again: %v", field, resp.Header)
		}
		h.provide("up", h.bought(says(answer)))
		if resp, body := h.ask(strings.Replace(stream, `,"stream":true`, "", 1)); resp.Header.Get("X-Bodhi-Cache") != "miss" || body != answer {
			t.Errorf("%s: as a document %v: %s", field, resp.Header, body)
		}
	}
}

func TestWhatIsNeverKept(t *testing.T) {
	t.Parallel()
	tool := `{"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"pay","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}`
	offering := strings.Replace(question, `"max_tokens":50`, `"max_tokens":50,"tools":[{"type":"function","function":{"name":"pay","parameters":{"type":"object"}}}]`, 1)
	with := func(name, value string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { w.Header().Set(name, value); says(answer)(w, r) }
	}
	for name, c := range map[string]struct {
		ask     string
		answer  http.HandlerFunc
		headers []string
		tools   bool
		want    string
	}{
		"an error":                         {question, fails(400, `{"error":{"message":"no","type":"invalid_request_error"}}`), nil, false, "miss"},
		"an answer that met its cap":       {question, says(strings.Replace(answer, `"stop"`, `"length"`, 1)), nil, false, "miss"},
		"a filtered answer":                {question, says(strings.Replace(answer, `"stop"`, `"content_filter"`, 1)), nil, false, "miss"},
		"a stream without an end mark":     {streamed, streams(chunk1, chunkEnd), nil, false, "miss"},
		"a stream that gives no reason":    {streamed, streams(chunk1, done), nil, false, "miss"},
		"an answer that calls a tool":      {offering, says(tool), nil, true, "miss"},
		"a request that offers tools":      {offering, says(answer), nil, false, "bypass"},
		"what its provider calls private":  {question, with("Cache-Control", "private, max-age=0"), nil, false, "miss"},
		"what its provider does not store": {question, with("Cache-Control", "No-Store"), nil, false, "miss"},
		"what the client does not want":    {question, says(answer), []string{"X-Bodhi-Cache", "off"}, false, "bypass"},
		"what a client calls no-store":     {question, says(answer), []string{"Cache-Control", "no-store"}, false, "bypass"},
		"a warm request":                   {strings.Replace(question, `"max_tokens":50`, `"max_tokens":50,"temperature":1.2`, 1), says(answer), nil, false, "bypass"},
		"several answers":                  {strings.Replace(question, `"max_tokens":50`, `"max_tokens":50,"n":2`, 1), says(answer), nil, false, "bypass"},
		"an answer that is too large":      {question, says(strings.Replace(answer, "hello", strings.Repeat("long ", 1000), 1)), nil, false, "miss"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := buildCaching(t, func(r *cache.Record) { r.Tools, r.MaxBytes = c.tools, 4096 })
			h.provide("up", h.bought(c.answer))
			for range 2 {
				if resp, body := h.ask(c.ask, c.headers...); resp.Header.Get("X-Bodhi-Cache") != c.want {
					t.Errorf("cache %q, want %q: %s", resp.Header.Get("X-Bodhi-Cache"), c.want, body)
				}
			}
			if h.calls.Load() != 2 {
				t.Errorf("%d calls", h.calls.Load())
			}
		})
	}
}

func TestAnAnswersTimeEnds(t *testing.T) {
	t.Parallel()
	h := buildCaching(t, func(r *cache.Record) { r.TTL, r.Stale = time.Hour, time.Hour })
	h.provide("up", h.bought(says(answer)))
	h.ask(question)
	h.clock.Advance(61 * time.Minute)
	resp, _ := h.ask(question)
	if resp.Header.Get("X-Bodhi-Cache") != "hit" || !strings.Contains(resp.Header.Get("X-Bodhi-Warning"), "fetched anew") {
		t.Errorf("within the time of grace: %v", resp.Header)
	}
	h.gateway.Wait(t.Context())
	if facts := h.books.only(t, 3); h.calls.Load() != 2 {
		t.Errorf("%d calls: the answer was to be fetched once more\n%+v", h.calls.Load(), facts)
	}
	if resp, _ = h.ask(question); resp.Header.Get("X-Bodhi-Cache") != "hit" || resp.Header.Get("Age") != "0" {
		t.Errorf("the new answer: %v", resp.Header)
	}
	h.clock.Advance(2*time.Hour + time.Second)
	if resp, _ = h.ask(question); resp.Header.Get("X-Bodhi-Cache") != "miss" || h.calls.Load() != 3 {
		t.Errorf("after it: %d calls, %v", h.calls.Load(), resp.Header)
	}
	h.clock.Advance(10 * time.Second)
	if resp, _ = h.ask(question, "X-Bodhi-Cache-Ttl", "5"); resp.Header.Get("X-Bodhi-Cache") != "hit" || resp.Header.Get("X-Bodhi-Warning") == "" {
		t.Errorf("a client that wants nothing older than 5 s, within the time of grace: %v", resp.Header)
	}
	h.gateway.Wait(t.Context())
	if resp, _ = h.ask(question, "X-Bodhi-Cache", "refresh"); resp.Header.Get("X-Bodhi-Cache") != "miss" {
		t.Errorf("a refresh: %v", resp.Header)
	}
	if resp, body := h.ask(question, "X-Bodhi-Cache", "maybe"); resp.StatusCode != 400 || !strings.Contains(body, "x-bodhi-cache") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if resp, body := h.ask(question, "X-Bodhi-Cache-Ttl", "soon"); resp.StatusCode != 400 || !strings.Contains(body, "x-bodhi-cache-ttl") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

// byRequest gives each request the next variant, as one without a session may get, and a request that is known its own.
type byRequest struct {
	of   *experiment.Experiment
	lots map[id.Request]int
}

func (b *byRequest) Assign(a *experiment.Ask) (experiment.Choice, bool) {
	lot, known := b.lots[a.Request]
	if !known {
		lot = len(b.lots) % len(b.of.Variants)
		b.lots[a.Request] = lot
	}
	return experiment.Choice{Experiment: b.of, Variant: lot}, true
}

// A request that no session keeps in its variant is drawn by itself. What is fetched anew on its account is the same question, or the
// old answer would stay.
func TestAnAnswerIsFetchedAnewInItsOwnVariant(t *testing.T) {
	t.Parallel()
	h := buildCaching(t, func(r *cache.Record) { r.TTL, r.Stale = time.Hour, time.Hour })
	h.provide("up", h.bought(says(answer)))
	lots := &byRequest{of: &experiment.Experiment{Variants: []experiment.Variant{{Temperature: "0.2"}, {Temperature: "0.3"}}}, lots: map[id.Request]int{}}
	h.gateway.Experiments = lots
	h.ask(question)
	h.ask(question)
	h.clock.Advance(61 * time.Minute)
	if resp, _ := h.ask(question); !strings.Contains(resp.Header.Get("X-Bodhi-Warning"), "fetched anew") {
		t.Errorf("within the time of grace: %v", resp.Header)
	}
	h.gateway.Wait(t.Context())
	if len(lots.lots) != 3 {
		t.Errorf("%d draws for three requests", len(lots.lots))
	}
	lots.lots = map[id.Request]int{}
	if resp, _ := h.ask(question); resp.Header.Get("Age") != "0" {
		t.Errorf("the answer in the first variant is an old one still: %v", resp.Header)
	}
}

// open says when the provider may answer.
func gated(open <-chan struct{}, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-open:
			next(w, r)
		case <-r.Context().Done():
		}
	}
}

func TestAThousandEqualColdRequestsAreOneCall(t *testing.T) {
	t.Parallel()
	h := buildCaching(t, nil)
	open := make(chan struct{})
	h.provide("up", h.bought(gated(open, says(answer))))
	const many = 1000
	var wg sync.WaitGroup
	var wrong atomic.Int64
	for range many {
		wg.Go(func() {
			w := httptest.NewRecorder()
			r := httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(question))
			r.Header.Set("Authorization", "Bearer good")
			if h.gateway.ServeHTTP(w, r); w.Code != 200 || w.Body.String() != answer {
				wrong.Add(1)
			}
		})
	}
	until(t, "all to wait", func() bool { return h.desk.Waiting() == many-1 })
	close(open)
	wg.Wait()
	if h.calls.Load() != 1 || wrong.Load() > 0 {
		t.Errorf("%d calls, %d wrong answers", h.calls.Load(), wrong.Load())
	}
	hits := 0
	for _, f := range h.books.only(t, many) {
		if f.Cache == "hit" {
			hits++
		}
	}
	if hits != many-1 {
		t.Errorf("%d hits", hits)
	}
}

func TestWhoWaitsTakesOverFromALeaderThatLeaves(t *testing.T) {
	t.Parallel()
	h := buildCaching(t, nil)
	open := make(chan struct{})
	h.provide("up", h.bought(gated(open, says(answer))))
	ask := func(ctx context.Context) (int, string) {
		r, err := http.NewRequestWithContext(ctx, "POST", h.server.URL+"/v1/chat/completions", strings.NewReader(question))
		if err != nil {
			t.Error(err)
		}
		r.Header.Set("Authorization", "Bearer good")
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return 0, err.Error()
		}
		defer func() { _ = resp.Body.Close() }()
		b, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(b)
	}
	leader, leave := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { ask(leader) })
	until(t, "the leader's call", func() bool { return h.calls.Load() == 1 })
	for range 5 {
		wg.Go(func() {
			if status, body := ask(t.Context()); status != 200 || body != answer {
				t.Errorf("%d %s", status, body)
			}
		})
	}
	until(t, "the others to wait", func() bool { return h.desk.Waiting() == 5 })
	leave()
	until(t, "another to ask", func() bool { return h.calls.Load() == 2 })
	close(open)
	wg.Wait()
	if h.calls.Load() != 2 {
		t.Errorf("%d calls", h.calls.Load())
	}
}

func TestWhoWaitsForAFailureAsksAlone(t *testing.T) {
	t.Parallel()
	h := buildCaching(t, nil)
	open := make(chan struct{})
	h.provide("up", h.bought(gated(open, fails(400, `{"error":{"message":"no","type":"invalid_request_error"}}`))))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if resp, _ := h.ask(question); resp.StatusCode != 400 {
				t.Errorf("status %d", resp.StatusCode)
			}
		})
	}
	until(t, "the others to wait", func() bool { return h.desk.Waiting() == 3 })
	close(open)
	wg.Wait()
	if h.calls.Load() != 4 {
		t.Errorf("%d calls: each was to be told by the provider itself", h.calls.Load())
	}
}

func TestAStandInsAnswerIsNotKept(t *testing.T) {
	t.Parallel()
	h := buildCaching(t, nil)
	h.provide("first", fails(503, `{"error":{"message":"busy"}}`))
	h.provide("second", h.bought(says(answer)))
	h.targets[1].Model = "lesser"
	for range 2 {
		if resp, _ := h.ask(question); resp.Header.Get("X-Bodhi-Cache") != "miss" {
			t.Errorf("%v", resp.Header)
		}
	}
	if h.calls.Load() != 2 {
		t.Errorf("%d calls", h.calls.Load())
	}
}

// A header may come in several lines, of which each changes how a body is read: the provider gets them all.
func TestEveryLineOfAHeaderThatChangesTheAnswerCounts(t *testing.T) {
	t.Parallel()
	h := buildCaching(t, nil)
	h.provide("up", h.bought(says(answer)))
	for _, betas := range [][]string{{"context-1m-2025-08-07"}, {"context-1m-2025-08-07", "interleaved-thinking-2025-05-14"}, {"context-1m-2025-08-07", "interleaved-thinking-2025-05-14"}} {
		r := httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(question))
		r.Header = http.Header{"Authorization": {"Bearer good"}, "Anthropic-Beta": betas}
		h.gateway.ServeHTTP(httptest.NewRecorder(), r)
	}
	if h.calls.Load() != 2 {
		t.Errorf("%d calls, want 2: one for each set of betas", h.calls.Load())
	}
}

// TestAnotherVersionOfAnAPIIsAnotherQuestion: the same body is answered in another shape under it.
func TestAnotherVersionOfAnAPIIsAnotherQuestion(t *testing.T) {
	t.Parallel()
	h := buildCaching(t, nil)
	h.provide("up", h.bought(says(answer)))
	for i, x := range []struct{ name, value string }{{"X-Other", "1"}, {"Anthropic-Version", "2023-06-01"}, {"Anthropic-Version", "2026-10-21"}, {"Openai-Beta", "responses=v2"}, {"Openai-Beta", "responses=v2"}} {
		r := httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(question))
		r.Header = http.Header{"Authorization": {"Bearer good"}, x.name: {x.value}}
		h.gateway.ServeHTTP(httptest.NewRecorder(), r)
		if want := []int64{1, 1, 2, 3, 3}[i]; h.calls.Load() != want {
			t.Errorf("%s %s: %d calls, want %d", x.name, x.value, h.calls.Load(), want)
		}
	}
}

// until waits for something that others do.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-late.C:
			t.Fatal(fmt.Sprint("waited in vain for ", what))
		}
	}
}

package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// stage is a house without a network, for tests of waiting that run in a bubble of fake time.
type stage struct {
	*house
	mu     sync.Mutex
	script map[string][]func(ctx context.Context) (*http.Response, error) // what each connection says, in turn; the last one stays
	asked  map[string][]time.Duration                                     // when each was asked
	begin  time.Time
}

func perform(t *testing.T, p calm, script map[string][]func(context.Context) (*http.Response, error), names ...string) *stage {
	s := &stage{script: script, asked: map[string][]time.Duration{}, begin: clock.System{}.Now()}
	s.house = unlisted(t, func(c *Config) {
		c.Ports.Upstreams, c.Ports.Patience = s, p
		c.Ports.Health = health.NewBoard(health.Config{Random: func(int64) int64 { return 0 }})
		c.Random = func(n int64) int64 { return n - 1 } // the longest pause
	})
	ids := id.NewSource(clock.System{}.Now, nil)
	for _, n := range names {
		s.targets = append(s.targets, route.Target{Model: "up-model", Why: "test", Connection: &provider.Connection{ID: id.NewConnection(ids), Name: n, Kind: provider.Compatible, BaseURL: "http://" + n + "/v1"}})
	}
	return s
}

// Send implements Upstreams.
func (s *stage) Send(_ *ledger.Hold, c *provider.Connection, r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.asked[c.Name] = append(s.asked[c.Name], clock.Since(s.begin))
	lines := s.script[c.Name]
	line := lines[0]
	if len(lines) > 1 {
		s.script[c.Name] = lines[1:]
	}
	s.mu.Unlock()
	resp, err := line(r.Context())
	if resp != nil {
		resp.Request = r
	}
	return resp, err
}

// say takes one request through the pipeline.
func (s *stage) say(body string, headers ...string) (*page, ledger.Request) {
	return s.sayIn(context.Background(), body, headers...)
}

func (s *stage) sayIn(ctx context.Context, body string, headers ...string) (*page, ledger.Request) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://gateway/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer good")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	p := &page{header: http.Header{}}
	s.gateway.ServeHTTP(p, r)
	s.books.mu.Lock()
	defer s.books.mu.Unlock()
	if s.books.held != 0 {
		s.t.Errorf("%s USD still held", s.books.held)
	}
	return p, s.books.requests[len(s.books.requests)-1]
}

// page is a client's end.
type page struct {
	header http.Header
	status int
	body   strings.Builder
}

func (p *page) Header() http.Header         { return p.header }
func (p *page) WriteHeader(status int)      { p.status = status }
func (p *page) Write(b []byte) (int, error) { return p.body.Write(b) }
func (p *page) Flush()                      {}

func slowly(by time.Duration, line func(context.Context) (*http.Response, error)) func(context.Context) (*http.Response, error) {
	return func(ctx context.Context) (*http.Response, error) {
		select {
		case <-time.After(by):
			return line(ctx)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func reply(status int, kind, body string, headers ...string) func(context.Context) (*http.Response, error) {
	return func(context.Context) (*http.Response, error) {
		h := http.Header{"Content-Type": {kind}}
		for i := 0; i+1 < len(headers); i += 2 {
			h.Set(headers[i], headers[i+1])
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
}

func hangs(ctx context.Context) (*http.Response, error) { <-ctx.Done(); return nil, ctx.Err() }

func breaks(context.Context) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func unreachable(context.Context) (*http.Response, error) {
	return nil, &provider.Failure{Class: provider.Unreachable, Cause: errors.New("refused")}
}

var (
	healthy = reply(200, "application/json", answer)
	busy    = reply(503, "application/json", `{"error":{"message":"busy"}}`)
	broken  = reply(500, "application/json", `{"error":{"message":"oops"}}`)
)

type script = map[string][]func(context.Context) (*http.Response, error)

func limits(headers ...string) func(context.Context) (*http.Response, error) {
	return reply(429, "application/json", `{"error":{"message":"slow down","code":"rate_limit_exceeded"}}`, headers...)
}

// Which failures are tried again, when, and where; every attempt in fake time and with the longest of random pauses.
func TestFailuresAreTriedAgainWhereItCanHelp(t *testing.T) {
	t.Parallel()
	const s = time.Second
	one, usual := calm{Backoff: s, MaxBackoff: 8 * s}, calm{Backoff: s / 4}
	for name, c := range map[string]struct {
		policy calm
		script script
		header []string
		first  []time.Duration // when the first target is asked
		second []time.Duration
		status int
		logged string
	}{
		"busy twice":                     {policy: one, script: script{"first": {busy, busy, healthy}}, first: []time.Duration{0, s, 3 * s}, status: 200, logged: "again after 1s: try 2 of 3"},
		"busy for good":                  {policy: one, script: script{"first": {busy}}, first: []time.Duration{0, s, 3 * s}, status: 503, logged: "not again: it was tried often enough"},
		"busy, and another is there":     {policy: one, script: script{"first": {busy}, "second": {healthy}}, first: []time.Duration{0}, second: []time.Duration{0}, status: 200},
		"all busy":                       {policy: one, script: script{"first": {busy}, "second": {busy, busy, healthy}}, first: []time.Duration{0}, second: []time.Duration{0, s, 3 * s}, status: 200},
		"patient with the first":         {policy: calm{Tries: 3, TriesBeforeNext: 2, Backoff: s}, script: script{"first": {busy}, "second": {healthy}}, first: []time.Duration{0, s}, second: []time.Duration{s}, status: 200},
		"no fallback":                    {policy: one, header: []string{"X-Bodhi-Fallback", "off"}, script: script{"first": {busy}, "second": {healthy}}, first: []time.Duration{0, s, 3 * s}, status: 503},
		"an error of its own":            {policy: one, script: script{"first": {broken}}, first: []time.Duration{0, s}, status: 502},
		"a bad key":                      {policy: one, script: script{"first": {reply(401, "application/json", `{"error":{"message":"no"}}`)}}, first: []time.Duration{0}, status: 502, logged: "not again: it would not help"},
		"the request is wrong":           {policy: one, script: script{"first": {reply(400, "application/json", `{"error":{"message":"no","type":"invalid_request_error"}}`)}, "second": {healthy}}, first: []time.Duration{0}, status: 400},
		"unreachable":                    {policy: one, script: script{"first": {unreachable, healthy}}, first: []time.Duration{0, s}, status: 200},
		"it may have worked":             {policy: one, script: script{"first": {breaks, healthy}}, first: []time.Duration{0}, status: 502, logged: "not to pay for it twice"},
		"it may have worked, allowed":    {policy: calm{Backoff: s, RetryUnsure: true}, script: script{"first": {breaks, healthy}}, first: []time.Duration{0, s}, status: 200},
		"no more than its budget":        {policy: calm{Tries: 9, Backoff: s, MaxBackoff: 2 * s}, script: script{"first": {busy}}, first: []time.Duration{0, s, 3 * s, 5 * s}, status: 503, logged: "its retries are used up"},
		"asks for 2 s":                   {policy: one, script: script{"first": {limits("Retry-After", "2"), healthy}}, first: []time.Duration{0, 2*s + s/4}, status: 200},
		"asks for 1500 ms":               {policy: one, script: script{"first": {limits("Retry-After-Ms", "1500"), healthy}}, first: []time.Duration{0, 3*s/2 + s/4}, status: 200},
		"asks by date":                   {policy: one, script: script{"first": {limits("Date", "Mon, 23 Nov 2026 08:00:00 GMT", "Retry-After", "Mon, 23 Nov 2026 08:00:05 GMT"), healthy}}, first: []time.Duration{0, 5*s + s/4}, status: 200},
		"asks for a year":                {policy: one, script: script{"first": {limits("Retry-After", "31536000")}}, first: []time.Duration{0}, status: 503, logged: "asks for a pause of 24h0m0s"},
		"asks for less than nothing":     {policy: one, script: script{"first": {limits("Retry-After", "-5"), healthy}}, first: []time.Duration{0, s}, status: 200},
		"asks for no time":               {policy: usual, script: script{"first": {limits(), limits(), healthy}}, first: []time.Duration{0, s + usual.Backoff/4, 2*s + 3*usual.Backoff/4}, status: 200, logged: "try 3 of 3"},
		"asks for less than is kept to":  {policy: usual, script: script{"first": {limits("Retry-After-Ms", "500"), healthy}}, first: []time.Duration{0, s + 9*usual.Backoff/16}, status: 200},
		"busy, and asks for less":        {policy: usual, script: script{"first": {reply(503, "application/json", `{"error":{"message":"busy"}}`, "Retry-After-Ms", "500"), healthy}}, first: []time.Duration{0, s + 9*usual.Backoff/16}, status: 200},
		"asks for no time, none is left": {policy: usual, header: []string{"X-Bodhi-Timeout", "1s"}, script: script{"first": {limits(), healthy}}, first: []time.Duration{0}, status: 503, logged: "the request's time would be over"},
		"limited to its budget":          {policy: calm{Tries: 9, Backoff: usual.Backoff, MaxBackoff: s}, script: script{"first": {limits()}}, first: []time.Duration{0, s + usual.Backoff/4, 2*s + 3*usual.Backoff/4, 3*s + 3*usual.Backoff/4}, status: 503, logged: "its retries are used up"},
		"no pause as long as that":       {policy: calm{Backoff: s / 4, MaxBackoff: s / 2}, script: script{"first": {limits(), healthy}}, first: []time.Duration{0}, status: 503, logged: "asks for a pause of 1s"},
		"asks for more than there is":    {policy: one, header: []string{"X-Bodhi-Timeout", "4s"}, script: script{"first": {limits("Retry-After", "7")}}, first: []time.Duration{0}, status: 503, logged: "the request's time would be over"},
		"the time is up while it waits":  {policy: one, header: []string{"X-Bodhi-Timeout", "2s"}, script: script{"first": {hangs}, "second": {healthy}}, first: []time.Duration{0}, status: 504},
		"the client has more time":       {policy: calm{Waits: patience.Waits{Answer: 5 * s, Total: 5 * s}}, header: []string{"X-Bodhi-Timeout", "20s"}, script: script{"first": {slowly(12*s, healthy)}}, first: []time.Duration{0}, status: 200},
		"slow, then the next":            {policy: calm{Waits: patience.Waits{Answer: 5 * s}}, script: script{"first": {hangs}, "second": {healthy}}, first: []time.Duration{0}, second: []time.Duration{5 * s}, status: 200, logged: "timeout"},
		"slow, then again":               {policy: calm{OnTimeout: patience.AskAgain, Backoff: s, TriesBeforeNext: 3, Waits: patience.Waits{Answer: 5 * s}}, script: script{"first": {hangs, healthy}, "second": {healthy}}, first: []time.Duration{0, 6 * s}, status: 200},
		"slow, then nothing":             {policy: calm{OnTimeout: patience.GiveUp, Waits: patience.Waits{Answer: 5 * s}}, script: script{"first": {hangs}, "second": {healthy}}, first: []time.Duration{0}, status: 504},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				names := []string{"first"}
				if c.script["second"] != nil {
					names = append(names, "second")
				}
				h := perform(t, c.policy, c.script, names...)
				p, fact := h.say(question, c.header...)
				if p.status != c.status || !same(h.asked["first"], c.first) || !same(h.asked["second"], c.second) {
					t.Errorf("status %d, want %d; first asked at %v, want %v; second at %v, want %v\n%s\n%s", p.status, c.status, h.asked["first"], c.first, h.asked["second"], c.second, fact.Decisions, p.body.String())
				}
				if !strings.Contains(fact.Decisions, c.logged) {
					t.Errorf("not in the log: %q\n%s", c.logged, fact.Decisions)
				}
				tries := len(c.first) + len(c.second)
				if got := p.header.Get("X-Bodhi-Attempts"); got != strconv.Itoa(tries) || fact.Attempts != tries || len(h.books.attempts) != tries || len(h.books.ends) != tries {
					t.Errorf("%s attempts told, %d recorded, %d holds opened and %d settled; want %d", got, fact.Attempts, len(h.books.attempts), len(h.books.ends), tries)
				}
			})
		})
	}
}

// A connection was away, and what was to find out whether it is back got no answer: nobody knows.
func TestATimeoutDoesNotBringAConnectionBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lines := slices.Repeat([]func(context.Context) (*http.Response, error){unreachable}, health.Defaults().Row)
		h := perform(t, calm{Tries: 1, Waits: patience.Waits{Answer: 5 * time.Second}}, script{"first": append(lines, hangs, broken)}, "first")
		board := h.gateway.Health.(*health.Board)
		for i, want := range []health.State{health.Open, health.HalfOpen, health.Closed} {
			for range max(1, len(lines)*(1-i)) {
				h.say(question)
			}
			time.Sleep(health.Defaults().CoolDown)
			if s := board.Standings(h.grant.Chain.Org, clock.System{}.Now())[0]; s.Target.Model != "" || s.State != want {
				t.Errorf("in scene %d the connection is %s, want %s: %+v", i+1, s.State, want, s)
			}
		}
	})
}

func same(got, want []time.Duration) bool {
	if len(got) != len(want) {
		return false
	}
	for i := range got {
		if d := got[i] - want[i]; d < 0 || d > 20*time.Millisecond {
			return false
		}
	}
	return true
}

// Streams have to begin: headers and the first event have a time each, and a stream that began has none of them.
func TestAStreamHasToBeginInTime(t *testing.T) {
	t.Parallel()
	const s = time.Second
	waits := patience.Waits{Headers: 3 * s, First: 10 * s, Gap: time.Minute}
	late := func(ctx context.Context) (*http.Response, error) {
		r, w := io.Pipe()
		context.AfterFunc(ctx, func() { _ = w.CloseWithError(ctx.Err()) })
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: r}, nil
	}
	whole := reply(200, "text/event-stream", chunk1+chunkUse+done)
	slow := func(ctx context.Context) (*http.Response, error) {
		r, w := io.Pipe()
		go func() {
			for _, part := range []string{chunk1, chunk2, chunkUse, done} {
				<-time.After(8 * s)
				_, _ = io.WriteString(w, part)
			}
			_ = w.Close()
		}()
		return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: r}, nil
	}
	short := patience.Waits{First: 10 * s, Gap: time.Minute} // below what is allowed for headers
	for name, c := range map[string]struct {
		first  func(context.Context) (*http.Response, error)
		waits  patience.Waits
		second []time.Duration
	}{
		"no headers":                  {hangs, waits, []time.Duration{3 * s}},
		"no first event":              {late, waits, []time.Duration{10 * s}},
		"slow but alive":              {slow, waits, nil},
		"no headers by then":          {hangs, short, []time.Duration{10 * s}},
		"headers later than that":     {slowly(30*s, whole), short, []time.Duration{10 * s}},
		"no event behind the headers": {slowly(4*s, late), short, []time.Duration{10 * s}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := perform(t, calm{Waits: c.waits}, script{"first": {c.first}, "second": {whole}}, "first", "second")
				p, fact := h.say(streamed)
				if p.status != 200 || !strings.HasSuffix(p.body.String(), done) || !same(h.asked["second"], c.second) || strings.Count(p.body.String(), "hel\"") != 1 {
					t.Errorf("status %d, second asked at %v, want %v: %s\n%s", p.status, h.asked["second"], c.second, p.body.String(), fact.Decisions)
				}
			})
		})
	}
}

func TestAClientThatLeavesDuringAPauseEndsIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := perform(t, calm{Backoff: 8 * time.Second}, script{"first": {busy}}, "first")
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		_, fact := h.sayIn(ctx, question)
		if fact.Code != "client_closed" || clock.Since(h.begin) != 3*time.Second || len(h.asked["first"]) != 1 {
			t.Errorf("code %q after %s, asked %v", fact.Code, clock.Since(h.begin), h.asked["first"])
		}
	})
}

// A pause for a client that asked for a stream is filled with comments, counted from the last byte it saw.
func TestAPauseIsNoSilence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		whole := reply(200, "text/event-stream", chunk1+chunkUse+done)
		almost := func(ctx context.Context) (*http.Response, error) {
			<-time.After(10 * time.Second)
			return busy(ctx)
		}
		h := perform(t, calm{Backoff: 8 * time.Second}, script{"first": {almost, whole}}, "first")
		p, _ := h.say(streamed)
		if !strings.HasPrefix(p.body.String(), ":") || !strings.HasSuffix(p.body.String(), done) {
			t.Errorf("got %q", p.body.String())
		}
	})
}

// Money for another try at the same model is not there: a budget that asks for a cheaper one gets it, another ends here.
func TestARetryNeverGoesBeyondTheMoney(t *testing.T) {
	t.Parallel()
	for name, cheaper := range map[string]bool{"stops": false, "goes to the cheaper model": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var h *stage
				s := script{"small": {healthy}, "first": {func(ctx context.Context) (*http.Response, error) {
					if cheaper { // by now the budget is near its limit
						h.books.step = budget.Step{Model: "small", Label: "Team"}
					}
					return breaks(ctx)
				}}}
				h = perform(t, calm{RetryUnsure: true}, s, "first", "small")
				small := h.targets[1]
				h.targets = h.targets[:1]
				small.Model = "small"
				h.others = map[string]route.Target{"small": small}
				h.gateway.Prices = tags{"up-model": {out: 1_000_000}, "small": {out: 1000}}
				h.books.limit = 90_000 // one try of 50 tokens at a thousand nano-dollars, and no second one
				p, fact := h.say(question)
				if cheaper != (p.status == 200) || !strings.Contains(fact.Decisions, "no money for another try") {
					t.Errorf("status %d\n%s\n%s", p.status, p.body.String(), fact.Decisions)
				}
				if cheaper && p.header.Get("X-Bodhi-Model") != "small" {
					t.Errorf("answered by %s", p.header.Get("X-Bodhi-Model"))
				}
			})
		})
	}
}

// A provider that is down is neither stormed nor waited for: of a thousand requests at most a fifth is tried again, its
// breaker opens within ten failures, the healthy target answers all, and it is used again after one probe.
func TestAProviderThatIsDownIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n = 1000
		var down atomic.Bool
		down.Store(true)
		flaky := func(ctx context.Context) (*http.Response, error) {
			if down.Load() {
				return busy(ctx)
			}
			return healthy(ctx)
		}
		h := perform(t, calm{TriesBeforeNext: 3}, script{"first": {flaky}, "second": {healthy}}, "first", "second")
		for i := range n {
			if p, fact := h.say(question); p.status != 200 || p.header.Get("X-Bodhi-Provider") != "second" {
				t.Fatalf("request %d: status %d from %s\n%s", i, p.status, p.header.Get("X-Bodhi-Provider"), fact.Decisions)
			}
		}
		if asked := len(h.asked["first"]); asked > 10 {
			t.Errorf("the provider that is down was asked %d times", asked)
		}
		if all := len(h.books.attempts); all > n*12/10 {
			t.Errorf("%d attempts for %d requests", all, n)
		}
		down.Store(false)
		<-time.After(health.Defaults().CoolDown + time.Millisecond)
		for range 2 {
			if p, fact := h.say(question); p.header.Get("X-Bodhi-Provider") != "first" {
				t.Errorf("after the cool-down %s answered\n%s", p.header.Get("X-Bodhi-Provider"), fact.Decisions)
			}
		}
	})
}

// With nothing else to ask, the target that is down is asked once by each request, and that is all; or nobody is, if that is
// the policy.
func TestWhenNothingIsHealthyTheLeastBadIsAsked(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]bool{"asked": false, "refused": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 1000
				h := perform(t, calm{RefuseWhenOpen: refuse}, script{"first": {busy}}, "first")
				var last *page
				for range n {
					last, _ = h.say(question)
				}
				asked := len(h.asked["first"])
				if refuse && (asked > 10 || last.status != 503 || !strings.Contains(last.body.String(), `"circuit_open"`) || last.header.Get("Retry-After") == "") {
					t.Errorf("asked %d times; status %d, retry after %q: %s", asked, last.status, last.header.Get("Retry-After"), last.body.String())
				}
				if !refuse && (asked < n || asked > n*12/10 || last.status != 503 || !strings.Contains(last.body.String(), "upstream_failed")) {
					t.Errorf("asked %d times for %d requests; status %d: %s", asked, n, last.status, last.body.String())
				}
			})
		})
	}
}

func TestPausesGrowAsThePolicySays(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		growth patience.Growth
		class  provider.Class
		want   []time.Duration
	}{
		"exponential":                      {patience.Exponential, provider.Overloaded, []time.Duration{250 * ms, 500 * ms, 1000 * ms, 2000 * ms, 2000 * ms}},
		"linear":                           {patience.Linear, provider.Overloaded, []time.Duration{250 * ms, 500 * ms, 750 * ms, 1000 * ms, 1250 * ms}},
		"smart, after an overload":         {patience.Smart, provider.Overloaded, []time.Duration{1000 * ms, 2000 * ms, 2000 * ms}},
		"smart, after a rate limit":        {patience.Smart, provider.RateLimited, []time.Duration{1000 * ms, 2000 * ms}},
		"smart, after a line that broke":   {patience.Smart, provider.Ambiguous, []time.Duration{62500 * time.Microsecond, 125 * ms, 250 * ms}},
		"smart, after an error of its own": {patience.Smart, provider.ServerError, []time.Duration{250 * ms, 500 * ms}},
	} {
		p := patience.Policy{Backoff: 250 * ms, MaxBackoff: 2 * time.Second, Growth: c.growth}
		for i, want := range c.want {
			if got := backoff(&p, &provider.Failure{Class: c.class}, i+1, func(n int64) int64 { return n - 1 }); got != want {
				t.Errorf("%s: before try %d at most %s, want %s", name, i+2, got, want)
			}
		}
	}
	p := patience.Policy{Backoff: time.Minute, MaxBackoff: 5 * time.Minute, Growth: patience.Linear}
	if got := bound(&p, provider.Overloaded, 1<<60); got != 5*time.Minute {
		t.Errorf("an absurd number of tries: %s", got)
	}
}

func TestPausesAreRandomWithinTheirBound(t *testing.T) {
	t.Parallel()
	p := patience.Defaults()
	top, bottom := func(n int64) int64 { return n - 1 }, func(int64) int64 { return 0 }
	for n, want := range map[int]time.Duration{1: 250 * time.Millisecond, 2: 500 * time.Millisecond, 3: time.Second, 6: 8 * time.Second, 60: 8 * time.Second} {
		if got := backoff(&p, &provider.Failure{}, n, top); got != want {
			t.Errorf("before try %d at most %s, want %s", n+1, got, want)
		}
		if got := backoff(&p, &provider.Failure{}, n, bottom); got != 0 {
			t.Errorf("before try %d at least %s, want 0", n+1, got)
		}
		if got := backoff(&p, &provider.Failure{RetryAfter: time.Minute}, n, bottom); got != time.Minute {
			t.Errorf("the provider's minute became %s", got)
		}
	}
}

// Every class of failure has a reaction, and none is the one for classes that nobody thought of.
func TestEveryFailureHasItsReaction(t *testing.T) {
	t.Parallel()
	for _, c := range []provider.Class{provider.Refused, provider.Credential, provider.RateLimited, provider.Quota, provider.Overloaded, provider.ServerError,
		provider.Garbled, provider.Unreachable, provider.Ambiguous, provider.Slow, provider.Canceled, provider.Untold} {
		found := false
		for i := range reactions {
			found = found || reactions[i].class == c && reactions[i].kind == "" && reactions[i].to == 0
		}
		if !found {
			t.Errorf("no row for %s", c)
		}
		if r := rowOf(c, provider.OpenAI, 400); (c == provider.Refused || c == provider.Canceled) && (r.outcome != health.Neutral || r.next || r.again > 0) {
			t.Errorf("%s is the client's own doing, and means %+v for the provider", c, r)
		}
	}
}

package limit

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// LiteLLM #18730: concurrent requests pass a limit together.
func TestParallelRequestsNeverPassTogether(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.OrgScope, Requests, 100_000, time.Minute), on(h.chain, org.TeamScope, Tokens, 9_000_000, time.Minute), on(h.chain, org.KeyScope, Requests, 99_999, time.Second))
	var given, tokens atomic.Int64
	var wg sync.WaitGroup
	ready := make(chan struct{})
	for i := range 200 {
		wg.Go(func() {
			a := h.ask()
			a.Tokens, a.Least = int64(50+i%100), int64(50+i%100)
			<-ready
			for range 1000 {
				if _, err := h.Take(t.Context(), a); err == nil {
					given.Add(1)
					tokens.Add(a.Tokens)
				}
			}
		})
	}
	close(ready)
	wg.Wait()
	if given.Load() > 99_999 || tokens.Load() > 9_000_000 {
		t.Errorf("%d requests with %d tokens passed", given.Load(), tokens.Load())
	}
	if h.used(0) != given.Load() || h.used(1) != tokens.Load() || h.used(2) != given.Load() {
		t.Errorf("%d passed, and %d, %d, %d are counted", given.Load(), h.used(0), h.used(1), h.used(2))
	}
	if given.Load() < 50_000 {
		t.Errorf("only %d passed", given.Load())
	}
}

// LiteLLM #20256, #28160: slots leak when requests end early, or settle twice.
func TestPlacesComeBackExactlyOnce(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.KeyScope, Tokens, 1000, time.Minute), on(h.chain, org.KeyScope, Requests, 3, time.Minute))
	a := h.ask()
	a.Tokens, a.Least = 400, 400
	for range 50 {
		p := h.take(a)
		h.Settle(p, Used{Void: true})
		h.Settle(p, Used{Void: true})
		h.Settle(p, Used{Tokens: 9000})
	}
	if h.used(0) != 0 || h.used(1) != 0 {
		t.Errorf("%d tokens and %d requests are left behind", h.used(0), h.used(1))
	}
	var none *Seat
	h.Settle(none, Used{})
}

// LiteLLM #39309: a rejected call is still charged.
func TestARefusedRequestIsChargedNowhere(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.OrgScope, Requests, 100, time.Minute), on(h.chain, org.TeamScope, Tokens, 1000, time.Minute), on(h.chain, org.KeyScope, Requests, 1, time.Minute))
	a := h.ask()
	a.Tokens, a.Least = 10, 10
	h.take(a)
	for range 20 {
		p, err := h.Take(t.Context(), a)
		if err == nil {
			t.Fatal("admitted")
		}
		h.Settle(p, Used{Tokens: 500})
	}
	if h.used(0) != 1 || h.used(1) != 10 || h.used(2) != 1 {
		t.Errorf("charged %d, %d, %d", h.used(0), h.used(1), h.used(2))
	}
}

// Kong, Bifrost and Envoy charge after the answer, so that the request that crosses a limit is served, and so is every
// other one until its answer ends.
func TestTokensAreTakenBeforeAndSettledAfter(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.KeyScope, Tokens, 1000, time.Minute))
	a := h.ask()
	a.Tokens, a.Least = 600, 600
	first := h.take(a)
	h.refused(a)
	h.Settle(first, Used{Tokens: 150})
	if h.used(0) != 150 {
		t.Errorf("%d count after settlement", h.used(0))
	}
	second := h.take(a)
	h.Settle(second, Used{Tokens: 2000}) // more than anybody thought
	if h.used(0) != 2150 {
		t.Errorf("%d count after an overrun", h.used(0))
	}
	a.Tokens, a.Least = 1, 1
	h.refused(a)
	h.clock.Advance(64 * time.Second)
	h.take(a)
}

func TestWhatIsUsedBeyondTheEstimateCountsWhenItIsKnown(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.KeyScope, Cost, int64(money.Dollar), time.Minute))
	p := h.take(h.ask())
	h.clock.Advance(10 * time.Minute) // the slot it was taken in is long gone
	h.Settle(p, Used{Cost: 2 * money.Dollar})
	f := h.refused(h.ask())
	if f.Detail["limit_usd"] != "1" || f.Detail["spent_usd"] != "2" {
		t.Errorf("detail %v", f.Detail)
	}
	h.clock.Advance(64 * time.Second)
	h.take(h.ask())
}

func TestAnEstimateBeyondTheLimitTakesTheWholeLimit(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.KeyScope, Tokens, 1000, time.Minute))
	a := h.ask()
	a.Tokens, a.Least = 5000, 200
	p := h.take(a)
	if h.used(0) != 1000 {
		t.Errorf("%d taken", h.used(0))
	}
	h.Settle(p, Used{Tokens: 300})
	a.Least = 1200
	if f := h.refused(a); f.RetryAfter != 0 || !strings.Contains(f.Public, "more than the limit of Team Search (1,000 tokens per minute) allows at all") {
		t.Errorf("%v, retry after %s", f, f.RetryAfter)
	}
}

func TestLimitsBindWhatTheyAreNarrowedTo(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		rule  func(*Rule)
		ask   func(*Ask)
		binds bool
	}{
		"everything":                         {func(*Rule) {}, func(*Ask) {}, true},
		"the model asked for":                {func(r *Rule) { r.Model = "smart" }, func(*Ask) {}, true},
		"not another model":                  {func(r *Rule) { r.Model = "fast" }, func(*Ask) {}, false},
		"the endpoint":                       {func(r *Rule) { r.Endpoint = "chat" }, func(*Ask) {}, true},
		"not another endpoint":               {func(r *Rule) { r.Endpoint = "embeddings" }, func(*Ask) {}, false},
		"a tag among others":                 {func(r *Rule) { r.Tag = "project=apollo" }, func(a *Ask) { a.Tags = "client=acme,project=apollo,x=y" }, true},
		"a tag that stands twice, once":      {func(r *Rule) { r.Tag = "project=apollo" }, func(a *Ask) { a.Tags = "project=apollo,project=apollo" }, true},
		"not a tag that begins like it":      {func(r *Rule) { r.Tag = "project=apollo" }, func(a *Ask) { a.Tags = "project=apollo2" }, false},
		"not a request without tags":         {func(r *Rule) { r.Tag = "project=apollo" }, func(*Ask) {}, false},
		"not another team's key":             {func(*Rule) {}, func(a *Ask) { a.Chain.Team = id.NewTeam(ids) }, false},
		"a tag and a model at the same time": {func(r *Rule) { r.Tag, r.Model = "project=apollo", "smart" }, func(a *Ask) { a.Tags = "project=apollo" }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			h.set(on(h.chain, org.TeamScope, Requests, 10, time.Minute, x.rule))
			a := h.ask()
			x.ask(&a)
			h.take(a)
			if want := map[bool]int64{true: 1}[x.binds]; h.used(0) != want {
				t.Errorf("%d counted, want %d", h.used(0), want)
			}
		})
	}
}

func TestTenantsShareNothing(t *testing.T) {
	t.Parallel()
	h := build(t)
	other := someone()
	other.Team, other.Key = h.chain.Team, h.chain.Key // ids that cannot be: even then
	h.set(on(h.chain, org.TeamScope, Requests, 1, time.Minute), on(other, org.TeamScope, Requests, 1, time.Minute))
	h.take(h.ask())
	h.refused(h.ask())
	a := h.ask()
	a.Chain = other
	h.take(a)
	if len(h.Now(t.Context(), other.Org)) != 1 || len(h.Standings(t.Context(), other)) != 1 {
		t.Error("one organization sees the other's limits")
	}
}

func TestSoftLimitsLetTwiceThroughAndSayWhereToAsk(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.TeamScope, Requests, 10, time.Minute, func(r *Rule) { r.Soft = true }))
	var warned []string
	for range 20 {
		warned = append(warned, strings.Join(h.take(h.ask()).Warnings(), "|"))
	}
	for i, want := range map[int]string{6: "", 7: "rate limit near: 80 % of the limit of Team Search (10 requests per minute) is used", 9: "rate limit near: 100 %",
		10: "rate limit passed: 110 % of the limit of Team Search (10 requests per minute) is used; requests are refused from 200 %", 19: "rate limit passed: 200 %"} {
		if !strings.HasPrefix(warned[i], want) || (want == "") != (warned[i] == "") {
			t.Errorf("request %d: %q", i+1, warned[i])
		}
	}
	f := h.refused(h.ask())
	if want := "https://ai.acme.test/limits/" + h.rules[0].ID.String() + "/ask"; f.Detail["ask_url"] != want || !strings.Contains(f.Public, want) {
		t.Errorf("%v, %v", f, f.Detail)
	}
}

func TestHardLimitsNeverGiveWay(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.TeamScope, Requests, 10, time.Minute))
	h.passes(10)
	f := h.refused(h.ask())
	if f.Detail["ask_url"] != "" {
		t.Error("a hard limit offers an override")
	}
	if want := "The limit of Team Search (10 requests per minute) is used up: 10 requests taken. There is room again in 1m4s; slow down, or ask a department manager for a temporary increase."; f.Public != want {
		t.Errorf("got  %s\nwant %s", f.Public, want)
	}
	for name, want := range map[string]string{"scope": "team", "limit": "team", "unit": "requests", "window": "1m0s", "limit_requests": "10", "used_requests": "10", "resets_at": "2026-11-23T12:01:03Z"} {
		if f.Detail[name] != want {
			t.Errorf("%s: %q, want %q", name, f.Detail[name], want)
		}
	}
}

func TestIncreasesRaiseALimitUntilTheyEnd(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		raises []Raise
		now    int
		later  int
	}{
		"none":                              {nil, 10, 10},
		"an amount":                         {[]Raise{{Add: 5, Until: noon.Add(time.Hour)}}, 15, 10},
		"a factor":                          {[]Raise{{Percent: 250, Until: noon.Add(time.Hour)}}, 25, 10},
		"amounts add up":                    {[]Raise{{Add: 5, Until: noon.Add(time.Hour)}, {Add: 7, Until: noon.Add(30 * time.Hour)}}, 22, 17},
		"the largest of two factors":        {[]Raise{{Percent: 200, Until: noon.Add(time.Hour)}, {Percent: 150, Until: noon.Add(30 * time.Hour)}}, 20, 15},
		"a factor and an amount":            {[]Raise{{Percent: 200, Add: 1, Until: noon.Add(time.Hour)}}, 21, 10},
		"one that has ended":                {[]Raise{{Add: 5, Until: noon}}, 10, 10},
		"a factor below one does not lower": {[]Raise{{Percent: 50, Until: noon.Add(time.Hour)}}, 10, 10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			h.set(on(h.chain, org.TeamScope, Requests, 10, time.Minute, func(r *Rule) { r.Raises = x.raises }))
			if n := h.passes(100); n != x.now {
				t.Errorf("%d pass now, want %d", n, x.now)
			}
			h.clock.Advance(2 * time.Hour) // no reload: the end is known beforehand
			if n := h.passes(100); n != x.later {
				t.Errorf("%d pass later, want %d", n, x.later)
			}
		})
	}
}

func TestAChangedLimitForgetsNothing(t *testing.T) {
	t.Parallel()
	h := build(t)
	first, second := on(h.chain, org.TeamScope, Requests, 10, time.Minute), on(h.chain, org.KeyScope, Tokens, 100, time.Minute)
	h.set(first, second)
	inFlight := h.take(h.ask())
	h.passes(4)
	first.Amount = 5
	h.set(first, second)
	h.refused(h.ask())
	h.Settle(inFlight, Used{Void: true})
	h.take(h.ask())
	h.set(second) // deleted while requests are under way
	p := h.take(h.ask())
	h.set()
	h.Settle(p, Used{Tokens: 10})
	if p, err := h.Take(t.Context(), h.ask()); p != nil || err != nil {
		t.Errorf("without limits: %v, %v", p, err)
	}
}

func TestOneBadRuleKeepsTheLastGoodSet(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Rule){
		"no id":              func(r *Rule) { r.ID = id.Limit{} },
		"a negative amount":  func(r *Rule) { r.Amount = -1 },
		"too much":           func(r *Rule) { r.Amount = maxCount + 1 },
		"no window":          func(r *Rule) { r.Window = 0 },
		"a window of a week": func(r *Rule) { r.Window = 7 * 24 * time.Hour },
		"an unknown unit":    func(r *Rule) { r.Unit = "bytes" },
		"an unknown zone":    func(r *Rule) { r.Zone = "Mars/Olympus" },
		"another's node":     func(r *Rule) { r.Kind, r.Node = org.OrgScope, id.NewOrg(ids).UUID() },
		"a burst of 20":      func(r *Rule) { r.Burst = Burst{Percent: 2000, Duration: time.Minute} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			good := on(h.chain, org.TeamScope, Requests, 1, time.Minute)
			h.set(good)
			bad := on(h.chain, org.KeyScope, Requests, 100, time.Minute)
			spoil(&bad)
			if err := h.Load([]Rule{bad}); err == nil {
				t.Fatal("accepted")
			}
			if n := h.passes(5); n != 1 {
				t.Errorf("%d passed: the last good set does not hold", n)
			}
		})
	}
}

func TestIdleCountersAreDropped(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.TeamScope, Requests, 10, time.Minute), on(h.chain, org.KeyScope, Requests, 10, time.Hour),
		on(h.chain, org.OrgScope, Requests, 1, time.Minute, func(r *Rule) { r.Burst = Burst{Percent: 200, Duration: time.Minute} }))
	h.passes(2) // the second begins the organization's burst
	for _, x := range []struct {
		after time.Duration
		left  int
	}{{0, 3}, {5 * time.Minute, 2}, {2 * time.Hour, 1}, {13 * time.Hour, 0}} {
		h.clock.Set(noon.Add(x.after))
		if left := h.sweep(); left != x.left {
			t.Errorf("%s later %d counters are left, want %d (a burst of today is remembered)", x.after, left, x.left)
		}
	}
}

package gateway

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// balancedHouse is a house whose alias has a strategy, with a price of its own for the model "cheap" and none for "unpriced".
type balancedHouse struct {
	*house
	strategy route.Strategy
	turn     atomic.Uint64
}

func (b *balancedHouse) Choose(a *route.Ask) (route.Plan, error) {
	p, err := b.Plan(a.Org, a.Call)
	p.Strategy = b.strategy
	if b.strategy == route.Strategy(balance.RoundRobin) {
		p.Turn = &b.turn
	}
	return p, err
}

func (b *balancedHouse) Explain(a *route.Ask) (route.Plan, route.Trace, error) {
	p, err := b.Choose(a)
	return p, route.Trace{}, err
}

type dear struct{ flat }

func (dear) Ceiling(b llm.Bound) (catalog.Ceiling, error) {
	return catalog.Ceiling{Input: money.USD(b.TextBytes), Tokens: b.TextBytes, PerOutput: 5_000_000, MaxOutput: 1000}, nil
}

func (b *balancedHouse) Quote(_ id.Org, _, model string, _ time.Time) (catalog.Quote, bool) {
	if model == "cheap" {
		return flat{}, true
	}
	return dear{}, model != "unpriced"
}

// balancing is a house with targets that answer unless broken says their name.
func balancing(t *testing.T, s balance.Policy, broken *atomic.Value, names ...string) *balancedHouse {
	h := &balancedHouse{house: build(t, nil), strategy: route.Strategy(s)}
	h.gateway.Routes, h.gateway.Prices = h, h
	for _, name := range names {
		h.provide(name, func(w http.ResponseWriter, r *http.Request) {
			if broken != nil && broken.Load() == name {
				w.WriteHeader(503)
				return
			}
			answerChat(w)
		})
		h.targets[len(h.targets)-1].Model = name
	}
	return h
}

func (b *balancedHouse) who(headers ...string) string {
	b.t.Helper()
	resp, body := b.ask(question, headers...)
	if resp.StatusCode != 200 {
		b.t.Fatalf("%d %s", resp.StatusCode, body)
	}
	return resp.Header.Get("X-Bodhi-Provider")
}

func (b *balancedHouse) lastDecisions() string {
	b.books.mu.Lock()
	defer b.books.mu.Unlock()
	return b.books.requests[len(b.books.requests)-1].Decisions
}

func TestTargetsTakeTurnsAndADryRunTakesNone(t *testing.T) {
	t.Parallel()
	h := balancing(t, balance.RoundRobin, nil, "a", "b", "c")
	var got []string
	for range 4 {
		h.ask(question, "X-Bodhi-Dry-Run", "1")
		got = append(got, h.who())
	}
	if want := []string{"a", "b", "c", "a"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestTheCheapestTargetIsAskedFirst(t *testing.T) {
	t.Parallel()
	h := balancing(t, balance.Cost, nil, "unpriced", "dear", "cheap")
	if got := h.who(); got != "cheap" {
		t.Errorf("%s was asked", got)
	}
	if log := h.lastDecisions(); !strings.Contains(log, "cost: cheap/cheap, about $0.00") || !strings.Contains(log, "cost: unpriced/unpriced, price unknown\n") ||
		strings.Index(log, "cost: dear") > strings.Index(log, "cost: unpriced") {
		t.Errorf("decisions:\n%s", log)
	}
}

// Two gateways that share nothing send each session to the same target, and sessions do not all go to one.
func TestTwoGatewaysAgreeOnASession(t *testing.T) {
	t.Parallel()
	one := balancing(t, balance.Sticky, nil, "a", "b", "c")
	two := balancing(t, balance.Sticky, nil)
	two.targets = one.targets
	used := map[string]int{}
	for i := range 30 {
		session := fmt.Sprint("session ", i)
		here, there := one.who("X-Bodhi-Session", session), two.who("X-Bodhi-Session", session)
		if here != there {
			t.Errorf("%s: %s here, %s there", session, here, there)
		}
		used[here]++
	}
	if len(used) != 3 {
		t.Errorf("sessions went to %v", used)
	}
}

// Traffic leaves a target that fails, comes back when it works, and nothing stays under way.
func TestStrategiesThatMeasureLeaveWhatFails(t *testing.T) {
	t.Parallel()
	for _, s := range []balance.Policy{balance.Adaptive, balance.ResponseTime, balance.LeastConnections} {
		t.Run(string(s), func(t *testing.T) {
			t.Parallel()
			var broken atomic.Value
			broken.Store("a")
			h := balancing(t, s, &broken, "a", "b")
			h.gateway.random = func(n int64) int64 { return n / 3 }
			for range 6 {
				if got := h.who(); got != "b" {
					t.Fatalf("%s answered", got)
				}
			}
			log := h.lastDecisions()
			if !strings.Contains(log, string(s)+": b/b, ") || !strings.Contains(log, " ms, 0.0 % failed") {
				t.Errorf("decisions:\n%s", log)
			}
			now := clock.System{}.Now()
			for _, target := range h.targets {
				l := h.gateway.loads.Watch(loadOf(target), now)
				if l.InFlight != 0 {
					t.Errorf("%s has %d under way", target.Model, l.InFlight)
				}
				if target.Model == "b" && (!l.Seen || l.Mean <= 0 || l.Failed != 0) || target.Model == "a" && s != balance.LeastConnections && l.Failed == 0 {
					t.Errorf("%s: %+v", target.Model, l)
				}
			}
			if s == balance.LeastConnections {
				return
			}
			if first := strings.Index(log, string(s)+": b/b"); first < 0 || first > strings.Index(log, string(s)+": a/a") {
				t.Errorf("the one that fails is still first:\n%s", log)
			}
		})
	}
}

// The conversation's own target comes before any strategy.
func TestAConversationStaysUnderAStrategy(t *testing.T) {
	t.Parallel()
	h := balancing(t, balance.RoundRobin, nil, "a", "b")
	for range 3 {
		if got := h.who("X-Bodhi-Session", "s"); got != "a" {
			t.Errorf("%s answered the conversation of a", got)
		}
	}
}

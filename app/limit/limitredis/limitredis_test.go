package limitredis_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/limit/limitredis"
	"github.com/bodhi-gateway/bodhi/app/logtest"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

var ids = id.NewSource(clock.System{}.Now, nil)

// databases hands each test a database of its own on the real server, as they count the nodes that live there.
var databases atomic.Int64

// each runs fn against a Redis in the process and, where there is one, against the real one of TEST_REDIS_URL.
func each(t *testing.T, fn func(t *testing.T, url string)) {
	t.Run("miniredis", func(t *testing.T) { t.Parallel(); fn(t, "redis://"+miniredis.RunT(t).Addr()) })
	if given := os.Getenv("TEST_REDIS_URL"); given != "" {
		real, err := url.Parse(given)
		if err != nil {
			t.Fatal(err)
		}
		real.Path = fmt.Sprint("/", databases.Add(1)%15+1)
		t.Run("redis", func(t *testing.T) { t.Parallel(); fn(t, real.String()) })
	} else if os.Getenv("CI") == "true" {
		t.Error("TEST_REDIS_URL is not set")
	}
}

// node is one gateway's limiter.
type node struct {
	*limit.Limiter
	log *logtest.Log
}

// Long enough for a busy machine; the tests of outages use the real 50 ms.
const busy = 5 * time.Second

func start(t *testing.T, url, name string, rules ...limit.Rule) *node {
	t.Helper()
	return startWith(t, url, name, busy, rules...)
}

func startWith(t *testing.T, url, name string, patience time.Duration, rules ...limit.Rule) *node {
	t.Helper()
	client, err := limitredis.Open(secret.New(url))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return run(t, client, clock.System{}, name, patience, rules...)
}

func run(t *testing.T, shared limit.Shared, c clock.Clock, name string, patience time.Duration, rules ...limit.Rule) *node {
	t.Helper()
	n := &node{log: &logtest.Log{}}
	n.Limiter = limit.NewLimiter(limit.Config{Clock: c, Log: slog.New(slog.NewTextHandler(n.log, nil)), Shared: shared, Node: name, Patience: patience, Beat: 20 * time.Millisecond})
	if err := n.Load(rules); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() { defer close(done); _ = n.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return n
}

func someone() org.Chain {
	return org.Chain{Org: id.NewOrg(ids), Team: id.NewTeam(ids), Key: id.NewKey(ids)}
}

func rule(c org.Chain, u limit.Unit, amount int64, window time.Duration, change ...func(*limit.Rule)) limit.Rule {
	r := limit.Rule{ID: id.NewLimit(ids), Org: c.Org, Kind: org.TeamScope, Node: c.Team.UUID(), Unit: u, Amount: amount, Window: window, Label: "Team Search", Name: "t"}
	for _, f := range change {
		f(&r)
	}
	return r
}

func (n *node) passes(t *testing.T, c org.Chain, tries int) (given int) {
	t.Helper()
	for range tries {
		if _, err := n.Take(t.Context(), limit.Ask{Chain: c}); err == nil {
			given++
		} else if !fault.Is(err, fault.Limited) {
			t.Fatalf("not a rate limit: %v", err)
		}
	}
	return given
}

// until waits for something that the background does.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.NewTimer(10 * time.Second)
	defer late.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-late.C:
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// LiteLLM #16011: each worker counts for itself, so a fleet lets a multiple of the limit through.
func TestNodesShareALimit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string) {
		c := someone()
		r := rule(c, limit.Requests, 100, time.Hour)
		a, b := start(t, url, "a", r), start(t, url, "b", r)
		var given atomic.Int64
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() { given.Add(int64([]*node{a, b}[i%2].passes(t, c, 5))) })
		}
		wg.Wait()
		if given.Load() != 100 {
			t.Errorf("two nodes admitted %d of 100 together", given.Load())
		}
		if s := a.Now(t.Context(), c.Org)[r.ID]; s.Used != 100 || s.Left() != 0 {
			t.Errorf("standing %+v", s)
		}
	})
}

// What Redis decides is what memory decides: the same random traffic, on the same clock, limit for limit.
func TestTheScriptAndMemoryAgree(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			m := miniredis.RunT(t)
			fake := clock.NewFake(time.Date(2026, 11, 23, 23, 50, 0, 0, time.UTC))
			m.SetTime(fake.Now())
			c := someone()
			rules := []limit.Rule{
				rule(c, limit.Requests, 20, time.Minute, func(r *limit.Rule) {
					r.Burst = limit.Burst{Percent: 150, Duration: 2 * time.Minute, Cool: 3 * time.Minute}
				}),
				rule(c, limit.Tokens, 9000, 90*time.Second, func(r *limit.Rule) { r.Soft = true }),
				rule(c, limit.Cost, 150_000_000, time.Hour, func(r *limit.Rule) {
					r.Raises = []limit.Raise{{Percent: 200, Until: fake.Now().Add(90 * time.Minute)}}
				}),
				rule(c, limit.Requests, 5, 1500*time.Millisecond),
			}
			client, err := limitredis.Open(secret.New("redis://" + m.Addr()))
			if err != nil {
				t.Fatal(err)
			}
			redis := run(t, client, fake, "a", busy, rules...)
			memory := limit.NewLimiter(limit.Config{Clock: fake, Log: slog.New(slog.DiscardHandler)})
			if err := memory.Load(rules); err != nil {
				t.Fatal(err)
			}
			rnd := rand.New(rand.NewPCG(seed, 7))
			refused := 0
			for i := range 300 {
				fake.Advance(time.Duration(rnd.Int64N(8000)) * time.Millisecond)
				m.SetTime(fake.Now())
				a := limit.Ask{Chain: c, Tokens: rnd.Int64N(900), Cost: money.USD(rnd.Int64N(1_000_000))}
				a.Least = a.Tokens
				for range 1 + rnd.IntN(6) {
					p, errR := redis.Take(t.Context(), a)
					q, errM := memory.Take(t.Context(), a)
					if errR != nil {
						refused++
					}
					if fmt.Sprint(errR) != fmt.Sprint(errM) {
						t.Fatalf("step %d: redis says %v, memory says %v", i, errR, errM)
					}
					if fmt.Sprint(p.Warnings()) != fmt.Sprint(q.Warnings()) {
						t.Fatalf("step %d: redis warns %q, memory %q", i, p.Warnings(), q.Warnings())
					}
					for _, u := range limit.Units {
						x, _ := p.Tightest(u)
						y, _ := q.Tightest(u)
						if x != y {
							t.Fatalf("step %d: redis\n%+v\nmemory\n%+v", i, x, y)
						}
					}
					if rnd.IntN(3) == 0 {
						used := limit.Used{Void: rnd.IntN(4) == 0, Tokens: rnd.Int64N(1500), Cost: money.USD(rnd.Int64N(2_000_000))}
						redis.Settle(p, used)
						memory.Settle(q, used)
						until(t, "the settlement", func() bool { return maps.Equal(redis.Now(t.Context(), c.Org), memory.Now(t.Context(), c.Org)) })
					}
				}
			}
			if refused < 100 || refused > 800 || redis.log.Count("away") > 0 {
				t.Errorf("%d refusals: this traffic proves little\n%s", refused, redis.log.String())
			}
		})
	}
}

func TestARefusedRequestIsChargedNowhereInRedisEither(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string) {
		c := someone()
		wide, tight := rule(c, limit.Requests, 1000, time.Hour), rule(c, limit.Requests, 3, time.Hour)
		n := start(t, url, "a", wide, tight)
		if given := n.passes(t, c, 50); given != 3 {
			t.Errorf("%d passed", given)
		}
		if s := n.Now(t.Context(), c.Org); s[wide.ID].Used != 3 || s[tight.ID].Used != 3 {
			t.Errorf("standings %+v", s)
		}
	})
}

func TestSettlementsReachTheOtherNodes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string) {
		c := someone()
		r, money := rule(c, limit.Tokens, 1000, time.Hour), rule(c, limit.Cost, 5000, time.Hour)
		a, b := start(t, url, "a", r, money), start(t, url, "b", r, money)
		p, err := a.Take(t.Context(), limit.Ask{Chain: c, Tokens: 900, Least: 900})
		if err != nil {
			t.Fatal(err)
		}
		if s := b.Now(t.Context(), c.Org)[r.ID]; s.Used != 900 {
			t.Errorf("taken: %+v", s)
		}
		a.Settle(p, limit.Used{Tokens: 100, Cost: 7000})
		a.Settle(p, limit.Used{Tokens: 100, Cost: 7000})
		until(t, "what was given back", func() bool { return b.Now(t.Context(), c.Org)[r.ID].Used == 100 })
		until(t, "the cost", func() bool { return b.Now(t.Context(), c.Org)[money.ID].Used == 7000 })
		if n := b.passes(t, c, 1); n != 0 {
			t.Error("the cost limit is passed, and lets another request through")
		}
	})
}

package cacheredis_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/cache/cachetest"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/org"
)

func TestALeaseHasOneHolder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string) {
		c, o, ctx := open(t, url), id.NewOrg(ids), t.Context()
		a, b := cache.Lease{Org: o, Key: cache.Key{1}, Token: "a.1"}, cache.Lease{Org: o, Key: cache.Key{1}, Token: "b.1"}
		is := func(l cache.Lease, want cache.Turn) {
			t.Helper()
			if turn, err := c.Take(ctx, l); err != nil || turn != want {
				t.Errorf("%s: %d, want %d (%v)", l.Token, turn, want, err)
			}
		}
		is(a, cache.Ours)
		is(b, cache.Theirs)
		is(a, cache.Ours)
		is(cache.Lease{Org: id.NewOrg(ids), Key: cache.Key{1}, Token: "b.1"}, cache.Ours) // another organization's
		for _, err := range []error{c.Return(ctx, b, false), c.Renew(ctx, []cache.Lease{a, b, {Org: o, Key: cache.Key{9}, Token: "x.1"}})} {
			if err != nil {
				t.Error(err)
			}
		}
		is(b, cache.Theirs) // what is not b's was not b's to give back
		if err := c.Return(ctx, a, false); err != nil {
			t.Error(err)
		}
		is(b, cache.Ours)
		if err := c.Return(ctx, b, true); err != nil {
			t.Error(err)
		}
		is(a, cache.Over)
	})
}

// A lease ends by itself when nobody renews it, as when its node died.
func TestALeaseThatNobodyRenewsEnds(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	c, o, ctx := open(t, "redis://"+m.Addr()), id.NewOrg(ids), t.Context()
	a, b := cache.Lease{Org: o, Key: cache.Key{1}, Token: "a.1"}, cache.Lease{Org: o, Key: cache.Key{1}, Token: "b.1"}
	take := func(l cache.Lease) cache.Turn {
		t.Helper()
		turn, err := c.Take(ctx, l)
		if err != nil {
			t.Fatal(err)
		}
		return turn
	}
	take(a)
	m.FastForward(cache.LeaseTime - time.Second)
	if err := c.Renew(ctx, []cache.Lease{a}); err != nil {
		t.Fatal(err)
	}
	m.FastForward(cache.LeaseTime - time.Second)
	if take(b) != cache.Theirs {
		t.Error("it was renewed, and yet somebody else has it")
	}
	m.FastForward(cache.LeaseTime)
	if take(b) != cache.Ours {
		t.Error("nobody renewed it, and yet nobody else has it")
	}
	if err := c.Return(ctx, b, true); err != nil {
		t.Fatal(err)
	}
	m.FastForward(cache.OverTime)
	if take(a) != cache.Ours {
		t.Error("that it is over is said for too long")
	}
}

// twins are the caches of two nodes on one Redis.
func twins(t *testing.T, url string) (both [2]*cache.Desk, chain org.Chain) {
	t.Helper()
	mac := cachetest.MAC(t)
	chain = org.Chain{Org: id.NewOrg(ids), Department: id.NewDepartment(ids), Team: id.NewTeam(ids), Member: id.NewMember(ids), Key: id.NewKey(ids)}
	for i := range both {
		c := open(t, url)
		both[i] = cache.NewDesk(cache.Parts{Store: c, Leases: c, Node: fmt.Sprint("node ", i), Vault: cachetest.Vault{}, MAC: mac, Wires: []llm.Wire{openai.Wire{}}, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler), Patience: 10 * time.Second})
		if err := both[i].Load(cache.Snapshot{Rules: []cache.Record{policy(chain.Org)}}); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
		ended := make(chan struct{})
		go func() { defer close(ended); _ = both[i].Run(ctx) }()
		t.Cleanup(func() { stop(); <-ended })
	}
	return both, chain
}

func policy(o id.Org) cache.Record {
	return cache.Record{ID: id.NewCaching(ids), Org: o, Kind: org.OrgScope, Node: o.UUID(), Name: "all", Settings: cache.Settings{Mode: cache.Exact, Sharing: cache.Team, TTL: time.Hour, Warmest: 200, MaxBytes: 1 << 20}}
}

func question(t *testing.T, d *cache.Desk, chain org.Chain) *cache.Slot {
	t.Helper()
	call, err := openai.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"smart","messages":[{"role":"user","content":"hi"}]}`)})
	if err != nil {
		t.Error(err)
		return nil
	}
	s, why := d.Seek(&cache.Ask{Chain: chain, Call: call, Models: []string{"m"}})
	if s == nil {
		t.Error(why)
	}
	return s
}

var hello = cache.Taken{Body: []byte(`{"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}]}`), Model: "m", Provider: "up"}

// Two nodes get 100 equal questions each at once. One call is made, and all have its answer.
func TestTwoNodesAskOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string) {
		both, chain := twins(t, url)
		var calls, answered atomic.Int64
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				d := both[i%2]
				s := question(t, d, chain)
				if _, ok := d.Get(t.Context(), s); ok {
					answered.Add(1)
					return
				}
				lead := d.Join(t.Context(), s)
				defer lead.Land()
				if _, ok := d.Get(t.Context(), s); ok {
					answered.Add(1)
					return
				}
				calls.Add(1)
				until(t, func() bool { return both[0].Stats().Waiting+both[1].Stats().Waiting > 50 || answered.Load() > 0 }) // the provider takes its time
				taken := hello
				if why := d.Keep(t.Context(), s, &taken); why != "" {
					t.Error(why)
				}
			})
		}
		all.Wait()
		if calls.Load() != 1 || answered.Load() != 199 {
			t.Errorf("%d calls, %d had the answer without one", calls.Load(), answered.Load())
		}
	})
}

func until(t *testing.T, ok func() bool) {
	t.Helper()
	late := time.NewTimer(30 * time.Second)
	defer late.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-late.C:
			t.Error("waited in vain")
			return
		}
	}
}

// A node dies after its answer is in the store and before it says so: another one that waited takes that answer, and asks nobody.
func TestAnAnswerOfANodeThatDiedIsTaken(t *testing.T) {
	t.Parallel()
	m := miniredis.RunT(t)
	both, chain := twins(t, "redis://"+m.Addr())
	dead := open(t, "redis://"+m.Addr())
	s := question(t, both[1], chain)
	l := cache.Lease{Org: chain.Org, Key: s.Key, Token: "dead.1"}
	if turn, err := dead.Take(t.Context(), l); err != nil || turn != cache.Ours {
		t.Fatal(turn, err)
	}
	next := make(chan *cache.Lead)
	go func() { next <- both[1].Join(t.Context(), s) }()
	until(t, func() bool { return both[1].Stats().NodeWaits == 1 })
	taken := hello
	if why := both[0].Keep(t.Context(), question(t, both[0], chain), &taken); why != "" { // in the dead one's name
		t.Fatal(why)
	}
	until(t, func() bool { _, err := dead.Get(t.Context(), chain.Org, s.Key); return err == nil })
	m.FastForward(cache.LeaseTime)
	if lead := <-next; lead != nil {
		t.Error("it asks though the answer is there")
	}
	if _, ok := both[1].Get(t.Context(), s); !ok {
		t.Error("the answer is not given")
	}
}

// The one who asks goes away before the answer is there: of its own node somebody takes over if there is one, else another node does.
func TestTheLeadGoesOnToAnotherNode(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, url string) {
		both, chain := twins(t, url)
		lead := both[0].Join(t.Context(), question(t, both[0], chain))
		if lead == nil {
			t.Fatal("nobody asks")
		}
		next := make(chan *cache.Lead)
		go func() { next <- both[1].Join(t.Context(), question(t, both[1], chain)) }()
		until(t, func() bool { return both[1].Stats().NodeWaits == 1 })
		local := make(chan *cache.Lead)
		go func() { local <- both[0].Join(t.Context(), question(t, both[0], chain)) }()
		until(t, func() bool { return both[0].Waiting() == 1 })
		lead.Give()
		second := <-local
		if second == nil {
			t.Fatal("the lead left the node, though somebody waits there")
		}
		select {
		case <-next:
			t.Fatal("two nodes ask")
		default:
		}
		second.Give() // nobody waits here any more
		third := <-next
		if third == nil {
			t.Fatal("the other node does not take over")
		}
		third.Land()
	})
}

// Without Redis, or with one that hangs, each node asks by itself, and soon: what was waited for in vain once is not waited for again.
func TestWithoutRedisEachNodeAsksByItself(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for name, c := range map[string]struct {
		url   string
		looks bool // into the store first, as requests do
	}{
		"hangs": {"redis://" + l.Addr().String(), false}, "gone": {"redis://127.0.0.1:1", false}, "hangs, as the store said": {"redis://" + l.Addr().String(), true},
	} {
		client := open(t, c.url)
		chain := org.Chain{Org: id.NewOrg(ids), Team: id.NewTeam(ids), Member: id.NewMember(ids), Key: id.NewKey(ids)}
		d := cache.NewDesk(cache.Parts{Store: client, Leases: client, Node: "n", Vault: cachetest.Vault{}, MAC: cachetest.MAC(t), Wires: []llm.Wire{openai.Wire{}}, Clock: clock.NewFake(clock.System{}.Now()), Log: slog.New(slog.DiscardHandler)})
		if err := d.Load(cache.Snapshot{Rules: []cache.Record{policy(chain.Org)}}); err != nil {
			t.Fatal(err)
		}
		began := clock.System{}.Now()
		for range 20 {
			s := question(t, d, chain)
			if c.looks {
				d.Get(t.Context(), s)
			}
			lead := d.Join(t.Context(), s)
			if lead == nil {
				t.Errorf("%s: nobody asks", name)
			}
			lead.Land()
		}
		// One waits 50 ms and the others not at all; the bound is wide for a busy machine.
		if took := clock.Since(began); took > 5*time.Second {
			t.Errorf("%s: 20 questions waited %s", name, took)
		}
		errs := d.Stats().Errors
		if gets, leases := errs[0], errs[len(errs)-1]; gets+leases != 1 || c.looks != (gets == 1) {
			t.Errorf("%s: the store was asked %d times in vain, the leases %d times", name, gets, leases)
		}
	}
}

package limit

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// wire is a Redis that fails as a test says, and notes what it was asked.
type wire struct {
	mu    sync.Mutex
	err   error
	asked map[Script]int
	paid  int64 // Σ of what settlements brought
}

func (w *wire) Eval(_ context.Context, s Script, _ []string, args []any) ([]int64, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.asked == nil {
		w.asked = map[Script]int{}
	}
	w.asked[s]++
	if w.err != nil {
		return nil, w.err
	}
	switch s {
	case beatScript:
		return []int64{2}, nil
	case settleScript:
		for i := 3; i < len(args); i += 4 {
			w.paid += args[i].(int64)
		}
	case takeScript:
		return make([]int64, answered*(len(args)-1)/9), nil
	}
	return nil, nil
}

func (w *wire) fail(err error) { w.mu.Lock(); w.err = err; w.mu.Unlock() }

func (w *wire) count(s Script) int { w.mu.Lock(); defer w.mu.Unlock(); return w.asked[s] }

func TestAnOutageIsProbedByOneAndLoggedOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, log := &wire{}, &bytes.Buffer{}
		c := someone()
		l := NewLimiter(Config{Clock: clock.System{}, Log: slog.New(slog.NewTextHandler(log, nil)), Shared: w, Node: "a"})
		if err := l.Load([]Rule{on(c, org.TeamScope, Requests, 100, time.Hour)}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { _ = l.Run(ctx) }()
		time.Sleep(time.Second)
		if w.count(beatScript) != 1 || l.Nodes() != 2 {
			t.Errorf("%d heartbeats in a second, %d nodes", w.count(beatScript), l.Nodes())
		}
		w.fail(errors.New("down"))
		passed := 0
		for range 200 {
			if _, err := l.Take(t.Context(), Ask{Chain: c}); err == nil {
				passed++
			}
			time.Sleep(100 * time.Millisecond)
		}
		if passed != 50 {
			t.Errorf("%d pass, want half of 100: two nodes lived", passed)
		}
		if n := w.count(takeScript); n != 1 {
			t.Errorf("%d requests asked a Redis that is away, one was enough to know", n)
		}
		if n := w.count(beatScript); n < 35 || n > 50 {
			t.Errorf("%d probes in 20 s", n)
		}
		w.fail(nil)
		time.Sleep(time.Second)
		synctest.Wait() // a second is over before everything that happens in it has
		if w.paid != 50 {
			t.Errorf("redis was told of %d, 50 were let through", w.paid)
		}
		if s := log.String(); strings.Count(s, "redis is away") != 1 || strings.Count(s, "redis is back") != 1 {
			t.Errorf("logged:\n%s", s)
		}
		cancel()
		synctest.Wait()
	})
}

// An answer that is not one must not admit anybody for nothing, nor panic.
func TestAnAnswerOfTheWrongShapeIsAnOutage(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.Limiter = NewLimiter(Config{Clock: h.clock, Log: slog.New(slog.DiscardHandler), Shared: deaf{}})
	h.set(on(h.chain, org.TeamScope, Requests, 3, time.Hour))
	if n := h.passes(10); n != 3 {
		t.Errorf("%d pass", n)
	}
}

type deaf struct{}

func (deaf) Eval(context.Context, Script, []string, []any) ([]int64, error) { return []int64{0}, nil }

func TestDoubtfulPaymentsRepeatOnlyWhatIsStricter(t *testing.T) {
	t.Parallel()
	h := build(t)
	w := &wire{}
	k := newLink(Config{Clock: h.clock, Log: slog.New(slog.DiscardHandler), Shared: w})
	h.set(on(h.chain, org.TeamScope, Tokens, 3, time.Minute))
	r := h.tree(h.chain.Org).rules[h.rules[0].ID]
	now := noon.UnixMicro()
	k.debts.add(r, 7, -40, now)
	k.debts.add(r, underWay, 30, now)
	w.fail(errors.New("timed out"))
	if k.pay(t.Context()) {
		t.Fatal("paid")
	}
	w.fail(nil)
	if !k.pay(t.Context()) || w.paid != 30 {
		t.Errorf("%d was paid the second time, want 30: what was given back may have arrived", w.paid)
	}
	k.debts.add(r, underWay, 30, now)
	h.clock.Advance(2 * time.Minute)
	if k.pay(t.Context()); w.paid != 30 {
		t.Error("a debt from before the window was paid")
	}
	if len(k.debts.open) != 0 {
		t.Errorf("%d debts are kept", len(k.debts.open))
	}
}

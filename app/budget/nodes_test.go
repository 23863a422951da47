package budget_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// node is one of several treasuries on one database.
type node struct {
	*budget.Treasury
	dir  string
	id   id.Node
	bank *mute
	kill func()
	stop func()
}

// mute is a bank that a test can keep a node from showing signs of life at: for the others it is dead, and it lives on.
type mute struct {
	budget.Bank
	silent atomic.Bool
	leases atomic.Int64
}

func (m *mute) Beat(ctx context.Context, n id.Node, epoch int64, now time.Time) (budget.Pulse, error) {
	if m.silent.Load() {
		return budget.Pulse{}, errDown
	}
	return m.Bank.Beat(ctx, n, epoch, now)
}

func (m *mute) Lease(ctx context.Context, n id.Node, asks []budget.LeaseAsk) ([]budget.Lease, error) {
	m.leases.Add(1)
	return m.Bank.Lease(ctx, n, asks)
}

// join starts a node that hears the others on bus. A node counts as dead after deadAfter.
func (h *house) join(bus live.Bus, dir string, deadAfter time.Duration) *node {
	h.t.Helper()
	j, err := journal.Open(dir, journal.Options{Clock: h.clock, IDs: ids})
	h.must(err)
	n := &node{dir: dir, id: j.Node(), bank: &mute{Bank: h.books}}
	n.Treasury = budget.NewTreasury(budget.TreasuryConfig{Bank: n.bank, Journal: j, Clock: h.clock, IDs: ids, Log: slog.New(slog.DiscardHandler),
		Bus: bus, Host: filepath.Base(dir), Version: "test", BeatEvery: 10 * time.Millisecond, DeadAfter: deadAfter})
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.t.Context()))
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	var once sync.Once
	end := func(well bool) {
		once.Do(func() {
			if well {
				closing, over := context.WithTimeout(ctx, 20*time.Second)
				defer over()
				if err := n.Close(closing); err != nil {
					h.t.Errorf("close: %v", err)
				}
			}
			cancel()
			<-done
			_ = j.Close()
		})
	}
	n.kill, n.stop = func() { end(false) }, func() { end(true) }
	h.t.Cleanup(n.kill)
	h.load(n.Treasury)
	ready(h.t, n.Treasury)
	return n
}

// passTime moves the house's clock on in small steps until ok: signs of life are counted by it.
func (h *house) passTime(what string, ok func() bool) {
	h.t.Helper()
	eventually(h.t, what, func() bool { h.clock.Advance(10 * time.Millisecond); return ok() })
}

const never = time.Hour

func TestANodeGetsBackWhatAnotherLeasedAndDoesNotUse(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, bus := newHouse(t, d), &live.Local{}
		h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
		a, b := h.join(bus, t.TempDir(), never), h.join(bus, t.TempDir(), never)
		a.Release(h.reserve(a.Treasury, 9*money.Dollar)) // a keeps the lease, idle
		if pool := h.look(org.OfOrg(h.chain.Org)); pool.Leased < 9*money.Dollar {
			t.Fatalf("a has leased %+v", pool)
		}
		began := clock.System{}.Now()
		hold := h.reserve(b.Treasury, 8*money.Dollar)
		if took := clock.Since(began); took > time.Second {
			t.Errorf("it took %s", took)
		}
		h.spend(b.Treasury, hold, 8*money.Dollar)
		if s := b.Stats(); s.Recalls != 1 {
			t.Errorf("%d recalls", s.Recalls)
		}
		eventually(t, "more than there is says exhausted, once b has posted what it spent", func() bool {
			_, err := a.Reserve(t.Context(), h.want(3*money.Dollar, 3*money.Dollar))
			return fault.From(err).Code == "budget_exhausted"
		})
		h.spend(a.Treasury, h.reserve(a.Treasury, 2*money.Dollar), 2*money.Dollar)
		a.stop()
		b.stop()
		if r := h.verify(); r.Cost != 10*money.Dollar || r.Over != 0 || r.Leases != 0 {
			t.Errorf("afterwards:\n%s", r.String())
		}
	})
}

func TestARefusalBecauseOthersHoldMoneySaysSoInHalfASecond(t *testing.T) {
	t.Parallel()
	h, bus := newHouse(t, dbtest.SQLite(t)), &live.Local{}
	h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	a, b := h.join(bus, t.TempDir(), never), h.join(bus, t.TempDir(), never)
	hold := h.reserve(a.Treasury, 9*money.Dollar)
	began := clock.System{}.Now()
	const askers = 50
	var wg sync.WaitGroup
	for range askers {
		wg.Go(func() {
			if _, err := b.Reserve(t.Context(), h.want(5*money.Dollar, 5*money.Dollar)); fault.From(err).Code != "budget_reserved" {
				t.Errorf("refused with %v", err)
			}
		})
	}
	wg.Wait()
	if took := clock.Since(began); took < 300*time.Millisecond || took > 2*time.Second {
		t.Errorf("it took %s", took)
	}
	if s := b.Stats(); s.Recalls == 0 || s.Recalls > 12 {
		t.Errorf("%d recalls for %d requests", s.Recalls, askers)
	}
	if n := b.bank.leases.Load(); n > 40 {
		t.Errorf("%d trips for %d requests", n, askers)
	}
	a.Release(hold)
	h.spend(b.Treasury, h.reserve(b.Treasury, 9*money.Dollar), money.Dollar)
}

func TestADeadNodesLeaseIsSuspenseUntilItComesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, bus := newHouse(t, d), &live.Local{}
		on := org.OfOrg(h.chain.Org)
		h.budget(on, 10*money.Dollar, budget.Monthly, budget.Hard)
		a, b := h.join(bus, t.TempDir(), 100*time.Millisecond), h.join(bus, t.TempDir(), 100*time.Millisecond)
		h.passTime("both know of each other", func() bool { return a.Nodes() == 2 && b.Nodes() == 2 })
		h.open(a.Treasury, h.reserve(a.Treasury, 6*money.Dollar)) // on its way to the provider
		h.reserve(a.Treasury, 2*money.Dollar)                     // leased, and never sent
		posted(t, a.Treasury)
		a.kill()
		h.passTime("a is taken for dead", func() bool { return h.look(on).Suspense > 0 })
		pool := h.look(on)
		if pool.Suspense < 6*money.Dollar || pool.Leased != 0 {
			t.Errorf("after the reaper: %+v", pool)
		}
		if _, err := b.Reserve(t.Context(), h.want(5*money.Dollar, 5*money.Dollar)); fault.From(err).Code != "budget_exhausted" {
			t.Errorf("a dead node's money was lent again: %v", err)
		}
		h.passTime("only b counts", func() bool { return b.Nodes() == 1 })
		again := h.join(bus, a.dir, never)
		posted(t, again.Treasury)
		if pool := h.look(on); pool.Suspense != 0 || pool.Spent != 6*money.Dollar {
			t.Errorf("after its return: %+v", pool)
		}
		if s := again.Stats(); s.Epoch != 2 {
			t.Errorf("epoch %d", s.Epoch)
		}
		eventually(t, "b, which saw the budget used up, has what came back", func() bool {
			h.load(b.Treasury)
			hold, err := b.Reserve(t.Context(), h.want(4*money.Dollar, 4*money.Dollar))
			if err == nil {
				b.Release(hold)
			}
			return err == nil
		})
		if _, err := b.Reserve(t.Context(), h.want(401*money.Cent, 401*money.Cent)); fault.From(err).Code != "budget_exhausted" {
			t.Errorf("more than came back: %v", err)
		}
		again.stop()
		b.stop()
		if r := h.verify(); r.Cost != 6*money.Dollar || r.Suspense != 0 || r.Leases != 0 || r.Over != 0 {
			t.Errorf("in the end:\n%s", r.String())
		}
	})
}

func TestALivingNodeTakenForDeadSpendsOnAndBeginsANewSession(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, bus := newHouse(t, d), &live.Local{}
		on := org.OfOrg(h.chain.Org)
		h.budget(on, 10*money.Dollar, budget.Monthly, budget.Hard)
		h.budget(org.OfKey(h.chain.Org, h.chain.Key), 10*money.Dollar, budget.Daily, budget.Hard)
		a, b := h.join(bus, t.TempDir(), 100*time.Millisecond), h.join(bus, t.TempDir(), 100*time.Millisecond)
		flying := h.reserve(a.Treasury, 2*money.Dollar)
		req := h.open(a.Treasury, flying)
		h.spend(a.Treasury, h.reserve(a.Treasury, money.Dollar), money.Dollar)
		spare := h.reserve(a.Treasury, money.Dollar)
		a.bank.silent.Store(true)
		a.Release(spare) // so that it has something left, however little it leased
		h.passTime("a is taken for dead", func() bool { return h.look(on).Suspense > 0 })
		before := h.look(on)
		h.spend(a.Treasury, h.reserve(a.Treasury, money.Cent), money.Cent) // a zombie spends what it has …
		eventually(t, "which was counted", func() bool { p := h.look(on); return p.Spent == 101*money.Cent })
		if p := h.look(on); p.Spent+p.Suspense != before.Spent+before.Suspense && p.Leased == 0 {
			t.Errorf("before it %+v, after it %+v", before, p)
		}
		a.bank.silent.Store(false) // … and hears what became of it
		eventually(t, "a begins a new session", func() bool { return a.Stats().Epoch == 2 })
		p := h.look(on)
		if p.Suspense != 0 || p.Leased < 2*money.Dollar {
			t.Errorf("in the new session: %+v", p)
		}
		if got := h.reserve(b.Treasury, 6*money.Dollar); got == nil { // what a gave back is there for b
			t.Error("nothing came back")
		} else {
			h.spend(b.Treasury, got, 6*money.Dollar)
		}
		a.Settle(flying, done(150*money.Cent))
		a.Record(fact(h, req, 150*money.Cent))
		h.spend(a.Treasury, h.reserve(a.Treasury, money.Dollar), money.Dollar)
		a.stop()
		b.stop()
		if r := h.verify(); r.Cost != 951*money.Cent || r.Suspense != 0 || r.Leases != 0 || r.Over != 0 || r.Attempts != 5 {
			t.Errorf("in the end:\n%s", r.String())
		}
	})
}

func TestTwoReapersDoNotDouble(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, bus := newHouse(t, d), &live.Local{}
		on := org.OfOrg(h.chain.Org)
		h.budget(on, 10*money.Dollar, budget.Monthly, budget.Hard)
		victim := h.join(bus, t.TempDir(), never)
		h.reserve(victim.Treasury, 4*money.Dollar)
		victim.kill()
		leased := h.look(on).Leased
		pulse, err := h.books.Beat(t.Context(), id.NewNode(ids), 0, h.clock.Now())
		h.must(err)
		var did atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				done, err := h.books.Reap(t.Context(), pulse.Peers[0], h.clock.Now())
				if err != nil {
					t.Error(err)
				}
				if done {
					did.Add(1)
				}
			})
		}
		wg.Wait()
		if p := h.look(on); did.Load() != 1 || p.Suspense != leased || p.Leased != 0 {
			t.Errorf("%d reapers did it: %+v, leased were %s", did.Load(), p, leased)
		}
	})
}

func TestASignOfLifeComesBeforeTheReaper(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		n := id.NewNode(ids)
		epoch, err := h.books.Begin(t.Context(), n, budget.Opening{Now: h.clock.Now()})
		h.must(err)
		seen, err := h.books.Beat(t.Context(), id.NewNode(ids), 0, h.clock.Now())
		h.must(err)
		_, err = h.books.Beat(t.Context(), n, epoch, h.clock.Now())
		h.must(err)
		if done, err := h.books.Reap(t.Context(), seen.Peers[0], h.clock.Now()); err != nil || done {
			t.Errorf("reaped %v: %v", done, err)
		}
	})
}

func TestNobodyIsTakenForDeadAfterAnOutage(t *testing.T) {
	t.Parallel()
	h, bus := newHouse(t, dbtest.SQLite(t)), &live.Local{}
	on := org.OfOrg(h.chain.Org)
	h.budget(on, 10*money.Dollar, budget.Monthly, budget.Hard)
	a, b := h.join(bus, t.TempDir(), 30*time.Second), h.join(bus, t.TempDir(), 30*time.Second)
	h.passTime("both know of each other", func() bool { return a.Nodes() == 2 && b.Nodes() == 2 })
	h.reserve(a.Treasury, money.Dollar)
	a.bank.silent.Store(true)
	b.bank.silent.Store(true)
	h.clock.Advance(time.Hour) // nobody could show a sign of life
	b.bank.silent.Store(false)
	beats := func() int64 {
		pulse, err := h.books.Beat(t.Context(), id.NewNode(ids), 0, h.clock.Now())
		h.must(err)
		n := int64(0)
		for _, p := range pulse.Peers {
			if p.ID == b.id {
				n = p.Beats
			}
		}
		return n
	}
	from := beats()
	eventually(t, "b looked again, several times", func() bool { return beats() > from+5 })
	if p := h.look(on); p.Suspense != 0 {
		t.Errorf("an outage made a node dead: %+v", p)
	}
}

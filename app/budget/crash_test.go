package budget_test

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// doomed starts a treasury that can be killed: nothing is posted or given back then, as by kill -9.
func (h *house) doomed(dir string, bank budget.Bank) (t *budget.Treasury, kill func()) {
	h.t.Helper()
	j, err := journal.Open(dir, journal.Options{Clock: h.clock, IDs: ids})
	h.must(err)
	t = budget.NewTreasury(budget.TreasuryConfig{Bank: bank, Journal: j, Clock: h.clock, IDs: ids, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.t.Context()))
	done := make(chan error, 1)
	go func() { done <- t.Run(ctx) }()
	var once sync.Once
	kill = func() { once.Do(func() { cancel(); <-done; _ = j.Close() }) }
	h.t.Cleanup(kill)
	return t, kill
}

func (h *house) open(t *budget.Treasury, hold *ledger.Hold) id.Request {
	h.t.Helper()
	req := id.NewRequest(ids)
	h.must(t.Open(hold, &ledger.Attempt{Request: req, Number: 1, Chain: h.chain, Provider: "up", Kind: "sandbox", Model: "sandbox-chat"}))
	return req
}

func (h *house) reserve(t *budget.Treasury, amount money.USD) *ledger.Hold {
	h.t.Helper()
	hold, err := t.Reserve(h.t.Context(), h.want(amount, amount))
	h.must(err)
	return hold
}

// look asks the bank where the monthly budget on a scope stands, as some other node would.
func (h *house) look(s org.Scope) ledger.Pool {
	h.t.Helper()
	rules, err := h.store.Rules(h.t.Context(), h.clock.Now())
	h.must(err)
	for _, r := range rules {
		if r.Org == s.Org() && r.Node == s.Node() {
			ask := budget.LeaseAsk{Org: r.Org, Account: ledger.Account{Budget: r.ID, Start: r.Start}}
			got, err := h.books.Lease(h.t.Context(), id.NewNode(ids), []budget.LeaseAsk{ask})
			h.must(err)
			return got[0].Pool
		}
	}
	h.t.Fatal("there is no such budget")
	return ledger.Pool{}
}

// posted waits until the whole journal is in the books.
func posted(t *testing.T, tr *budget.Treasury) {
	t.Helper()
	eventually(t, "the journal is in the books", func() bool {
		s := tr.Stats()
		return s.Ready && s.LagSegments == 0 && s.LagBytes == 0
	})
}

func TestWhatWasInFlightAtACrashIsBookedAtItsHold(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, dir := newHouse(t, d), t.TempDir()
		h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
		tr, kill := h.doomed(dir, h.books)
		h.load(tr)
		ready(t, tr)
		h.spend(tr, h.reserve(tr, money.Dollar), 40*money.Cent)
		h.open(tr, h.reserve(tr, 2*money.Dollar)) // dispatched, never settled
		h.reserve(tr, 3*money.Dollar)             // held, never dispatched
		h.open(tr, h.reserve(tr, money.Cent))
		posted(t, tr) // the books know of them and go on behind them
		kill()

		again, stop := h.treasury(dir, h.books)
		posted(t, again)
		if pool := h.look(org.OfOrg(h.chain.Org)); pool.Leased != 0 || pool.Spent != 241*money.Cent {
			t.Errorf("before the first request of the new session: %+v", pool)
		}
		h.load(again)
		hold := h.reserve(again, money.Dollar)
		left, _ := again.Left(hold)
		if want := 10*money.Dollar - 40*money.Cent - 2*money.Dollar - money.Cent - money.Dollar; left != want {
			t.Errorf("left is %s, want %s: what was only held must be free again, what was sent must not", left, want)
		}
		again.Release(hold)
		stop()
		r := h.verify()
		if r.Attempts != 3 || r.Requests != 3 || r.Orphans != 0 || r.Flagged != 2*money.Dollar+money.Cent || r.Leases != 0 {
			t.Errorf("after the restart:\n%s", r.String())
		}
	})
}

func TestCrashesLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, dir := newHouse(t, d), t.TempDir()
		h.budget(org.OfOrg(h.chain.Org), 100*money.Dollar, budget.Monthly, budget.Hard)
		h.budget(org.OfKey(h.chain.Org, h.chain.Key), 100*money.Dollar, budget.Daily, budget.Soft)
		rnd := rand.New(rand.NewPCG(1, 2))
		var sent int64
		for range 6 {
			tr, kill := h.doomed(dir, &flakyBank{Bank: h.books, rnd: rnd})
			h.load(tr)
			for range 150 {
				hold, err := tr.Reserve(t.Context(), h.want(money.Cent, money.Cent))
				if err != nil {
					continue
				}
				switch rnd.IntN(10) {
				case 0:
					tr.Release(hold)
				case 1:
					h.open(tr, hold)
					sent++
				default:
					h.spend(tr, hold, money.USD(rnd.IntN(int(money.Cent))))
					sent++
				}
			}
			kill()
		}
		tr, stop := h.treasury(dir, h.books)
		h.load(tr)
		posted(t, tr)
		stop()
		if r := h.verify(); r.Attempts != sent || r.Requests != sent || r.Leases != 0 {
			t.Errorf("%d attempts sent:\n%s", sent, r.String())
		}
	})
}

// flakyBank loses answers after the work was done, and refuses before it, each time in five.
type flakyBank struct {
	budget.Bank
	mu  sync.Mutex
	rnd *rand.Rand
}

var errLost = errors.New("the connection broke")

func (b *flakyBank) dice() int { b.mu.Lock(); defer b.mu.Unlock(); return b.rnd.IntN(5) }

func (b *flakyBank) Lease(ctx context.Context, n id.Node, asks []budget.LeaseAsk) ([]budget.Lease, error) {
	switch b.dice() {
	case 0:
		return nil, errLost
	case 1:
		_, _ = b.Bank.Lease(ctx, n, asks)
		return nil, errLost
	}
	return b.Bank.Lease(ctx, n, asks)
}

func (b *flakyBank) Post(ctx context.Context, n id.Node, batch budget.Batch) ([]budget.Lease, error) {
	switch b.dice() {
	case 0:
		return nil, errLost
	case 1:
		_, _ = b.Bank.Post(ctx, n, batch)
		return nil, errLost
	}
	return b.Bank.Post(ctx, n, batch)
}

func TestLostAnswersGrantOnceAndPostOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		limit := 2 * money.Dollar
		h.budget(org.OfOrg(h.chain.Org), limit, budget.Monthly, budget.Hard)
		tr, stop := h.treasury(t.TempDir(), &flakyBank{Bank: h.books, rnd: rand.New(rand.NewPCG(3, 4))})
		h.load(tr)
		ready(t, tr)
		var spent money.USD
		eventually(t, "the whole limit can be spent", func() bool {
			hold, err := tr.Reserve(t.Context(), h.want(7*money.Cent, 1))
			if err != nil {
				return fault.From(err).Code == "budget_exhausted"
			}
			h.spend(tr, hold, hold.Amount())
			spent += hold.Amount()
			return false
		})
		if spent != limit {
			t.Errorf("spent %s of %s", spent, limit)
		}
		posted(t, tr)
		stop()
		if r := h.verify(); r.Cost != spent || r.Over != 0 {
			t.Errorf("spent %s:\n%s", spent, r.String())
		}
	})
}

func TestWhatTheBankDidNotHearIsSaidAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	b := h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	bank := &countingBank{Bank: h.books}
	tr, _ := h.treasury(t.TempDir(), bank)
	h.load(tr)
	ready(t, tr)
	tr.Release(h.reserve(tr, 5*money.Dollar))
	bank.down.Store(true)
	b.Limit = 6 * money.Dollar
	h.must(h.d.Do(t.Context(), func(ctx context.Context) error { return h.store.Update(ctx, b, h.clock.Now()) }))
	h.load(tr) // the lease goes back
	tried := bank.leases.Load()
	eventually(t, "the bank did not hear of it", func() bool { return bank.leases.Load() > tried })
	if pool := h.look(b.Scope); pool.Leased < 5*money.Dollar {
		t.Fatalf("the bank heard: %+v", pool)
	}
	bank.down.Store(false)
	eventually(t, "the lease is back, without a request", func() bool { return h.look(b.Scope).Leased == 0 })
}

func TestAnOutageIsServedFromTheLeaseAndThenRefused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		h.budget(org.OfOrg(h.chain.Org), 100*money.Dollar, budget.Monthly, budget.Hard)
		bank := &countingBank{Bank: h.books}
		tr, stop := h.treasury(t.TempDir(), bank)
		h.load(tr)
		ready(t, tr)
		h.spend(tr, h.reserve(tr, money.Dollar), money.Cent)
		bank.down.Store(true)
		served := int64(1)
		var refused *fault.Error
		for refused == nil && served < 10_000 {
			hold, err := tr.Reserve(t.Context(), h.want(5*money.Cent, 5*money.Cent))
			if err != nil {
				refused = fault.From(err)
				break
			}
			h.spend(tr, hold, 5*money.Cent)
			served++
		}
		if served < 10 {
			t.Errorf("only %d requests were served from the lease", served)
		}
		if refused == nil || refused.Code != "budget_unavailable" || refused.Kind != fault.Unavailable || refused.RetryAfter == 0 {
			t.Fatalf("refused with %v", refused)
		}
		h.clock.Advance(7 * time.Second)
		if lag := tr.Stats().Lag; lag < 7*time.Second {
			t.Errorf("the database lacks what is seven seconds old, the lag is %s", lag)
		}
		bank.down.Store(false)
		eventually(t, "service is back", func() bool {
			hold, err := tr.Reserve(t.Context(), h.want(5*money.Cent, 5*money.Cent))
			if err != nil {
				return false
			}
			h.spend(tr, hold, 5*money.Cent)
			served++
			return true
		})
		posted(t, tr)
		if lag := tr.Stats().Lag; lag != 0 {
			t.Errorf("everything is posted, the lag is %s", lag)
		}
		stop()
		if r := h.verify(); r.Attempts != served || r.Requests != served {
			t.Errorf("%d requests were served:\n%s", served, r.String())
		}
	})
}

func TestANodeStartsWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h, dir := newHouse(t, d), t.TempDir()
	hard := h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	soft := newHouse(t, d) // its only limit is soft
	soft.budget(org.OfOrg(soft.chain.Org), money.Cent, budget.Monthly, budget.Soft)
	first, kill := h.doomed(dir, h.books)
	h.load(first)
	ready(t, first)
	h.open(first, h.reserve(first, money.Dollar)) // left in flight by a crash
	kill()

	bank := &countingBank{Bank: h.books}
	bank.down.Store(true)
	tr, stop := h.treasury(dir, bank)
	h.load(tr)
	if _, err := tr.Reserve(t.Context(), h.want(1, 1)); fault.From(err).Code != "budget_unavailable" {
		t.Errorf("a hard limit without the database: %v", err)
	}
	hold, err := tr.Reserve(t.Context(), soft.want(money.Dollar, money.Dollar))
	h.must(err)
	soft.spend(tr, hold, money.Dollar)
	if s := tr.Stats(); s.Ready || s.SoftExceeded != 1 {
		t.Errorf("stats %+v", s)
	}
	bank.down.Store(false)
	eventually(t, "hard limits work again", func() bool {
		hold, err := tr.Reserve(t.Context(), h.want(1, 1))
		if err == nil {
			tr.Release(hold)
		}
		return err == nil
	})
	h.spend(tr, h.reserve(tr, money.Cent), money.Cent)
	posted(t, tr)
	if s, ok := tr.Now(h.chain.Org, hard.ID); !ok || s.Spent != money.Dollar+money.Cent || s.Held != 0 {
		t.Errorf("after the outage the budget stands at %+v", s)
	}
	stop()
	if r := h.verify(); r.Attempts != 3 || r.Requests != 3 || r.Cost != 2*money.Dollar+money.Cent || r.Flagged != money.Dollar {
		t.Errorf("after the outage:\n%s", r.String())
	}
}

func TestAFullDiskRefusesWorkAndKeepsWhatWasDone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	dir := filepath.Join(t.TempDir(), "ledger")
	j, err := journal.Open(dir, journal.Options{Clock: h.clock, IDs: ids, SegmentBytes: 1}) // a file for each record
	h.must(err)
	tr := budget.NewTreasury(budget.TreasuryConfig{Bank: h.books, Journal: j, Clock: h.clock, IDs: ids, Log: slog.New(slog.DiscardHandler)})
	done := make(chan error, 1)
	go func() { done <- tr.Run(context.WithoutCancel(t.Context())) }()
	h.load(tr)
	ready(t, tr)
	hold := h.reserve(tr, money.Dollar)
	req := h.open(tr, hold)
	other := h.reserve(tr, money.Dollar)

	h.must(os.Rename(dir, dir+"-away"))
	if err := tr.Open(other, &ledger.Attempt{Chain: h.chain}); fault.From(err).Kind != fault.Unavailable {
		t.Errorf("an attempt went out without a journal: %v", err)
	}
	tr.Release(other)
	tr.Settle(hold, &ledger.Settlement{State: ledger.Complete, Cost: 30 * money.Cent})
	tr.Settle(hold, &ledger.Settlement{State: ledger.Complete, Cost: 90 * money.Cent}) // the first one counts
	tr.Record(&ledger.Request{ID: req, Chain: h.chain, Attempts: 1, Status: 200, Cost: 30 * money.Cent})
	if s := tr.Stats(); s.Late != 2 || s.Held != money.Dollar {
		t.Errorf("money must stay held until its settlement is written: %+v", s)
	}
	h.must(os.Rename(dir+"-away", dir))
	eventually(t, "what was late is written", func() bool { s := tr.Stats(); return s.Late == 0 && s.Held == 0 })
	closing, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	h.must(tr.Close(closing))
	h.must(<-done)
	if r := h.verify(); r.Attempts != 1 || r.Requests != 1 || r.Cost != 30*money.Cent || r.Leases != 0 {
		t.Errorf("after the disk had room again:\n%s", r.String())
	}
}

func TestADamagedJournalTurnsItsLeaseIntoSuspense(t *testing.T) {
	t.Parallel()
	h, dir := newHouse(t, dbtest.SQLite(t)), t.TempDir()
	b := h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	bank := &countingBank{Bank: h.books}
	tr, kill := h.doomed(dir, bank)
	h.load(tr)
	ready(t, tr)
	tr.Release(h.reserve(tr, 4*money.Dollar))
	bank.down.Store(true)
	for range 5 {
		h.spend(tr, h.reserve(tr, 50*money.Cent), 50*money.Cent)
	}
	kill()
	leased := h.look(b.Scope).Leased
	segments, err := filepath.Glob(filepath.Join(dir, "*.journal"))
	h.must(err)
	content, err := os.ReadFile(segments[0])
	h.must(err)
	content[len(content)/2] ^= 0xff
	h.must(os.WriteFile(segments[0], content, 0o600))

	bank.down.Store(false)
	again, stop := h.treasury(dir, bank)
	posted(t, again)
	stop()
	pool := h.look(b.Scope)
	if pool.Suspense == 0 || pool.Spent+pool.Suspense != leased || pool.Leased != 0 {
		t.Errorf("%s were leased when the journal broke; now %+v", leased, pool)
	}
	if r, err := h.books.Verify(t.Context()); err != nil || !r.Balanced() || r.Attempts == 0 || r.Attempts >= 5 {
		t.Errorf("what could be read is in the books: %v\n%s", err, r.String())
	}
}

func TestAnIdleLeaseGoesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	b := h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	tr, _ := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	hold := h.reserve(tr, 100*money.Nano) // so little is no hoard
	tr.Release(hold)
	if h.look(b.Scope).Leased == 0 {
		t.Fatal("nothing was leased")
	}
	h.clock.Advance(11 * time.Second)
	eventually(t, "the lease is back", func() bool { return h.look(b.Scope).Leased == 0 })
}

func TestClosingWithAnAttemptInFlightKeepsItsLease(t *testing.T) {
	t.Parallel()
	h, dir := newHouse(t, dbtest.SQLite(t)), t.TempDir()
	b := h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	tr, stop := h.treasury(dir, h.books)
	h.load(tr)
	ready(t, tr)
	h.open(tr, h.reserve(tr, 2*money.Dollar))
	stop()
	if pool := h.look(b.Scope); pool.Leased < 2*money.Dollar {
		t.Errorf("while nobody knows how it ended: %+v", pool)
	}
	if _, err := tr.Reserve(t.Context(), h.want(1, 1)); fault.From(err).Code != "budget_unavailable" {
		t.Errorf("a closed treasury lends: %v", err)
	}
	again, stop := h.treasury(dir, h.books)
	posted(t, again)
	stop()
	if r := h.verify(); r.Cost != 2*money.Dollar || r.Flagged != r.Cost || r.Leases != 0 {
		t.Errorf("at the next start:\n%s", r.String())
	}
}

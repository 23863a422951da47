package budget_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// A request that its client gave up does not wait for the bank, and nobody waits for a bank that does not answer for ever.
func TestNobodyWaitsForABankForEver(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	bank := newMoody(h.books)
	x := h.hand(t.TempDir(), bank, journal.Options{})
	h.start(x)
	if _, seen := x.Now(h.chain.Org, id.NewBudget(ids)); seen {
		t.Error("it stands somewhere where nobody asked for it")
	}
	bank.shut.Store(true)
	ctx, giveUp := context.WithCancel(t.Context())
	go func() { <-bank.came; giveUp() }()
	if _, err := x.Reserve(ctx, h.want(money.Dollar, money.Dollar)); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	if _, err := x.Reserve(t.Context(), h.want(money.Dollar, money.Dollar)); code(err) != "budget_unavailable" {
		t.Errorf("a bank that does not answer: %v", err)
	}
	closing, giveUp := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer giveUp()
	if err := x.Close(closing); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("closed, while a trip is under way: %v", err)
	}
	close(bank.gate)
	if err := errors.Join(x.Close(t.Context()), <-x.ended); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

// While idle lease of other nodes is called for, whose client has gone does not wait for it.
func TestNobodyWaitsForOtherNodesInVain(t *testing.T) {
	t.Parallel()
	h, bus := newHouse(t, dbtest.SQLite(t)), &live.Local{}
	h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	a, b := h.join(bus, t.TempDir(), never), h.join(bus, t.TempDir(), never)
	h.reserve(a.Treasury, 9*money.Dollar)
	heard := bus.Subscribe(t.Context())
	ctx, giveUp := context.WithCancel(t.Context())
	go func() {
		for topic := range heard {
			if strings.HasPrefix(string(topic), "recall:") {
				giveUp()
			}
		}
	}()
	if _, err := b.Reserve(ctx, h.want(5*money.Dollar, 5*money.Dollar)); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
	silent := h.join(&dumb{}, t.TempDir(), never)
	if _, err := silent.Reserve(t.Context(), h.want(5*money.Dollar, 5*money.Dollar)); code(err) != "budget_reserved" {
		t.Errorf("where calls are not heard: %v", err)
	}
}

// The bank's word that a session is over is heard on a trip, too: a new one begins, and what is asked for is lent in it.
func TestATripHearsThatTheSessionIsOver(t *testing.T) {
	t.Parallel()
	for name, says := range map[string]func([]budget.Lease) ([]budget.Lease, error){
		"taken for dead": func(l []budget.Lease) ([]budget.Lease, error) { l[0].Reaped, l[0].Granted = true, 0; return l, nil },
		"not known":      func([]budget.Lease) ([]budget.Lease, error) { return nil, budget.ErrSession },
	} {
		h := newHouse(t, dbtest.SQLite(t))
		h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
		bank := newMoody(h.books)
		x := h.hand(t.TempDir(), bank, journal.Options{})
		h.start(x)
		bank.answer.Store(&says)
		eventually(t, name+": it is lent in the next session", func() bool {
			hold, err := x.Reserve(t.Context(), h.want(money.Dollar, money.Dollar))
			if err == nil {
				x.Release(hold)
			}
			return err == nil && x.Stats().Epoch == 2
		})
		h.must(errors.Join(x.Close(t.Context()), <-x.ended))
	}
}

// A treasury runs once and ends once, in whatever order.
func TestATreasuryRunsOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	x := h.hand(t.TempDir(), h.books, journal.Options{})
	h.start(x)
	if err := x.Run(t.Context()); err == nil {
		t.Error("it runs twice")
	}
	h.must(errors.Join(x.Close(t.Context()), <-x.ended))
	y := h.hand(t.TempDir(), h.books, journal.Options{})
	h.must(errors.Join(y.Close(t.Context()), y.Close(t.Context()), y.Run(t.Context()))) // it never ran
	select {
	case <-y.Ready():
		t.Error("closed before it began, and ready")
	default:
	}
}

// What cannot be done while closing is said: the next start finds all of it in the journal.
func TestAClosingThatFailsSaysSo(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	for name, c := range map[string]struct {
		spoil func(m *moody, h *house)
		says  error
	}{
		"the books are elsewhere":       {func(m *moody, _ *house) { m.moved.Store(true) }, budget.ErrMoved},
		"leases cannot be given back":   {func(m *moody, _ *house) { m.surrender = errDown }, errDown},
		"the bank does not end a post":  {func(m *moody, _ *house) { m.posts.Store(true) }, context.DeadlineExceeded},
		"everything is as it should be": {func(*moody, *house) {}, nil},
	} {
		h, dir := newHouse(t, d), t.TempDir()
		bank := newMoody(h.books)
		x := h.hand(dir, bank, journal.Options{})
		h.start(x)
		posted(t, x.Treasury)
		c.spoil(bank, h)
		h.spend(x.Treasury, h.reserve(x.Treasury, money.Cent), money.Cent)
		if bank.posts.Load() {
			<-bank.came
		}
		closing, end := context.WithTimeout(t.Context(), time.Second)
		if err := x.Close(closing); !errors.Is(err, c.says) {
			t.Errorf("%s: %v", name, err)
		}
		end()
		close(bank.gate)
		<-x.ended
		again, stop := h.treasury(dir, h.books)
		posted(t, again)
		stop()
	}
	if r, err := newHouse(t, d).books.Verify(t.Context()); err != nil || !r.Balanced() || r.Attempts != 4 || r.Requests != 4 {
		t.Errorf("after the next start: %v\n%s", err, r.String())
	}
}

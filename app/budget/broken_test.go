package budget_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// moody is a bank that a test can stop in the middle, and that can give odd answers.
type moody struct {
	budget.Bank
	gate      chan struct{} // trips wait until it is closed, whatever becomes of their callers
	came      chan struct{} // told of each trip that waits
	shut      atomic.Bool
	answer    atomic.Pointer[func([]budget.Lease) ([]budget.Lease, error)] // of the next trip
	moved     atomic.Bool                                                  // posts find the books elsewhere
	posts     atomic.Bool                                                  // wait at the gate, too
	surrender error
}

func newMoody(b budget.Bank) *moody {
	return &moody{Bank: b, gate: make(chan struct{}), came: make(chan struct{}, 100)}
}

func (m *moody) Lease(ctx context.Context, n id.Node, asks []budget.LeaseAsk) ([]budget.Lease, error) {
	if m.shut.Load() {
		m.came <- struct{}{}
		<-m.gate
	}
	got, err := m.Bank.Lease(ctx, n, asks)
	if f := m.answer.Swap(nil); f != nil && err == nil {
		return (*f)(got)
	}
	return got, err
}

func (m *moody) Post(ctx context.Context, n id.Node, b budget.Batch) ([]budget.Lease, error) {
	if m.posts.Load() {
		m.came <- struct{}{}
		<-m.gate
	}
	if m.moved.Load() {
		return nil, budget.ErrMoved
	}
	return m.Bank.Post(ctx, n, b)
}

func (m *moody) Surrender(ctx context.Context, n id.Node, damaged bool) error {
	if m.surrender != nil {
		return m.surrender
	}
	return m.Bank.Surrender(ctx, n, damaged)
}

// notes is a log that a test can read while others write.
type notes struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (n *notes) Write(p []byte) (int, error) { n.mu.Lock(); defer n.mu.Unlock(); return n.b.Write(p) }

func (n *notes) has(text string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return strings.Contains(n.b.String(), text)
}

// hand is a treasury that a test starts and ends by hand.
type hand struct {
	*budget.Treasury
	dir   string
	j     *journal.Journal
	log   *notes
	ended chan error
}

func (h *house) hand(dir string, bank budget.Bank, o journal.Options) *hand {
	h.t.Helper()
	o.Clock, o.IDs = h.clock, ids
	j, err := journal.Open(dir, o)
	h.must(err)
	h.t.Cleanup(func() { _ = j.Close() })
	x := &hand{dir: dir, j: j, log: &notes{}, ended: make(chan error, 1)}
	x.Treasury = budget.NewTreasury(budget.TreasuryConfig{Bank: bank, Journal: j, Clock: h.clock, IDs: ids, Log: slog.New(slog.NewTextHandler(x.log, nil))})
	return x
}

// start runs it until the test ends, with the rules there are.
func (h *house) start(x *hand) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.t.Context()))
	go func() { x.ended <- x.Run(ctx) }()
	h.t.Cleanup(cancel)
	h.load(x.Treasury)
	<-x.Ready()
}

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

// What a caller does wrong is refused or booked at its most, never let through.
func TestNonsenseIsBookedAtItsMost(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	x := h.hand(t.TempDir(), h.books, journal.Options{})
	h.start(x)
	if hold, err := x.Reserve(t.Context(), h.want(money.Cent, money.Dollar)); err == nil || x.Stats().Held != 0 {
		t.Errorf("a floor above its ceiling: %v", hold)
	}
	negative := h.reserve(x.Treasury, 2*money.Dollar)
	req := h.open(x.Treasury, negative)
	x.Settle(negative, done(-1))
	x.Record(fact(h, req, 2*money.Dollar))
	h.spend(x.Treasury, h.reserve(x.Treasury, money.Dollar), 4*money.Dollar)
	if s := x.Stats(); s.Overruns != 1 || s.Held != 0 || !x.log.has("negative cost") || !x.log.has("cost more than its hold") {
		t.Errorf("%+v", s)
	}
	h.spend(x.Treasury, h.reserve(x.Treasury, money.Dollar), money.Dollar)
	if s := x.Stats(); s.Overruns != 1 {
		t.Errorf("what costs its hold counts as an overrun: %+v", s)
	}
	posted(t, x.Treasury)
	h.must(errors.Join(x.Close(t.Context()), <-x.ended))
	if r, err := h.books.Verify(t.Context()); err != nil || r.Cost != 7*money.Dollar || r.Flagged != 2*money.Dollar {
		t.Errorf("%v\n%s", err, r.String())
	}
}

// A call is capped where a hard budget of money or of tokens binds it, and by what is left of money.
func TestWhatBindsACall(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m           ledger.Measure
		e           budget.Enforcement
		bound, hard bool
	}{
		"hard money":    {ledger.Money, budget.Hard, true, true},
		"hard tokens":   {ledger.Tokens, budget.Hard, true, false},
		"hard requests": {ledger.Requests, budget.Hard, false, false},
		"soft money":    {ledger.Money, budget.Soft, false, false},
	} {
		h := newHouse(t, dbtest.SQLite(t))
		h.add(budget.Budget{Scope: org.OfOrg(h.chain.Org), Measure: c.m, Limit: 1000, Period: budget.Monthly, Enforce: c.e})
		x := h.hand(t.TempDir(), h.books, journal.Options{})
		h.start(x)
		w := h.want(100, 100)
		w.Ceiling.Tokens, w.Ceiling.Requests = 10, 1
		w.Floor = w.Ceiling
		hold, err := x.Reserve(t.Context(), w)
		h.must(err)
		left, hard := x.Left(hold)
		if got := x.Bound(hold); got != c.bound || hard != c.hard || hard && left != 900 || !hard && left != 0 {
			t.Errorf("%s: bound %v, left %d, hard %v", name, got, left, hard)
		}
		x.Release(hold)
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

// A journal that cannot be read, or not be written, is no journal to start on: money would be lent twice.
func TestANodeDoesNotStartOnABrokenJournal(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(h *house, dir string)
		then  func(h *house, x *hand)
		says  string
	}{
		"its note cannot be read":             {func(h *house, dir string) { h.must(os.Mkdir(filepath.Join(dir, "checkpoint"), 0o700)) }, nil, "checkpoint"},
		"a segment cannot be read":            {func(h *house, dir string) { h.swap(dir) }, nil, "replay the journal"},
		"ends cannot be written":              {nil, func(h *house, x *hand) { h.must(x.j.Close()) }, "closed"},
		"nor what they cost":                  {nil, func(h *house, x *hand) { h.must(os.WriteFile(h.after(x), nil, 0o600)) }, "new segment"},
		"what was recorded once is not again": {nil, nil, ""},
	} {
		h, dir := newHouse(t, dbtest.SQLite(t)), t.TempDir()
		first, kill := h.doomed(dir, h.books)
		ready(t, first)
		req := h.open(first, h.reserve(first, money.Dollar)) // in flight at the crash
		if name == "what was recorded once is not again" {
			first.Record(fact(h, req, money.Dollar))
		}
		kill()
		_ = os.Remove(filepath.Join(dir, "checkpoint"))
		if c.spoil != nil {
			c.spoil(h, dir)
		}
		x := h.hand(dir, h.books, journal.Options{SegmentBytes: 1}) // a file for each record
		if c.then != nil {
			c.then(h, x)
		}
		if c.says != "" {
			if err := x.Run(t.Context()); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		h.start(x)
		h.must(errors.Join(x.Close(t.Context()), <-x.ended))
		if r := h.verify(); r.Attempts != 1 || r.Requests != 1 || r.Flagged != money.Dollar {
			t.Errorf("%s:\n%s", name, r.String())
		}
	}
}

// swap puts a directory where the first segment is.
func (h *house) swap(dir string) {
	segments, err := filepath.Glob(filepath.Join(dir, "*.journal"))
	h.must(err)
	h.must(errors.Join(os.Remove(segments[0]), os.Mkdir(segments[0], 0o700)))
}

// after is the file that would be the journal's next one.
func (h *house) after(x *hand) string {
	segments, err := filepath.Glob(filepath.Join(x.dir, "*.journal"))
	h.must(err)
	last := segments[len(segments)-1]
	next := []byte(last)
	next[len(last)-len(".journal")-1]++
	return string(next)
}

// An end in the journal without its beginning is damage: what the node had leased is not free.
func TestAnEndWithoutItsBeginningIsDamage(t *testing.T) {
	t.Parallel()
	h, dir := newHouse(t, dbtest.SQLite(t)), t.TempDir()
	b := h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	first, kill := h.doomed(dir, h.books)
	h.load(first)
	ready(t, first)
	first.Release(h.reserve(first, 4*money.Dollar))
	kill()
	j, err := journal.Open(dir, journal.Options{Clock: h.clock, IDs: ids})
	h.must(err)
	_, err = j.Append(journal.Record{Settlement: &ledger.Settlement{Attempt: id.NewAttempt(ids), State: ledger.Complete, Cost: 1, At: h.clock.Now()}})
	h.must(errors.Join(err, j.Close()))
	x := h.hand(dir, h.books, journal.Options{})
	h.start(x)
	if p := h.look(b.Scope); p.Suspense < 4*money.Dollar || p.Leased != 0 || !x.log.has("without its attempt") {
		t.Errorf("%+v", p)
	}
	h.must(errors.Join(x.Close(t.Context()), <-x.ended))
}

// Damage before the place where the books are is found on the way there, and does not stop it.
func TestDamageOnTheWayToTheBooksStopsNothing(t *testing.T) {
	t.Parallel()
	h, dir := newHouse(t, dbtest.SQLite(t)), t.TempDir()
	first, kill := h.doomed(dir, h.books)
	ready(t, first)
	h.open(first, h.reserve(first, money.Dollar)) // the way begins at what is in flight
	for range 5 {
		h.spend(first, h.reserve(first, money.Cent), money.Cent)
	}
	posted(t, first)
	kill()
	segments, err := filepath.Glob(filepath.Join(dir, "*.journal"))
	h.must(err)
	content, err := os.ReadFile(segments[0])
	h.must(err)
	content[len(content)/2] ^= 0xff
	h.must(os.WriteFile(segments[0], content, 0o600))
	x := h.hand(dir, h.books, journal.Options{})
	h.start(x)
	if !x.log.has("the journal is damaged; what could not be read stays out of the books") {
		t.Error("nothing is said of it")
	}
	h.must(errors.Join(x.Close(t.Context()), <-x.ended))
}

// While the journal's directory is away nothing is lost: neither its place in the books nor what is read of it on the way there.
func TestAJournalThatIsAwayIsReadWhenItIsBack(t *testing.T) {
	t.Parallel()
	for name, flying := range map[string]bool{"with an attempt in flight": true, "with none": false} {
		h, dir := newHouse(t, dbtest.SQLite(t)), filepath.Join(t.TempDir(), "ledger")
		bank := newMoody(h.books)
		x := h.hand(dir, bank, journal.Options{})
		h.start(x)
		var hold *ledger.Hold
		var req id.Request
		if flying {
			hold = h.reserve(x.Treasury, money.Dollar)
			req = h.open(x.Treasury, hold)
			posted(t, x.Treasury)
		}
		h.must(os.Rename(dir, dir+"-away"))
		h.clock.Advance(time.Minute)
		eventually(t, name+": that it cannot be noted is said", func() bool { return x.log.has("checkpoint could not be renewed") })
		bank.moved.Store(true)
		h.spend(x.Treasury, h.reserve(x.Treasury, money.Cent), money.Cent) // the open segment is written on
		eventually(t, name+": that it cannot be read is said", func() bool { return x.log.has("no such file") && x.log.has("could not be posted") })
		bank.moved.Store(false)
		h.must(os.Rename(dir+"-away", dir))
		if flying {
			x.Settle(hold, done(money.Dollar))
			x.Record(fact(h, req, money.Dollar))
		}
		posted(t, x.Treasury)
		h.must(errors.Join(x.Close(t.Context()), <-x.ended))
		if r := h.verify(); flying && r.Attempts != 2 || !flying && r.Attempts != 1 || r.Requests != r.Attempts {
			t.Errorf("%s:\n%s", name, r.String())
		}
	}
}

// A journal that lost its files, on a disk that was replaced, begins behind what the books know of it: what comes later is booked, and
// what was leased is not free, because nobody knows what was lost.
func TestAJournalThatLostItsFilesGoesOn(t *testing.T) {
	t.Parallel()
	h, dir := newHouse(t, dbtest.SQLite(t)), t.TempDir()
	b := h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	for range 2 { // so that the books are past the first file
		first, stop := h.treasury(dir, h.books)
		h.load(first)
		ready(t, first)
		h.spend(first, h.reserve(first, money.Dollar), money.Dollar)
		posted(t, first)
		stop()
	}
	last, kill := h.doomed(dir, h.books)
	h.load(last)
	ready(t, last)
	last.Release(h.reserve(last, 4*money.Dollar))
	kill()
	segments, err := filepath.Glob(filepath.Join(dir, "*.journal"))
	h.must(err)
	for _, s := range segments {
		h.must(os.Remove(s))
	}
	x := h.hand(dir, h.books, journal.Options{})
	h.start(x)
	if p := h.look(b.Scope); p.Suspense < 4*money.Dollar || p.Leased != 0 || !x.log.has("lost its end") {
		t.Errorf("after the loss: %+v", p)
	}
	h.spend(x.Treasury, h.reserve(x.Treasury, money.Dollar), money.Dollar)
	eventually(t, "what came later is in the books", func() bool { return h.look(b.Scope).Spent == 3*money.Dollar })
	h.must(errors.Join(x.Close(t.Context()), <-x.ended))
	if r, err := h.books.Verify(t.Context()); err != nil || !r.Balanced() || r.Attempts != 3 || r.Requests != 3 {
		t.Errorf("%v\n%s", err, r.String())
	}
}

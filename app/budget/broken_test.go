package budget_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

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
	if p := h.look(b.Scope); p.Suspense < 4*money.Dollar || p.Leased != 0 || !x.log.Has("without its attempt") {
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
	if !x.log.Has("the journal is damaged; what could not be read stays out of the books") {
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
		eventually(t, name+": that it cannot be noted is said", func() bool { return x.log.Has("checkpoint could not be renewed") })
		bank.moved.Store(true)
		h.spend(x.Treasury, h.reserve(x.Treasury, money.Cent), money.Cent) // the open segment is written on
		eventually(t, name+": that it cannot be read is said", func() bool { return x.log.Has("no such file") && x.log.Has("could not be posted") })
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
	if p := h.look(b.Scope); p.Suspense < 4*money.Dollar || p.Leased != 0 || !x.log.Has("lost its end") {
		t.Errorf("after the loss: %+v", p)
	}
	h.spend(x.Treasury, h.reserve(x.Treasury, money.Dollar), money.Dollar)
	eventually(t, "what came later is in the books", func() bool { return h.look(b.Scope).Spent == 3*money.Dollar })
	h.must(errors.Join(x.Close(t.Context()), <-x.ended))
	if r, err := h.books.Verify(t.Context()); err != nil || !r.Balanced() || r.Attempts != 3 || r.Requests != 3 {
		t.Errorf("%v\n%s", err, r.String())
	}
}

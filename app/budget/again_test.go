package budget

import (
	"context"
	"log/slog"
	"runtime"
	"slices"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/live"
)

// wire is a bus that notes what it was told, and may fail.
type wire struct {
	live.Bus
	told []live.Topic
	err  error
}

func (w *wire) Publish(_ context.Context, t live.Topic) error {
	w.told = append(w.told, t)
	return w.err
}

// Each recall is said; when one cannot be said the rest is not tried, and the log has it once.
func TestEachRecallIsSaid(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err   error
		told  int
		warns bool
	}{"all are heard": {nil, 2, false}, "nobody hears": {errAway, 1, true}} {
		tr, _, log := puppets(t)
		w := &wire{err: c.err}
		tr.Bus = w
		tr.tell(t.Context(), []live.Topic{"recall:a", "recall:b"})
		if len(w.told) != c.told || (log.Len() > 0) != c.warns || tr.recalls.Load() != int64(c.told) {
			t.Errorf("%s: told %v, log %q", name, w.told, log)
		}
	}
}

// A new session claims what is leased here or is not in the books yet, and nothing of an account at rest.
func TestClaimsAreWhatMayStillBeSpent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(d *desk, p *purse)
		want   []Claim
	}{
		"at rest":            {func(*desk, *purse) {}, nil},
		"leased":             {func(d *desk, p *purse) { d.book.Grant(id.NewGrant(testIDs), p.account, 9) }, []Claim{{Granted: 9}}},
		"held without lease": {func(d *desk, p *purse) { p.gone = true; d.take(p, 3) }, []Claim{{}}},
		"posted":             {func(d *desk, p *purse) { d.posted[p.account] = 4 }, []Claim{{Posted: 4}}},
	} {
		tr, _, _ := puppets(t)
		d := tr.desk(id.NewOrg(testIDs))
		p := d.lend(Hard, 100, 0)
		c.change(d, p)
		for i := range c.want {
			c.want[i].Org, c.want[i].Account = p.rule.Org, p.account
		}
		if got := tr.claims(func(*desk) {}); !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// bookkeeper is a bank that notes what a new session claims.
type bookkeeper struct {
	*puppet
	claims []Claim
}

func (b *bookkeeper) Begin(_ context.Context, _ id.Node, o Opening) (int64, error) {
	b.claims = o.Claims
	return 5, nil
}

// While a new session begins, recalls are answered. What one takes out of the book then, to be given back in the new session, is in the
// claim: the books would otherwise count it off twice, and lend it to another node while it is spent here.
func TestANewSessionClaimsWhatARecallTakesMeanwhile(t *testing.T) {
	t.Parallel()
	tr, b, _ := puppets(t)
	bank := &bookkeeper{puppet: b}
	tr.Bank = bank
	tr.closing.Store(true) // nobody travels
	tr.desk(id.NewOrg(testIDs))
	tr.desk(id.NewOrg(testIDs))
	var order []*desk
	tr.desks.Range(func(_, v any) bool { order = append(order, v.(*desk)); return true })
	first, last := order[0], order[1]
	p := first.lend(Hard, 100, 100)
	h := first.take(p, 90)

	tr.renew.Store(true)
	last.mu.Lock() // so that the first one can be looked at in between
	done := make(chan error, 1)
	go func() {
		done <- tr.reopen(t.Context(), &poster{t: tr, mark: Mark{At: tr.Journal.End()}, reader: tr.Journal.ReadFrom(tr.Journal.End()), tracker: newTracker()})
	}()
	for passed := false; !passed; runtime.Gosched() {
		first.mu.Lock()
		passed = !p.seen
		first.mu.Unlock()
	}
	first.mu.Lock()
	first.book.Release(h)
	first.giveBack(p, 90) // another node called for it
	first.mu.Unlock()
	last.mu.Unlock()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	var claimed ledger.Units
	for _, c := range bank.claims {
		claimed += c.Granted
	}
	if left := first.book.Balance(p.account).Granted; p.back != 90 || claimed != left+p.back {
		t.Errorf("%d claimed, of which %d go back and %d stay", claimed, p.back, left)
	}
}

// What an earlier process wrote down as ended is not ended again, and what this one has begun before it looked is not taken for
// interrupted.
func TestOnlyWhatAnEarlierProcessLeftIsInterrupted(t *testing.T) {
	t.Parallel()
	dir, fake := t.TempDir(), clock.NewFake(noon)
	begin := func(t *testing.T, j *journal.Journal) *ledger.Attempt {
		a := &ledger.Attempt{ID: id.NewAttempt(testIDs), Request: id.NewRequest(testIDs), At: noon}
		if _, err := j.Append(journal.Record{Attempt: a}); err != nil {
			t.Fatal(err)
		}
		return a
	}
	open := func() *journal.Journal {
		j, err := journal.Open(dir, journal.Options{Clock: fake, IDs: testIDs})
		if err != nil {
			t.Fatal(err)
		}
		return j
	}
	first := open()
	whole, left := begin(t, first), begin(t, first)
	for _, r := range []journal.Record{{Settlement: &ledger.Settlement{Attempt: whole.ID, At: noon}}, {Request: &ledger.Request{ID: whole.Request, At: noon}}} {
		if _, err := first.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := open()
	defer func() { _ = second.Close() }()
	begin(t, second)
	tr := NewTreasury(TreasuryConfig{Bank: &puppet{}, Journal: second, Clock: fake, IDs: testIDs, Log: slog.New(slog.DiscardHandler)})
	start, err := second.Start()
	if err != nil {
		t.Fatal(err)
	}
	k, err := tr.replay(start)
	if err != nil {
		t.Fatal(err)
	}
	if f := k.unfinished(); len(f) != 1 || f[0].request != left.Request {
		t.Errorf("%d are unfinished", len(f))
	}
}

package budget

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
)

var errAway = errors.New("the database is away")

// puppet is a bank that says what a test has it say.
type puppet struct {
	Bank
	pulse   Pulse
	err     error // of every call
	reaped  []id.Node
	begun   int
	asked   int
	leaseIs error
}

func (b *puppet) Beat(context.Context, id.Node, int64, time.Time) (Pulse, error) {
	return b.pulse, b.err
}

func (b *puppet) Reap(_ context.Context, seen Peer, _ time.Time) (bool, error) {
	b.reaped = append(b.reaped, seen.ID)
	return seen.Label != "back", b.err
}

func (b *puppet) Begin(context.Context, id.Node, Opening) (int64, error) { b.begun++; return 9, b.err }

func (b *puppet) Mark(context.Context, id.Node) (Mark, error) { return Mark{}, b.err }

func (b *puppet) Post(context.Context, id.Node, Batch) ([]Lease, error) { return nil, ErrMoved }

func (b *puppet) Lease(context.Context, id.Node, []LeaseAsk) ([]Lease, error) {
	b.asked++
	return []Lease{{}}, b.leaseIs
}

// puppets is a treasury with such a bank, on a journal of its own, that runs by hand.
func puppets(t *testing.T) (*Treasury, *puppet, *bytes.Buffer) {
	t.Helper()
	fake, b, log := clock.NewFake(noon), &puppet{}, &bytes.Buffer{}
	j, err := journal.Open(t.TempDir(), journal.Options{Clock: fake, IDs: testIDs})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return NewTreasury(TreasuryConfig{Bank: b, Journal: j, Clock: fake, IDs: testIDs, Log: slog.New(slog.NewTextHandler(log, nil))}), b, log
}

// A node begins a new session when the books say that its own is over, or are others than they were. Nothing else is a reason.
func TestWhatMakesANodeBeginAnew(t *testing.T) {
	t.Parallel()
	at := func(n int64) journal.Position { return journal.Position{Segment: 1, Offset: n} }
	for name, c := range map[string]struct {
		server    string // that answered before
		pulse     Pulse
		err       error
		meanwhile bool // a session began while the books were asked
		anew      string
	}{
		"all is well":                   {"a", Pulse{Epoch: 3, Server: "a", At: at(5)}, nil, false, ""},
		"the first answer":              {"", Pulse{Epoch: 3, Server: "a", At: at(6)}, nil, false, ""},
		"nobody says who answers":       {"a", Pulse{Epoch: 3, At: at(5)}, nil, false, ""},
		"the database is away":          {"a", Pulse{Reaped: true}, errAway, false, ""},
		"it was taken for dead":         {"a", Pulse{Epoch: 3, Server: "a", At: at(5), Reaped: true}, nil, false, "took this one for dead"},
		"its session is not there":      {"a", Pulse{Epoch: 2, Server: "a", At: at(5)}, nil, false, "do not know this session"},
		"the books know less":           {"a", Pulse{Epoch: 3, Server: "a", At: at(4)}, nil, false, "went back in time"},
		"another server answers":        {"a", Pulse{Epoch: 3, Server: "b", At: at(5)}, nil, false, "another database server"},
		"of a session that ended while": {"a", Pulse{Epoch: 2, Server: "b", Reaped: true}, nil, true, ""},
	} {
		tr, b, log := puppets(t)
		b.pulse, b.err = c.pulse, c.err
		tr.epoch.Store(3)
		posted := at(5)
		tr.posted.Store(&posted)
		if c.meanwhile {
			tr.Bank = later{b, tr}
		}
		tr.beat(t.Context(), &census{server: c.server})
		if tr.renew.Load() != (c.anew != "") || !strings.Contains(log.String(), c.anew) {
			t.Errorf("%s: %v, %q", name, tr.renew.Load(), log.String())
		}
	}
}

// later is a bank whose answer comes when a new session has begun.
type later struct {
	*puppet
	t *Treasury
}

func (l later) Beat(context.Context, id.Node, int64, time.Time) (Pulse, error) {
	l.t.epoch.Add(1)
	return l.pulse, nil
}

// Who gave no sign of life for too long is declared dead, once for each beat, and counted only if that was news.
func TestOnlyWhatWasReapedIsCounted(t *testing.T) {
	t.Parallel()
	tr, b, log := puppets(t)
	dead, back := Peer{ID: id.NewNode(testIDs), Label: "dead"}, Peer{ID: id.NewNode(testIDs), Label: "back"}
	b.pulse.Peers = []Peer{{ID: tr.node}, dead, back}
	c := census{}
	tr.beat(t.Context(), &c)
	for _, s := range c.seen {
		s.lasted = tr.DeadAfter
	}
	tr.beat(t.Context(), &c)
	if tr.Nodes() != 3 || !slices.Equal(b.reaped, []id.Node{dead.ID, back.ID}) || tr.reaped.Load() != 1 || strings.Count(log.String(), "gave no sign of life") != 1 {
		t.Errorf("%d nodes, reaped %v, counted %d", tr.Nodes(), b.reaped, tr.reaped.Load())
	}
}

// What the journal forgot is said until somebody heard it, and again in a new session.
func TestWhatIsForgottenIsSaidUntilItIsHeard(t *testing.T) {
	t.Parallel()
	tr, _, _ := puppets(t)
	said, broken := 0, true
	tr.Forgot = func(_ context.Context, node id.Node, until time.Time) error {
		if said++; node != tr.node || !until.Equal(noon) {
			t.Errorf("said of %s: %s", node, until)
		}
		if broken {
			return errAway
		}
		return nil
	}
	c := &census{}
	say := func(epoch int64, want int) {
		t.Helper()
		if tr.sayForgotten(t.Context(), c, epoch); said != want {
			t.Errorf("said %d times, want %d", said, want)
		}
	}
	say(1, 0) // nothing is forgotten
	if err := tr.Journal.Forget(noon); err != nil {
		t.Fatal(err)
	}
	if err := tr.Journal.Trim(tr.Journal.End()); err != nil {
		t.Fatal(err)
	}
	say(1, 1)
	say(1, 2) // nobody heard it
	broken = false
	say(1, 3)
	say(1, 3)
	say(2, 4)
	say(2, 4)
}

// A new session begins only when all that is journaled is in the books; what is asked for one that is over is not asked.
func TestASessionBeginsBehindItsJournal(t *testing.T) {
	t.Parallel()
	tr, b, _ := puppets(t)
	p := &poster{t: tr}
	if err := tr.reopen(t.Context(), p); err != nil || b.begun != 0 {
		t.Errorf("without a reason: %v, begun %d", err, b.begun)
	}
	tr.anew("a test wants it")
	b.err = errAway
	if err := tr.reopen(t.Context(), p); !errors.Is(err, errAway) || b.begun != 0 || !tr.renew.Load() {
		t.Errorf("while the database is away: %v, begun %d", err, b.begun)
	}
	b.err = nil
	if _, err := tr.Journal.Append(journal.Record{Request: &ledger.Request{ID: id.NewRequest(testIDs), At: noon}}); err != nil {
		t.Fatal(err)
	}
	if err := tr.reopen(t.Context(), p); err != nil || b.begun != 0 || !tr.renew.Load() {
		t.Errorf("while the books are elsewhere: %v, begun %d", err, b.begun)
	}
	tr.epoch.Store(4)
	if got, err := tr.lease(t.Context(), []LeaseAsk{{}}, 3); got != nil || err != nil || b.asked != 0 {
		t.Errorf("of a session that is over: %v, %v, asked %d", got, err, b.asked)
	}
	if got, err := tr.lease(t.Context(), []LeaseAsk{{}}, 4); len(got) != 1 || err != nil || b.asked != 1 {
		t.Errorf("of this one: %v, %v", got, err)
	}
	tr.renew.Store(false)
	b.leaseIs = ErrSession
	if got, err := tr.lease(t.Context(), []LeaseAsk{{}}, 4); got != nil || err != nil || !tr.renew.Load() {
		t.Errorf("of one that the books do not know: %v, %v, anew %v", got, err, tr.renew.Load())
	}
}

// What was cut off is no failure: it is not tried again, and not complained of.
func TestPostingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	tr, _, log := puppets(t)
	ctx, cancel := context.WithCancel(t.Context())
	steps := 0
	tr.postFor(ctx, &poster{t: tr}, func(context.Context) (bool, error) {
		if steps++; steps == 2 {
			cancel()
		}
		return false, errAway
	})
	if steps != 2 || strings.Count(log.String(), "tried again") != 1 {
		t.Errorf("%d steps, log %q", steps, log.String())
	}
}

// Periods end for budgets that nobody uses, too: every quarter of a minute all are looked at.
func TestIdlePursesAreLookedAtNowAndThen(t *testing.T) {
	t.Parallel()
	tr, _, _ := puppets(t)
	tr.closing.Store(true)
	d := tr.desk(id.NewOrg(testIDs))
	p := d.lend(Hard, 100, 0)
	tr.Clock.(*clock.Fake).Set(p.to)
	for n := range wholeEvery {
		if len(d.purses) != 1 {
			t.Fatalf("gone after %d sweeps", n)
		}
		tr.sweep(t.Context())
	}
	if len(d.purses) != 0 || len(d.active) != 0 {
		t.Errorf("after %d sweeps %d are there", wholeEvery, len(d.purses))
	}
}

// Facts of requests that cannot be written wait, so many of them; what is lost is said.
func TestFactsThatFindNoRoomAreSaid(t *testing.T) {
	t.Parallel()
	tr, _, log := puppets(t)
	if err := tr.Journal.Close(); err != nil {
		t.Fatal(err)
	}
	for range maxLate {
		tr.Record(&ledger.Request{At: noon})
	}
	if log.Len() != 0 || tr.Stats().Late != maxLate {
		t.Errorf("%d wait, log %q", tr.Stats().Late, log.String())
	}
	if tr.Record(&ledger.Request{At: noon}); !strings.Contains(log.String(), "request fact lost") || tr.Stats().Late != maxLate {
		t.Errorf("%d wait, log %q", tr.Stats().Late, log.String())
	}
}

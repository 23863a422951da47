package batch_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// What a provider took and did not work on is asked alone, and its requests do not stay there.
func TestALoadThatFailsIsDeleted(t *testing.T) {
	t.Parallel()
	n := atNight(t, dbtest.SQLite(t))
	n.party.answered = func(*provider.NativeBatch) ([]provider.NativeResult, *provider.NativeProgress) {
		return nil, &provider.NativeProgress{Over: true, Lost: true, Why: "too much"}
	}
	n.node()
	got, tally := n.passes(n.create(n.caller, lines(5), batch.Terms{Native: true}), time.Second, "over", over)
	if got.State != batch.Completed || n.plane.all() != 5 || tally.Lost != 0 || n.party.forgot != 1 {
		t.Errorf("%s %+v, %d asked alone, deleted %d times", got.State, tally, n.plane.all(), n.party.forgot)
	}
}

// A provider that does not take a native batch certainly has it back; one that does not say is asked whether it has it before it gets it again.
func TestAProviderThatDoesNotTakeALoad(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		says        string
		until       int // so many attempts
		keeps       bool
		sent, alone int
		stray       int
	}{
		"never":                    {"no", 9, false, 1, 10, 1},
		"not now, and then":        {"later", 1, false, 2, 0, 1},
		"not now, and not then":    {"later", 9, false, 3, 10, 3},
		"unclear, and has it":      {"what", 1, true, 1, 0, 0},
		"unclear, and has not":     {"what", 1, false, 2, 0, 1},
		"unclear, and never takes": {"what", 9, false, 3, 10, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := atNight(t, dbtest.SQLite(t))
			n.party.keeps = c.keeps
			n.party.refuse = func(k int) error {
				if k <= c.until {
					return fmt.Errorf("%s", c.says)
				}
				return nil
			}
			n.node()
			got, tally := n.passes(n.create(n.caller, lines(10), batch.Terms{Native: true}), 50*time.Millisecond, "over", over)
			if got.State != batch.Completed || n.party.sent != c.sent || n.plane.all() != c.alone || tally.Lost != 0 || len(n.party.taken) > 1 || n.party.stray != c.stray {
				t.Errorf("%s, sent %d times, %d alone, %d taken, %d tidied up, %+v", got.State, n.party.sent, n.plane.all(), len(n.party.taken), n.party.stray, tally)
			}
			for k := range n.party.until[1:] { // a pause of a second at least lies between them
				if more := n.party.until[k+1].Sub(n.party.until[k]); more < time.Second {
					t.Errorf("attempt %d had the time that attempt %d left, and %s more", k+2, k+1, more)
				}
			}
		})
	}
}

// Where nobody could say for a while whether a load was taken, and it was not, what lies there of it is deleted before it is handed over anew.
func TestALoadThatIsLookedForLater(t *testing.T) {
	t.Parallel()
	n := atNight(t, dbtest.SQLite(t))
	n.party.blind = 1
	n.party.refuse = func(k int) error {
		if k == 1 {
			return fmt.Errorf("what")
		}
		return nil
	}
	n.node()
	got, tally := n.passes(n.create(n.caller, lines(5), batch.Terms{Native: true}), 5*time.Second, "over", over)
	if got.State != batch.Completed || n.party.sent != 2 || n.party.stray != 1 || n.plane.all() != 0 || tally.Lost != 0 {
		t.Errorf("%s, sent %d times, %d tidied up, %d alone, %+v", got.State, n.party.sent, n.party.stray, n.plane.all(), tally)
	}
}

// A node that dies while lines are handed over loses nothing: another one finds the native batch and its results.
func TestANodeThatDiesLeavesItsLoadsToOthers(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := atNight(t, d)
		var done bool
		n.party.keeps = true
		n.party.refuse = func(int) error { return fmt.Errorf("what") }
		answered := n.party.answered
		n.party.answered = func(l *provider.NativeBatch) ([]provider.NativeResult, *provider.NativeProgress) {
			if !done {
				return nil, nil
			}
			return answered(l)
		}
		stop := n.node()
		b := n.create(n.caller, lines(50), batch.Terms{Native: true})
		n.passes(b, 0, "handed over", func(_ batch.Batch, t batch.Tally) bool { return t.Steps[batch.Handed] == 50 })
		stop()
		n.party.mu.Lock()
		done = true
		n.party.mu.Unlock()
		n.house.Clock.Advance(time.Minute)
		n.node()
		got, tally := n.passes(b, time.Second, "over", over)
		if got.State != batch.Completed || n.party.sent != 1 || tally.Cost != 50*each/2 || tally.Lost != 0 || n.plane.all() != 0 {
			t.Errorf("%s, sent %d times, %+v", got.State, n.party.sent, tally)
		}
		if a, sum := n.booked(); a != 50 || sum != 50*(each/2-most) {
			t.Errorf("the ledger has %d returns of %s", a, sum)
		}
	})
}

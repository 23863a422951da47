package batch_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// resting is a batch of ten lines, nine of which are handed over, whose provider answers when it is told to.
func resting(n *native) (b batch.Batch, answer func()) {
	done := false
	n.port.own = func(text string) bool { return text == "row-10" }
	n.ship.answered = func(l *provider.Load) ([]provider.Return, *provider.Voyage) {
		if !done {
			return nil, nil
		}
		return good(l), &provider.Voyage{Over: true, Whole: true, Total: len(l.Lines), Done: len(l.Lines)}
	}
	return n.create(n.caller, lines(10), batch.Terms{Native: true}), func() {
		n.ship.mu.Lock()
		defer n.ship.mu.Unlock()
		done = true
	}
}

// A paused batch begins nothing more, but what its provider was paid for is fetched and booked; the rest waits for whoever resumes it.
func TestWhatIsHandedOverIsSettledWhileItsBatchIsPaused(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		n := atNight(t, d)
		b, answer := resting(n)
		held := make(chan struct{})
		n.plane.refuse = func(string, int) (int, string) {
			select {
			case <-held:
				return 0, ""
			default:
				return 429, "rate_limited"
			}
		}
		n.node()
		n.passes(b, 0, "handed over", func(_ batch.Batch, t batch.Tally) bool { return t.Steps[batch.Handed] == 9 })
		if moved, err := n.parts.Store.Move(t.Context(), b.Org, b.ID, []batch.State{batch.Running}, batch.Paused, "Paused by Ada.", n.house.Clock.Now()); err != nil || !moved {
			t.Fatal(moved, err)
		}
		_ = n.house.Bus.Publish(t.Context(), batch.Topic)
		n.passes(b, time.Second, "looked at", func(_ batch.Batch, t batch.Tally) bool { return t.Back > 0 })
		answer()
		got, tally := n.passes(b, time.Second, "settled", func(_ batch.Batch, t batch.Tally) bool { return t.Steps[batch.Handed] == 0 })
		if got.State != batch.Paused || got.Why != "Paused by Ada." || tally.Steps[batch.Done] != 9 || tally.Cost != 9*each/2 {
			t.Fatalf("%s %q %+v", got.State, got.Why, tally)
		}
		if a, sum := n.booked(); a != 9 || sum != 9*(each/2-most) {
			t.Errorf("the ledger has %d returns of %s", a, sum)
		}
		close(held)
		before := n.plane.all()
		n.house.Clock.Advance(time.Hour)
		if n.plane.all() != before {
			t.Error("a paused batch asked")
		}
		if moved, err := n.parts.Store.Move(t.Context(), b.Org, b.ID, []batch.State{batch.Paused}, batch.Running, "", n.house.Clock.Now()); err != nil || !moved {
			t.Fatal(moved, err)
		}
		_ = n.house.Bus.Publish(t.Context(), batch.Topic)
		got, tally = n.passes(b, time.Second, "over", over)
		if got.State != batch.Completed || tally.Steps[batch.Done] != 10 || tally.Cost != 9*each/2+each || n.ship.sent != 1 {
			t.Errorf("%s %q %+v", got.State, got.Why, tally)
		}
	})
}

// So it is where the batch waits because its key is disabled: the money is spent, and the results are there.
func TestWhatIsHandedOverIsSettledWhenItsKeyOpensNothing(t *testing.T) {
	t.Parallel()
	n := atNight(t, dbtest.SQLite(t))
	b, answer := resting(n)
	n.plane.refuse = func(string, int) (int, string) { return 429, "rate_limited" }
	n.node()
	n.passes(b, 0, "handed over", func(_ batch.Batch, t batch.Tally) bool { return t.Steps[batch.Handed] == 9 })
	n.grants.mu.Lock()
	n.grants.off = true
	n.grants.mu.Unlock()
	n.passes(b, time.Second, "paused", func(b batch.Batch, _ batch.Tally) bool { return b.State == batch.Paused })
	answer()
	got, tally := n.passes(b, time.Second, "settled", func(_ batch.Batch, t batch.Tally) bool { return t.Steps[batch.Handed] == 0 })
	if got.State != batch.Paused || tally.Steps[batch.Done] != 9 || tally.Cost != 9*each/2 || tally.Lost != 0 {
		t.Fatalf("%s %q %+v", got.State, got.Why, tally)
	}
	if a, sum := n.booked(); a != 9 || sum != 9*(each/2-most) {
		t.Errorf("the ledger has %d returns of %s", a, sum)
	}
}

package batch_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// resting is a batch of ten lines, nine of which are handed over, whose provider answers when it is told to.
func resting(n *native) (b batch.Batch, answer func()) {
	done := false
	n.twice.own = func(text string) bool { return text == "row-10" }
	n.party.answered = func(l *provider.NativeBatch) ([]provider.NativeResult, *provider.NativeProgress) {
		if !done {
			return nil, nil
		}
		return good(l), &provider.NativeProgress{Over: true, Whole: true, Total: len(l.Lines), Done: len(l.Lines)}
	}
	return n.create(n.caller, lines(10), batch.Terms{Native: true}), func() {
		n.party.mu.Lock()
		defer n.party.mu.Unlock()
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
		if got.State != batch.Completed || tally.Steps[batch.Done] != 10 || tally.Cost != 9*each/2+each || n.party.sent != 1 {
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

// Whatever becomes of its lines, a batch says that it cost what the ledger has of its requests: what was booked for those that were handed
// over, what came of that, and what those asked alone cost.
func TestABatchCostsWhatTheLedgerHasOfItsRequests(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			chance := rand.New(rand.NewPCG(seed, 13))
			fate := make([]int, 61) // by number, so that it is the same whoever asks
			for i := range fate {
				fate[i] = chance.IntN(8)
			}
			n := atNight(t, dbtest.SQLite(t))
			n.twice.own = func(text string) bool {
				number := 0
				_, _ = fmt.Sscanf(text, "row-%d", &number)
				return fate[number] == 0
			}
			n.party.refuse = func(k int) error {
				if says := [...]string{"no", "later", ""}[(int(seed)+k)%3]; says != "" && k < 3 {
					return fmt.Errorf("%s", says)
				}
				return nil
			}
			n.party.answered = func(l *provider.NativeBatch) (out []provider.NativeResult, v *provider.NativeProgress) {
				for _, r := range good(l) {
					switch fate[r.Number] {
					case 1:
						continue
					case 2:
						r.Status, r.Body = 0, nil
					case 3:
						r.Status, r.Body = http.StatusInternalServerError, []byte(`{}`)
					case 4:
						r.Status, r.Body = http.StatusBadRequest, []byte(`{"error":{"message":"No.","bodhi":{"code":"refused"}}}`)
					}
					out = append(out, r)
				}
				return out, &provider.NativeProgress{Over: true, Whole: seed%2 == 0}
			}
			n.node()
			got, tally := n.passes(n.create(n.caller, lines(60), batch.Terms{Native: true}), time.Second, "over", over)
			_, given := n.booked()
			n.plane.mu.Lock()
			taken, alone := n.twice.taken, 0
			for _, k := range n.plane.kept {
				alone += k
			}
			n.plane.mu.Unlock()
			if booked := money.USD(taken)*most + given + money.USD(alone)*each; got.State != batch.Completed || tally.Cost+tally.Lost != booked {
				t.Errorf("%s: it says %s and %s lost, the ledger has %s for %d handed over and %d asked alone", got.State, tally.Cost, tally.Lost, booked, taken, alone)
			}
			if (tally.Lost > 0) && seed%2 == 1 {
				t.Errorf("%s is lost, and the provider said what it did not ask", tally.Lost)
			}
		})
	}
}

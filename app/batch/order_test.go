package batch_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Of one organization's batches those of a higher priority are begun first, and of one priority the oldest.
func TestBatchesAreBegunByPriority(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		var made []batch.Batch
		for _, p := range []string{"low", "normal", "high", "normal", "high"} {
			made = append(made, s.create(s.caller, lines(1), batch.Terms{Priority: p}))
			s.house.Clock.Advance(time.Second)
		}
		store, now := db.NewBatchStore(d), s.house.Clock.Now()
		for turn, want := range []int{2, 4, 1, 3, 0} {
			got, mine, err := store.Claim(t.Context(), "token", nil, now, now.Add(time.Minute))
			if err != nil || !mine {
				t.Fatalf("turn %d: %t, %v", turn, mine, err)
			}
			if got.ID != made[want].ID {
				t.Errorf("turn %d takes a batch of priority %d, want the one of %d", turn, got.Priority, made[want].Priority)
			}
		}
		if _, mine, err := store.Claim(t.Context(), "token", nil, now, now.Add(time.Minute)); mine || err != nil {
			t.Errorf("a sixth one: %t, %v", mine, err)
		}
	})
}

// What is left is estimated from how it went so far, as long as something is left and something was done.
func TestWhatIsLeftIsEstimated(t *testing.T) {
	began := time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC)
	e := batch.Entry{Batch: batch.Batch{State: batch.Running, Total: 400, BeganAt: began}}
	now := began.Add(10 * time.Minute)
	if _, _, ok := e.Left(now); ok {
		t.Error("an estimate of a batch of which nothing was asked yet")
	}
	e.Tally.Steps = map[batch.Step]int{batch.Done: 90, batch.Refused: 10}
	e.Tally.Cost, e.Tally.Lost = 50*money.Cent, money.Cent
	rest, cost, ok := e.Left(now) // a quarter is done in ten minutes, for 50 cents; what was lost was lost once
	if want := 200*money.Cent + money.Cent; !ok || rest != 30*time.Minute || cost != want {
		t.Errorf("%s and %s left, %t; want 30m and %s", rest, cost, ok, want)
	}
	for _, s := range []batch.State{batch.Paused, batch.Completed, batch.Cancelled} {
		if e.State = s; s != batch.Running {
			if _, _, ok := e.Left(now); ok {
				t.Errorf("an estimate of a batch that is %s", s)
			}
		}
	}
}

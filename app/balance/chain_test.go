package balance_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
)

// follow gives the indexes of rungs in the order in which they follow.
func follow(w balance.Why, rs ...balance.Rung) (order []int, sorted []balance.Rung) {
	for i := range rs {
		rs[i].At = i
	}
	balance.Follow(rs, w)
	for _, r := range rs {
		order = append(order, r.At)
	}
	return order, rs
}

func TestEachFactorDecidesByItself(t *testing.T) {
	t.Parallel()
	slow, quick := balance.Load{Seen: true, Mean: 4 * time.Second}, balance.Load{Seen: true, Mean: time.Second}
	for name, c := range map[string]struct {
		why  balance.Why
		rs   []balance.Rung
		want []int
	}{
		"an empty account does not answer for another model of it": {balance.Why{Cause: balance.Quota, Weights: balance.Weights{Error: 1}},
			[]balance.Rung{{SameConnection: true, SameProvider: true}, {SameProvider: true}, {}}, []int{2, 1, 0}},
		"a full window is the model's, not the provider's": {balance.Why{Cause: balance.ContextWindow, Weights: balance.Weights{Error: 1}},
			[]balance.Rung{{SameConnection: true, SameProvider: true}, {}}, []int{0, 1}},
		"the target that is named for the cause comes first": {balance.Why{Cause: balance.Unreachable, Weights: balance.Weights{Error: 1}},
			[]balance.Rung{{SameProvider: true}, {SameConnection: true, Chosen: true}}, []int{1, 0}},
		"after a timeout the faster one comes first": {balance.Why{Cause: balance.Timeout, Weights: balance.Weights{Error: 1}},
			[]balance.Rung{{Load: slow}, {Load: quick}}, []int{1, 0}},
		"after another failure speed is not asked for": {balance.Why{Cause: balance.ServerError, Weights: balance.Weights{Error: 1}},
			[]balance.Rung{{Load: slow}, {Load: quick}}, []int{0, 1}},
		"the cheapest comes first, and an unknown price last": {balance.Why{Weights: balance.Weights{Cost: 1}},
			[]balance.Rung{{}, {Cost: 3_000_000, Priced: true}, {Cost: 1_000_000, Priced: true}}, []int{2, 1, 0}},
		"an urgent request gets the best": {balance.Why{Priority: "high", Weights: balance.Weights{Priority: 1}},
			[]balance.Rung{{Rank: 2}, {Rank: 0}, {Rank: 1}}, []int{1, 2, 0}},
		"one that can wait leaves the best alone": {balance.Why{Priority: "low", Weights: balance.Weights{Priority: 1}},
			[]balance.Rung{{Rank: 0}, {Rank: 2}, {Rank: 1}}, []int{1, 2, 0}},
		"its hours come before any hour, and that before others": {balance.Why{Weights: balance.Weights{Hours: 1}},
			[]balance.Rung{{Hours: balance.OutOfHours}, {Hours: balance.AnyHour}, {Hours: balance.InHours}}, []int{2, 1, 0}},
		"what failed lately comes later": {balance.Why{Weights: balance.Weights{Success: 1}},
			[]balance.Rung{{Load: balance.Load{Tried: 10, Won: 2}}, {Load: balance.Load{Tried: 10, Won: 9}}}, []int{1, 0}},
		"equals keep the order of the list": {balance.Why{Cause: balance.Overloaded, Weights: balance.UsualWeights()},
			[]balance.Rung{{Rank: 0}, {Rank: 0}, {Rank: 0}}, []int{0, 1, 2}},
		"weights decide between factors": {balance.Why{Cause: balance.Quota, Weights: balance.Weights{Error: 10, Cost: 90}},
			[]balance.Rung{{Cost: 9_000_000, Priced: true}, {Cost: 1_000_000, Priced: true, SameConnection: true}}, []int{1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, _ := follow(c.why, c.rs...); !slices.Equal(got, c.want) {
				t.Errorf("order %v, want %v", got, c.want)
			}
		})
	}
}

func TestAScoreIsBetweenNoughtAndOneAndTellsItsParts(t *testing.T) {
	t.Parallel()
	w := balance.UsualWeights()
	for _, c := range balance.Causes {
		_, rs := follow(balance.Why{Cause: c, Weights: w}, balance.Rung{SameConnection: true, Rank: 1, Hours: balance.OutOfHours}, balance.Rung{Cost: 5, Priced: true, Hours: balance.InHours})
		for _, r := range rs {
			if r.Score < 0 || r.Score > 1 {
				t.Errorf("after %s: score %f", c, r.Score)
			}
		}
		if c.Words() == "" {
			t.Errorf("%s has no words", c)
		}
	}
	_, rs := follow(balance.Why{Cause: balance.Quota, Weights: w}, balance.Rung{Cost: 2_000_000, Priced: true})
	if got := rs[0].Reason(w); !strings.HasPrefix(got, "score 0.96 of error 1.00 × 40, cost 1.00 × 30, priority 1.00 × 20, hours 0.50 × 10, success 1.00 × 40") {
		t.Error(got)
	}
}

// What a target did counts for about an hour, and a first failure is no verdict.
func TestSuccessIsLearnedAndForgotten(t *testing.T) {
	t.Parallel()
	var book balance.Book
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	target := balance.Target{Model: "m"}
	score := func() float64 {
		_, rs := follow(balance.Why{Weights: balance.Weights{Success: 1}}, balance.Rung{Load: book.Watch(target, now)})
		return rs[0].Score
	}
	if score() != 1 {
		t.Errorf("unasked %f", score())
	}
	end := func(v balance.Verdict, n int) {
		for range n {
			g := book.Gauge(target)
			g.Begin(now)
			g.End(now, v, time.Second)
		}
	}
	end(balance.Failed, 1)
	if got := score(); got < 0.7 || got > 0.8 {
		t.Errorf("after one failure %f", got)
	}
	end(balance.Failed, 19)
	low := score()
	if low > 0.2 {
		t.Errorf("after twenty failures %f", low)
	}
	if now = now.Add(30 * time.Minute); score() > 0.3 {
		t.Errorf("forgotten within half an hour: %f", score())
	}
	if now = now.Add(6 * time.Hour); score() < 0.9 {
		t.Errorf("held against it half a day later: %f", score())
	}
}

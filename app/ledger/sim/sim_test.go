package sim_test

import (
	"flag"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/ledger/sim"
)

var (
	seeds = flag.Uint64("seeds", 300, "how many worlds to try")
	first = flag.Uint64("seed", 1, "the first seed; with -seeds 1 it replays one world")
	steps = flag.Int("steps", 1500, "how many things happen in a world")
)

func TestTheLedgerSurvivesEveryWorld(t *testing.T) {
	t.Parallel()
	var sum sim.Result
	for seed := *first; seed < *first+*seeds; seed++ {
		r := sim.Run(seed, *steps, sim.NoBug)
		for _, v := range r.Violations {
			t.Errorf("seed %d: %s", seed, v)
		}
		if t.Failed() {
			t.Fatalf("replay with: go test ./app/ledger/sim -run SurvivesEveryWorld -seeds 1 -seed %d", seed)
		}
		sum.Dispatched += r.Dispatched
		sum.Crashes += r.Crashes
		sum.LostDisks += r.LostDisks
		sum.Reaps += r.Reaps
		sum.Refusals += r.Refusals
		sum.Billed += r.Billed
		sum.Booked += r.Booked
		sum.Suspense += r.Suspense
	}
	t.Logf("seeds %d to %d: %s, 0 violations", *first, *first+*seeds-1, sum)
	if *seeds >= 100 && (sum.Dispatched < 10_000 || sum.Crashes < 500 || sum.LostDisks < 100 || sum.Refusals < 1000) {
		t.Errorf("too little happened to prove anything: %s", sum)
	}
}

func TestEveryPlantedBugIsCaught(t *testing.T) {
	t.Parallel()
	for _, bug := range sim.Bugs {
		t.Run(string(bug), func(t *testing.T) {
			t.Parallel()
			for seed := *first; seed < *first+*seeds; seed++ {
				if r := sim.Run(seed, *steps, bug); len(r.Violations) > 0 {
					t.Logf("%s: caught by seed %d: %s", bug, seed, r.Violations[0])
					return
				}
			}
			t.Errorf("not caught by seeds %d to %d", *first, *first+*seeds-1)
		})
	}
}

func TestASeedDecidesEverything(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		if a, b := sim.Run(seed, 800, sim.NoBug), sim.Run(seed, 800, sim.NoBug); a.String() != b.String() {
			t.Errorf("seed %d: %s, then %s", seed, a, b)
		}
	}
}

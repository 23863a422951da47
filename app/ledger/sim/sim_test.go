package sim_test

import (
	"encoding/json"
	"flag"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/ledger/sim"
)

var (
	seeds = flag.Uint64("seeds", 0, "how many worlds to try; 1000, or 300 with -short")
	first = flag.Uint64("seed", 1, "the first seed; with -seeds 1 it replays one world")
	steps = flag.Int("steps", 1500, "how many things happen in a world")
	file  = flag.String("figures", "", "the file to write the figures to")
)

func many() uint64 {
	switch {
	case *seeds > 0:
		return *seeds
	case testing.Short() && os.Getenv("CI") != "true":
		return 300
	}
	return 1000
}

var keeping sync.Mutex

// keep adds figures to the file that was asked for.
func keep(t *testing.T, name string, add map[string]any) {
	t.Helper()
	if *file == "" {
		return
	}
	keeping.Lock()
	defer keeping.Unlock()
	all := map[string]any{}
	if old, err := os.ReadFile(*file); err == nil {
		_ = json.Unmarshal(old, &all) // an unreadable one is written anew
	}
	all[name] = add
	b, err := json.MarshalIndent(all, "", "  ")
	if err == nil {
		err = os.WriteFile(*file, append(b, '\n'), 0o644)
	}
	if err != nil {
		t.Error(err)
	}
}

func TestTheLedgerSurvivesEveryWorld(t *testing.T) {
	t.Parallel()
	var sum sim.Result
	n, began := many(), clock.System{}.Now()
	for seed := *first; seed < *first+n; seed++ {
		r := sim.Run(seed, *steps, sim.NoBug)
		for _, v := range r.Violations {
			t.Errorf("seed %d: %s", seed, v)
		}
		if t.Failed() {
			t.Fatalf("replay with: go test ./app/ledger/sim -run SurvivesEveryWorld -seeds 1 -seed %d", seed)
		}
		sum = sum.Plus(r)
	}
	took := clock.Since(began)
	rate := float64(n) / took.Minutes()
	t.Logf("seeds %d to %d: %s, 0 violations, %.0f seeds a minute", *first, *first+n-1, sum, rate)
	keep(t, "simulator", map[string]any{"seeds": n, "steps_each": *steps, "seeds_per_minute": int64(rate), "violations": 0, "what_happened": sum.String()})
	if n >= 100 && (sum.Dispatched < 10_000 || sum.Crashes < 500 || sum.LostDisks < 100 || sum.Refusals < 1000 || sum.Reopened < 100 ||
		sum.Recalls < 1000 || sum.Failovers < 50 || sum.Relimits < 100 || sum.Jumps < 100) {
		t.Errorf("too little happened to prove anything: %s", sum)
	}
}

func TestEveryPlantedBugIsCaught(t *testing.T) {
	t.Parallel()
	if len(sim.Bugs) < 25 {
		t.Errorf("only %d bugs are planted", len(sim.Bugs))
	}
	var caught atomic.Int64
	t.Cleanup(func() { keep(t, "planted_bugs", map[string]any{"planted": len(sim.Bugs), "caught": caught.Load()}) })
	for _, bug := range sim.Bugs {
		t.Run(string(bug), func(t *testing.T) {
			t.Parallel()
			for seed := *first; seed < *first+many(); seed++ {
				if r := sim.Run(seed, *steps, bug); len(r.Violations) > 0 {
					caught.Add(1)
					t.Logf("%s: caught by seed %d: %s", bug, seed, r.Violations[0])
					return
				}
			}
			t.Errorf("not caught by seeds %d to %d", *first, *first+many()-1)
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

package balance_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// anything is a list of candidates of any kind.
func anything(r *rand.Rand) []balance.Candidate {
	cs := make([]balance.Candidate, r.IntN(12))
	for i := range cs {
		cs[i] = balance.Candidate{At: i, Weight: r.IntN(5), Rank: r.IntN(4), Place: r.Uint64(), Cost: money.USD(r.Int64N(5) * r.Int64N(1e9)), Priced: r.IntN(3) > 0,
			Load: balance.Load{InFlight: r.IntN(4), Seen: r.IntN(3) > 0, Mean: time.Duration(r.Int64N(1e10)), Peak: time.Duration(r.Int64N(1e10)), Failed: float64(r.IntN(5)) / 4}}
	}
	return cs
}

// Every policy gives every target exactly once, shares add up to one, and nothing is allocated.
func TestEveryOrderIsAPermutation(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		for _, p := range append(balance.Policies, "ordered") {
			cs := anything(r)
			balance.Order(p, cs, &balance.Draw{Turn: r.Uint64(), Who: r.Uint64(), Random: r.Int64N})
			seen, shares := make([]bool, len(cs)), 0.0
			for _, c := range cs {
				if seen[c.At] {
					t.Fatalf("%s gives target %d twice", p, c.At)
				}
				seen[c.At] = true
				shares += c.Share
			}
			if len(cs) > 0 && (p == balance.Adaptive || p == balance.Weighted) && math.Abs(shares-1) > 1e-9 {
				t.Fatalf("%s: shares add up to %v", p, shares)
			}
		}
	}
}

func TestOrdersAllocateNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, p := range balance.Policies {
		d := balance.Draw{Turn: 3, Who: 4, Random: r.Int64N}
		var room [4]balance.Candidate
		if n := testing.AllocsPerRun(100, func() {
			for i := range room {
				room[i] = balance.Candidate{At: i, Weight: i, Place: uint64(i), Load: balance.Load{Seen: i > 1, Mean: time.Second, Peak: time.Second}}
			}
			balance.Order(p, room[:], &d)
		}); n != 0 {
			t.Errorf("%s allocates %v times", p, n)
		}
	}
}

// firsts counts who comes first in n orders.
func firsts(p balance.Policy, n int, make func() []balance.Candidate) (counts [4]int) {
	r := rand.New(rand.NewPCG(7, 8))
	for turn := range n {
		cs := make()
		balance.Order(p, cs, &balance.Draw{Turn: uint64(turn), Who: r.Uint64(), Random: r.Int64N})
		counts[cs[0].At]++
	}
	return counts
}

func near(t *testing.T, what string, got, want, within int) {
	t.Helper()
	if got < want-within || got > want+within {
		t.Errorf("%s: %d, want %d ± %d", what, got, want, within)
	}
}

func TestRoundRobinTakesTurns(t *testing.T) {
	t.Parallel()
	var got []int
	for turn := range uint64(4) {
		cs := []balance.Candidate{{At: 0}, {At: 1}, {At: 2}}
		balance.Order(balance.RoundRobin, cs, &balance.Draw{Turn: turn})
		got = append(got, cs[0].At, cs[1].At, cs[2].At)
	}
	if want := []int{0, 1, 2, 1, 2, 0, 2, 0, 1, 0, 1, 2}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestWeightsAreKept(t *testing.T) {
	t.Parallel()
	make := func() []balance.Candidate {
		return []balance.Candidate{{At: 0, Weight: 7, Place: 11}, {At: 1, Weight: 2, Place: 22}, {At: 2, Place: 33}}
	}
	for _, p := range []balance.Policy{balance.Weighted, balance.Sticky} {
		got := firsts(p, 10_000, make)
		near(t, string(p)+" 70 %", got[0], 7000, 200)
		near(t, string(p)+" 20 %", got[1], 2000, 200)
		near(t, string(p)+" the one without a weight", got[2], 1000, 150)
	}
}

func TestLeastConnectionsGoWhereFewestAre(t *testing.T) {
	t.Parallel()
	got := firsts(balance.LeastConnections, 1000, func() []balance.Candidate {
		return []balance.Candidate{{At: 0, Load: balance.Load{InFlight: 2}}, {At: 1, Load: balance.Load{InFlight: 1}}, {At: 2, Load: balance.Load{InFlight: 1}}}
	})
	if got[0] != 0 {
		t.Errorf("the busiest was first %d times", got[0])
	}
	near(t, "one of two equals", got[1], 500, 80)
}

// The slowest of three is never the better of two; a failing one counts as slower, a busy one too, an unknown one as the best.
func TestResponseTimeTakesTheSoonerOfTwo(t *testing.T) {
	t.Parallel()
	load := func(ms, busy int, failed float64) balance.Load {
		return balance.Load{Seen: true, Peak: time.Duration(ms) * time.Millisecond, InFlight: busy, Failed: failed}
	}
	for name, worst := range map[string]balance.Load{"slow": load(900, 0, 0), "failing": load(100, 0, 0.9), "busy": load(100, 8, 0)} {
		got := firsts(balance.ResponseTime, 3000, func() []balance.Candidate {
			return []balance.Candidate{{At: 0, Load: worst}, {At: 1, Load: load(200, 0, 0)}, {At: 2, Load: load(300, 0, 0)}}
		})
		if got[0] != 0 {
			t.Errorf("the %s one was first %d times", name, got[0])
		}
		near(t, "the best of three by two draws", got[1], 2000, 120)
	}
	got := firsts(balance.ResponseTime, 100, func() []balance.Candidate {
		return []balance.Candidate{{At: 0, Load: load(200, 1, 0)}, {At: 1}}
	})
	if got[1] != 100 {
		t.Errorf("one that nobody asked yet was first %d of 100 times", got[1])
	}
}

func TestTheCheapestIsFirstAndTheUnpricedLast(t *testing.T) {
	t.Parallel()
	cs := []balance.Candidate{{At: 0}, {At: 1, Priced: true, Cost: 30}, {At: 2, Priced: true, Cost: 20}, {At: 3, Priced: true, Cost: 20}}
	balance.Order(balance.Cost, cs, &balance.Draw{})
	if got := []int{cs[0].At, cs[1].At, cs[2].At, cs[3].At}; !slices.Equal(got, []int{2, 3, 1, 0}) {
		t.Errorf("%v", got)
	}
}

// Whatever gets better for a target, its share does not fall; and none starves.
func TestAdaptiveSharesFollowWhatIsBetter(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 10))
	shares := func(cs []balance.Candidate) (at0 float64) {
		balance.Order(balance.Adaptive, cs, &balance.Draw{Random: r.Int64N})
		for _, c := range cs {
			if c.Share < 0.01 {
				t.Fatalf("a share of %v", c.Share)
			}
			if c.At == 0 {
				at0 = c.Share
			}
		}
		return at0
	}
	for range 2000 {
		cs := anything(r)
		if len(cs) == 0 {
			continue
		}
		cs[0].Load.Seen, cs[0].Priced = true, true
		for i := range cs { // so that what others are taken for does not hang on the first
			cs[i].Load.Seen, cs[i].Priced = true, true
		}
		better := slices.Clone(cs)
		better[0].Load.Mean /= 2
		better[0].Load.Failed /= 2
		better[0].Cost /= 2
		if a, b := shares(cs), shares(better); b < a-1e-9 {
			t.Fatalf("the share fell from %v to %v", a, b)
		}
	}
}

// Two nodes that share nothing and have the targets in another order agree for every session; a target that goes moves only
// its own sessions.
func TestTwoNodesAgreeOnSticky(t *testing.T) {
	t.Parallel()
	source := id.NewSource(clock.System{}.Now, nil)
	var all []balance.Candidate
	for i := range 4 {
		all = append(all, balance.Candidate{At: i, Weight: 1 + i%2, Place: balance.Target{Connection: id.NewConnection(source), Model: "m"}.Place()})
	}
	order := func(cs []balance.Candidate, who string) []uint64 {
		cs = slices.Clone(cs)
		for i := range cs {
			cs[i].At = i
		}
		balance.Order(balance.Sticky, cs, &balance.Draw{Who: balance.Who(who)})
		var out []uint64
		for _, c := range cs {
			out = append(out, c.Place)
		}
		return out
	}
	other := slices.Clone(all)
	slices.Reverse(other)
	for i := range 2000 {
		who := "session " + string(rune('a'+i%26)) + time.Duration(i).String()
		here, there := order(all, who), order(other, who)
		if !slices.Equal(here, there) {
			t.Fatalf("%q: %v here, %v there", who, here, there)
		}
		less := order(all[1:], who)
		if here[0] != all[0].Place && less[0] != here[0] {
			t.Fatalf("%q moved from %d to %d although its target stayed", who, here[0], less[0])
		}
	}
}

func TestQualityGoesByRankAndBalancedByRankAndCost(t *testing.T) {
	t.Parallel()
	order := func(p balance.Policy, cs ...balance.Candidate) (at []int) {
		for i := range cs {
			cs[i].At = i
		}
		balance.Order(p, cs, &balance.Draw{})
		for _, c := range cs {
			at = append(at, c.At)
		}
		return at
	}
	best, middle, humble := balance.Candidate{Rank: 0, Cost: 10_000_000, Priced: true}, balance.Candidate{Rank: 1, Cost: 1_200_000, Priced: true}, balance.Candidate{Rank: 2, Cost: 1_000_000, Priced: true}
	if got := order(balance.Quality, humble, best, middle, best); !slices.Equal(got, []int{1, 3, 2, 0}) {
		t.Errorf("quality: %v", got)
	}
	// best 1 + 0.10, middle 0.50 + 0.83, humble 0 + 1
	if got := order(balance.Balanced, humble, best, middle); !slices.Equal(got, []int{2, 1, 0}) {
		t.Errorf("balanced: %v", got)
	}
	unknown := balance.Candidate{Rank: 1}
	if got := order(balance.Balanced, unknown, middle); !slices.Equal(got, []int{1, 0}) {
		t.Errorf("unknown is not free: %v", got)
	}
}

func TestSharesForPeopleAddUpAndKeepTheOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		for _, p := range append(balance.Policies, "ordered", "") {
			cs := anything(r)
			told := balance.Shares(p, cs, balance.Mix{})
			if told == (len(cs) == 0 || p == balance.LeastConnections || p == balance.ResponseTime) {
				t.Fatalf("%s of %d: told %v", p, len(cs), told)
			}
			sum := 0.0
			for i, c := range cs {
				if c.At != i {
					t.Fatalf("%s moves candidates", p)
				}
				sum += c.Share
			}
			if told && math.Abs(sum-1) > 1e-9 {
				t.Fatalf("%s: shares add up to %v", p, sum)
			}
		}
	}
}

func TestTheMixOfAdaptiveDecides(t *testing.T) {
	t.Parallel()
	dear := balance.Candidate{At: 0, Cost: 4_000_000, Priced: true, Load: balance.Load{Seen: true, Mean: time.Second}}
	slow := balance.Candidate{At: 1, Cost: 1_000_000, Priced: true, Load: balance.Load{Seen: true, Mean: 4 * time.Second}}
	for mix, want := range map[balance.Mix]int{{Latency: 100, Cost: 10}: 0, {Latency: 10, Cost: 100}: 1} {
		cs := []balance.Candidate{dear, slow}
		if balance.Shares(balance.Adaptive, cs, mix); cs[want].Share < 0.9 {
			t.Errorf("%+v gives %v and %v", mix, cs[0].Share, cs[1].Share)
		}
	}
	if (balance.Mix{}).Valid() || (balance.Mix{Cost: 1001}).Valid() || !(balance.Mix{Cost: 1000}).Valid() {
		t.Error("bounds")
	}
}

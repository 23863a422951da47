package experiment

import (
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

var (
	seed   = flag.Uint64("seed", 20261126, "of the simulations")
	trials = flag.Int("trials", 1000, "simulated experiments of each kind; with another -seed each time this is the long form")
)

// chance is randomness, of ids too, that is the same for a seed and a name in every run.
func chance(name string) (*rand.Rand, *id.Source) {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	r := rand.New(rand.NewPCG(*seed, h.Sum64()))
	return r, id.NewSource(func() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }, reader(func(b []byte) (int, error) {
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return len(b), nil
	}))
}

// world is how requests of a variant behave.
type world struct {
	users   int // 0: every request is a user of its own
	cost    float64
	latency float64
	errors  float64
	good    float64
	differs float64 // how much users differ among themselves, as a standard deviation of their factor's logarithm
}

// simulate runs an experiment request by request and looks every 100, as the job may. It stops at the first verdict.
func simulate(e *Experiment, r *rand.Rand, per []world) (j Judgement, skewedOnce bool) {
	tallies := make([]Tally, len(e.Variants)*Buckets)
	for i := range tallies {
		tallies[i].Variant, tallies[i].Bucket = i/Buckets, i%Buckets
	}
	factors := map[int]float64{}
	for n := 1; n <= int(e.Sample); n++ {
		user := n
		if u := per[0].users; u > 0 {
			user = r.IntN(u)
		}
		v, b := Draw(e.ID, fmt.Sprint("user-", user), e.Variants)
		w := per[v]
		f, known := factors[user]
		if !known {
			f = math.Exp(r.NormFloat64()*w.differs - w.differs*w.differs/2)
			factors[user] = f
		}
		t := &tallies[v*Buckets+b]
		t.Requests++
		t.Cost += money.USD(w.cost * f * math.Exp(r.NormFloat64()-0.5) * 1e6) // sizes of requests are lognormal: a long tail
		if r.Float64() < w.errors*f {
			t.Errors++
		} else {
			t.Answered++
			t.Latency += int64(w.latency * f * math.Exp(r.NormFloat64()*0.8-0.32) * 1e6)
			if r.IntN(5) == 0 {
				t.Rated++
				if r.Float64() < w.good {
					t.Score += 1000
				}
			}
		}
		if n%100 == 0 {
			j = Judge(e, tallies)
			skewedOnce = skewedOnce || j.Skewed
			if j.Verdict != Open {
				return j, skewedOnce
			}
		}
	}
	return j, skewedOnce
}

func halves(ids *id.Source, goal Metric, sample int64) *Experiment {
	return &Experiment{ID: id.NewExperiment(ids), Variants: []Variant{{Name: "control", Percent: 50}, {Name: "new", Percent: 50}}, Unit: ByUser, Goal: goal, LookFor: 20, Sample: sample, ErrorLimit: 100}
}

func same(w world) []world { return []world{w, w} }

// The promise of the room: who looks every 100 requests and believes the first verdict is wrong at most once in twenty times.
func TestOfAThousandTestsOfTheSameThingFewHaveAWinner(t *testing.T) {
	t.Parallel()
	usual := world{cost: 1, latency: 2, errors: 0.02, good: 0.8}
	alike := world{cost: 1, latency: 2, errors: 0.02, good: 0.8, users: 300, differs: 0.7}
	for name, c := range map[string]struct {
		goal Metric
		per  world
	}{
		"cost": {Cost, usual}, "latency": {Latency, usual}, "errors": {Errors, usual}, "quality": {Quality, usual},
		"cost, by users who differ": {Cost, alike}, "errors, by users who differ": {Errors, alike},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ids := chance(name)
			n, decided, skews := *trials, 0, 0
			if (c.per.users > 0 || c.goal == Latency || c.goal == Quality) && n == 1000 {
				n = 300 // the same code; with -trials=1001 they all are as many
			}
			for range n {
				j, skewed := simulate(halves(ids, c.goal, 5000), r, same(c.per))
				if j.Verdict == Win || j.Verdict == Lose {
					decided++
				}
				if skewed {
					skews++
				}
			}
			t.Logf("%d of %d had a winner or loser, %d looked skewed once", decided, n, skews)
			if decided*20 > n || skews*100 > n {
				t.Errorf("%d of %d tests of the same thing were decided, %d looked skewed", decided, n, skews)
			}
		})
	}
}

// A variant that fails as often as the control is hardly ever taken back, although both are above the limit.
func TestWhatFailsAsOftenAsTheControlStays(t *testing.T) {
	t.Parallel()
	r, ids := chance(t.Name())
	n, harmed := *trials/4, 0
	for range n {
		e := halves(ids, Quality, TemplateSample/4)
		e.Variants[0].Percent, e.Variants[1].Percent, e.ErrorLimit = 95, 5, 2
		if j, _ := simulate(e, r, same(world{cost: 1, latency: 2, errors: 0.04, good: 0.8})); j.Verdict == Harm {
			harmed++
		}
	}
	t.Logf("%d of %d were taken back", harmed, n)
	if harmed*20 > n {
		t.Errorf("%d of %d variants that do no harm were taken back", harmed, n)
	}
}

// What is planted is found within the sample that is stated.
func TestWhatIsPlantedIsFoundInTheStatedSample(t *testing.T) {
	t.Parallel()
	usual := world{cost: 1, latency: 2, errors: 0.01, good: 0.8}
	with := func(change func(*world)) []world { w := usual; change(&w); return []world{usual, w} }
	careful := func(e *Experiment) {
		e.Variants[0].Percent, e.Variants[1].Percent, e.Sample, e.ErrorLimit = 95, 5, TemplateSample, 2
	}
	for name, c := range map[string]struct {
		goal Metric
		per  []world
		set  func(*Experiment)
		want Verdict
	}{
		"a fifth cheaper":               {Cost, with(func(w *world) { w.cost *= 0.8 }), nil, Win},
		"a fifth dearer":                {Cost, with(func(w *world) { w.cost *= 1.2 }), nil, Lose},
		"five points more errors":       {Errors, with(func(w *world) { w.errors += 0.05 }), nil, Lose},
		"five points fewer errors":      {Errors, []world{{cost: 1, latency: 2, errors: 0.06, good: 0.8}, usual}, nil, Win},
		"4 % errors in 5 % of requests": {Cost, with(func(w *world) { w.errors = 0.04 }), careful, Harm},
		"4 % errors in half of them":    {Cost, with(func(w *world) { w.errors = 0.04 }), func(e *Experiment) { e.ErrorLimit = 2 }, Harm},
		"half as slow again, guarded":   {Cost, with(func(w *world) { w.latency *= 1.5 }), func(e *Experiment) { e.Guards = []Guard{{Latency, 10}} }, Harm},
		"liked far less, guarded":       {Cost, with(func(w *world) { w.good = 0.4 }), func(e *Experiment) { e.Guards = []Guard{{Quality, 10}} }, Harm},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, ids := chance(name)
			n, found, took := *trials/10, 0, int64(0)
			for range n {
				e := halves(ids, c.goal, 5000)
				if c.set != nil {
					c.set(e)
				}
				if j, _ := simulate(e, r, c.per); j.Verdict == c.want {
					found, took = found+1, took+j.Requests
				}
			}
			t.Logf("found in %d of %d, after %d requests in the mean", found, n, took/int64(max(found, 1)))
			if found*100 < n*80 {
				t.Errorf("found in %d of %d", found, n)
			}
		})
	}
}

// Requests of one variant are kept out of the count. That ends at the planned sample like anything else: else the users of one half and the
// judge's money go on for months.
func TestASkewedExperimentEndsAtItsSample(t *testing.T) {
	t.Parallel()
	_, ids := chance(t.Name())
	e := halves(ids, Cost, 5000)
	e.Name = "half"
	var tallies []Tally
	for b := range Buckets {
		for v, n := range [...]int64{36, 3} { // 36 and 3 in each of 128 buckets: 4,992
			tallies = append(tallies, Tally{Variant: v, Bucket: b, Requests: n, Answered: n, Cost: money.USD(n * int64(2-v) * 1e6), Latency: n * 1e6})
		}
	}
	if j := Judge(e, tallies); !j.Skewed || j.Verdict != Open || j.Winner != 0 {
		t.Errorf("before: skewed %t, %q, winner %d", j.Skewed, j.Verdict, j.Winner)
	}
	tallies[0].Requests, tallies[0].Answered = tallies[0].Requests+8, tallies[0].Answered+8
	j := Judge(e, tallies)
	if !j.Skewed || j.Verdict != Inconclusive || j.Winner != 0 {
		t.Errorf("at the sample: skewed %t, %q, winner %d", j.Skewed, j.Verdict, j.Winner)
	}
	e.State, e.Verdict, e.Why = Finished, j.Verdict, j.Why
	a := Advise(e, &j, time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC))
	if want := "Nothing can be concluded: requests of one variant are missing"; a.Headline != want || a.Variant != 0 {
		t.Errorf("advice: %q, %d", a.Headline, a.Variant)
	}
	if want := "The experiment half ended without a verdict: requests of one variant are missing"; e.Sentence() != want {
		t.Errorf("the letter says %q", e.Sentence())
	}
}

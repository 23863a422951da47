package key_test

import (
	"flag"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// calls is how often keys are presented to compare how long their refusals take. The release proof presents a million.
var calls = flag.Int("calls", 60_000, "calls of the timing test")

// separable is how far apart the mean times of two kinds of keys may be, in their common standard errors: Welch's t. Beyond
// 4.5 it is taken for a leak, as people who test hardware take it; by chance it comes once in a hundred thousand comparisons.
const separable = 4.5

// TestRefusedKeysCannotBeToldApartByTime presents keys that nobody has, and wrong secrets of keys that are in use, disabled and
// deleted, in random order. Whoever has no right secret must not learn by a clock which public ids exist.
func TestRefusedKeysCannotBeToldApartByTime(t *testing.T) {
	kinds := []string{"unknown", "in use", "disabled", "deleted"}
	desk, presented := timed(t, len(kinds))
	random := rand.New(rand.NewPCG(1, 2))
	var took [4][]float64
	for range *calls {
		kind := random.IntN(len(kinds))
		text := presented[kind][random.IntN(len(presented[kind]))]
		start := clock.System{}.Now()
		_, err := desk.Authenticate(text)
		d := clock.Since(start)
		if err == nil {
			t.Fatal("a wrong secret opens something")
		}
		took[kind] = append(took[kind], float64(d.Nanoseconds()))
	}
	for i := range kinds[1:] {
		v, share := worst(took[0], took[i+1])
		t.Logf("%-8s against unknown: |t| %.2f (the quicker %.0f%%), medians %.0f and %.0f ns", kinds[i+1], v, share*100, median(took[i+1]), median(took[0]))
		if v > separable {
			t.Errorf("refusals of wrong secrets of a key %s can be told from those of unknown keys: t = %.2f", kinds[i+1], v)
		}
	}
}

// timed is a desk with thousands of keys, and texts of each kind that are well-formed and open nothing.
func timed(t *testing.T, kinds int) (*key.Desk, [][]string) {
	t.Helper()
	text, err := secret.GenerateMaster(nil)
	if err != nil {
		t.Fatal(err)
	}
	master, err := secret.NewMaster(text)
	if err != nil {
		t.Fatal(err)
	}
	mac, err := master.MAC(key.Purpose)
	if err != nil {
		t.Fatal(err)
	}
	ids := id.NewSource(clock.System{}.Now, nil)
	var records []key.Record
	presented := make([][]string, kinds)
	// Nobody asks for the others, as for most keys at any time. Were they few, what stands in for an unknown id would often be
	// a key that is asked for as well, and nearer to the processor for that.
	const asked = 2000
	others := max(60_000, *calls/4)
	for i := range asked*kinds + others {
		_, right := mint(t, uint64(i), 1)
		kind := i % kinds
		if i < asked*kinds {
			wrong, _ := mint(t, uint64(i), 2)
			presented[kind] = append(presented[kind], wrong)
		}
		if kind == 0 {
			continue // nobody's
		}
		pepper, sum := mac.Sum(right.Signed())
		records = append(records, key.Record{Public: right.Public, KeyID: pepper, MAC: sum[:], Key: id.NewKey(ids), Org: id.NewOrg(ids), OrgSlug: "acme", Team: id.NewTeam(ids),
			Off: kind == 2, Gone: kind == 3})
	}
	random := rand.New(rand.NewPCG(3, 4)) // memory knows neighbours
	random.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
	desk := key.NewDesk(clock.NewFake(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)), mac)
	if err := desk.Load(records); err != nil {
		t.Fatal(err)
	}
	return desk, presented
}

// mint is a key whose public part follows from which, and whose secret follows from hidden too.
func mint(t *testing.T, which, hidden uint64) (string, secret.Token) {
	t.Helper()
	text, minted, err := secret.Mint(&twoSeeds{rand.New(rand.NewPCG(which, 0)), rand.New(rand.NewPCG(which, hidden)), false}, secret.VirtualKey, secret.Live)
	if err != nil {
		t.Fatal(err)
	}
	return text.Reveal(), minted
}

// twoSeeds reads its first block, which becomes the public part, from one source, and the others from another.
type twoSeeds struct {
	first, then *rand.Rand
	begun       bool
}

func (s *twoSeeds) Read(p []byte) (int, error) {
	r := s.first
	if s.begun {
		r = s.then
	}
	s.begun = true
	for i := range p {
		p[i] = byte(r.Uint32())
	}
	return len(p), nil
}

// worst is the largest |t| over all times and over the quickest shares of them: a few slow calls, when the machine was busy,
// would hide a difference of nanoseconds.
func worst(a, b []float64) (v, share float64) {
	all := slices.Concat(a, b)
	slices.Sort(all)
	for _, s := range []float64{1, 0.95, 0.8, 0.5} {
		most := all[int(s*float64(len(all)-1))]
		keep := func(x []float64) (out []float64) {
			for _, d := range x {
				if d <= most {
					out = append(out, d)
				}
			}
			return out
		}
		if w := math.Abs(welch(keep(a), keep(b))); w > v {
			v, share = w, s
		}
	}
	return v, share
}

// welch is Welch's t of two samples.
func welch(a, b []float64) float64 {
	ma, va := moments(a)
	mb, vb := moments(b)
	e := math.Sqrt(va/float64(len(a)) + vb/float64(len(b)))
	if e == 0 {
		return 0
	}
	return (ma - mb) / e
}

func moments(x []float64) (mean, variance float64) {
	for _, v := range x {
		mean += v
	}
	mean /= float64(len(x))
	for _, v := range x {
		variance += (v - mean) * (v - mean)
	}
	return mean, variance / float64(len(x)-1)
}

func median(x []float64) float64 {
	y := slices.Clone(x)
	slices.Sort(y)
	return y[len(y)/2]
}

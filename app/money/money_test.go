package money_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/money"
)

const rounds = 20_000

// edgy picks values where arithmetic breaks as often as ordinary ones.
func edgy(r *rand.Rand) int64 {
	edges := []int64{0, 1, -1, 999, 1000, 1001, math.MaxInt32, math.MaxInt64, math.MaxInt64 - 1, math.MinInt64, math.MinInt64 + 1}
	switch r.IntN(3) {
	case 0:
		return edges[r.IntN(len(edges))]
	case 1:
		return int64(r.Uint64()) >> r.IntN(64)
	}
	return r.Int64N(1_000_000)
}

func TestAddAndSubAgreeWithBigIntegers(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range rounds {
		a, b := edgy(r), edgy(r)
		sum := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		got, err := money.USD(a).Add(money.USD(b))
		if sum.IsInt64() != (err == nil) || err == nil && int64(got) != sum.Int64() {
			t.Fatalf("%d + %d = %d, %v; want %s", a, b, got, err, sum)
		}
		diff := new(big.Int).Sub(big.NewInt(a), big.NewInt(b))
		got, err = money.USD(a).Sub(money.USD(b))
		if err == nil && (!diff.IsInt64() || int64(got) != diff.Int64()) {
			t.Fatalf("%d - %d = %d; want %s", a, b, got, diff)
		}
		// The smallest amount has no opposite, so taking it away is always refused.
		if err != nil && diff.IsInt64() && b != math.MinInt64 {
			t.Fatalf("%d - %d: %v; want %s", a, b, err, diff)
		}
	}
}

func TestASumIsExactAndRoundedUpOnce(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	thousand := big.NewInt(1000)
	for range rounds {
		var s, part money.Sum
		want := new(big.Int)
		for i := range 1 + r.IntN(5) {
			p, q := edgy(r)&math.MaxInt64, edgy(r)&math.MaxInt64
			into := &s
			if i%2 == 1 {
				into = &part
			}
			if err := into.Add(money.Price(p), q); err != nil {
				t.Fatalf("%d × %d: %v", p, q, err)
			}
			want.Add(want, new(big.Int).Mul(big.NewInt(p), big.NewInt(q)))
		}
		if err := s.AddSum(part); err != nil {
			t.Fatal(err)
		}
		if d := s.Decimal().Shift(12).BigInt(); d.Cmp(want) != 0 {
			t.Fatalf("sum is %s, want %s", d, want)
		}
		ceil, rest := new(big.Int).QuoRem(want, thousand, new(big.Int))
		if rest.Sign() > 0 {
			ceil.Add(ceil, big.NewInt(1))
		}
		got, err := s.Ceil()
		if ceil.IsInt64() != (err == nil) || err == nil && int64(got) != ceil.Int64() {
			t.Fatalf("ceil of %s is %d, %v; want %s", want, got, err, ceil)
		}
	}
}

// The quotient of the largest sums is one below 2^64: rounding it up must not wrap to nothing.
func TestTheLargestSumsAreRefusedAndNeverFree(t *testing.T) {
	t.Parallel()
	var s money.Sum
	for range 2000 {
		if err := s.Add(math.MaxInt64, math.MaxInt64/500); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Ceil(); err == nil && got <= 0 {
			t.Fatalf("a sum of %s dollars costs %d", s.Decimal(), got)
		}
	}
	edge := money.Sum{}
	addBig(t, &edge, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1000), 64), big.NewInt(1)))
	if got, err := edge.Ceil(); !errors.Is(err, money.ErrOverflow) {
		t.Errorf("ceil is %d, %v; want an overflow", got, err)
	}
}

// addBig builds a sum of any size out of products that fit.
func addBig(t *testing.T, s *money.Sum, v *big.Int) {
	t.Helper()
	unit := new(big.Int).SetInt64(math.MaxInt64)
	times, rest := new(big.Int).QuoRem(v, unit, new(big.Int))
	for times.Sign() > 0 {
		n := times
		if !n.IsInt64() {
			n = unit
		}
		if err := s.Add(math.MaxInt64, n.Int64()); err != nil {
			t.Fatal(err)
		}
		times = new(big.Int).Sub(times, n)
	}
	if err := s.Add(1, rest.Int64()); err != nil {
		t.Fatal(err)
	}
}

func TestASumRefusesNegativesAndOverflow(t *testing.T) {
	t.Parallel()
	var s money.Sum
	if err := s.Add(-1, 1); !errors.Is(err, money.ErrNegative) {
		t.Error(err)
	}
	if err := s.Add(1, -1); !errors.Is(err, money.ErrNegative) {
		t.Error(err)
	}
	var err error
	for range 5 { // four products of almost 2^126 fill 128 bits, the fifth does not fit
		err = s.Add(math.MaxInt64, math.MaxInt64)
	}
	if !errors.Is(err, money.ErrOverflow) {
		t.Error(err)
	}
	before := s
	if err := s.AddSum(before); !errors.Is(err, money.ErrOverflow) || s != before {
		t.Errorf("%v; a refused addition must change nothing", err)
	}
}

func TestWhatIsPrintedIsReadBack(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range rounds {
		a := money.USD(edgy(r))
		got, err := money.Parse(a.String())
		if err != nil || got != a {
			t.Fatalf("%d prints as %s and reads as %d, %v", a, a, got, err)
		}
		raw, _ := json.Marshal(a)
		var back money.USD
		if err := json.Unmarshal(raw, &back); err != nil || back != a || raw[0] != '"' {
			t.Fatalf("%d in JSON is %s and reads as %d, %v", a, raw, back, err)
		}
	}
}

func TestParseReadsPlainDecimalsOnly(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]money.USD{
		"0": 0, "0.01": money.Cent, " 12 ": 12 * money.Dollar, "-0.000000001": -money.Nano, "9223372036.854775807": money.Max,
		"1.500000000000": 1_500_000_000, "007": 7 * money.Dollar,
	} {
		if got, err := money.Parse(s); err != nil || got != want {
			t.Errorf("Parse(%q) = %d, %v; want %d", s, got, err, want)
		}
	}
	for s, want := range map[string]error{
		"": money.ErrMalformed, "x": money.ErrMalformed, "1e3": money.ErrMalformed, "0x10": money.ErrMalformed, "1_000": money.ErrMalformed,
		"1,5": money.ErrMalformed, "$5": money.ErrMalformed, "NaN": money.ErrMalformed, "Inf": money.ErrMalformed, "--1": money.ErrMalformed,
		"0.0000000001": money.ErrMalformed, "9223372036.854775808": money.ErrOverflow, "-9223372036.854775809": money.ErrOverflow,
		"11111111111111111111111111111111111111111": money.ErrMalformed, "٣": money.ErrMalformed,
	} {
		if got, err := money.Parse(s); !errors.Is(err, want) {
			t.Errorf("Parse(%q) = %d, %v; want %v", s, got, err, want)
		}
	}
	if p, err := money.ParsePrice("2.50"); err != nil || p != 2_500_000 {
		t.Errorf("2.50 USD per million tokens is %d pico-dollars per token, %v", p, err)
	}
	if _, err := money.ParsePrice("cheap"); !errors.Is(err, money.ErrMalformed) {
		t.Errorf("a price in words: %v", err)
	}
	if _, err := money.ParsePrice("0.0000001"); !errors.Is(err, money.ErrMalformed) {
		t.Errorf("a price finer than a pico-dollar: %v", err)
	}
}

func TestFormatIsForPeople(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a      money.USD
		places int32
		want   string
	}{
		{0, 2, "0.00"}, {money.Cent, 2, "0.01"}, {1_234_500_000_000, 2, "1,234.50"}, {-1_234_567_890_000_000, 0, "-1,234,568"},
		{999_995_000_000, 2, "1,000.00"}, {-money.Nano, 9, "-0.000000001"}, {123 * money.Dollar, 0, "123"},
	} {
		if got := c.a.Format(c.places); got != c.want {
			t.Errorf("%d.Format(%d) = %s, want %s", c.a, c.places, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"0.01", "-9223372036.854775808", "1.0000000000", "+5", ".5", "5."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := money.Parse(s)
		if err != nil {
			return
		}
		if back, err := money.Parse(a.String()); err != nil || back != a {
			t.Errorf("%q is %d, printed %s, read %d, %v", s, a, a, back, err)
		}
	})
}

func TestAmountsPrintAsTheirDecimalsDo(t *testing.T) {
	t.Parallel()
	check := func(a money.USD) {
		if got, want := a.String(), a.Decimal().String(); got != want {
			t.Errorf("%d nano-dollars print as %q, want %q", int64(a), got, want)
		}
	}
	for _, a := range []money.USD{0, 1, -1, 10, money.Cent, -money.Cent, money.Dollar, 12 * money.Dollar, money.Dollar + 1, money.Max, -money.Max, math.MinInt64} {
		check(a)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		check(money.USD(r.Uint64()) >> r.IntN(64))
	}
}

func TestCountsAreGroupedForPeople(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", -1: "-1", -999: "-999", -1234567: "-1,234,567"} {
		if got := money.Grouped(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

// Forty characters are read, one more is refused unread.
func TestParseReadsFortyCharactersAndNoMore(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("0", 37) + "1.5"
	if got, err := money.Parse(longest); err != nil || got != 3*money.Dollar/2 {
		t.Errorf("%d, %v", got, err)
	}
	if _, err := money.Parse("0" + longest); !errors.Is(err, money.ErrMalformed) {
		t.Errorf("41 characters: %v", err)
	}
}

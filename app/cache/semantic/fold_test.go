package semantic

import (
	"math"
	"math/rand/v2"
	"testing"
)

// between makes two random directions with a cosine.
func between(r *rand.Rand, n int, cosine float64) (a, b []float32) {
	unit := func() []float64 {
		v, sum := make([]float64, n), 0.0
		for i := range v {
			v[i] = r.NormFloat64()
			sum += v[i] * v[i]
		}
		for i := range v {
			v[i] /= math.Sqrt(sum)
		}
		return v
	}
	x, y := unit(), unit()
	dot := 0.0
	for i := range x {
		dot += x[i] * y[i]
	}
	across := math.Sqrt(1 - dot*dot)
	a, b = make([]float32, n), make([]float32, n)
	for i := range x {
		a[i] = float32(x[i])
		b[i] = float32(cosine*x[i] + math.Sqrt(1-cosine*cosine)*(y[i]-dot*x[i])/across)
	}
	return a, b
}

func TestFoldKeepsCosines(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(26, 11))
	for _, n := range []int{64, 256, 384, 1536, 3072} {
		for cosine, most := range map[float64]float64{1: 0.0001, 0.9: 0.025, 0.5: 0.09} {
			sum := 0.0
			for range 200 {
				a, b := between(r, n, cosine)
				x, ok := Fold(a)
				y, also := Fold(b)
				if !ok || !also {
					t.Fatal("a direction is none")
				}
				off := float64(x.Cosine(y)) - cosine
				sum += off * off
			}
			off := math.Sqrt(sum / 200)
			t.Logf("%d numbers at %.1f: off by %.4f", n, cosine, off)
			if off > most || n <= Dimensions && off > 0.0001 {
				t.Errorf("%d numbers at %.1f: off by %.4f", n, cosine, off)
			}
		}
	}
	for _, none := range [][]float32{nil, {}, {0, 0}, {float32(math.NaN())}, {float32(math.Inf(1))}} {
		if _, ok := Fold(none); ok {
			t.Errorf("%v is a direction", none)
		}
	}
}

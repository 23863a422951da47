package balance_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// upstream is a provider of the simulated day: what an hour is like there.
type upstream struct {
	name string
	like func(hour float64) (wait float64, cost money.USD, failing float64)
}

// upstreams change speed, price and failure, each in its own way.
var upstreams = []upstream{
	{"steady", func(h float64) (float64, money.USD, float64) { return 1.2, 2_000_000, 0.002 }},
	{"quick", func(h float64) (float64, money.USD, float64) { // slow in office hours, and down from 14:00 to 14:20
		wait, failing := 0.5, 0.005
		if h >= 8 && h < 18 {
			wait = 2.4
		}
		if h >= 14 && h < 14.34 {
			failing = 1
		}
		return wait, 3_000_000, failing
	}},
	{"cheap", func(h float64) (float64, money.USD, float64) { // dearer from noon on, shaky in the evening
		cost, failing := money.USD(600_000), 0.01
		if h >= 12 {
			cost = 2_400_000
		}
		if h >= 20 && h < 22 {
			failing = 0.3
		}
		return 2 + 0.4*math.Sin(h/24*2*math.Pi), cost, failing
	}},
}

// day sends a request a second through breakers and a Book, and gives for every hour the mean of √(seconds waited × thousandths
// of a dollar). order puts the candidates in order.
func day(order func(n uint64, cs []balance.Candidate, d *balance.Draw)) (hours [24]float64) {
	start := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	r := rand.New(rand.NewPCG(1, 2))
	source := id.NewSource(func() time.Time { return start }, rand.NewChaCha8([32]byte{7}))
	board, book := health.NewBoard(health.Config{Random: r.Int64N}), &balance.Book{}
	var targets []balance.Target
	for range upstreams {
		targets = append(targets, balance.Target{Connection: id.NewConnection(source), Model: "m"})
	}
	for n := range 24 * 3600 {
		now := start.Add(time.Duration(n) * time.Second)
		hour := float64(n) / 3600
		cs := make([]balance.Candidate, len(upstreams))
		for i, t := range targets {
			_, cost, _ := upstreams[i].like(hour)
			cs[i] = balance.Candidate{At: i, Weight: 1, Place: t.Place(), Load: book.Watch(t, now), Cost: cost, Priced: true}
		}
		order(uint64(n), cs, &balance.Draw{Turn: uint64(n), Random: r.Int64N})
		waited, paid := 0.0, money.USD(0)
		for _, c := range cs {
			t := health.Target{Connection: targets[c.At].Connection, Model: "m"}
			pass, _, ok := board.Admit(t, secret.String{}, now)
			if !ok {
				continue
			}
			wait, cost, failing := upstreams[c.At].like(hour)
			wait *= math.Exp(0.3 * r.NormFloat64())
			failed := r.Float64() < failing
			took := time.Duration(wait * float64(time.Second))
			g := book.Gauge(targets[c.At])
			g.Begin(now)
			waited += wait
			if failed {
				g.End(now, balance.Failed, took)
				pass.Done(now, health.Report{Outcome: health.Bad})
				continue
			}
			g.End(now, balance.Answered, took)
			pass.Done(now, health.Report{Outcome: health.Good})
			paid = cost
			break
		}
		hours[n/3600] += math.Sqrt(waited*float64(paid)/1e6) / 3600
	}
	return hours
}

func mean(hours []float64) (m float64) {
	for _, h := range hours {
		m += h / float64(len(hours))
	}
	return m
}

// The figures of docs/explanation/balancing.md: go test ./app/balance -run SimulatedDay -v.
func TestASimulatedDay(t *testing.T) {
	t.Parallel()
	by := func(p balance.Policy) [24]float64 {
		return day(func(_ uint64, cs []balance.Candidate, d *balance.Draw) { balance.Order(p, cs, d) })
	}
	const warm = 1 // hour
	adaptive, robin := by(balance.Adaptive), by(balance.RoundRobin)
	t.Logf("adaptive            %.3f", mean(adaptive[warm:]))
	t.Logf("round robin         %.3f", mean(robin[warm:]))
	best := math.MaxFloat64
	var fixed [][24]float64
	for first := range upstreams {
		hours := day(func(_ uint64, cs []balance.Candidate, _ *balance.Draw) { cs[0], cs[first] = cs[first], cs[0] })
		fixed = append(fixed, hours)
		best = min(best, mean(hours[warm:]))
		t.Logf("%-8s first      %.3f", upstreams[first].name, mean(hours[warm:]))
	}
	worst := 0.0
	for h := warm; h < 24; h++ {
		least := min(fixed[0][h], fixed[1][h], fixed[2][h])
		worst = max(worst, adaptive[h]/least-1)
		t.Logf("%02d:00 adaptive %.3f, best fixed %.3f: %+.1f %%", h, adaptive[h], least, 100*(adaptive[h]/least-1))
	}
	t.Logf("against round robin %+.1f %%, against the best fixed choice of the day %+.1f %%, of the worst hour %+.1f %%", 100*(mean(adaptive[warm:])/mean(robin[warm:])-1), 100*(mean(adaptive[warm:])/best-1), 100*worst)
	if mean(adaptive[warm:]) >= mean(robin[warm:]) {
		t.Error("adaptive is no better than round robin")
	}
	if mean(adaptive[warm:]) > 1.05*best || worst > 0.05 {
		t.Error("adaptive is more than 5 % off the best fixed choice")
	}
}

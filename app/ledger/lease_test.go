package ledger_test

import (
	"math/rand/v2"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

func TestShares(t *testing.T) {
	t.Parallel()
	pool := func(free money.USD) ledger.Pool { return ledger.Pool{Limit: 1000, Spent: 1000 - free} }
	for name, c := range map[string]struct {
		pool ledger.Pool
		ask  ledger.Ask
		want money.USD
	}{
		"the need, and a modest part of the rest":       {pool(900), ledger.Ask{Need: 100, Spare: 5000}, 200},
		"no more spare than was asked for":              {pool(900), ledger.Ask{Need: 100, Spare: 7}, 107},
		"near the limit, all that is left":              {pool(60), ledger.Ask{Least: 50, Need: 100, Spare: 100}, 60},
		"nothing if not even the least is there":        {pool(40), ledger.Ask{Least: 50, Need: 100}, 0},
		"all that is left is the least":                 {pool(50), ledger.Ask{Least: 50, Need: 100}, 50},
		"the least is there with what is owed":          {pool(50), ledger.Ask{Least: 70, Need: 100, Debt: 20}, 70},
		"nothing of nothing":                            {pool(0), ledger.Ask{Need: 1}, 0},
		"nothing of nothing, whatever is owed":          {pool(0), ledger.Ask{Need: 1, Debt: 5}, 0},
		"a need and a spare below zero are none":        {pool(80), ledger.Ask{Need: -5, Spare: -9}, 0},
		"nothing of less than nothing":                  {pool(-10), ledger.Ask{Need: 1, Debt: 5}, 0},
		"a debt is paid back without costing the pool":  {pool(100), ledger.Ask{Need: 30, Debt: 20}, 30},
		"a debt larger than the need leaves it in debt": {pool(100), ledger.Ask{Need: 30, Debt: 50}, 50},
		"leases of other nodes are not free":            {ledger.Pool{Limit: 100, Leased: 90}, ledger.Ask{Least: 20, Need: 20}, 0},
		"suspense is not free":                          {ledger.Pool{Limit: 100, Suspense: 90}, ledger.Ask{Least: 20, Need: 20}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ledger.Share(c.pool, c.ask); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestASharedPoolNeverGoesOverItsLimit(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(7, 7))
	for range 100_000 {
		amount := func() money.USD { return money.USD(rnd.IntN(1000)) }
		p := ledger.Pool{Limit: amount(), Spent: amount(), Suspense: amount() / 4, Leased: amount() / 2}
		a := ledger.Ask{Least: amount(), Need: amount(), Spare: amount(), Debt: amount() / 8}
		a.Least = min(a.Least, a.Need)
		got := ledger.Share(p, a)
		if got < 0 {
			t.Fatalf("%+v %+v: negative share %s", p, a, got)
		}
		if cost := max(0, got-a.Debt); cost > max(0, p.Free()) {
			t.Fatalf("%+v %+v: %s taken, %s free", p, a, cost, p.Free())
		}
	}
}

func TestTheTargetFollowsTheRate(t *testing.T) {
	t.Parallel()
	if got := ledger.Target(100, 30, 10); got != 520 {
		t.Errorf("five seconds and the peak: %s", got)
	}
	if most := money.Max / 10; ledger.Target(most, 0, 0) != 5*most || ledger.Target(most+1, 7, 0) != money.Max/2 {
		t.Errorf("the highest rate: %s, and more: %s", ledger.Target(most, 0, 0), ledger.Target(most+1, 7, 0))
	}
	if got := ledger.Target(0, 10, 30); got != 0 {
		t.Errorf("nothing is spent, everything held: %s", got)
	}
	if got := ledger.Target(money.Max/3, 0, 0); got < 0 || got > money.Max/2 {
		t.Errorf("an absurd rate overflowed: %s", got)
	}
}

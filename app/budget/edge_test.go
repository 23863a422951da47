package budget

import (
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// purseOf is a desk with one hard daily limit of 100, of which so much is lent to it.
func purseOf(t *testing.T, lent ledger.Units) (*desk, *purse, *id.Source) {
	t.Helper()
	ids := id.NewSource(clock.System{}.Now, nil)
	now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	from, _ := Daily.Window(now, time.UTC)
	d := newDesk(id.NewOrg(ids))
	p := d.purse(&rule{Rule: Rule{ID: id.NewBudget(ids), Limit: 100, Present: 100, Period: Daily, Enforce: Hard, Start: from.Unix()}, zone: time.UTC}, now)
	p.seen = true
	if !d.book.Grant(id.NewGrant(ids), p.account, lent) {
		t.Fatal("nothing was lent")
	}
	return d, p, ids
}

func cash(n money.USD) ledger.Amounts { return ledger.Amounts{Money: n} }

// Spent is what the bank says, what is suspended, and what ended here and is not in the bank's figure yet; what is left is the limit
// less that and less what is held; and a request that fits into the limit less what is spent could still be held, one more cannot.
func TestWhatIsLeftOfABudget(t *testing.T) {
	t.Parallel()
	d, p, ids := purseOf(t, 60)
	p.pool.Spent, p.pool.Suspense, p.posted = 30, 5, 1
	if h, short := d.hold(id.NewAttempt(ids), cash(20), []*purse{p}); h == nil {
		t.Fatalf("not held: %v", short)
	}
	h, _ := d.hold(id.NewAttempt(ids), cash(10), []*purse{p})
	if err := d.book.Open(h); err != nil {
		t.Fatal(err)
	}
	if _, ok := d.book.Settle(h, cash(4)); !ok {
		t.Fatal("not settled")
	}
	if got := d.standing(p); got.Spent != 30+5+4-1 || got.Held != 20 || got.Left != 100-38-20 {
		t.Errorf("spent %d, held %d, left %d", got.Spent, got.Held, got.Left)
	}
	if d.exhausted(p, cash(62)) || !d.exhausted(p, cash(63)) {
		t.Errorf("of 100, 38 are spent: 62 is out of reach %v, 63 %v", d.exhausted(p, cash(62)), d.exhausted(p, cash(63)))
	}
	if d.giveBack(p, 0); p.back != 0 || len(d.asking) != 0 {
		t.Errorf("nothing goes back, and the bank is asked: %d, %d", p.back, len(d.asking))
	}
}

// A floor that just fits is enough, and a hold that could be of any size is of the size that was asked for.
func TestAHoldShrinksToWhatFits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		free           ledger.Units
		floor, ceiling money.USD
		want           money.USD // 0 = no
	}{
		"the floor is all there is":      {40, 40, 90, 40},
		"one less":                       {39, 40, 90, 0},
		"half of what is free":           {60, 10, 90, 30},
		"a range of one, in a large sea": {1 << 25, 0, 1, 1},
		"all or nothing":                 {60, 50, 50, 0},
	} {
		d, p, _ := purseOf(t, c.free)
		got, ok := d.shrunk([]*purse{p}, Want{Floor: cash(c.floor), Ceiling: cash(c.ceiling)})
		if ok != (c.want > 0) || got.Money != c.want {
			t.Errorf("%s: %d, %v; want %d", name, got.Money, ok, c.want)
		}
	}
}

// A hold's size is as large integers have it, whatever its floor and ceiling are.
func TestASizeBetweenTwoIsExact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		a := ledger.Units(r.Int64N(int64(money.Max)) >> r.IntN(63))
		b := a + ledger.Units(r.Int64N(max(1, int64(money.Max-a)))>>r.IntN(63))
		share := r.Uint64N(whole + 1)
		want := new(big.Int).Mul(big.NewInt(int64(b-a)), new(big.Int).SetUint64(share))
		want.Add(want, big.NewInt(whole/2)).Rsh(want, 40).Add(want, big.NewInt(int64(a)))
		if got := between(a, b, share); want.Cmp(big.NewInt(int64(got))) != 0 {
			t.Fatalf("%d of 2^40 between %d and %d: %d, want %v", share, a, b, got, want)
		}
	}
	if got := between(0, 6148914691236517205, 3); got != 1<<24 { // rounding carries into the upper half
		t.Errorf("%d", got)
	}
	// Twice the largest and one, halved: nothing larger is there to be rounded up to.
	if got := portionUp(6148914691236517205, 3, 2); got != money.Max {
		t.Errorf("%d", got)
	}
}

// Requests are the last measure there is, and an enforcement is one of those that exist.
func TestRulesThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	o := id.NewOrg(ids)
	good := Rule{ID: id.NewBudget(ids), Org: o, Kind: org.OrgScope, Node: o.UUID(), Limit: 1, Present: 1, Measure: ledger.Requests, Period: Daily, Enforce: Hard, Zone: "UTC"}
	for name, c := range map[string]struct {
		change func(*Rule)
		ok     bool
	}{
		"a limit of requests": {func(*Rule) {}, true},
		"soft":                {func(r *Rule) { r.Enforce = Soft }, true},
		"a limit of nothing":  {func(r *Rule) { r.Limit = 0 }, true},
		"less than nothing":   {func(r *Rule) { r.Limit = -1 }, false},
		"another measure":     {func(r *Rule) { r.Measure = ledger.Requests + 1 }, false},
		"no enforcement":      {func(r *Rule) { r.Enforce = "" }, false},
	} {
		r := good
		c.change(&r)
		if _, err := compile([]Rule{r}); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package budget

import (
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// take holds so much of a purse.
func (d *desk) take(p *purse, n ledger.Units) *ledger.Hold {
	h, _ := d.hold(id.NewAttempt(testIDs), ledger.Amounts{Money: n, Tokens: n, Requests: n}, []*purse{p})
	return h
}

// use spends so much of a purse.
func (d *desk) use(p *purse, n ledger.Units) {
	h := d.take(p, n)
	_ = d.book.Open(h)
	d.book.Settle(h, ledger.Amounts{Money: n, Tokens: n, Requests: n})
}

// What a purse settles a second and holds at most follows a rise at once and a fall by an eighth a sweep, down to nothing.
func TestFiguresFollowARiseAtOnceAndAFallSlowly(t *testing.T) {
	t.Parallel()
	d := counter()
	p := d.lend(Hard, 1<<40, 1000)
	for i, c := range []struct{ use, rate ledger.Units }{{400, 800}, {0, 699}, {200, 711}, {0, 622}, {1, 544}} {
		d.use(p, c.use)
		if active := d.tend(p, noon); p.rate != c.rate || !active {
			t.Errorf("sweep %d: %d a second, want %d; active %v", i, p.rate, c.rate, active)
		}
	}
	h := d.take(p, 80)
	for i, want := range []ledger.Units{80, 80, 69, 60} {
		if i == 2 {
			d.book.Release(h)
		}
		if d.tend(p, noon); p.peak != want || p.before != d.book.Balance(p.account).Held {
			t.Errorf("sweep %d: %d at its peak, want %d", i, p.peak, want)
		}
	}
}

// A purse that nobody uses any more is left alone: a sweep must not look at all that were used since the period began.
func TestAPurseAtRestIsLeftAlone(t *testing.T) {
	t.Parallel()
	d := counter()
	p := d.lend(Hard, 1<<40, 1000)
	d.use(p, 1000)
	sweeps := 0
	for d.tend(p, noon) {
		if sweeps++; sweeps > 200 {
			t.Fatalf("still looked at: %d a second, %d at its peak", p.rate, p.peak)
		}
	}
	p.asking = true
	if !d.tend(p, noon) {
		t.Error("what is asked for is left alone")
	}
	p.asking = false
	if d.book.Grant(id.NewGrant(testIDs), p.account, 5); !d.tend(p, noon) {
		t.Error("what is leased is left alone")
	}
	if d.take(p, 5); !d.tend(p, noon) {
		t.Error("what is held is left alone")
	}
}

// Lease goes back when nobody used it for a while, and what is far above need at once; crumbs are not worth the trip.
func TestWhatGoesBackOfALease(t *testing.T) {
	t.Parallel()
	crumb := crumbs[ledger.Tokens]
	for name, c := range map[string]struct {
		leased, peak ledger.Units
		idle         time.Duration
		back         ledger.Units
	}{
		"used a moment ago":        {crumb, 0, idleAfter, 0},
		"idle for too long":        {crumb, 0, idleAfter + 1, crumb},
		"one more than crumbs":     {crumb + 1, 0, 0, crumb + 1},
		"four times what it needs": {crumb + 4*87, 100, 0, 0}, // 100 at its peak are 87 after a sweep
		"and one more":             {crumb + 4*87 + 1, 100, 0, crumb + 3*87 + 1},
	} {
		d := counter()
		p := d.lend(Hard, 1<<40, 0)
		p.rule.Measure, p.peak, p.used = ledger.Tokens, c.peak, noon.Add(-c.idle)
		d.book.Grant(id.NewGrant(testIDs), p.account, c.leased)
		if d.tend(p, noon); p.back != c.back || p.asking != (c.back > 0) {
			t.Errorf("%s: %d go back, want %d", name, p.back, c.back)
		}
	}
	d := counter()
	p := d.lend(Hard, 100, 50)
	p.op, p.used = &LeaseAsk{Account: p.account}, noon.Add(-time.Hour)
	if !d.tend(p, noon) || !p.asking || p.back != 0 {
		t.Error("what was not answered is not asked again, or something else is")
	}
}

// What was spent without a lease is known until its period is over: a budget may be gone for a while and come back as a hard one, and the
// bank lends the debt first. In a book that forgot it that would be money to spend.
func TestADebtIsKnownAsLongAsItsPeriodLasts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		leased ledger.Units
		wait   time.Duration
		gone   bool
	}{
		"in debt":                      {0, 0, false},
		"in debt, at the period's end": {0, 12 * time.Hour, true},
		"all of it was leased":         {500, 0, true},
	} {
		d := counter()
		p := d.lend(Soft, 600, c.leased)
		d.use(p, 500)
		d.posted[p.account] = 500
		d.reload(&index{}) // its team is archived
		if d.tend(p, noon.Add(c.wait)); (d.purses[p.account] == nil) != c.gone {
			t.Errorf("%s: gone %v", name, !c.gone)
		}
		if settled := d.book.Balance(p.account).Settled; !c.gone && settled != 500 {
			t.Errorf("%s: the book says %d", name, settled)
		}
	}
}

// Whoever shows no sign of life is dead after so long, as far as we looked: neither an outage nor a clock that jumps kills anybody.
func TestOnlySilenceThatWasHeardCounts(t *testing.T) {
	t.Parallel()
	const every, limit = time.Second, 5 * time.Second
	self, other := id.NewNode(testIDs), id.NewNode(testIDs)
	for name, c := range map[string]struct {
		steps []time.Duration // between our looks
		beats []int64         // what the other had shown by then
		epoch []int64
		dead  []bool
	}{
		"silent":              {[]time.Duration{0, 1, 2, 1, 1}, []int64{7, 7, 7, 7, 7}, nil, []bool{false, false, false, false, true}},
		"silent, and alive":   {[]time.Duration{0, 2, 2, 2, 2}, []int64{7, 7, 7, 8, 8}, nil, []bool{false, false, false, false, false}},
		"we did not look":     {[]time.Duration{0, 3600, 2, 1}, []int64{7, 7, 7, 7}, nil, []bool{false, false, false, true}}, // an hour counts as two looks
		"our clock went back": {[]time.Duration{0, -3600, 2, 2, 1}, []int64{7, 7, 7, 7, 7}, nil, []bool{false, false, false, false, true}},
		"another session":     {[]time.Duration{0, 2, 2, 2}, []int64{7, 7, 7, 7}, []int64{1, 1, 1, 2}, []bool{false, false, false, false}},
	} {
		census, now := census{}, noon
		for i, step := range c.steps {
			now = now.Add(step * time.Second)
			p := Peer{ID: other, Beats: c.beats[i]}
			if c.epoch != nil {
				p.Epoch = c.epoch[i]
			}
			dead := census.silent(self, []Peer{{ID: self}, p}, now, every, limit)
			if want := []Peer{p}; slices.Equal(dead, want) != c.dead[i] || len(dead) > 1 {
				t.Errorf("%s, look %d: dead are %v", name, i, dead)
			}
		}
	}
}

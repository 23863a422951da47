package budget

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

var testIDs = id.NewSource(clock.System{}.Now, nil)

// noon is half of a day that is twelve hours from its end.
var noon = time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)

// counter is a desk at noon.
func counter() *desk { return newDesk(id.NewOrg(testIDs)) }

// lend adds a purse of a daily budget to a desk, of which so much is leased.
func (d *desk) lend(e Enforcement, limit, leased ledger.Units) *purse {
	p := d.purse(&rule{Rule: Rule{ID: id.NewBudget(testIDs), Label: "Acme", Limit: limit, Period: Daily, Enforce: e, Ladder: Ladder{From: 50}}, zone: time.UTC}, noon)
	p.seen = true
	d.book.Grant(id.NewGrant(testIDs), p.account, leased)
	return p
}

func amount(n money.USD) ledger.Amounts { return ledger.Amounts{Money: n} }

// What is held before midnight and sent after it counts before, and what is sent before the period of its hold counts in it.
func TestAnAttemptCountsInThePeriodOfItsHold(t *testing.T) {
	t.Parallel()
	d := counter()
	p := d.lend(Hard, 10, 10)
	stake := []ledger.Stake{{Account: p.account}}
	total := &purse{account: ledger.Account{Budget: id.NewBudget(testIDs)}, from: time.Unix(0, 0)}
	d.purses[total.account] = total
	for name, c := range map[string]struct {
		on       []ledger.Stake
		at, want time.Time
	}{
		"within it":                   {stake, noon, noon},
		"at its first moment":         {stake, p.from, p.from},
		"before it":                   {stake, p.from.Add(-time.Hour), p.from},
		"at its last moment":          {stake, p.to.Add(-time.Microsecond), p.to.Add(-time.Microsecond)},
		"at the next one's beginning": {stake, p.to, p.to.Add(-time.Microsecond)},
		"long after it":               {stake, p.to.Add(time.Hour), p.to.Add(-time.Microsecond)},
		"on an account that is gone":  {[]ledger.Stake{{Account: ledger.Account{Budget: id.NewBudget(testIDs)}}}, p.to, p.to},
		"of a total":                  {[]ledger.Stake{{Account: total.account}}, p.to, p.to},
	} {
		if got := d.inPeriod(c.on, c.at); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// A hold that shrinks takes half of what the tightest hard budget has left; soft ones have no say.
func TestSoftBudgetsDoNotShrinkAHold(t *testing.T) {
	t.Parallel()
	d := counter()
	w := Want{Ceiling: amount(1000), Floor: amount(10)}
	bind := []*purse{d.lend(Soft, 1, 0), d.lend(Hard, 1000, 100), d.lend(Hard, 1000, 500)}
	if got, ok := d.shrunk(bind, w); !ok || got.Money != 50 {
		t.Errorf("%v, %v", got, ok)
	}
	if got, ok := d.shrunk(bind, Want{Ceiling: amount(1000), Floor: amount(101)}); ok {
		t.Errorf("not even the floor fits: %v", got)
	}
	for w, want := range map[Want]bool{{}: true, {Floor: amount(1), Ceiling: amount(1)}: true, {Floor: amount(-1)}: false, {Floor: amount(2), Ceiling: amount(1)}: false,
		{Floor: ledger.Amounts{Tokens: 1}}: false, {Floor: ledger.Amounts{Requests: -1}}: false} {
		if w.valid() != want {
			t.Errorf("floor %v and ceiling %v: %v", w.Floor, w.Ceiling, w.valid())
		}
	}
}

// A throttled purse of which all is used has no pace, and says to wait as long as waits may be.
func TestAPurseAtItsLimitHasNoPace(t *testing.T) {
	t.Parallel()
	d := counter()
	p := d.lend(Throttle, 100, 100)
	for used, want := range map[ledger.Units]ledger.Units{100: 0, 101: 0, 99: 0, 88: 1, 40: 5} { // per hour, of twelve
		p.pool.Spent = used
		if got := d.pace(p, noon, 1); got != want {
			t.Errorf("%d of 100 used: %d an hour, want %d", used, got, want)
		}
	}
	p.pool.Spent, p.tap = 100, &tap{at: noon}
	if w := d.wait(p, 1, noon, 1); w != burst {
		t.Errorf("at the limit: wait %s", w)
	}
	p.pool.Spent, p.tap = 49, nil
	if w := d.wait(p, 1, noon, 1); w != 0 || p.tap != nil {
		t.Errorf("before the ladder: wait %s", w)
	}
}

// A purse whose period is over is dropped once nothing is held, leased or unposted, and not before; a new one takes its place.
func TestAnEndedPeriodIsDroppedWhenAllIsBooked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(d *desk, p *purse)
		gone   bool
	}{
		"all is booked":           {func(*desk, *purse) {}, true},
		"something is asked":      {func(_ *desk, p *purse) { p.asking = true }, false},
		"something goes back":     {func(_ *desk, p *purse) { p.back = 1 }, false},
		"something is leased":     {func(d *desk, p *purse) { d.book.Grant(id.NewGrant(testIDs), p.account, 5) }, false},
		"something is not posted": {func(d *desk, p *purse) { d.posted[p.account] = -1 }, false},
	} {
		d := counter()
		p := d.lend(Hard, 100, 0)
		c.change(d, p)
		active := d.tend(p, p.to)
		_, there := d.purses[p.account]
		if there == c.gone || (d.current[p.account.Budget] == nil) != c.gone || c.gone && active {
			t.Errorf("%s: there %v, current %v, active %v", name, there, d.current[p.account.Budget] != nil, active)
		}
	}
	d := counter()
	old := d.lend(Hard, 100, 0)
	next := d.purse(old.rule, old.to)
	if d.tend(old, old.to); d.purses[old.account] != nil || d.current[old.account.Budget] != next {
		t.Error("with the old purse the new one went")
	}
}

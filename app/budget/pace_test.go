package budget

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// A floor that is free to the unit fits.
func TestAFloorThatIsFreeFits(t *testing.T) {
	t.Parallel()
	d := counter()
	bind := []*purse{d.lend(Soft, 1, 0), d.lend(Hard, 100, 5)}
	for floor, want := range map[money.USD]bool{4: true, 5: true, 6: false} {
		if got := d.fits(bind, Want{Floor: amount(floor)}); got != want {
			t.Errorf("%d of 5: %v", floor, got)
		}
	}
}

// The pace of a throttled purse is what is left, less what is held, over the ladder's share of the period or the time to the reset,
// whichever is shorter, and a node's part of it.
func TestThePaceIsSpreadOverTheLadder(t *testing.T) {
	t.Parallel()
	const left = 24_000
	for name, c := range map[string]struct {
		from  int
		at    time.Duration // before the reset
		held  ledger.Units
		nodes int64
		want  ledger.Units
	}{
		"a ladder of half a day, early":  {50, 20 * time.Hour, 0, 1, left / 12},
		"a ladder of a tenth of it":      {90, 20 * time.Hour, 0, 1, left * 10 / 24},
		"the reset is sooner":            {50, 6 * time.Hour, 0, 1, left / 6},
		"a half is held":                 {50, 6 * time.Hour, left / 2, 1, left / 12},
		"shared by four":                 {50, 6 * time.Hour, 0, 4, left / 24},
		"all is held":                    {50, 6 * time.Hour, left, 1, 0},
		"the last moment, over a minute": {50, time.Second, 0, 1, left * 60},
	} {
		d := counter()
		p := d.lend(Throttle, left, left)
		p.rule.Ladder.From = c.from
		if c.held > 0 {
			d.take(p, c.held)
		}
		if got := d.pace(p, p.to.Add(-c.at), c.nodes); got != c.want {
			t.Errorf("%s: %d an hour, want %d", name, got, c.want)
		}
	}
}

// Who waits as long as a refusal says passes then, and a millisecond before the rounding does not cheat them of it.
func TestAWaitIsTrueToTheMillisecond(t *testing.T) {
	t.Parallel()
	d := counter()
	p := d.lend(Throttle, 7200, 7200)
	p.pool.Spent, p.tap = 3600, &tap{credit: 1, at: noon} // 300 an hour: 5 a minute
	if w := d.wait(p, 4, noon, 1); w != 36*time.Second+time.Millisecond {
		t.Errorf("3 are missing at 300 an hour: %s", w)
	}
	if w := d.wait(p, 4, noon.Add(36*time.Second+time.Millisecond), 1); w != 0 {
		t.Errorf("and after it: %s", w)
	}
	s := d.standing(p)
	s.Limit, s.Spent, s.Held = 100, 40, 15
	if e := throttled(s, "Acme", 1, time.Second); !strings.Contains(e.Public, "is 55 % used") {
		t.Error(e.Public)
	}
}

// What is left under a hold is the least that a hard budget of money has left.
func TestTheTightestBudgetSaysWhatIsLeft(t *testing.T) {
	t.Parallel()
	tr, _, _ := puppets(t)
	for name, c := range map[string]struct {
		limits []ledger.Units
		want   ledger.Units
	}{"the outer one is tighter": {[]ledger.Units{50, 90}, 45}, "the inner one is": {[]ledger.Units{90, 50}, 45}, "only soft ones": {nil, 0}} {
		o := id.NewOrg(testIDs)
		d := tr.desk(o)
		bind := []*purse{d.lend(Soft, 1, 0)}
		for _, limit := range c.limits {
			bind = append(bind, d.lend(Hard, limit, 20))
		}
		h, _ := d.hold(id.NewAttempt(testIDs), amount(5), bind)
		if left, hard := tr.Left(h); left != c.want || hard != (c.limits != nil) {
			t.Errorf("%s: %d, hard %v", name, left, hard)
		}
	}
}

// A report whose violations are all listed speaks of no more.
func TestAReportSpeaksOfMoreOnlyWhereThereIsMore(t *testing.T) {
	t.Parallel()
	r := &Report{}
	r.Violate("attempt %d is nobody's", 1)
	if got := r.String(); strings.Contains(got, "more") {
		t.Error(got)
	}
}

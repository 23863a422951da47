package budget

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// What a snapshot says was spent is shown for the period it was spent in, and not for the next one.
func TestASnapshotsFigureIsOfItsPeriod(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	from, to := Daily.Window(now, time.UTC)
	r := &rule{Rule: Rule{ID: id.NewBudget(ids), Limit: 10, Present: 12, Period: Daily, Enforce: Hard, Start: from.Unix(), Spent: 3}, zone: time.UTC}
	d := newDesk(id.NewOrg(ids))
	if p := d.purse(r, now); p.pool.Spent != 3 || p.pool.Limit != 12 {
		t.Errorf("today: %d of %d", p.pool.Spent, p.pool.Limit)
	}
	if p := d.purse(r, to); p.pool.Spent != 0 || p.pool.Limit != 10 {
		t.Errorf("tomorrow: %d of %d", p.pool.Spent, p.pool.Limit)
	}
}

// Two calendars whose periods begin in the same moment share an account; it ends when the new calendar says so.
func TestAPeriodEndsByTheCalendarThatIs(t *testing.T) {
	t.Parallel()
	ids := id.NewSource(clock.System{}.Now, nil)
	day := func(m time.Month, d int) time.Time { return time.Date(2026, m, d, 12, 0, 0, 0, time.UTC) }
	for name, c := range map[string]struct{ was, is Period }{"a shorter one": {Quarterly, Monthly}, "a longer one": {Monthly, Quarterly}} {
		d, who := newDesk(id.NewOrg(ids)), id.NewBudget(ids)
		for _, period := range []Period{c.was, c.is} {
			d.current = map[id.Budget]*purse{} // as reload leaves it
			d.purse(&rule{Rule: Rule{ID: who, Limit: 10, Period: period, Enforce: Hard}, zone: time.UTC}, day(time.October, 10))
		}
		from, to := c.is.Window(day(time.November, 2), time.UTC)
		if p := d.purse(d.current[who].rule, day(time.November, 2)); p.account.Start != from.Unix() || !p.from.Equal(from) || !p.to.Equal(to) {
			t.Errorf("%s: in November it is the period from %s to %s", name, p.from, p.to)
		}
	}
}

// A changed rule is asked for anew, and what was lent under the old one goes back; where its period moved, the present purse is another.
// What changes nothing of that leaves the purse alone, or each new snapshot would send every node to the bank.
func TestAChangedRuleIsLentAnew(t *testing.T) {
	t.Parallel()
	const anew, another = 1, 2
	for name, c := range map[string]struct {
		change func(r *rule)
		is     int
	}{
		"nothing":    {func(*rule) {}, 0},
		"its name":   {func(r *rule) { r.Name = "b" }, 0},
		"its figure": {func(r *rule) { r.Spent++ }, 0},
		"limit":      {func(r *rule) { r.Limit++ }, anew},
		"present":    {func(r *rule) { r.Present++ }, anew},
		"start":      {func(r *rule) { r.Start++ }, anew},
		"enforce":    {func(r *rule) { r.Enforce = Soft }, anew},
		"ladder":     {func(r *rule) { r.Ladder = Ladder{From: 80} }, anew},
		"period":     {func(r *rule) { r.Period = Monthly }, another},
		"starts":     {func(r *rule) { r.Starts = 2 }, another},
		"zone":       {func(r *rule) { r.zone = time.FixedZone("Z", 3600) }, another},
		"deleted":    {nil, another},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ids := id.NewSource(clock.System{}.Now, nil)
			now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
			from, _ := Calendar{Weekly, 1}.Window(now, time.UTC)
			r := &rule{Rule: Rule{ID: id.NewBudget(ids), Name: "a", Limit: 10, Present: 12, Period: Weekly, Starts: 1, Enforce: Hard, Start: from.Unix()}, zone: time.UTC}
			d := newDesk(id.NewOrg(ids))
			p := d.purse(r, now)
			p.seen, p.fresh = true, true
			if !d.book.Grant(id.NewGrant(ids), p.account, 5) {
				t.Fatal("nothing was lent")
			}
			x, next := &index{rules: map[id.Budget]*rule{}}, *r
			if c.change != nil {
				c.change(&next)
				x.rules[r.ID] = &next
			}
			d.reload(x)
			if kept := p.seen && p.fresh && p.back == 0 && len(d.asking) == 0; kept != (c.is == 0) {
				t.Errorf("seen %v, fresh %v, %d go back", p.seen, p.fresh, p.back)
			}
			if c.is != 0 && (p.seen || p.fresh || p.back != 5 || len(d.asking) != 1) {
				t.Errorf("seen %v, fresh %v, %d of 5 go back", p.seen, p.fresh, p.back)
			}
			if d.current[r.ID] == p == (c.is == another) {
				t.Errorf("the present purse is another: %v", d.current[r.ID] != p)
			}
			if c.change != nil && (p.rule != &next || p.pool.Limit != next.limitOf(p.account)) {
				t.Errorf("the rule that holds is the old one, or its limit of %d", p.pool.Limit)
			}
		})
	}
}

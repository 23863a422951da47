package budget

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

func TestForecastsAreWhatOneComputesByHand(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	local := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", text, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	// daily is an amount at noon on each day of [from, to].
	daily := func(from, to string, of func(d time.Time) ledger.Units) (out []Use) {
		for d := local(from + " 12:00"); !d.After(local(to + " 12:00")); d = d.AddDate(0, 0, 1) {
			out = append(out, Use{Hour: d.UTC(), Used: of(d)})
		}
		return out
	}
	flat := func(n ledger.Units) func(time.Time) ledger.Units { return func(time.Time) ledger.Units { return n } }
	work := func(d time.Time) ledger.Units {
		if d.Weekday() == time.Saturday || d.Weekday() == time.Sunday {
			return 10
		}
		return 100
	}
	idle := func(d time.Time) ledger.Units { return (work(d) - 10) / 90 * 100 } // on weekends
	for name, c := range map[string]struct {
		uses         []Use
		spent, limit ledger.Units
		period       Calendar
		now          string
		want         ledger.Units // -1 = no answer
		runsOut      string
		method       string
	}{
		// November 2026 has 30 days; on the 18th at noon half a day and 12 whole days are left.
		"seven whole days of 70 a day": {uses: daily("2026-11-11", "2026-11-17", flat(70)), spent: 500, limit: 10_000, now: "2026-11-18 12:00",
			want: 500 + 35 + 12*70, method: "Spent so far, plus the mean of the last 7 whole days for the time that is left."},
		"only the last seven of nine count": {uses: append(daily("2026-11-09", "2026-11-10", flat(7000)), daily("2026-11-11", "2026-11-17", flat(70))...), spent: 500, limit: 10_000,
			now: "2026-11-18 12:00", want: 500 + 35 + 12*70, method: "Spent so far, plus the mean of the last 7 whole days for the time that is left."},
		"three days, of which one idle": {uses: []Use{{local("2026-11-15 09:00"), 60}, {local("2026-11-17 23:00"), 30}, {local("2026-11-18 08:00"), 999}}, spent: 1089, limit: 10_000,
			now: "2026-11-18 12:00", want: 1089 + 15 + 12*30, method: "Spent so far, plus the mean of the last 3 whole days for the time that is left."},
		"one whole day": {uses: []Use{{local("2026-11-17 00:00"), 48}}, spent: 48, limit: 10_000, now: "2026-11-18 12:00",
			want: 48 + 24 + 12*48, method: "Spent so far, plus as much as on the last whole day for each day that is left."},
		// 18 November is a Wednesday: half of it, then Thu Fri, Mon–Fri, Mon = 8 weekdays and 4 weekend days.
		"weekdays and weekends apart": {uses: daily("2026-11-01", "2026-11-17", work), spent: 1300, limit: 10_000, now: "2026-11-18 12:00",
			want: 1300 + 50 + 8*100 + 4*10, method: "Spent so far, plus the mean weekday and weekend day of the last 14 days for the time that is left."},
		"the limit on a weekday": {uses: daily("2026-11-01", "2026-11-17", work), spent: 1300, limit: 1450, now: "2026-11-18 12:00",
			want: 1300 + 50 + 8*100 + 4*10, runsOut: "2026-11-20 00:00", method: "Spent so far, plus the mean weekday and weekend day of the last 14 days for the time that is left."},
		"the limit is reached already": {uses: daily("2026-11-11", "2026-11-17", flat(70)), spent: 500, limit: 400, now: "2026-11-18 12:00",
			want: 1375, runsOut: "2026-11-18 12:00", method: "Spent so far, plus the mean of the last 7 whole days for the time that is left."},
		"the first day": {uses: []Use{{local("2026-11-18 08:00"), 40}}, spent: 40, limit: 60, period: Calendar{Period: Daily}, now: "2026-11-18 12:00",
			want: 40 + 120, runsOut: "2026-11-18 14:00", method: "Spent so far, plus the pace since the first use today for the time that is left."},
		"less than an hour": {uses: []Use{{local("2026-11-18 12:00"), 40}}, spent: 40, limit: 60, now: "2026-11-18 12:59", want: -1,
			method: "Not enough data: the first use was less than an hour ago."},
		"nothing at all": {limit: 60, now: "2026-11-18 12:00", want: -1, method: "Not enough data: nothing was used here in the last 35 days."},
		"nothing lately": {uses: nil, spent: 77, limit: 100, now: "2026-11-18 12:00", want: 77, method: "Spent so far: nothing was used in the last 35 days."},
		"a total":        {uses: daily("2026-11-01", "2026-11-17", flat(1)), spent: 17, limit: 100, period: Calendar{Period: Forever}, now: "2026-11-18 12:00", want: -1, method: "A total never ends, so there is nothing to forecast."},
		"to the unit at the last moment": {uses: daily("2026-11-11", "2026-11-17", flat(70)), spent: 500, limit: 500 + 35 + 12*70, now: "2026-11-18 12:00", want: 500 + 35 + 12*70,
			runsOut: "2026-12-01 00:00", method: "Spent so far, plus the mean of the last 7 whole days for the time that is left."},
		"the limit is reached to the unit": {uses: daily("2026-11-11", "2026-11-17", flat(70)), spent: 400, limit: 400, now: "2026-11-18 12:00",
			want: 400 + 35 + 12*70, runsOut: "2026-11-18 12:00", method: "Spent so far, plus the mean of the last 7 whole days for the time that is left."},
		// The 21st is a Saturday, on which nothing is used; six weekdays are left.
		"the limit is reached on an idle day": {uses: daily("2026-11-02", "2026-11-20", idle), spent: 1000, limit: 1000, now: "2026-11-21 12:00",
			want: 1000 + 6*100, runsOut: "2026-11-21 12:00", method: "Spent so far, plus the mean weekday and weekend day of the last 14 days for the time that is left."},
		"the first day, to the unit": {uses: []Use{{local("2026-11-18 06:00"), 0}, {local("2026-11-18 08:00"), 40}}, spent: 40, limit: 160, period: Calendar{Period: Daily}, now: "2026-11-18 12:00",
			want: 40 + 120, runsOut: "2026-11-19 00:00", method: "Spent so far, plus the pace since the first use today for the time that is left."},
		"an hour": {uses: []Use{{local("2026-11-18 12:00"), 10}}, spent: 10, limit: 1000, period: Calendar{Period: Daily}, now: "2026-11-18 13:00",
			want: 10 + 110, method: "Spent so far, plus the pace since the first use today for the time that is left."},
		"idle hours before the first use are no history": {uses: []Use{{local("2026-11-10 09:00"), 0}, {local("2026-11-17 00:00"), 48}}, spent: 48, limit: 10_000, now: "2026-11-18 12:00",
			want: 48 + 24 + 12*48, method: "Spent so far, plus as much as on the last whole day for each day that is left."},
		"fourteen whole days": {uses: daily("2026-11-04", "2026-11-17", work), spent: 1300, limit: 10_000, now: "2026-11-18 12:00",
			want: 1300 + 50 + 8*100 + 4*10, method: "Spent so far, plus the mean weekday and weekend day of the last 14 days for the time that is left."},
		// The day has 23 hours; at 12:00 twelve of them are left.
		"the day on which clocks go forward": {uses: daily("2027-03-21", "2027-03-27", flat(230)), spent: 100, limit: 1000, period: Calendar{Period: Daily}, now: "2027-03-28 12:00",
			want: 100 + 120, method: "Spent so far, plus the mean of the last 7 whole days for the time that is left."},
		"more than there is": {uses: daily("2026-11-11", "2026-11-17", flat(money.Max/2)), spent: money.Max / 2, limit: money.Max, now: "2026-11-18 12:00", want: money.Max, runsOut: "*",
			method: "Spent so far, plus the mean of the last 7 whole days for the time that is left."},
	} {
		if c.period.Period == "" {
			c.period.Period = Monthly
		}
		o := outlook{uses: c.uses, spent: c.spent, limit: c.limit, now: local(c.now), zone: berlin}
		o.from, o.to = c.period.Window(o.now, berlin)
		f := o.project()
		if f.Known != (c.want >= 0) || f.Known && f.Total != c.want || f.Method != c.method {
			t.Errorf("%s: %v %d %q, want %d", name, f.Known, f.Total, f.Method, c.want)
		}
		if c.runsOut != "*" && (c.runsOut == "") != f.RunsOut.IsZero() || len(c.runsOut) > 1 && !f.RunsOut.Equal(local(c.runsOut)) {
			t.Errorf("%s: runs out at %s, want %q", name, f.RunsOut.In(berlin), c.runsOut)
		}
	}
}

func TestTheChartHasEveryDayOfThePeriod(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	o := outlook{uses: []Use{{now.AddDate(0, -1, 0), 1000}, {now.AddDate(0, 0, -17), 5}, {now.Add(-time.Hour), 7}, {now, 1}}, now: now, zone: time.UTC}
	o.from, o.to = Monthly.Window(now, time.UTC)
	days := o.project().Days
	if len(days) != 18 || days[0].Used != 5 || !days[0].From.Equal(o.from) || days[17].Used != 8 {
		t.Errorf("%d days: %+v", len(days), days)
	}
	o.from, o.to = Forever.Window(now, time.UTC)
	if days := o.project().Days; len(days) != chartDays || days[chartDays-1].Used != 8 {
		t.Errorf("%d days of a total", len(days))
	}
}

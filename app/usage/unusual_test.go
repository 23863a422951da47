package usage_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// A year of a busy team: office hours, quiet nights and weekends, growth by a half over the year, scatter of 30 %, and one hour in
// fifty twice as dear. None of it is an alarm; a runaway loop is, at once.
func TestUsualTrafficRaisesNoAlarmAndARunawayDoes(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	const weeks, hours = 60, 24 * 7
	spend := make([]money.USD, weeks*hours)
	for i := range spend {
		hour, day := i%24, i/24%7
		base := 2.0
		if day < 5 && hour >= 8 && hour < 19 {
			base = 40
		}
		base *= (1 + 0.5*float64(i)/float64(len(spend))) * math.Exp(0.3*r.NormFloat64())
		if r.IntN(50) == 0 {
			base *= 2
		}
		spend[i] = money.USD(base * float64(money.Dollar))
	}
	alarms, missed, looked := 0, 0, 0
	for i := usage.UnusualWeeks * hours; i < len(spend); i++ {
		var before []money.USD
		for w := 1; w <= usage.UnusualWeeks; w++ {
			before = append(before, spend[i-w*hours])
		}
		looked++
		if usage.Judge(spend[i], before).Is {
			alarms++
		}
		if runaway := 10*usage.Judge(0, before).Usual + 20*money.Dollar; !usage.Judge(runaway, before).Is {
			missed++
		}
	}
	t.Logf("%d false alarms and %d runaways missed in %d hours", alarms, missed, looked)
	if alarms > looked/2000 {
		t.Errorf("%d false alarms in %d hours", alarms, looked)
	}
	if missed > looked/200 {
		t.Errorf("%d runaways missed in %d hours", missed, looked)
	}
}

func TestLittleHistoryAndLittleMoneyAreNoAlarm(t *testing.T) {
	t.Parallel()
	usd := func(all ...int64) (out []money.USD) {
		for _, n := range all {
			out = append(out, money.USD(n)*money.Dollar)
		}
		return out
	}
	for name, c := range map[string]struct {
		now    int64
		before []money.USD
		want   bool
	}{
		"a new team":                       {500, usd(0, 0, 0, 0, 0, 0, 0, 0), false},
		"three weeks of history":           {500, usd(2, 2, 2, 0, 0, 0, 0, 0), false},
		"four dollars more":                {5, usd(1, 1, 1, 1, 1, 1, 1, 1), false},
		"twice as much":                    {80, usd(40, 38, 42, 40, 41, 39, 40, 40), false},
		"five times as much":               {201, usd(40, 38, 42, 40, 41, 39, 40, 40), true},
		"a week that was odd before":       {201, usd(40, 38, 400, 40, 41, 39, 40, 40), true},
		"less than usual":                  {0, usd(40, 38, 42, 40, 41, 39, 40, 40), false},
		"scatter as wide as what is usual": {160, usd(5, 120, 40, 90, 10, 60, 3, 80), false},
	} {
		if got := usage.Judge(money.USD(c.now)*money.Dollar, c.before); got.Is != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

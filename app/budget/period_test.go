package budget_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestPeriodsBeginAtLocalMidnight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		period   budget.Period
		zone     string
		now      string
		from, to string
	}{
		"a day in Berlin":                              {budget.Daily, "Europe/Berlin", "2026-11-18T12:00:00Z", "2026-11-17T23:00:00Z", "2026-11-18T23:00:00Z"},
		"its first moment":                             {budget.Daily, "Europe/Berlin", "2026-11-17T23:00:00Z", "2026-11-17T23:00:00Z", "2026-11-18T23:00:00Z"},
		"its last moment":                              {budget.Daily, "Europe/Berlin", "2026-11-17T22:59:59.999999999Z", "2026-11-16T23:00:00Z", "2026-11-17T23:00:00Z"},
		"the day of 23 hours":                          {budget.Daily, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"},
		"the day of 25 hours":                          {budget.Daily, "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"},
		"a week begins on Monday":                      {budget.Weekly, "Europe/Berlin", "2026-11-22T12:00:00Z", "2026-11-15T23:00:00Z", "2026-11-22T23:00:00Z"},
		"Monday is in the week that it begins":         {budget.Weekly, "UTC", "2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z"},
		"a month over the change of clocks":            {budget.Monthly, "America/New_York", "2026-11-18T12:00:00Z", "2026-11-01T04:00:00Z", "2026-12-01T05:00:00Z"},
		"February of a leap year":                      {budget.Monthly, "UTC", "2028-02-29T23:59:59Z", "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z"},
		"the last quarter":                             {budget.Quarterly, "Asia/Tokyo", "2026-12-31T14:59:59Z", "2026-09-30T15:00:00Z", "2026-12-31T15:00:00Z"},
		"the first quarter, in Tokyo already":          {budget.Quarterly, "Asia/Tokyo", "2026-12-31T15:00:00Z", "2026-12-31T15:00:00Z", "2027-03-31T15:00:00Z"},
		"a zone of three quarters of an hour":          {budget.Daily, "Asia/Kathmandu", "2026-11-18T12:00:00Z", "2026-11-17T18:15:00Z", "2026-11-18T18:15:00Z"},
		"clocks jump over midnight":                    {budget.Daily, "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
		"midnight happens twice":                       {budget.Daily, "America/Havana", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		"back into yesterday, the day has begun":       {budget.Daily, "America/St_Johns", "2010-11-07T02:45:00Z", "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z"},
		"a day that a country skipped: the one before": {budget.Daily, "Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"},
		"a day that a country skipped: the one after":  {budget.Daily, "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now, err := time.Parse(time.RFC3339Nano, c.now)
			if err != nil {
				t.Fatal(err)
			}
			from, to := c.period.Window(now, zone(t, c.zone))
			if got := from.Format(time.RFC3339); got != c.from {
				t.Errorf("from %s, want %s", got, c.from)
			}
			if got := to.Format(time.RFC3339); got != c.to {
				t.Errorf("to %s, want %s", got, c.to)
			}
		})
	}
}

func TestForeverNeverResets(t *testing.T) {
	t.Parallel()
	from, to := budget.Forever.Window(november, time.UTC)
	if from.Unix() != 0 || !to.IsZero() {
		t.Errorf("from %s to %s", from, to)
	}
}

// TestPeriodsNeitherOverlapNorLeaveGaps tries moments of a century in zones with odd histories.
func TestPeriodsNeitherOverlapNorLeaveGaps(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana", "America/St_Johns", "Asia/Tehran",
		"Asia/Beirut", "Pacific/Apia", "Pacific/Kwajalein", "Australia/Lord_Howe", "Africa/Cairo", "Asia/Kathmandu", "America/Goose_Bay"}
	for _, name := range zones {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			z := zone(t, name)
			rnd := rand.New(rand.NewPCG(9, 9))
			for range 3000 {
				now := time.Unix(rnd.Int64N(3_000_000_000), rnd.Int64N(1e9))
				for _, p := range []budget.Period{budget.Daily, budget.Weekly, budget.Monthly, budget.Quarterly} {
					from, to := p.Window(now, z)
					if now.Before(from) || !now.Before(to) {
						t.Fatalf("%s at %s: outside its own period %s to %s", p, now, from, to)
					}
					for _, inside := range []time.Time{from, to.Add(-time.Nanosecond)} {
						if f, e := p.Window(inside, z); !f.Equal(from) || !e.Equal(to) {
							t.Fatalf("%s at %s: %s to %s, but at %s: %s to %s", p, inside, f, e, now, from, to)
						}
					}
					if next, _ := p.Window(to, z); !next.Equal(to) {
						t.Fatalf("%s: the period after %s begins at %s", p, to, next)
					}
				}
			}
		})
	}
}

func BenchmarkWindow(b *testing.B) {
	z := zone(b, "Europe/Berlin")
	for b.Loop() {
		budget.Monthly.Window(november, z)
	}
}

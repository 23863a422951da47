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
		"clocks go back at midnight":                   {budget.Daily, "America/Sao_Paulo", "2018-02-18T12:00:00Z", "2018-02-18T03:00:00Z", "2018-02-19T03:00:00Z"},
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

func TestPeriodsBeginWhereTheBudgetSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		period   budget.Period
		starts   int
		zone     string
		now      string
		from, to string
	}{
		"a week from Sunday":                              {budget.Weekly, 7, "UTC", "2026-11-18T12:00:00Z", "2026-11-15T00:00:00Z", "2026-11-22T00:00:00Z"},
		"the Sunday that begins it":                       {budget.Weekly, 7, "UTC", "2026-11-22T00:00:00Z", "2026-11-22T00:00:00Z", "2026-11-29T00:00:00Z"},
		"a week from Thursday, over the change of clocks": {budget.Weekly, 4, "America/New_York", "2026-11-03T12:00:00Z", "2026-10-29T04:00:00Z", "2026-11-05T05:00:00Z"},
		"a month from the 15th, before it":                {budget.Monthly, 15, "Europe/Berlin", "2026-11-14T22:59:59Z", "2026-10-14T22:00:00Z", "2026-11-14T23:00:00Z"},
		"and from it on":                                  {budget.Monthly, 15, "Europe/Berlin", "2026-11-14T23:00:00Z", "2026-11-14T23:00:00Z", "2026-12-14T23:00:00Z"},
		"the 31st begins February on the 28th":            {budget.Monthly, 31, "UTC", "2026-02-28T00:00:00Z", "2026-02-28T00:00:00Z", "2026-03-31T00:00:00Z"},
		"on the 29th in a leap year":                      {budget.Monthly, 31, "UTC", "2028-03-01T00:00:00Z", "2028-02-29T00:00:00Z", "2028-03-31T00:00:00Z"},
		"and April on the 30th":                           {budget.Monthly, 31, "UTC", "2026-05-30T23:59:59Z", "2026-04-30T00:00:00Z", "2026-05-31T00:00:00Z"},
		"the 30th skips nothing in February":              {budget.Monthly, 30, "UTC", "2026-03-29T12:00:00Z", "2026-02-28T00:00:00Z", "2026-03-30T00:00:00Z"},
		"the 29th of January, in January":                 {budget.Monthly, 29, "UTC", "2026-01-28T12:00:00Z", "2025-12-29T00:00:00Z", "2026-01-29T00:00:00Z"},
		"a fiscal year from April":                        {budget.Quarterly, 4, "Asia/Tokyo", "2026-11-18T12:00:00Z", "2026-09-30T15:00:00Z", "2026-12-31T15:00:00Z"},
		"a fiscal year from February, in January":         {budget.Quarterly, 2, "UTC", "2027-01-31T23:59:59Z", "2026-11-01T00:00:00Z", "2027-02-01T00:00:00Z"},
		"and from February on":                            {budget.Quarterly, 2, "UTC", "2027-02-01T00:00:00Z", "2027-02-01T00:00:00Z", "2027-05-01T00:00:00Z"},
		"a fiscal year from December":                     {budget.Quarterly, 12, "UTC", "2026-11-30T23:59:59Z", "2026-09-01T00:00:00Z", "2026-12-01T00:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now, err := time.Parse(time.RFC3339Nano, c.now)
			if err != nil {
				t.Fatal(err)
			}
			from, to := budget.Calendar{Period: c.period, Starts: c.starts}.Window(now, zone(t, c.zone))
			if f, e := from.Format(time.RFC3339), to.Format(time.RFC3339); f != c.from || e != c.to {
				t.Errorf("%s to %s, want %s to %s", f, e, c.from, c.to)
			}
		})
	}
}

func TestACalendarThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []budget.Calendar{{budget.Weekly, 8}, {budget.Weekly, -1}, {budget.Monthly, 32}, {budget.Quarterly, 13}, {budget.Daily, 1}, {budget.Forever, 1}, {"hourly", 0}} {
		if c.Valid() {
			t.Errorf("%+v is taken", c)
		}
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
				for _, p := range []budget.Calendar{{Period: budget.Daily}, {budget.Weekly, rnd.IntN(8)}, {budget.Monthly, rnd.IntN(32)}, {budget.Quarterly, rnd.IntN(13)}} {
					from, to := p.Window(now, z)
					if now.Before(from) || !now.Before(to) {
						t.Fatalf("%v at %s: outside its own period %s to %s", p, now, from, to)
					}
					for _, inside := range []time.Time{from, to.Add(-time.Nanosecond)} {
						if f, e := p.Window(inside, z); !f.Equal(from) || !e.Equal(to) {
							t.Fatalf("%v at %s: %s to %s, but at %s: %s to %s", p, inside, f, e, now, from, to)
						}
					}
					if next, _ := p.Window(to, z); !next.Equal(to) {
						t.Fatalf("%v: the period after %s begins at %s", p, to, next)
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

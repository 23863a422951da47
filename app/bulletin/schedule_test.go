package bulletin_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestReportsGoOutByTheOrganizationsClocks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		kind         bulletin.Kind
		hour         int
		zone, now    string
		at, from, to string
	}{
		"a week in Berlin, on its Monday":              {bulletin.Weekly, 8, "Europe/Berlin", "2026-11-23T07:00:00Z", "2026-11-23T07:00:00Z", "2026-11-15T23:00:00Z", "2026-11-22T23:00:00Z"},
		"a moment earlier it is still the one before":  {bulletin.Weekly, 8, "Europe/Berlin", "2026-11-23T06:59:59Z", "2026-11-16T07:00:00Z", "2026-11-08T23:00:00Z", "2026-11-15T23:00:00Z"},
		"the week of 167 hours":                        {bulletin.Weekly, 8, "Europe/Berlin", "2026-03-30T12:00:00Z", "2026-03-30T06:00:00Z", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"},
		"the week of 169 hours":                        {bulletin.Weekly, 8, "America/New_York", "2026-11-03T12:00:00Z", "2026-11-02T13:00:00Z", "2026-10-26T04:00:00Z", "2026-11-02T05:00:00Z"},
		"half an hour of daylight saving":              {bulletin.Weekly, 8, "Australia/Lord_Howe", "2026-04-06T12:00:00Z", "2026-04-05T21:30:00Z", "2026-03-29T13:00:00Z", "2026-04-05T13:30:00Z"},
		"a month, on the 1st":                          {bulletin.Monthly, 8, "Asia/Kathmandu", "2026-03-15T00:00:00Z", "2026-03-01T02:15:00Z", "2026-01-31T18:15:00Z", "2026-02-28T18:15:00Z"},
		"a day":                                        {bulletin.Daily, 8, "UTC", "2026-03-15T08:00:00Z", "2026-03-15T08:00:00Z", "2026-03-14T00:00:00Z", "2026-03-15T00:00:00Z"},
		"a quarter":                                    {bulletin.Quarterly, 8, "UTC", "2026-06-30T23:00:00Z", "2026-04-01T08:00:00Z", "2026-01-01T00:00:00Z", "2026-04-01T00:00:00Z"},
		"the hour that clocks jump over: at the jump":  {bulletin.Daily, 2, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z"},
		"the hour that is there twice: the first time": {bulletin.Daily, 2, "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25T00:00:00Z", "2026-10-23T22:00:00Z", "2026-10-24T22:00:00Z"},
		"midnight, where the day begins an hour later": {bulletin.Daily, 0, "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now, err := time.Parse(time.RFC3339, c.now)
			if err != nil {
				t.Fatal(err)
			}
			s := c.kind.Last(now, c.hour, zone(t, c.zone))
			if at, from, to := s.At.Format(time.RFC3339), s.From.Format(time.RFC3339), s.To.Format(time.RFC3339); at != c.at || from != c.from || to != c.to {
				t.Errorf("at %s about %s to %s, want %s about %s to %s", at, from, to, c.at, c.from, c.to)
			}
		})
	}
}

// Whatever the zone does to its clocks: slots come one after the other, and their periods touch without gap or overlap.
func TestSlotsFollowEachOther(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	for _, name := range []string{"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "Africa/Cairo"} {
		z := zone(t, name)
		for range 300 {
			now, hour := time.Unix(1_000_000_000+r.Int64N(1_500_000_000), 0), r.IntN(24)
			for _, k := range bulletin.Kinds {
				last, next := k.Last(now, hour, z), k.Next(now, hour, z)
				if last.At.After(now) || !next.At.After(now) || !last.To.Equal(next.From) || last.To.After(last.At) {
					t.Fatalf("%s, %s at %d, now %s: last %v, next %v", name, k, hour, now, last, next)
				}
				if again := k.Last(next.At, hour, z); again != next {
					t.Fatalf("%s, %s at %d: when %v has come, the last one is %v", name, k, hour, next, again)
				}
			}
		}
	}
}

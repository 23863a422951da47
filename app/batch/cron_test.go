package batch_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
)

func zoned(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := batch.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Each row was read off a calendar: the moments behind from at which the line comes, in UTC.
func TestCronComesWhenTheClocksSay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		line, zone, from string
		want             string
	}{
		"each morning":                                {"30 6 * * *", "UTC", "2026-03-01T06:30:00Z", "2026-03-02T06:30 2026-03-03T06:30"},
		"on weekdays":                                 {"0 9 * * 1-5", "UTC", "2026-11-27T09:00:00Z", "2026-11-30T09:00 2026-12-01T09:00"},
		"names of days and months":                    {"0 9 * JAN MON", "UTC", "2026-11-27T09:00:00Z", "2027-01-04T09:00 2027-01-11T09:00"},
		"the 31st skips short months":                 {"0 0 31 * *", "UTC", "2026-01-31T00:00:00Z", "2026-03-31T00:00 2026-05-31T00:00 2026-07-31T00:00 2026-08-31T00:00 2026-10-31T00:00 2026-12-31T00:00 2027-01-31T00:00"},
		"the 30th skips February":                     {"0 0 30 * *", "UTC", "2027-01-30T00:00:00Z", "2027-03-30T00:00"},
		"the 29th of February":                        {"0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00 2032-02-29T00:00"},
		"none in 2100, so eight years":                {"0 0 29 2 *", "UTC", "2096-02-29T00:00:00Z", "2104-02-29T00:00"},
		"the 13th or a Friday":                        {"0 0 13 * 5", "UTC", "2026-11-10T00:00:00Z", "2026-11-13T00:00 2026-11-20T00:00 2026-11-27T00:00 2026-12-04T00:00 2026-12-11T00:00 2026-12-13T00:00"},
		"a skipped time comes when the clocks jump":   {"30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", "2026-03-08T07:00 2026-03-09T06:30"},
		"in Berlin, too":                              {"30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00 2026-03-30T00:30"},
		"several skipped times come once":             {"*/15 2,3 * * *", "America/New_York", "2026-03-08T06:59:00Z", "2026-03-08T07:00 2026-03-08T07:15 2026-03-08T07:30"},
		"a time that comes twice comes once":          {"30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", "2026-11-01T05:30 2026-11-02T06:30"},
		"once, seen from between":                     {"30 1 * * *", "America/New_York", "2026-11-01T05:45:00Z", "2026-11-02T06:30"},
		"each hour that there is in autumn":           {"0 * * * *", "America/New_York", "2026-11-01T04:30:00Z", "2026-11-01T05:00 2026-11-01T06:00 2026-11-01T07:00"},
		"each hour that there is in spring":           {"0 * * * *", "America/New_York", "2026-03-08T05:30:00Z", "2026-03-08T06:00 2026-03-08T07:00 2026-03-08T08:00"},
		"each ten minutes through the hour twice":     {"*/10 * * * *", "Europe/Berlin", "2026-10-25T00:45:00Z", "2026-10-25T00:50 2026-10-25T01:00 2026-10-25T01:10"},
		"half an hour of daylight (Lord Howe)":        {"15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "2026-10-03T15:30 2026-10-04T15:15"},
		"midnight that is skipped":                    {"0 0 * * *", "Africa/Cairo", "2026-04-22T23:00:00Z", "2026-04-23T22:00 2026-04-24T21:00"},
		"a zone of quarter hours":                     {"0 6 * * *", "Asia/Kathmandu", "2026-01-01T00:00:00Z", "2026-01-01T00:15 2026-01-02T00:15"},
		"a year's end":                                {"0 0 1 1 *", "Pacific/Auckland", "2026-06-01T00:00:00Z", "2026-12-31T11:00 2027-12-31T11:00"},
		"each hour from the clocks' last midnight on": {"59 * * * *", "UTC", "2026-12-31T23:59:00Z", "2027-01-01T00:59"},
	} {
		cron, err := batch.ParseCron(c.line, zoned(t, c.zone))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		at, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for range strings.Fields(c.want) {
			at = cron.Next(at)
			got = append(got, at.UTC().Format("2006-01-02T15:04"))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, not %s", name, got, c.want)
		}
	}
}

// Whatever the zone does, runs go forward, and each is one that the line names on the clocks of that moment, or the jump over it.
func TestCronGoesForwardThroughEveryJump(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Africa/Cairo", "America/Havana", "Asia/Tehran", "Pacific/Chatham", "America/St_Johns"} {
		for _, line := range []string{"*/7 * * * *", "0 0 * * *", "59 23 * * *", "30 2 * * *", "*/20 1-3 * * *", "0 3 * * 0"} {
			cron, err := batch.ParseCron(line, zoned(t, zone))
			if err != nil {
				t.Fatal(err)
			}
			start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			for at, n := start, 0; at.Before(start.AddDate(0, 0, 400)) && n < 3000; n++ {
				next := cron.Next(at)
				if !next.After(at) {
					t.Fatalf("%s in %s: %s comes after %s", line, zone, next, at)
				}
				if again := cron.Next(next.Add(-time.Nanosecond)); !again.Equal(next) {
					t.Fatalf("%s in %s: %s, and %s seen from just before", line, zone, next, again)
				}
				at = next
				if n%50 == 49 {
					at = at.Add(9 * 24 * time.Hour)
				}
			}
		}
	}
}

func TestWhatIsNoCronIsRefused(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *", "* * * * 8", "@daily", "TZ=UTC", "TZ=UTC * * * *", "CRON_TZ= * * * *", "0 0 30 2 *", "0 0 31 4,6,9,11 *",
		"a b c d e", "*/0 * * * *", "5-1 * * * *", "-1 * * * *", strings.Repeat("1,", 200) + "1 * * * *"} {
		if _, err := batch.ParseCron(line, time.UTC); !fault.Is(err, fault.Invalid) || !slices.Equal(fields(err), []string{"cron"}) {
			t.Errorf("%q: %v", line, err)
		}
	}
	for _, zone := range []string{"", "Local", "Europe/Nowhere", "../etc/passwd"} {
		if _, err := batch.Zone(zone); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", zone, err)
		}
	}
}

func TestOffPeakHours(t *testing.T) {
	t.Parallel()
	usual := batch.UsualHours("Europe/Berlin")
	day := batch.Hours{Zone: "UTC", Opens: 12 * 60, Closes: 13 * 60}
	weekend := batch.Hours{Zone: "UTC", Days: []time.Weekday{time.Saturday}}
	gap := batch.Hours{Zone: "America/New_York", Opens: 2*60 + 30, Closes: 2*60 + 45}
	for name, c := range map[string]struct {
		h        batch.Hours
		at, next string
	}{
		"in the night":                   {usual, "2026-11-26T22:00:00Z", ""},
		"at its beginning":               {usual, "2026-11-26T19:00:00Z", ""},
		"a moment before it":             {usual, "2026-11-26T18:59:59Z", "2026-11-26T19:00:00Z"},
		"at its end":                     {usual, "2026-11-26T05:00:00Z", "2026-11-26T19:00:00Z"},
		"on a Friday until the evening":  {usual, "2026-11-27T12:00:00Z", "2026-11-27T19:00:00Z"},
		"on a Saturday at noon":          {usual, "2026-11-28T12:00:00Z", ""},
		"on a Monday at 05:30 in Berlin": {usual, "2026-11-30T04:30:00Z", ""},
		"on a Monday at 06:00 in Berlin": {usual, "2026-11-30T05:00:00Z", "2026-11-30T19:00:00Z"},
		"in summer an hour earlier":      {usual, "2026-07-01T17:59:00Z", "2026-07-01T18:00:00Z"},
		"over noon":                      {day, "2026-11-26T13:00:00Z", "2026-11-27T12:00:00Z"},
		"on Saturdays alone":             {weekend, "2026-11-26T00:00:00Z", "2026-11-28T00:00:00Z"},
		"the hours are skipped":          {gap, "2026-03-08T06:00:00Z", "2026-03-09T06:30:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		next := c.h.Next(at)
		if c.next == "" {
			c.next = c.at
		}
		if got := next.UTC().Format(time.RFC3339); got != c.next || c.h.In(at) != (c.next == c.at) || !c.h.In(next) {
			t.Errorf("%s: %s (off-peak: %v), not %s", name, got, c.h.In(at), c.next)
		}
	}
}

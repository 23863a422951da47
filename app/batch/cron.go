package batch

import (
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Cron is when a schedule makes its batches: the five fields of a crontab line, on the clocks of a zone.
//
// Clocks jump. A time that is skipped in spring runs at the first moment after the jump; one that comes twice in autumn runs the first time
// only. A line whose hour is * is meant by the hour and not by the clock: it runs in each hour that there is. A day that a month does not
// have is left out: the 31st runs in seven months of a year.
type Cron struct {
	spec  *cron.SpecSchedule
	zone  *time.Location
	hours []int // nil = each hour that there is
}

const cronForm = `Write five fields: minute, hour, day of the month, month, day of the week. "30 6 * * 1-5" is 6:30 from Monday to Friday, "0 0 31 * *" midnight of each 31st.`

// fields of a line alone: no seconds, no @daily, and no zone, which has a field of its own.
var fields = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

// ParseCron reads a line. One that never comes, such as the 30th of February, is refused.
func ParseCron(line string, zone *time.Location) (Cron, error) {
	if len(strings.Fields(line)) != 5 || strings.ContainsAny(line, "=@") || len(line) > 200 {
		return Cron{}, fault.Field("cron", cronForm)
	}
	parsed, err := fields.Parse(line)
	if err != nil {
		return Cron{}, fault.Field("cron", "The line cannot be read: "+err.Error()+". "+cronForm).Because(err)
	}
	out := Cron{spec: parsed.(*cron.SpecSchedule), zone: zone}
	for h := range 24 {
		if has(out.spec.Hour, h) {
			out.hours = append(out.hours, h)
		}
	}
	if len(out.hours) == 24 {
		out.hours = nil
	}
	if out.Next(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		return Cron{}, fault.Field("cron", "No year has such a day. "+cronForm)
	}
	return out, nil
}

// readCron reads a line that was taken before, with the name of its zone.
func readCron(line, zone string) (Cron, error) {
	at, err := Zone(zone)
	if err != nil {
		return Cron{}, err
	}
	return ParseCron(line, at)
}

// Zone is a time zone by its name.
func Zone(name string) (*time.Location, error) {
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, fault.Field("zone", "There is no such time zone. Write one like Europe/Berlin, America/New_York or UTC.").Because(err)
	}
	return zone, nil
}

func has(bits uint64, n int) bool { return bits&(1<<n) != 0 }

// starred is the bit by which the parser marks a field that is *.
const starred = 63

// farthest is how many days ahead is looked: between two 29ths of February are up to eight years.
const farthest = 8*366 + 1

// Next is the first moment behind another one; zero if there is none.
func (c Cron) Next(after time.Time) time.Time {
	y, m, d := after.In(c.zone).Date()
	for n := range farthest {
		day := time.Date(y, m, d+n, 0, 0, 0, 0, time.UTC) // a date, not a moment
		if !c.falls(day) {
			continue
		}
		at := c.byClock(day, after)
		if c.hours == nil {
			at = c.byHour(day, after)
		}
		if !at.IsZero() {
			return at
		}
	}
	return time.Time{}
}

// falls reports whether a date has a run. As in every crontab, of two days that are both given one is enough.
func (c Cron) falls(day time.Time) bool {
	s := c.spec
	of, in := has(s.Dom, day.Day()), has(s.Dow, int(day.Weekday()))
	if !has(s.Month, int(day.Month())) {
		return false
	}
	if has(s.Dom, starred) || has(s.Dow, starred) {
		return of && in
	}
	return of || in
}

// byClock is a date's first run behind a moment, zero for none: what the clock on the wall shows, the first time it does.
func (c Cron) byClock(day, after time.Time) time.Time {
	for _, h := range c.hours {
		for m := range 60 {
			if !has(c.spec.Minute, m) {
				continue
			}
			if at := shown(day.Add(time.Duration(h)*time.Hour+time.Duration(m)*time.Minute), c.zone); at.After(after) {
				return at
			}
		}
	}
	return time.Time{}
}

// byHour is byClock for lines that run each hour: through an hour that comes twice they run twice.
func (c Cron) byHour(day, after time.Time) time.Time {
	at, end := shown(day, c.zone), shown(day.AddDate(0, 0, 1), c.zone)
	if next := after.Truncate(time.Minute).Add(time.Minute); next.After(at) {
		at = next.UTC()
	}
	for ; at.Before(end); at = at.Add(time.Minute) {
		if has(c.spec.Minute, at.In(c.zone).Minute()) {
			return at
		}
	}
	return time.Time{}
}

// shown is the first moment at which a zone's clocks show what wall is in UTC; where they skip that, the moment they jump.
func shown(wall time.Time, zone *time.Location) time.Time {
	const around = 24 * time.Hour // no zone changes its clocks twice within that
	_, before := wall.Add(-around).In(zone).Zone()
	_, behind := wall.Add(around).In(zone).Zone()
	first := wall.Add(-time.Duration(max(before, behind)) * time.Second)
	last := wall.Add(-time.Duration(min(before, behind)) * time.Second)
	for _, at := range []time.Time{first, last} {
		if _, offset := at.In(zone).Zone(); at.Add(time.Duration(offset) * time.Second).Equal(wall) {
			return at
		}
	}
	jump, _ := last.In(zone).ZoneBounds() // read as before the jump, it is behind it
	return jump.UTC()
}

package bulletin

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
)

// period is the calendar that a kind follows.
func (k Kind) period() budget.Period {
	switch k {
	case Weekly:
		return budget.Weekly
	case Monthly:
		return budget.Monthly
	case Quarterly:
		return budget.Quarterly
	}
	if k.Evidence() {
		return budget.Monthly
	}
	return budget.Daily
}

// Slot is a moment at which a report goes out, and the period that it is about: the one that ended at the midnight before.
type Slot struct{ At, From, To time.Time }

// Occasion names the slot's period for good: its first day.
func (s Slot) Occasion(zone *time.Location) string { return s.From.In(zone).Format(time.DateOnly) }

// Last is the latest slot that is not after now, in the calendar of a zone. An organization that was away for two Mondays
// gets the report of the second: the first one's figures are on the pages, and nobody wants last month's post.
func (k Kind) Last(now time.Time, hour int, zone *time.Location) Slot {
	from, _ := k.period().Window(now, zone)
	if at := atHour(from, hour, zone); !at.After(now) {
		return k.slot(at, from, zone)
	}
	from, _ = k.period().Window(from.Add(-1), zone)
	return k.slot(atHour(from, hour, zone), from, zone)
}

// Next is the first slot after now.
func (k Kind) Next(now time.Time, hour int, zone *time.Location) Slot {
	from, to := k.period().Window(now, zone)
	if at := atHour(from, hour, zone); at.After(now) {
		return k.slot(at, from, zone)
	}
	return k.slot(atHour(to, hour, zone), to, zone)
}

// slot is about the period before the one that begins at begin.
func (k Kind) slot(at, begin time.Time, zone *time.Location) Slot {
	from, to := k.period().Window(begin.Add(-1), zone)
	return Slot{At: at, From: from.UTC(), To: to.UTC()}
}

// settled is how long after a period's end its figures are taken as whole: what ended within it may be posted a little later.
const settled = 30 * time.Minute

// In is when the copy of somebody in another zone goes out: at the hour on their own clocks, on the day that the slot's is on in home.
// Where that is before the period's figures are whole, it waits for those. An hour before 0:30 goes by home's clocks for whoever
// would be earlier.
func (s Slot) In(zone, home *time.Location, hour int) time.Time {
	y, m, d := s.To.In(home).Date()
	at := atHour(time.Date(y, m, d, 0, 0, 0, 0, zone), hour, zone)
	first := s.To.Add(settled)
	if s.At.Before(first) {
		first = s.At
	}
	if at.Before(first) {
		return first
	}
	return at
}

// atHour is when the clocks of a zone first show an hour on the day that begins at begin. Where they jump over it, it is the
// moment of the jump; where they show it twice, the first time.
func atHour(begin time.Time, hour int, zone *time.Location) time.Time {
	y, m, d := begin.In(zone).Date()
	wall := time.Date(y, m, d, hour, 0, 0, 0, time.UTC)
	t := time.Date(y, m, d, hour, 0, 0, 0, zone)
	since, until := t.ZoneBounds()
	_, offset := t.Zone()
	switch shown := t.Add(time.Duration(offset) * time.Second).UTC(); {
	case shown.Before(wall):
		return until.UTC()
	case shown.After(wall):
		return since.UTC()
	}
	if !since.IsZero() {
		_, earlier := since.Add(-1).Zone()
		if first := wall.Add(-time.Duration(earlier) * time.Second); first.Before(since) && !first.Before(begin) {
			return first
		}
	}
	return t.UTC()
}

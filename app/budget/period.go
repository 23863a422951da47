package budget

import "time"

// Periods are all periods, shortest first.
var Periods = []Period{Daily, Weekly, Monthly, Quarterly, Forever}

// Valid reports whether p is one of Periods.
func (p Period) Valid() bool {
	switch p {
	case Daily, Weekly, Monthly, Quarterly, Forever:
		return true
	}
	return false
}

// Window is the period that now lies in, half-open: from ≤ now < to, in the zone's own calendar. Days begin at local
// midnight, also where clocks jump across it; weeks on Monday. Forever begins at the Unix epoch and has a zero to.
func (p Period) Window(now time.Time, zone *time.Location) (from, to time.Time) {
	if p == Forever {
		return time.Unix(0, 0).UTC(), time.Time{}
	}
	y, m, d := now.In(zone).Date()
	switch p {
	case Weekly:
		weekday := int(time.Date(y, m, d, 12, 0, 0, 0, time.UTC).Weekday()+6) % 7 // Monday is 0
		d -= weekday
	case Monthly:
		d = 1
	case Quarterly:
		m, d = m-(m-1)%3, 1
	}
	start := func(n int) time.Time { return midnight(p.step(y, m, d, n), zone) }
	// The local date alone is not enough where a clock goes back across midnight: it is then "yesterday" for a while
	// after the day has begun. The sequence of starts decides, so that periods neither overlap nor leave gaps.
	n := 0
	for now.Before(start(n)) {
		n--
	}
	for !now.Before(start(n + 1)) {
		n++
	}
	return start(n), start(n + 1)
}

// step is the calendar day on which the n-th period after the one beginning at y-m-d begins, at noon UTC.
func (p Period) step(y int, m time.Month, d, n int) time.Time {
	switch p {
	case Weekly:
		d += 7 * n
	case Monthly:
		m += time.Month(n)
	case Quarterly:
		m += time.Month(3 * n)
	default:
		d += n
	}
	return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
}

// midnight is the first moment of a calendar day in a zone. Where local midnight happens twice it is the first one,
// where clocks jump over it, it is the moment of the jump.
func midnight(day time.Time, zone *time.Location) time.Time {
	y, m, d := day.Date()
	wall := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	t := time.Date(y, m, d, 0, 0, 0, 0, zone)
	since, until := t.ZoneBounds()
	_, offset := t.Zone()
	switch shown := t.Add(time.Duration(offset) * time.Second); {
	case shown.Before(wall):
		return until.UTC() // Go chose a moment before the jump
	case shown.After(wall):
		return since.UTC() // Go chose a moment after the jump
	}
	if !since.IsZero() {
		_, earlier := since.Add(-1).Zone()
		if first := wall.Add(-time.Duration(earlier) * time.Second); first.Before(since) {
			return first
		}
	}
	return t.UTC()
}

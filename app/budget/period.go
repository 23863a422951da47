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

// Window is the period that now lies in, for a calendar that begins where calendars do: on Mondays, on the 1st, in
// January.
func (p Period) Window(now time.Time, zone *time.Location) (from, to time.Time) {
	return Calendar{Period: p}.Window(now, zone)
}

// Valid reports whether the calendar makes sense.
func (c Calendar) Valid() bool {
	most := map[Period]int{Weekly: 7, Monthly: 31, Quarterly: 12}[c.Period]
	return c.Period.Valid() && c.Starts >= 0 && c.Starts <= most
}

// Window is the period that now lies in, half-open: from ≤ now < to, in the zone's own calendar. Days begin at local
// midnight, also where clocks jump across it. Forever begins at the Unix epoch and has a zero to.
func (c Calendar) Window(now time.Time, zone *time.Location) (from, to time.Time) {
	if c.Period == Forever {
		return time.Unix(0, 0).UTC(), time.Time{}
	}
	y, m, d := now.In(zone).Date()
	start := func(n int) time.Time { return midnight(c.day(y, m, d, n), zone) }
	// The local date alone is not enough where a period begins late in the month, or a clock goes back across midnight:
	// it is then "yesterday" for a while after the day has begun. The sequence of starts decides, so that periods
	// neither overlap nor leave gaps.
	n := 0
	for now.Before(start(n)) {
		n--
	}
	for !now.Before(start(n + 1)) {
		n++
	}
	return start(n), start(n + 1)
}

// day is the calendar day, at noon UTC, on which the n-th period after the one of y-m-d's own week, month or quarter
// begins.
func (c Calendar) day(y int, m time.Month, d, n int) time.Time {
	first := max(c.Starts, 1)
	switch c.Period {
	case Weekly:
		weekday := int(time.Date(y, m, d, 12, 0, 0, 0, time.UTC).Weekday()+6)%7 + 1 // Monday is 1
		d += 7*n - (weekday-first+7)%7
	case Monthly:
		m += time.Month(n)
		d = min(first, lastDay(y, m))
	case Quarterly:
		into := (int(m) - first + 12) % 3
		m, d = m+time.Month(3*n-into), 1
	default:
		d += n
	}
	return time.Date(y, m, d, 12, 0, 0, 0, time.UTC)
}

// lastDay is how many days a month has.
func lastDay(y int, m time.Month) int { return time.Date(y, m+1, 0, 12, 0, 0, 0, time.UTC).Day() }

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

package usage

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/report"
)

// Slot is how finely sums must be kept so that an organization's days are made of whole ones: an hour, or a quarter of it
// in zones whose clocks stand beside the hour. at says in which year; one that changes with daylight saving counts all year.
func Slot(zone *time.Location, at time.Time) time.Duration { return report.Slot(zone, at) }

// widen takes a span to whole steps: to slots, and with a grain of days and more to whole days.
func widen(q Query, zone *time.Location) Query {
	if q.Grain == Day || q.Grain == Week || q.Grain == Month {
		q.From = DayOf(q.From, zone, 0)
		if to := DayOf(q.To, zone, 0); to.Before(q.To) {
			q.To = DayOf(q.To, zone, 1)
		}
		return q
	}
	slot := Slot(zone, q.From)
	q.From = q.From.UTC().Truncate(slot)
	if to := q.To.UTC().Truncate(slot); to.Before(q.To) {
		q.To = to.Add(slot)
	}
	return q
}

// DayOf is the first moment of the calendar day that lies n days after the one t is in.
func DayOf(t time.Time, zone *time.Location, n int) time.Time {
	from, _ := budget.Daily.Window(t, zone)
	if n == 0 {
		return from.UTC()
	}
	y, m, d := from.In(zone).Date()
	return begin(y, m, d+n, zone)
}

func begin(y int, m time.Month, d int, zone *time.Location) time.Time {
	from, _ := budget.Daily.Window(time.Date(y, m, d, 12, 0, 0, 0, zone), zone)
	return from.UTC()
}

// steps cuts a widened span by the query's grain: one step without.
func steps(q Query, zone *time.Location) ([]Step, error) {
	if q.Grain == Whole {
		return []Step{{q.From, q.To}}, nil
	}
	var out []Step
	for at := q.From; at.Before(q.To); {
		end := next(at, q.Grain, zone)
		if end.After(q.To) {
			end = q.To
		}
		out = append(out, Step{at, end})
		if len(out) > MaxSteps {
			return nil, fault.Field("grain", fmt.Sprintf("That span has more than %d %ss. Choose a shorter one, or larger steps.", MaxSteps, q.Grain))
		}
		at = end
	}
	return out, nil
}

// next is where the step ends that t lies in.
func next(t time.Time, g Grain, zone *time.Location) time.Time {
	period := budget.Daily
	switch g {
	case Hour:
		local := t.In(zone)
		past := time.Duration(local.Minute())*time.Minute + time.Duration(local.Second())*time.Second + time.Duration(local.Nanosecond())
		return t.Add(time.Hour - past)
	case Week:
		period = budget.Weekly
	case Month:
		period = budget.Monthly
	}
	_, to := period.Window(t, zone)
	return to.UTC()
}

// earlier is the span that a widened one is compared with. Days are moved by the calendar, so that a day whose clocks were
// changed is compared with a whole one.
func earlier(q Query, zone *time.Location) Query {
	switch q.Compare {
	case YearBefore:
		q.From, q.To = years(q.From, zone), years(q.To, zone)
	case Previous:
		from, to := q.From.In(zone), q.To.In(zone)
		if days := wholeDays(from, to, zone); days > 0 {
			q.To = q.From
			q.From = DayOf(q.From, zone, -days)
			break
		}
		q.From, q.To = q.From.Add(-q.To.Sub(q.From)), q.From
	}
	return q
}

func years(t time.Time, zone *time.Location) time.Time {
	l := t.In(zone)
	y, m, d := l.Date()
	clock := t.Sub(begin(y, m, d, zone))
	return begin(y-1, m, d, zone).Add(clock)
}

// wholeDays is how many calendar days a span consists of, 0 if it has parts of days.
func wholeDays(from, to time.Time, zone *time.Location) int {
	if !DayOf(from, zone, 0).Equal(from) || !DayOf(to, zone, 0).Equal(to) {
		return 0
	}
	y1, m1, d1 := from.Date()
	y2, m2, d2 := to.Date()
	return int(time.Date(y2, m2, d2, 0, 0, 0, 0, time.UTC).Sub(time.Date(y1, m1, d1, 0, 0, 0, 0, time.UTC)) / (24 * time.Hour))
}

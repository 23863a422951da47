package budget

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// Forecast is what a budget will have spent when its period ends, if things go on as they did: what is spent so far, plus
// for each day that is left, or the rest of today, its share of a daily mean. The mean is that of
//
//   - the last 14 whole days, weekdays (Monday to Friday) and weekends apart, where there is that much history;
//   - else the last 7 whole days, or as many as there are since the scope was first used;
//   - else, on the first day, what was used since then, if that is an hour or more.
//
// History is looked for in the last 35 days. Days are those of the organization's calendar; each day's share is rounded
// down to a unit. Money is exact in the history; tokens leave out what was booked without a report, requests those that
// failed. Less than an hour of history, or none, is "not enough data": an answer, not an error.
type Forecast struct {
	// Known is false where there is no answer: Method says why.
	Known bool
	Total ledger.Units // at the end of the period, in the budget's measure
	At    time.Time    // the end of the period
	// RunsOut is when the limit is reached before that; zero if it is not.
	RunsOut time.Time
	// Method is how it was computed, in a sentence for people.
	Method string
	// Days are what was used on each day of the present period so far, oldest first, today last; at most the last 100.
	Days []Day
}

// Day is what was used on a day of the organization's calendar.
type Day struct {
	From time.Time // its beginning, in the organization's zone
	Used ledger.Units
}

const (
	lookBack    = 35 // days of history that are read
	profileDays = 14 // whole days that make a weekday and weekend profile
	meanDays    = 7  // whole days that make a mean
	chartDays   = 100
)

// outlook is what a forecast is made of.
type outlook struct {
	uses         []Use // by the hour, oldest first
	spent, limit ledger.Units
	from, to     time.Time // the period; to is zero for Forever
	now          time.Time
	zone         *time.Location
}

// pace is how much is used on a day: units per span of so many seconds.
type pace struct {
	units ledger.Units
	days  int64
}

// project computes the forecast.
func (o outlook) project() Forecast {
	f := Forecast{At: o.to, Days: o.chart()}
	if o.to.IsZero() {
		f.Method = "A total never ends, so there is nothing to forecast."
		return f
	}
	history := o.history()
	if len(history) == 0 {
		f.Method = "Not enough data: nothing was used here in the last 35 days."
		if o.spent > 0 { // but something before: at this pace it stays
			f.Known, f.Total, f.Method = true, o.spent, "Spent so far: nothing was used in the last 35 days."
		}
		return f
	}
	whole := history[:len(history)-1]
	switch n := len(whole); {
	case n >= profileDays:
		f.Method = "Spent so far, plus the mean weekday and weekend day of the last 14 days for the time that is left."
		weekday, weekend := means(whole[n-profileDays:])
		return o.walk(f, func(d time.Time) pace {
			if isWeekend(d) {
				return weekend
			}
			return weekday
		})
	case n > 0:
		n = min(n, meanDays)
		all := pace{days: int64(n)}
		for _, d := range whole[len(whole)-n:] {
			all.units = plus(all.units, d.Used)
		}
		f.Method = fmt.Sprintf("Spent so far, plus the mean of the last %d whole days for the time that is left.", n)
		if n == 1 {
			f.Method = "Spent so far, plus as much as on the last whole day for each day that is left."
		}
		return o.walk(f, func(time.Time) pace { return all })
	}
	return o.firstDay(f, history[0].Used)
}

// firstDay projects from what was used since the first hour of use, today.
func (o outlook) firstDay(f Forecast, used ledger.Units) Forecast {
	first := o.uses[0].Hour
	for _, u := range o.uses {
		if u.Used > 0 {
			first = u.Hour
			break
		}
	}
	elapsed := seconds(o.now.Sub(first))
	if elapsed < 3600 {
		f.Method = "Not enough data: the first use was less than an hour ago."
		return f
	}
	f.Known, f.Method = true, "Spent so far, plus the pace since the first use today for the time that is left."
	left := seconds(o.to.Sub(o.now))
	f.Total = plus(o.spent, portion(used, left, elapsed))
	if f.Total >= o.limit {
		f.RunsOut = o.now.Add(time.Duration(portionUp(max(0, o.limit-o.spent), elapsed, max(1, int64(used)))) * time.Second)
	}
	return f
}

// walk adds up the days that are left.
func (o outlook) walk(f Forecast, of func(day time.Time) pace) Forecast {
	f.Known, f.Total = true, o.spent
	if o.spent >= o.limit {
		f.RunsOut = o.now
	}
	for at := o.now; at.Before(o.to); {
		start, end := Daily.Window(at, o.zone)
		p, whole, left := of(start.In(o.zone)), seconds(end.Sub(start)), seconds(earlier(end, o.to).Sub(at))
		part := portion(p.units, left, p.days*whole)
		if need := o.limit - f.Total; f.RunsOut.IsZero() && part > 0 && part >= need {
			f.RunsOut = at.Add(time.Duration(portionUp(need, p.days*whole, int64(p.units))) * time.Second)
		}
		f.Total = plus(f.Total, part)
		at = end
	}
	return f
}

// history is what was used on each day since the first use, today last. Days without use are in it.
func (o outlook) history() []Day {
	first := -1
	for i, u := range o.uses {
		if u.Used > 0 && !u.Hour.Before(o.now.AddDate(0, 0, -lookBack)) {
			first = i
			break
		}
	}
	if first < 0 {
		return nil
	}
	return o.days(o.uses[first].Hour)
}

// chart is the present period's part of it, as far back as it is shown.
func (o outlook) chart() []Day {
	from := o.from
	if oldest := o.now.AddDate(0, 0, 1-chartDays); from.Before(oldest) {
		from, _ = Daily.Window(oldest, o.zone)
	}
	return o.days(from)
}

// days adds the hours up by day, from that of since to today.
func (o outlook) days(since time.Time) []Day {
	var out []Day
	var ends []time.Time
	for at := since; !at.After(o.now); {
		start, end := Daily.Window(at, o.zone)
		out, ends = append(out, Day{From: start.In(o.zone)}), append(ends, end)
		at = end
	}
	i := 0
	for _, u := range o.uses {
		for i < len(out) && !u.Hour.Before(ends[i]) {
			i++
		}
		if i == len(out) {
			break
		}
		if !u.Hour.Before(out[i].From) {
			out[i].Used = plus(out[i].Used, u.Used)
		}
	}
	return out
}

// means are those of weekdays and of weekend days. 14 days have both.
func means(of []Day) (weekday, weekend pace) {
	for _, d := range of {
		p := &weekday
		if isWeekend(d.From) {
			p = &weekend
		}
		p.units, p.days = plus(p.units, d.Used), p.days+1
	}
	return weekday, weekend
}

func isWeekend(d time.Time) bool {
	return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

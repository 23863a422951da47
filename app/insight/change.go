package insight

import (
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// change is one moment at which a route began to ask another target first.
type change struct {
	at       time.Time
	from, to string
}

// changesOf are the moments at which a route's first target became another one, the oldest first. Routes that divide their requests
// among targets have no first one.
func changesOf(versions []route.Version) (out []change) {
	slices.SortFunc(versions, func(a, b route.Version) int { return int(a.Number - b.Number) })
	for i := 1; i < len(versions); i++ {
		was, is := first(versions[i-1].Body), first(versions[i].Body)
		if was != "" && is != "" && was != is {
			out = append(out, change{versions[i].At, was, is})
		}
	}
	return out
}

func first(d route.Document) string {
	if len(d.Targets) == 0 || d.Strategy != "" && d.Strategy != route.Ordered {
		return ""
	}
	return d.Targets[0].To
}

// spans are the whole weeks before and after the last change, as far as no other change lies in them and they are over: the day of the
// change itself is in neither. false as long as one of them has not a week.
func spans(all []change, now time.Time, zone *time.Location) (before, after Span, ok bool) {
	if len(all) == 0 {
		return before, after, false
	}
	last := all[len(all)-1]
	day, today := usage.DayOf(last.at, zone, 0), usage.DayOf(now, zone, 0)
	if last.at.Before(usage.DayOf(now, zone, -reach)) {
		return before, after, false
	}
	before.To, after.From = day, usage.DayOf(last.at, zone, 1)
	room := most
	if len(all) > 1 {
		room = days(usage.DayOf(all[len(all)-2].at, zone, 1), day)
	}
	before.Days, after.Days = weeks(room), weeks(days(after.From, today))
	before.From, after.To = usage.DayOf(day, zone, -before.Days), usage.DayOf(after.From, zone, after.Days)
	return before, after, before.Days > 0 && after.Days > 0
}

// days is how many there are between two midnights; an hour more or less, when clocks change, is none.
func days(from, to time.Time) int { return int((to.Sub(from) + 12*time.Hour) / (24 * time.Hour)) }

// weeks cuts days to whole weeks, at most those that are compared.
func weeks(n int) int { return max(0, min(n, most)) / 7 * 7 }

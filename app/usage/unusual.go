package usage

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Unusual says whether an hour's spend is far above what is usual at that hour of that weekday.
//
// The method: of the same hour in each of the last UnusualWeeks weeks, the median, and the median distance from it (MAD), which a
// few odd weeks do not move. The spread is 1.4826 MAD, which for a normal distribution is the standard deviation, and at least
// half of the median and a dollar: teams whose spend hardly ever moves would otherwise be unusual by cents. The hour is unusual
// if it lies more than UnusualFar spreads above the median and exceeds it by UnusualLeast. Weeks without spend count as they are;
// with fewer than UnusualKnown weeks of history nothing is. The price of few false alarms: what is less than four times the usual,
// and what is dear at the same hour every week, goes unsaid; budgets catch it.
type Unusual struct {
	Is    bool
	Usual money.USD // the median
}

const (
	// UnusualWeeks are looked back on, and UnusualKnown of them must have had spend.
	UnusualWeeks, UnusualKnown = 8, 4
	// UnusualFar is in spreads. For spend that scatters as a normal distribution does, 6 is less than once in a hundred million hours;
	// real spend has longer tails, so it is generous.
	UnusualFar   = 6
	UnusualLeast = 5 * money.Dollar
)

// Judge compares an hour with the same hour of the weeks before.
func Judge(now money.USD, before []money.USD) Unusual {
	known := 0
	for _, b := range before {
		if b > 0 {
			known++
		}
	}
	if known < UnusualKnown {
		return Unusual{}
	}
	usual := median(before)
	away := make([]money.USD, len(before))
	for i, b := range before {
		away[i] = max(b-usual, usual-b)
	}
	const thousand = 1000 // 1.4826 in thousandths, so that money stays whole
	spread := max(median(away)/thousand*1483, usual/2, money.Dollar)
	return Unusual{Is: now > usual && now-usual >= UnusualLeast && (now-usual)/UnusualFar > spread, Usual: usual}
}

// median is the middle one; the higher of two.
func median(all []money.USD) money.USD {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

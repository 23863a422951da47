package insight

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Title says what happened and what it is worth, in one line.
func (x *Insight) Title() string {
	move := fmt.Sprintf("%s moved to %s", x.Alias, x.To)
	switch {
	case !x.Known:
		return move + ": no difference in cost is certain"
	case x.Monthly >= 0:
		return move + ": about " + dollars(x.Monthly) + " less a month"
	}
	return move + ": about " + dollars(-x.Monthly) + " more a month"
}

// Text says what changed, how certain that is, and where it comes from.
func (x *Insight) Text(zone *time.Location) string {
	out := fmt.Sprintf("On %s the first target of %s became %s, after %s. ", x.At.In(zone).Format("2 January"), x.Alias, x.To, x.From)
	if c := x.of(experiment.Cost); c != nil && x.Known {
		low, high := x.MonthlyLow, x.MonthlyHigh
		if x.Monthly < 0 {
			low, high = -high, -low
		}
		out += fmt.Sprintf("Since then the cost per request is %s: between %s and %s a month at the present use. ", c.Words(), dollars(low), dollars(high))
	} else if c != nil {
		out += "Whether requests cost more or less since then cannot be told: " + c.Words() + ". "
	}
	for _, m := range []experiment.Metric{experiment.Errors, experiment.Latency, experiment.Quality} {
		switch c := x.of(m); {
		case c == nil:
		case c.Side == 0:
			out += "No difference in the " + m.Noun() + " is certain. "
		default:
			out += fmt.Sprintf("The %s is %s. ", m.Noun(), c.Words())
		}
	}
	return out + fmt.Sprintf("%d days before are compared with %d after; other things may have changed as well.", x.Before.Days, x.After.Days)
}

func dollars(a money.USD) string { return a.Format(2) + " USD" }

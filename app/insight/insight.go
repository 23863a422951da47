// Package insight is what a team's own figures say of changes that were made: a route that was moved to another target, what requests
// cost, how often they failed, how long they took and how they were rated before and after, with how certain that is, in plain words
// with money per month. It reads kept sums by the day, never single requests, and only days that are over.
package insight

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

const (
	// reach is how far back changes are looked for, and most how many days before and after one are compared. Both are whole weeks, so
	// that the weekend weighs the same on both sides.
	reach = 56
	most  = 28
	// mostAliases is how many of the models that a team asks for most are looked at, and mostTold how many changes are told.
	mostAliases = 20
	mostTold    = 5
)

// Span is some whole days of the organization's calendar: From ≤ t < To.
type Span struct {
	From, To time.Time
	Days     int
}

// Insight is one change of a route, and what came after it.
type Insight struct {
	Alias   string
	AliasID id.Alias
	At      time.Time
	// From and To are the targets that the route asked first before and after.
	From, To      string
	Before, After Span
	// Requests are those after it that a provider was asked for.
	Requests int64
	// Compared are cost, time, errors and rating. Those of time and rating are of all answers that the organization got of the two
	// models, because no sums of them are kept by team; they are missing where a target is another alias.
	Compared []experiment.Comparison
	// Monthly is what the change saves in thirty days at the rate since then, with its interval; negative is more cost. Known is false
	// as long as nothing certain can be said of cost.
	Monthly, MonthlyLow, MonthlyHigh money.USD
	Known                            bool
}

// of is the comparison of a metric; nil where there is none that says something.
func (x *Insight) of(m experiment.Metric) *experiment.Comparison {
	for i := range x.Compared {
		if c := &x.Compared[i]; c.Metric == m && c.Ready {
			return c
		}
	}
	return nil
}

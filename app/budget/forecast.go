package budget

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// Forecast is what a budget will have spent when its period ends, if things go on as they did.
type Forecast struct {
	// Known is false where there is no answer: Method says why ("not enough data").
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

package budget

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// Alert is a threshold of a budget that was crossed in a period. There is one per budget, period and threshold, however
// many nodes post at once. Several thresholds crossed by one posting are one event: the highest, marked with the others.
type Alert struct {
	Org       id.Org
	Budget    id.Budget
	Name      string
	Measure   ledger.Measure
	Start     time.Time // of the period
	Threshold int       // percent of the period's limit
	With      []int     // lower thresholds crossed by the same posting, ascending
	Spent     ledger.Units
	Limit     ledger.Units
	At        time.Time
	// Rearmed says that the limit was raised above the threshold since: crossing it again is a new event.
	Rearmed bool
}

// AlertTopic is published after thresholds were crossed: read the alerts.
const AlertTopic = "budget_alerts"

package budget

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Alert is a threshold of a budget that was crossed in a period. There is one per budget, period and threshold, however
// many nodes post at once. Several thresholds crossed by one posting are one event: the highest, marked with the others.
//
// Raising the limit, by hand or by a grant, arms again exactly those thresholds that are no longer crossed: crossing one
// of them once more is a new event. Nothing else arms them.
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
	// Rearmed says that the limit was raised above the threshold since.
	Rearmed bool
}

// AlertTopic is published after thresholds were crossed: read the alerts.
const AlertTopic live.Topic = "budget_alerts"

// TellOfAlerts is the job that tells people of the thresholds that nobody was told of.
type TellOfAlerts struct{}

// Kind implements work.Args.
func (TellOfAlerts) Kind() string { return "budget_tell" }

// Crossed says which thresholds (percents, ascending) a period has crossed that used so much of its limit, and at what
// amount the next one is; money.Max if there is none. A threshold is crossed when it is reached, and by something: an
// empty budget of nothing has crossed none.
func Crossed(thresholds []int, limit, used ledger.Units) (crossed []int, next ledger.Units) {
	next = money.Max
	for _, t := range thresholds {
		at := max(1, portionUp(limit, int64(t), 100))
		if used >= at {
			crossed = append(crossed, t)
			continue
		}
		next = min(next, at)
	}
	return crossed, next
}

// Alerts are the events of a budget that the actor may see, newest first, at most the last 500.
func (s *Service) Alerts(ctx context.Context, actor org.Actor, b id.Budget) ([]Alert, error) {
	if _, err := s.Get(ctx, actor, b); err != nil {
		return nil, err
	}
	out, err := s.Store.Alerts(ctx, actor.Org, b)
	if err != nil {
		return nil, fmt.Errorf("budget: alerts: %w", err)
	}
	return out, nil
}

package budget

import (
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Input is what a form or an API call says about a budget.
type Input struct {
	Scope      org.Scope // where it sits; fixed once it is created, like Measure
	Name       string    // empty = the scope's label
	Measure    ledger.Measure
	Limit      ledger.Units
	Period     Period
	Starts     int // see Calendar
	Enforce    Enforcement
	Ladder     Ladder
	Rollover   ledger.Units
	Reserve    ledger.Units
	Strict     bool
	Thresholds []int // nil = DefaultThresholds
	// Seen is when the budget had last been changed that an Update was typed over; zero overwrites whatever is there.
	Seen time.Time
}

// What a budget may say at most. Limits stay far from where sums of them end.
const (
	maxLimit      = 1_000_000_000 * money.Dollar
	maxCount      = 1_000_000_000_000_000 // tokens or requests
	maxThresholds = 10
	maxThreshold  = 1000 // percent; a soft budget may be passed several times over
	maxModel      = 256  // bytes of a model's name
	// LadderFrom is where throttling or downgrading begins unless a budget says otherwise, in percent.
	LadderFrom = 80
)

// fill copies what may be changed into b.
func (in Input) fill(b *Budget, now time.Time) {
	b.Name, b.Limit, b.Period, b.Starts, b.Enforce, b.Ladder = in.Name, in.Limit, in.Period, in.Starts, in.Enforce, in.Ladder
	b.Rollover, b.Reserve, b.Strict, b.Thresholds, b.UpdatedAt = in.Rollover, in.Reserve, in.Strict, in.Thresholds, now
}

// reserving refuses to set a reserve to anybody but an admin: who could lower it could open it.
func reserving(a org.Actor, old, asked ledger.Units) error {
	if old == asked {
		return nil
	}
	return a.Require(org.Admin)
}

// checked is the input in its stored form, or what is wrong with it.
func (in Input) checked(p Place) (Input, error) {
	if strings.TrimSpace(in.Name) == "" {
		in.Name = p.Label
	}
	var err error
	if in.Name, err = org.Name("name", "the budget's name", in.Name, 120); err != nil {
		return in, err
	}
	if err = in.checkAmounts(); err != nil {
		return in, err
	}
	if err = in.checkCalendar(); err != nil {
		return in, err
	}
	if in.Ladder, err = in.checkedLadder(); err != nil {
		return in, err
	}
	in.Thresholds, err = in.checkedThresholds()
	return in, err
}

// most is the highest limit of a measure.
func most(m ledger.Measure) ledger.Units {
	if m == ledger.Money {
		return maxLimit
	}
	return maxCount
}

func (in Input) checkAmounts() error {
	most := most(in.Measure)
	zero := "0"
	if in.Measure == ledger.Money {
		zero = "$0"
	}
	switch {
	case in.Measure > ledger.Requests:
		return fault.Field("measure", "Choose what to count: usd, tokens or requests.")
	case in.Limit < 0:
		return fault.Field("limit", "Enter a limit of "+zero+" or more; "+zero+" blocks everything.")
	case in.Limit > most:
		return fault.Field("limit", "Enter a limit of at most "+Amount(in.Measure, most)+".")
	case in.Reserve < 0 || in.Reserve > in.Limit:
		return fault.Field("reserve", "The reserve is a part of the limit: enter "+zero+" to "+Amount(in.Measure, in.Limit)+".")
	case in.Rollover < 0 || in.Rollover > most:
		return fault.Field("rollover", "Enter how much may be carried into the next period, at most: "+zero+" to "+Amount(in.Measure, most)+".")
	case in.Strict && !slices.Contains([]org.ScopeKind{org.OrgScope, org.DepartmentScope, org.TeamScope}, in.Scope.Kind()):
		return fault.Field("strict", "Only the budgets of an organization, a department or a team can be strict: nothing below the others has limits.")
	case in.Strict && in.Period == Forever:
		return fault.Field("strict", "A total cannot be strict: the limits below it begin again and again. Choose a period.")
	}
	return nil
}

func (in Input) checkCalendar() error {
	if !in.Period.Valid() {
		return fault.Field("period", "Choose daily, weekly, monthly, quarterly or total.")
	}
	if (Calendar{in.Period, in.Starts}).Valid() {
		if in.Period == Forever && in.Rollover > 0 {
			return fault.Field("rollover", "A total has no next period to carry anything into. Leave the rollover empty, or choose a period.")
		}
		return nil
	}
	what := map[Period]string{Weekly: "A week starts on a day from 1 (Monday) to 7 (Sunday).", Monthly: "A month starts on a day from 1 to 31; in shorter months on their last day.",
		Quarterly: "A fiscal year starts in a month from 1 (January) to 12 (December)."}[in.Period]
	if what == "" {
		what = "Only weeks, months and quarters have a start; leave it empty."
	}
	return fault.Field("starts", what)
}

func (in Input) checkedLadder() (Ladder, error) {
	l := in.Ladder
	l.Model = strings.TrimSpace(l.Model)
	switch in.Enforce {
	case Soft, Hard:
		return Ladder{}, nil
	case Throttle:
		l.Model = ""
		if in.Period == Forever {
			return l, fault.Field("enforce", "A total has no pace to throttle to. Choose a period, or another enforcement.")
		}
	case Downgrade:
		if l.Model == "" || len(l.Model) > maxModel {
			return l, fault.Field("downgrade_to", "Name the cheaper model that requests are sent to near the limit: an alias of yours, or a model's name.")
		}
	default:
		return l, fault.Field("enforce", "Choose hard (refuse at the limit), soft (warn), throttle (slow down near it) or downgrade (a cheaper model near it).")
	}
	if l.From == 0 {
		l.From = LadderFrom
	}
	if l.From < 1 || l.From > 99 {
		return l, fault.Field("from_percent", "Enter the share of the limit at which this begins, from 1 to 99 percent.")
	}
	return l, nil
}

func (in Input) checkedThresholds() ([]int, error) {
	if in.Thresholds == nil {
		return slices.Clone(DefaultThresholds), nil
	}
	out := slices.Clone(in.Thresholds)
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) > maxThresholds || len(out) > 0 && (out[0] < 1 || out[len(out)-1] > maxThreshold) {
		return nil, fault.Field("thresholds", "Enter up to 10 shares of the limit, from 1 to 1000 percent, such as 50, 75, 90, 100.")
	}
	return out, nil
}

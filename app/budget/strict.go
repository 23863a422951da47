package budget

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// days is how long periods are, to compare limits: a month is the longest there is, a quarter three of them. A total has
// no length.
var days = map[Period]int64{Daily: 1, Weekly: 7, Monthly: 31, Quarterly: 93}

// within is what a limit may come to in a period of another length: a shorter one begins several times in it, and counts
// pro rata of its days, rounded up. A longer one can be spent in a single day, so it counts in full.
func (b Budget) within(p Period) ledger.Units {
	own, other := days[b.Period], days[p]
	if own == 0 || own >= other {
		return b.Limit
	}
	return portionUp(b.Limit, other, own)
}

// handedOut is what budgets hand out of a period: of each scope the smallest, because all of them bind there. A soft one
// binds nobody, and counts only where nothing else does.
func handedOut(p Period, of []Budget) (sum ledger.Units) {
	type part struct {
		amount ledger.Units
		soft   bool
	}
	parts := map[org.Scope]part{}
	for _, b := range of {
		n := part{b.within(p), b.Enforce == Soft}
		old, ok := parts[b.Scope]
		if !ok || old.soft && !n.soft || old.soft == n.soft && n.amount < old.amount {
			parts[b.Scope] = n
		}
	}
	for _, p := range parts {
		sum = plus(sum, p.amount)
	}
	return sum
}

// fits checks a new or changed budget against the strict ones around it, in the transaction and with those above locked:
// limits of the scopes right below a strict node, in the same measure, may not add up to more than its limit. What leads
// set is held to the limits of their team as if those were strict: nobody hands out more than they have. Temporary
// increases are not counted, the budget above binds them. A change that hands out no more than before is always fine, so
// that one can get down from a sum that is too high. old is nil for a new budget.
//
// A move of a team or a member changes sums as well; that is not refused, the next change of a limit is.
func (s *Service) fits(ctx context.Context, actor org.Actor, old *Budget, b Budget, place Place, now time.Time) error {
	above, err := s.Store.Above(ctx, b.Scope, b.Measure, now)
	if err != nil {
		return fmt.Errorf("budgets above: %w", err)
	}
	for _, p := range above {
		lead := !actor.InAll(place.Teams, org.Manager) && p.Enforce != Soft
		if !p.Strict && !lead {
			continue
		}
		if err := s.fitsUnder(ctx, old, b, p, now); err != nil {
			return err
		}
	}
	if !b.Strict {
		return nil
	}
	if old != nil {
		if err := s.Store.Lock(ctx, b.Org, b.ID); err != nil {
			return err
		}
	}
	below, err := s.Store.Below(ctx, b.Scope, b.Measure, now)
	if err != nil {
		return fmt.Errorf("budgets below: %w", err)
	}
	if sum := handedOut(b.Period, budgets(below, b)); sum > b.Limit {
		return fault.Field("limit", fmt.Sprintf("A strict budget hands out no more than it has, and the limits right below %s come to %s %s. Choose at least that, lower those first, or leave it not strict.",
			place.Label, Amount(b.Measure, sum), per[b.Period]))
	}
	return nil
}

// fitsUnder checks one budget above.
func (s *Service) fitsUnder(ctx context.Context, old *Budget, b Budget, p Listed, now time.Time) error {
	var others []Budget
	if b.Scope.Kind() != org.KeyScope { // keys spend what their member or pool has, which is handed out there
		below, err := s.Store.Below(ctx, p.Scope, b.Measure, now)
		if err != nil {
			return fmt.Errorf("budgets beside: %w", err)
		}
		others = budgets(below, b)
	}
	sum := handedOut(p.Period, append(others[:len(others):len(others)], b))
	if sum <= p.Limit || old != nil && sum <= handedOut(p.Period, append(others[:len(others):len(others)], *old)) {
		return nil
	}
	var elsewhere []Budget
	for _, o := range others {
		if o.Scope != b.Scope {
			elsewhere = append(elsewhere, o)
		}
	}
	taken := handedOut(p.Period, elsewhere)
	free := max(0, p.Limit-taken)
	text := fmt.Sprintf("%s %s budget of %s hands out %s already: %s %s is free", possessive(p.Place.Label), p.Period, Amount(b.Measure, p.Limit),
		Amount(b.Measure, taken), Amount(b.Measure, free), per[p.Period])
	if own := days[b.Period]; own > 0 && own < days[p.Period] {
		text += fmt.Sprintf(", which is %s %s", Amount(b.Measure, portion(free, own, days[p.Period])), per[b.Period])
	}
	return fault.Field("limit", text+". Choose a lower limit, or ask whoever sets that budget for more.")
}

// budgets are listed budgets without one of them.
func budgets(all []Listed, without Budget) []Budget {
	out := make([]Budget, 0, len(all))
	for _, l := range all {
		if l.ID != without.ID {
			out = append(out, l.Budget)
		}
	}
	return out
}

var per = map[Period]string{Daily: "a day", Weekly: "a week", Monthly: "a month", Quarterly: "a quarter", Forever: "in total"}

// keepsOpened refuses a reserve smaller than what of it is open in the present period.
func (s *Service) keepsOpened(ctx context.Context, old Budget, asked ledger.Units, now time.Time) error {
	if asked >= old.Reserve {
		return nil
	}
	p, err := s.Store.Present(ctx, old, now)
	if err != nil {
		return err
	}
	if asked < p.Opened {
		return fault.Field("reserve", "In this period "+Amount(old.Measure, p.Opened)+" of the reserve are open, so it cannot be less. It can when the period ends.")
	}
	return nil
}

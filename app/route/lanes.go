package route

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Lanes are the targets of an alias as they stand now on this node: how they do, how much goes where, and who would follow a
// failure. For people; it decides nothing.
type Lanes struct {
	Strategy Strategy
	Mix      balance.Mix
	Fallback *Fallback
	// Shared says that each lane's share is known: some strategies decide only when a request is there.
	Shared  bool
	Targets []Lane
	// Next are indexes of Targets in the order in which they follow a failure of the first for Cause, with their scores; those
	// that are kept for other failures are not in it.
	Cause    balance.Cause
	Priority string
	Next     []balance.Rung
}

// Lane is one target.
type Lane struct {
	Target
	Out      string // why it takes no request: what the route demands and it does not fulfil; "" is that it does
	Measured bool   // how it does is known: strategies that go by it, and fallbacks by score, have it measured
	Load     balance.Load
	Share    float64   // of the requests, 0 to 1
	Cost     money.USD // of the usual request
	Priced   bool
}

// usual is the request that costs are compared by on pages.
var usual = llm.Usage{Input: 1000, Output: 500}

// LanesAsk is what a person wants to know.
type LanesAsk struct {
	Alias    id.Alias
	Cause    balance.Cause // "" is server_error
	Priority string        // low, normal, high; "" is normal
}

// Lanes answers from the table, as the gateway would.
func (s *Service) Lanes(ctx context.Context, actor org.Actor, t *Table, loads *balance.Book, q LanesAsk) (Lanes, error) {
	a, err := s.Get(ctx, actor, q.Alias)
	if err != nil {
		return Lanes{}, err
	}
	if q.Cause == "" {
		q.Cause = balance.ServerError
	}
	if !q.Cause.Known() {
		return Lanes{}, fault.Field("after", fmt.Sprintf("There is no failure %q. There are: %s.", clip(string(q.Cause)), listed(balance.Causes)))
	}
	if !slices.Contains([]string{"", "low", "normal", "high"}, q.Priority) {
		return Lanes{}, fault.Field("priority", `The priority of a request is "low", "normal" or "high".`)
	}
	out := Lanes{Strategy: a.Routing.Strategy, Fallback: a.Routing.Fallback, Mix: balance.UsualMix(), Cause: q.Cause, Priority: q.Priority}
	plan, err := t.Plan(actor.Org, &llm.Call{Model: a.Name})
	if fault.Is(err, fault.NotFound) {
		return out, nil // no target of it works
	}
	if err != nil {
		return out, err
	}
	plan.place(t.town(actor.Org))
	out.Strategy, out.Fallback = plan.Strategy, plan.Fallback
	if plan.Mix != (balance.Mix{}) {
		out.Mix = plan.Mix
	}
	out.fill(s, &plan, loads, actor.Org, s.Clock.Now())
	return out, nil
}

func (l *Lanes) fill(s *Service, p *Plan, loads *balance.Book, o id.Org, now time.Time) {
	quote := func(t Target) (catalog.Quote, bool) { return s.Prices.Quote(o, pricedAs(t), t.Model, now) }
	cost := func(t Target) (money.USD, bool) {
		q, ok := quote(t)
		if !ok {
			return 0, false
		}
		bill, err := q.Bill(usual)
		return bill.Total, err == nil
	}
	load := func(t Target) balance.Load {
		v, _ := loads.Look(balance.Target{Connection: t.Connection.ID, Model: t.Model}, now)
		return v
	}
	var cs []balance.Candidate
	for i, t := range p.Targets {
		lane := Lane{Target: t}
		lane.Load, lane.Measured = loads.Look(balance.Target{Connection: t.Connection.ID, Model: t.Model}, now)
		lane.Cost, lane.Priced = cost(t)
		l.Targets = append(l.Targets, lane)
		lane.Out = s.out(o, &t, now, false)
		l.Targets[i].Out = lane.Out
		if !t.Waits() && lane.Out == "" {
			cs = append(cs, balance.Candidate{At: i, Weight: t.Weight, Rank: t.Rank, Load: lane.Load, Cost: lane.Cost, Priced: lane.Priced})
		}
	}
	l.Shared = balance.Shares(balance.Policy(p.Strategy), cs, l.Mix)
	for _, c := range cs {
		l.Targets[c.At].Share = c.Share
	}
	l.next(p, &Failing{Target: p.Targets[0], Cause: l.Cause, Priority: l.Priority, At: now, Cost: cost, Load: load}, quote)
}

// next is who follows the first target.
func (l *Lanes) next(p *Plan, f *Failing, quote func(Target) (catalog.Quote, bool)) {
	var rest []Target
	var at []int
	tier := func(t Target) catalog.Tier {
		if q, ok := quote(t); ok {
			return catalog.TierOf(q, f.At)
		}
		return catalog.NoTier
	}
	first := tier(f.Target)
	for _, kept := range []bool{true, false} { // those that are kept for the cause come before the list
		for i := 1; i < len(p.Targets); i++ {
			if t := p.Targets[i]; t.Takes(f.Cause) && t.Waits() == kept && l.Targets[i].Out == "" && p.Fallback.Keeps(first, tier(t)) {
				rest, at = append(rest, t), append(at, i)
			}
		}
	}
	if p.Fallback.Scores() {
		l.Next = p.Follow(f, rest)
	} else {
		for i := range rest {
			l.Next = append(l.Next, balance.Rung{At: i, Chosen: rest[i].Waits()})
		}
	}
	for i := range l.Next {
		l.Next[i].At = at[l.Next[i].At]
	}
}

func pricedAs(t Target) string { return cmp.Or(t.Connection.PricedAs, string(t.Connection.Kind)) }

// out says why a target takes no request: what its route demands and it does not fulfil, as far as that hangs on no request.
func (s *Service) out(o id.Org, t *Target, now time.Time, generates bool) string {
	if t.Only == nil {
		return ""
	}
	if why := t.Only.Bars(t.Place()); why != "" {
		return why
	}
	if q, ok := s.Prices.Quote(o, pricedAs(*t), t.Model, now); ok {
		return t.Only.Lacks(q, generates)
	}
	return t.Only.Lacks(nil, generates)
}

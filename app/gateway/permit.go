package gateway

import (
	"context"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// bound gives the policies on a chain; none without the room.
func (g *Gateway) bound(c org.Chain) policy.Bound {
	if g.Policies == nil {
		return policy.Bound{}
	}
	return g.Policies.For(c, g.clock.Now())
}

// permit leaves out of a plan the targets that a policy denies, whatever name they were asked for by. It refuses if none
// remains: with where to ask if somebody may approve one of them. tier gives a target's tier by its price.
func permit(b *policy.Bound, asked string, p route.Plan, tier func(route.Target) catalog.Tier) (route.Plan, error) {
	if !b.Any() {
		return p, nil
	}
	var first policy.Denial
	kept := make([]route.Target, 0, len(p.Targets))
	for _, t := range p.Targets {
		d := b.Where(whereOf(t.Connection))
		if !d.Any() {
			d, _ = b.Model(asked, namesOf(t), tierIn(b, t, tier))
		}
		if !d.Any() {
			kept = append(kept, t)
		} else if !first.Any() || d.Asks() && !first.Asks() {
			first = d
		}
	}
	if len(kept) == 0 && first.Any() {
		return p, first.Refusal(b, clip(asked))
	}
	p.Targets = kept
	return p, nil
}

// permitBeside refuses a model that a target's provider is to ask of its own accord, if a policy denies it.
func permitBeside(b *policy.Bound, name string, p route.Plan, tier func(route.Target) catalog.Tier) error {
	for _, t := range p.Targets {
		t.Model = name
		if d, _ := b.Model(name, namesOf(t), tierIn(b, t, tier)); d.Any() {
			return d.Refusal(b, clip(name))
		}
	}
	return nil
}

// whereOf is what is known of an account.
func whereOf(c *provider.Connection) policy.Where {
	return policy.Where{Residency: c.Residency, ZeroRetention: c.ZeroRetention, NoTraining: c.NoTraining}
}

// placed tells the decision log which targets policies on where data may go leave out, and why.
func (x *Exchange) placed(p route.Plan) {
	if !x.bound.Placed() {
		return
	}
	for i := range p.Targets {
		c := p.Targets[i].Connection
		if d := x.bound.Where(whereOf(c)); d.Any() {
			x.note("left out ", c.Name, "/", p.Targets[i].Model, ": the policy of ", d.Why())
		}
	}
}

// tierIn looks a target's tier up only where it matters.
func tierIn(b *policy.Bound, t route.Target, tier func(route.Target) catalog.Tier) catalog.Tier {
	if tier == nil || !b.Tiered() {
		return catalog.NoTier
	}
	return tier(t)
}

// tiers gives the tiers of an organization's targets by their prices now.
func (g *Gateway) tiers(o id.Org) func(route.Target) catalog.Tier {
	return func(t route.Target) catalog.Tier { return tierOf(g.Prices, o, t, g.clock.Now()) }
}

func tierOf(p Prices, o id.Org, t route.Target, now time.Time) catalog.Tier {
	q, ok := p.Quote(o, pricedAs(t), t.Model, now)
	if !ok {
		return catalog.NoTier
	}
	return catalog.TierOf(q, now)
}

// namesOf are the names that patterns can mean a target by.
func namesOf(t route.Target) []string {
	return []string{t.Model, string(t.Connection.Kind) + "/" + t.Model, pricedAs(t) + "/" + t.Model, t.Connection.Name + "/" + t.Model}
}

// offer lists the models that this request's key may ask for and no policy denies.
func (g *Gateway) offer(x *Exchange) []string {
	names := g.Routes.Offer(x.Grant)
	b := g.bound(x.Grant.Chain)
	if !b.Any() {
		return names
	}
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		p, err := g.Routes.Plan(x.Grant.Chain.Org, &llm.Call{Model: name})
		if err == nil {
			_, err = permit(&b, name, p, g.tiers(x.Grant.Chain.Org))
		}
		return err != nil
	})
}

// Models are what an organization offers with all the names that policies can mean each by, for previews.
func Models(routes Routes, prices Prices, o id.Org, names []string, now time.Time) []policy.Model {
	out := make([]policy.Model, 0, len(names))
	for _, name := range names {
		p, err := routes.Plan(o, &llm.Call{Model: name})
		if err != nil {
			continue
		}
		m := policy.Model{Name: name}
		for _, t := range p.Targets {
			m.Places = append(m.Places, whereOf(t.Connection))
			m.Targets, m.Tiers = append(m.Targets, namesOf(t)), append(m.Tiers, tierOf(prices, o, t, now))
		}
		out = append(out, m)
	}
	return out
}

// capPolicy applies the largest cost of one request that a policy allows, and the largest that it allows without an approval.
// What earlier attempts cost counts.
func (g *Gateway) capPolicy(x *Exchange, a *attempt, w *budget.Want) error {
	if most, ok := x.bound.MaxCost(); ok {
		if err := capAt(x, a, w, most); err != nil {
			return err
		}
	}
	if !x.bound.Any() {
		return nil
	}
	names := namesOf(a.target)
	if x.bound.Passes() {
		_, a.passes = x.bound.Model(x.Call.Model, names, tierIn(&x.bound, a.target, g.tiers(x.Grant.Chain.Org)))
	}
	for _, p := range a.passes {
		if left, ok := p.Left(); ok && w.Floor.Money <= left {
			lower(x, a, w, left)
		}
	}
	most, more, ok := x.bound.AskAbove(x.Call.Model, names, x.spent+w.Floor.Money)
	for _, p := range more {
		if !slices.Contains(a.passes, p) {
			a.passes = append(a.passes, p)
		}
	}
	if !ok {
		return nil
	}
	return capAt(x, a, w, most)
}

func capAt(x *Exchange, a *attempt, w *budget.Want, most policy.Ceiling) error {
	if w.Unpriced {
		return most.Unpriced()
	}
	left := max(0, most.Most-x.spent)
	if w.Floor.Money > left {
		return most.TooDear(x.spent + w.Floor.Money)
	}
	lower(x, a, w, left)
	return nil
}

// claim counts an attempt on the approvals without which policies refuse it, with all that it can cost. It comes last before
// an attempt exists: what fails after it gives it back.
func (g *Gateway) claim(ctx context.Context, x *Exchange, a *attempt, most money.USD) error {
	a.claimed = most
	for i, p := range a.passes {
		err := error(nil)
		if g.Approvals == nil {
			err = fault.New(fault.Unavailable, "approval_unavailable", "Uses of approvals cannot be counted here.")
		} else {
			err = g.Approvals.Claim(ctx, p, slices.Contains(x.claimed, p.ID), most)
		}
		if err != nil {
			a.passes = a.passes[:i]
			g.unclaim(x, a, 0)
			return err
		}
		x.note("under the approval ", p.ID.String())
		if !slices.Contains(x.claimed, p.ID) {
			x.claimed, a.first = append(x.claimed, p.ID), append(a.first, p.ID)
		}
	}
	return nil
}

// unclaim gives back what an attempt did not cost, and the use if nothing was sent.
func (g *Gateway) unclaim(x *Exchange, a *attempt, cost money.USD) {
	for _, p := range a.passes {
		times := int64(0)
		if !a.opened && slices.Contains(a.first, p.ID) {
			times = 1
			x.claimed = slices.DeleteFunc(x.claimed, func(one id.Approval) bool { return one == p.ID })
		}
		g.Approvals.Settle(p, times, max(0, a.claimed-cost))
	}
	a.passes = nil
}

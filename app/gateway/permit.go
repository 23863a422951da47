package gateway

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// bound gives the policies on a chain; none without the room.
func (g *Gateway) bound(c org.Chain) policy.Bound {
	if g.Policies == nil {
		return policy.Bound{}
	}
	return g.Policies.For(c)
}

// permit leaves out of a plan the targets that a policy denies, whatever name they were asked for by. It refuses if none
// remains.
func permit(b *policy.Bound, asked string, p route.Plan) (route.Plan, error) {
	if !b.Any() {
		return p, nil
	}
	var first policy.Denial
	kept := make([]route.Target, 0, len(p.Targets))
	for _, t := range p.Targets {
		if d := b.Model(asked, namesOf(t)); !d.Any() {
			kept = append(kept, t)
		} else if !first.Any() {
			first = d
		}
	}
	if len(kept) == 0 && first.Any() {
		return p, first.Refusal(clip(asked))
	}
	p.Targets = kept
	return p, nil
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
			_, err = permit(&b, name, p)
		}
		return err != nil
	})
}

// Models are what an organization offers with all the names that policies can mean each by, for previews.
func Models(routes Routes, o id.Org, names []string) []policy.Model {
	out := make([]policy.Model, 0, len(names))
	for _, name := range names {
		p, err := routes.Plan(o, &llm.Call{Model: name})
		if err != nil {
			continue
		}
		m := policy.Model{Name: name}
		for _, t := range p.Targets {
			m.Targets = append(m.Targets, namesOf(t))
		}
		out = append(out, m)
	}
	return out
}

// capPolicy applies the largest cost of one request that a policy allows. What earlier attempts cost counts.
func capPolicy(x *Exchange, a *attempt, w *budget.Want) error {
	most, ok := x.bound.MaxCost()
	if !ok {
		return nil
	}
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

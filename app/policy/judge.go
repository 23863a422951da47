package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Court is an organization's policies at one moment, for questions about calls that nobody has sent. Approvals in force are
// not counted.
type Court struct {
	listed map[id.Policy]Listed
	index  index
	extra  *extra
}

// Court reads the policies that bind anybody in the actor's organization. Which ones bind somebody is no secret to them; the
// caller shows an actor only what is asked about a chain that is theirs to see.
func (s *Service) Court(ctx context.Context, actor org.Actor) (*Court, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Store.List(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("policy: court: %w", err)
	}
	tiers, err := s.Store.Tiers(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("policy: court: %w", err)
	}
	c := &Court{listed: make(map[id.Policy]Listed, len(all))}
	rules := make([]Rule, len(all))
	for i, l := range all {
		c.listed[l.ID], rules[i] = l, l.Rule()
	}
	if c.index, err = compile(rules); err != nil {
		return nil, err
	}
	extras, err := compileExtras(Extras{Tiers: tiers})
	if err == nil {
		c.extra = extras[actor.Org]
	}
	return c, err
}

// Finding is what one policy has against a call.
type Finding struct {
	Policy Listed
	Why    string // "Team Search denies *-pro"
	Ask    bool   // somebody may approve it
}

// Case is what policies have against a call, outermost first. Of an alias it is what is in the way of the targets that need
// the least.
type Case struct {
	Findings []Finding
	// Targets are the models that could be called, as "kind/model" in lower case, once what can be approved is.
	Targets []string
}

// Barred is why no approval helps; "" if one does.
func (c Case) Barred() string {
	for _, f := range c.Findings {
		if !f.Ask {
			return f.Why
		}
	}
	return ""
}

// Reasons are the findings in words.
func (c Case) Reasons() []string {
	out := make([]string, len(c.Findings))
	for i, f := range c.Findings {
		out[i] = f.Why
	}
	return out
}

// Lifts are the policies that an approval lifts.
func (c Case) Lifts() []id.Policy {
	out := make([]id.Policy, len(c.Findings))
	for i, f := range c.Findings {
		out[i] = f.Policy.ID
	}
	return out
}

// Judge holds a call against the policies on a chain: of a model, at a cost, 0 = not known.
func (c *Court) Judge(chain org.Chain, m Model, cost money.USD) Case {
	bound := c.index.on(chain)
	out := c.models(&bound, m)
	for _, r := range bound.rules[:bound.n] {
		switch {
		case r.MaxCost > 0 && cost > r.MaxCost:
			out.Findings = append(out.Findings, Finding{c.listed[r.ID], r.Label + " allows at most $" + r.MaxCost.String() + " for one request", false})
		case r.AskAbove > 0 && cost > r.AskAbove && !slices.ContainsFunc(out.Findings, func(f Finding) bool { return f.Policy.ID == r.ID }):
			out.Findings = append(out.Findings, Finding{c.listed[r.ID], r.Label + " asks for an approval above $" + r.AskAbove.String() + " for one request", true})
		}
	}
	return out
}

// models finds the targets that are open, else those that an approval opens, else none.
func (c *Court) models(bound *Bound, m Model) (out Case) {
	var open, askable, barred Case
	for i, names := range m.Targets {
		found, hard := c.target(bound, lowered(m.Name, names), m.tier(i), m.place(i))
		into := &open
		switch {
		case hard:
			into = &barred
		case len(found) > 0:
			into = &askable
		}
		into.Targets = append(into.Targets, canonical(names))
		for _, f := range found {
			if !slices.ContainsFunc(into.Findings, func(g Finding) bool { return g.Policy.ID == f.Policy.ID }) {
				into.Findings = append(into.Findings, f)
			}
		}
	}
	for _, x := range []Case{open, askable, barred} {
		if len(x.Targets) > 0 {
			return x
		}
	}
	return Case{}
}

// target is what policies have against one target. Where one bars it, only that counts.
func (c *Court) target(bound *Bound, names []string, list catalog.Tier, at Where) (found []Finding, barred bool) {
	for _, r := range bound.rules[:bound.n] {
		d := r.where(at)
		if !d.Any() {
			d = r.model(names, c.extra, list)
		}
		switch {
		case !d.Any():
		case !d.ask:
			return []Finding{{c.listed[r.ID], d.why(), false}}, true
		default:
			found = append(found, Finding{c.listed[r.ID], d.why(), true})
		}
	}
	return found, false
}

// canonical is the name that passes know a target by: "kind/model", which stands second (gateway.namesOf).
func canonical(names []string) string {
	if len(names) > 1 {
		return strings.ToLower(names[1])
	}
	return strings.ToLower(strings.Join(names, ""))
}

// Preview says which models remain below a chain as the policies are now. The caller found the chain among what the actor
// may see; which policies bind it is no secret to whoever is bound.
func (s *Service) Preview(ctx context.Context, actor org.Actor, chain org.Chain, models []Model) ([]Verdict, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	if chain.Org != actor.Org {
		return nil, noScope()
	}
	court, err := s.Court(ctx, actor)
	if err != nil {
		return nil, err
	}
	bound := court.index.on(chain)
	out := make([]Verdict, len(models))
	for i, m := range models {
		out[i] = Verdict{Name: m.Name}
		if x := court.models(&bound, m); len(x.Findings) > 0 {
			out[i].Refused, out[i].Ask = x.Findings[0].Why, x.Barred() == ""
		}
	}
	return out, nil
}

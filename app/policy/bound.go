package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Bound is the policies that bind one request, and the approvals that its key has. The zero Bound binds nothing.
type Bound struct {
	rules  [5]*rule
	n      int
	now    time.Time
	key    id.Key
	extra  *extra
	askURL string
}

// Any reports whether there are any.
func (b *Bound) Any() bool { return b.n > 0 }

// Tiered reports whether a model's tier matters, which costs a look at its price.
func (b *Bound) Tiered() bool {
	return slices.ContainsFunc(b.rules[:b.n], func(r *rule) bool { return r.Highest != catalog.NoTier })
}

// Passes reports whether the key has any approvals.
func (b *Bound) Passes() bool { return b.extra != nil && len(b.extra.passes[b.key]) > 0 }

// Denial is why a model may not be used. The zero Denial says that it may.
type Denial struct {
	by      *rule
	pattern string       // of the denied ones; "" = it is not among the allowed ones
	tier    catalog.Tier // the model's, where that is what is too high
	ask     bool         // somebody may approve it
	where   string       // what is wrong with the account that it would go to
}

// Any reports whether the model may not be used.
func (d Denial) Any() bool { return d.by != nil }

// Asks reports whether somebody may approve it.
func (d Denial) Asks() bool { return d.ask }

// Model holds a model against every policy: asked is the name as the client wrote it, names are all those of the model
// that would be called, list is its tier by its price. The passes are those without which it would be denied.
func (b *Bound) Model(asked string, names []string, list catalog.Tier) (Denial, []*Pass) {
	if b.n == 0 {
		return Denial{}, nil
	}
	all := lowered(asked, names)
	var first Denial
	var passes []*Pass
	for _, r := range b.rules[:b.n] {
		d := r.model(all, b.extra, list)
		if !d.Any() {
			continue
		}
		if !d.ask {
			return d, nil // no approval helps
		}
		if p := b.pass(r, all); p == nil {
			if !first.Any() {
				first = d
			}
		} else if !slices.Contains(passes, p) {
			passes = append(passes, p)
		}
	}
	if first.Any() {
		return first, nil
	}
	return Denial{}, passes
}

func lowered(asked string, names []string) []string {
	all := make([]string, 0, 1+len(names))
	all = append(all, strings.ToLower(asked))
	for _, n := range names {
		all = append(all, strings.ToLower(n))
	}
	return all
}

// model holds a model against one policy. names are in lower case.
func (r *rule) model(names []string, x *extra, list catalog.Tier) Denial {
	if pattern, ok := hit(r.deny, names); ok {
		return Denial{by: r, pattern: pattern, ask: r.MayAsk}
	}
	if len(r.allow) > 0 {
		if _, ok := hit(r.allow, names); !ok {
			return Denial{by: r, ask: r.MayAsk}
		}
	}
	if r.Highest != catalog.NoTier {
		if t := x.tier(names, list); t > r.Highest {
			return Denial{by: r, tier: t, ask: true}
		}
	}
	return Denial{}
}

// pass is an approval of the key's that lifts a policy for a model.
func (b *Bound) pass(r *rule, names []string) *Pass {
	if b.extra == nil {
		return nil
	}
	for _, p := range b.extra.passes[b.key] {
		if p.is(r.ID, names, b.now) {
			return p
		}
	}
	return nil
}

// MaxCost is the most that one request may cost, and whose policy says so; false = anything.
func (b *Bound) MaxCost() (Ceiling, bool) {
	var c Ceiling
	for _, r := range b.rules[:b.n] {
		if r.MaxCost > 0 && (c.by == nil || r.MaxCost < c.Most) {
			c = Ceiling{Most: r.MaxCost, by: r}
		}
	}
	return c, c.by != nil
}

// AskAbove is the most that one request may cost without an approval; false = anything. cost is the least that this one
// can: where approvals cover that, passes are those, and what is left of them is the most. Otherwise Ceiling.TooDear
// refuses.
func (b *Bound) AskAbove(asked string, names []string, cost money.USD) (c Ceiling, passes []*Pass, ok bool) {
	var all []string
	for _, r := range b.rules[:b.n] {
		if r.AskAbove == 0 {
			continue
		}
		most, by := r.AskAbove, r
		if cost > r.AskAbove {
			if all == nil {
				all = lowered(asked, names)
			}
			if p := b.pass(r, all); p != nil {
				if !slices.Contains(passes, p) {
					passes = append(passes, p)
				}
				left, bounded := p.Left()
				if !bounded {
					continue
				}
				most = left
			}
		}
		if c.by == nil || most < c.Most {
			c = Ceiling{Most: most, by: by, ask: true, asked: asked, key: b.key, askURL: b.askURL}
		}
	}
	return c, passes, c.by != nil
}

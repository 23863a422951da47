package route

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// terms are what holds for the lists of a route: what it says itself, and where it says nothing the organization.
type terms struct {
	fallback    *Fallback
	of          string // who says the fallback; "" nobody
	only        *Only  // both demands hold
	mix         balance.Mix
	unsupported llm.Unsupported
}

// theOrganization is whose a plan's terms are when it is no alias that says them.
const theOrganization = "the organization"

// terms are those of an alias's routing; with the zero one those of rules and models without an alias.
func (p *Policy) terms(r Routing, name string) terms {
	t := terms{fallback: r.Fallback, of: name, only: allOf(r.Only, p.Only), unsupported: p.Unsupported}
	if r.Fallback.IsZero() {
		if t.fallback, t.of = p.Fallback, theOrganization; p.Fallback.IsZero() {
			t.fallback, t.of = nil, ""
		}
	}
	if own, ok := llm.ParseUnsupported(r.Unsupported); ok {
		t.unsupported = own
	}
	for _, m := range []*balance.Mix{p.Adaptive, r.Adaptive} {
		if m != nil {
			t.mix = *m
		}
	}
	return t
}

// bind puts a plan under the terms. Its targets have their demands already.
func (t *terms) bind(p *Plan) {
	p.Fallback, p.FallbackOf, p.Only, p.Mix, p.Unsupported = t.fallback, t.of, t.only, t.mix, t.unsupported
}

// general puts the plan of a model without an alias under the organization's terms.
func (p *Policy) general(plan *Plan) {
	t := p.terms(Routing{}, "")
	if t.bind(plan); t.only == nil {
		return
	}
	plan.Targets = slices.Clone(plan.Targets)
	for i := range plan.Targets {
		plan.Targets[i].Only = t.only
	}
}

// Plain reports whether the policy says nothing but what becomes of unsupported parameters.
func (p *Policy) Plain() bool {
	return len(p.Rules)+len(p.Holidays) == 0 && p.Fallback.IsZero() && p.Only.IsZero() && p.Adaptive == nil
}

// Words say what the plan does beside its order, for people: what follows a failure, and what targets must fulfil.
func (p *Plan) Words() []string {
	var out []string
	if f := p.Fallback; !f.IsZero() {
		out = append(out, "After a failure, as "+p.FallbackOf+" says: "+strings.Join(f.words(), "; ")+".")
	}
	if demands := p.Only.Words(); len(demands) > 0 {
		out = append(out, "Only targets that fulfil: "+strings.Join(demands, "; ")+".")
	}
	return out
}

func (f *Fallback) words() []string {
	out := []string{"the next of the list follows"}
	if f.Scores() {
		w := f.Weighs()
		out[0] = fmt.Sprintf("the target with the best score follows (error %d, cost %d, priority %d, hours %d, success %d)", w.Error, w.Cost, w.Priority, w.Hours, w.Success)
	}
	for _, s := range []struct {
		on   bool
		says string
	}{
		{f.ContextWindow, "so it does after a full context window"}, {f.ContentPolicy, "so it does after a refusal of the content"}, {f.KeepTier, "the price tier is kept"},
		{f.WhenShort == TakeCheaper, "a cheaper one when money is short"}, {f.WhenShort == Stop, "nobody when money is short"}, {f.CachedAnswer != "", "a cached answer of up to " + f.CachedAnswer + " at the end"}, {f.DefaultAnswer != "", "a default answer at the end"}, {f.Own, "what the organization says does not hold"},
	} {
		if s.on {
			out = append(out, s.says)
		}
	}
	return out
}

// Words say what is demanded, those of outer routes included.
func (o *Only) Words() (out []string) {
	if o == nil {
		return nil
	}
	for _, s := range []struct {
		on   bool
		says string
	}{
		{len(o.Regions) > 0, "data stays in " + strings.Join(o.Regions, " or ")}, {o.ZeroRetention, "zero retention"}, {o.NoTraining, "no training on data"}, {o.MaxInput != "", "input at most $" + o.MaxInput + " a million tokens"},
		{o.MaxOutput != "", "output at most $" + o.MaxOutput + " a million tokens"}, {o.MinContext > 0, fmt.Sprintf("a context window of %d tokens", o.MinContext)},
		{len(o.Needs) > 0, "takes " + strings.Join(o.Needs, ", ")}, {o.Capable, "takes what the request needs"}, {o.Extract, "documents become texts where no target takes them"},
	} {
		if s.on {
			out = append(out, s.says)
		}
	}
	for _, w := range o.also.Words() {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

package route

import (
	"cmp"
	"hash/fnv"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// choose says where a request goes: the organization's rules are asked first, then those of the alias that it asks for, then
// its canary; without a decision it is Plan's. An organization without rules pays two look-ups for it, and allocates nothing.
func (x *Index) choose(a *Ask, people *town) (Plan, error) {
	t := x.tenants[a.Org]
	if t == nil {
		return x.Plan(a.Org, a.Call)
	}
	if p := t.decide(a, people, nil); p != nil {
		return *p, nil
	}
	return x.plan(t, a.Call.Model)
}

// decide finds the rule or canary that takes a request; nil for none. What happened is told to the trace, if there is one.
func (t *tenant) decide(a *Ask, people *town, tr *Trace) *Plan {
	alias := t.aliases[a.Call.Model]
	if alias == nil && len(t.rules) == 0 {
		return nil
	}
	var names words
	general := len(t.rules) > 0 && !a.Named
	if general {
		names = t.names
	}
	if alias != nil {
		names |= alias.names
	}
	if general || alias != nil && len(alias.rules) > 0 {
		f := t.facts(a, people, names)
		if general {
			if p := first(t.rules, f, "the organization", tr); p != nil {
				return p
			}
		}
		if alias != nil {
			if p := first(alias.rules, f, alias.plan.Route, tr); p != nil {
				return p
			}
		}
	}
	if alias != nil && alias.canary != nil {
		return alias.canary.draw(a, tr)
	}
	return nil
}

// first gives the plan of the first rule that takes a request.
func first(rules []ruling, f *Facts, where string, tr *Trace) *Plan {
	var taken *Plan
	for i := range rules {
		r := &rules[i]
		if taken != nil && tr == nil {
			break
		}
		matched, why := r.takes(f)
		if matched && taken == nil {
			taken = &r.plan
		}
		tr.rule(where, r, f, matched, why, taken)
	}
	return taken
}

// takes reports whether a rule takes a request, or why it cannot.
func (r *ruling) takes(f *Facts) (ok bool, why string) {
	switch {
	case r.when == nil:
		return false, r.down
	case r.conversations && f.Endpoint != string(llm.Chat):
		return false, "the rule does not speak of the endpoint, so it takes chat only"
	}
	yes, err := r.when.holds(f)
	switch {
	case err != nil:
		return false, "its condition cannot be asked of this request"
	case yes && len(r.plan.Targets) == 0:
		return false, "its condition holds, but no target works: " + r.down
	}
	return yes, ""
}

// draw gives the canary's plan to its part of the requests. The draw is a hash of what sticks, so it needs no memory, is the
// same on every node, and a higher percentage only adds to those who had it before.
func (s *split) draw(a *Ask, tr *Trace) *Plan {
	if !s.works {
		tr.canary(s, 0, "no target works: "+s.down)
		return nil
	}
	h := fnv.New64a()
	id := s.alias.Bytes()
	_, _ = h.Write(id[:])
	_, _ = h.Write([]byte(s.sticks(a)))
	at := int(h.Sum64() % 100)
	tr.canary(s, at, "")
	if at >= s.Percent {
		return nil
	}
	return &s.plan
}

// sticks is what keeps its side; the request's own id where it has nothing of the kind.
func (s *split) sticks(a *Ask) string {
	var by string
	switch s.Sticky {
	case BySession:
		by = cmp.Or(a.Session, a.Call.Thread)
	case ByUser:
		if by = a.EndUser; by == "" && a.Grant != nil && !a.Grant.Chain.Member.IsZero() {
			by = a.Grant.Chain.Member.String()
		}
	}
	if by == "" && s.Sticky == ByKey && a.Grant != nil {
		by = a.Grant.Key.String()
	}
	if by == "" {
		by = a.Request.String()
	}
	return by
}

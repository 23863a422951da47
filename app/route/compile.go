package route

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// ruling is a rule made ready. Without a condition or targets it takes no request, and down says why.
type ruling struct {
	name string
	when *condition
	plan Plan
	down string
	// conversations says that the rule takes only what a chat model can answer: rules for any model do, unless they speak of
	// the endpoint themselves.
	conversations bool
}

// split is a canary made ready.
type split struct {
	Canary
	alias id.Alias
	plan  Plan
	works bool // one of its own targets does
	down  string
}

// compile makes the plans of all aliases and the organization's rules from what is written. What cannot be read is reported
// and left out; the rest works.
func (t *tenant) compile() (broken []error) {
	t.aliases, t.holidays, t.rules, t.names = make(map[string]*compiled, len(t.written)), nil, nil, 0
	for _, day := range t.policy.Holidays {
		if t.holidays == nil {
			t.holidays = map[string]bool{}
		}
		t.holidays[day] = true
	}
	for _, a := range t.written {
		c := t.alias(a)
		t.aliases[a.Name] = c
		broken = append(broken, unread(a.Org, c.rules)...)
	}
	general := t.policy.terms(Routing{}, "")
	for _, r := range t.policy.Rules {
		c := t.rule(&r, "rule "+r.Name, &general)
		if c.when != nil {
			t.names |= c.when.names
			c.conversations = !c.when.names.has("endpoint")
		}
		t.rules = append(t.rules, c)
	}
	t.list()
	return append(broken, unread(t.policy.Org, t.rules)...)
}

func unread(o id.Org, rules []ruling) (out []error) {
	for _, r := range rules {
		if r.when == nil {
			out = append(out, fmt.Errorf("route: rule %s of %s: %s", r.name, o, r.down))
		}
	}
	return out
}

func (t *tenant) alias(a *Alias) *compiled {
	name := "alias " + a.Name
	terms := t.policy.terms(a.Routing, name)
	c := &compiled{}
	c.plan, c.down = t.targets(a.Targets, name, terms.only)
	c.plan.Route = name
	c.plan.order(a.Routing.Strategy)
	terms.bind(&c.plan)
	for _, r := range a.Routing.Rules {
		made := t.rule(&r, name+", rule "+r.Name, &terms)
		if made.when != nil {
			c.names |= made.when.names
		}
		c.rules = append(c.rules, made)
	}
	if k := a.Routing.Canary; k != nil {
		s := &split{Canary: *k, alias: a.ID}
		walk := walker{t: t}
		walk.list(k.Targets, name+", canary", 0, terms.only)
		s.works, s.down = len(walk.out) > 0, strings.Join(walk.down, ", ")
		walk.list(a.Targets, name, 0, terms.only) // what is new may fail: the known ones are next
		rank(walk.out)
		s.plan.Targets, s.plan.Route, s.plan.Strategy = walk.out, name+", canary", Ordered
		terms.bind(&s.plan)
		s.plan.Why = fmt.Sprintf("canary of %s: %d %% of requests, by %s", name, k.Percent, k.Sticky)
		c.canary = s
	}
	return c
}

// order sets the plan's strategy. Plans that take turns count them from when they were compiled.
func (p *Plan) order(s Strategy) {
	if p.Strategy = cmp.Or(s, Ordered); p.Strategy == Strategy(balance.RoundRobin) {
		p.Turn = new(atomic.Uint64)
	}
}

func (t *tenant) rule(r *Rule, name string, terms *terms) ruling {
	out := ruling{name: r.Name}
	when, err := compileCondition(r.When)
	if err != nil {
		out.down = "its condition cannot be read: " + err.Error()
		return out
	}
	out.when = when
	out.plan, out.down = t.targets(r.Targets, name, terms.only)
	out.plan.Route = name
	out.plan.order(r.Strategy)
	terms.bind(&out.plan)
	out.plan.Why = name + ": " + when.source
	return out
}

// targets makes a list ready: other aliases become their own lists, each target stays once, and what takes no traffic is left
// out. down tells of the latter.
func (t *tenant) targets(refs []TargetRef, name string, only *Only) (p Plan, down string) {
	walk := walker{t: t}
	walk.list(refs, name, 0, only)
	rank(walk.out)
	return Plan{Targets: walk.out}, strings.Join(walk.down, ", ")
}

type walker struct {
	t    *tenant
	out  []Target
	down []string
}

// maxNested is how many aliases may stand for each other; saving refuses circles, and this ends one that got in anyhow.
const maxNested = 5

func (w *walker) list(refs []TargetRef, name string, depth int, only *Only) {
	for i, ref := range refs {
		why := fmt.Sprintf("%s, target %d of %d", name, i+1, len(refs))
		if !ref.Alias.IsZero() {
			if a := w.t.written[ref.Alias]; a == nil || depth >= maxNested {
				w.down = append(w.down, "a deleted alias")
			} else {
				w.list(a.Targets, why+": alias "+a.Name, depth+1, allOf(a.Routing.Only, only))
			}
			continue
		}
		switch c := w.t.byID[ref.Connection]; {
		case c == nil:
			w.down = append(w.down, "a deleted connection")
		case c.down != "":
			w.down = append(w.down, c.Name+" is "+c.down)
		case slices.ContainsFunc(w.out, func(o Target) bool { return o.Connection == c.Connection && o.Model == ref.Model }):
		default:
			w.out = append(w.out, Target{Connection: c.Connection, Model: ref.Model, Why: why, Weight: max(ref.Weight, 1), Quality: ref.Quality, Hours: ref.Hours, After: ref.After, Only: only})
		}
	}
}

package route

import (
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Strategy says in which order a list's targets are tried.
type Strategy string

// Ordered is the default: as they are written, each when those before it failed. The others are the policies of balance.
const Ordered Strategy = "ordered"

// Strategies are all there are.
var Strategies = strategies()

func strategies() []Strategy {
	all := []Strategy{Ordered}
	for _, p := range balance.Policies {
		all = append(all, Strategy(p))
	}
	return all
}

// Weighs reports whether a strategy looks at the targets' weights.
func (s Strategy) Weighs() bool { return balance.Policy(s).Weighs() }

// Routing is what an alias says beyond its own list of targets; the zero Routing says nothing.
type Routing struct {
	// Strategy of the alias's own list; "" is Ordered.
	Strategy Strategy `json:"strategy,omitempty"`
	// Rules are asked in order; the first whose condition holds decides.
	Rules  []Rule  `json:"rules,omitempty"`
	Canary *Canary `json:"canary,omitempty"`
	// Unsupported is what becomes of a parameter that a target does not have (llm.Unsupported); "" is the organization's word.
	Unsupported string `json:"unsupported,omitempty"`
	// Fallback is what follows when a target fails before it answered; nil is the next of the list.
	Fallback *Fallback `json:"fallback,omitempty"`
	// Only is what every target must fulfil, whichever of the alias's lists it is in; nil is nothing.
	Only *Only `json:"only,omitempty"`
	// Adaptive is what the adaptive strategy weighs in all lists of the alias; nil is balance.UsualMix.
	Adaptive *balance.Mix `json:"adaptive,omitempty"`
}

// Rule sends requests for which a condition holds to other targets.
type Rule struct {
	Name     string      `json:"name"` // unique in its list
	When     string      `json:"when"`
	Targets  []TargetRef `json:"targets"`
	Strategy Strategy    `json:"strategy,omitempty"`
}

// Canary tries new targets with a part of the requests that no rule took. When they fail before answering, the alias's own
// targets are next.
type Canary struct {
	// Percent of requests, 1 to 99.
	Percent int         `json:"percent"`
	Targets []TargetRef `json:"targets"`
	// Sticky says what keeps its side: all requests of one session, end user or key go the same way. A request without
	// that is drawn by itself.
	Sticky Sticky `json:"sticky"`
}

// Sticky is what keeps its side of a canary.
type Sticky string

// What can keep its side.
const (
	BySession Sticky = "session"
	ByUser    Sticky = "user"
	ByKey     Sticky = "key"
)

// Stickies are all there are.
var Stickies = []Sticky{BySession, ByUser, ByKey}

// IsZero reports whether the routing says nothing, so that the alias is its list of targets.
func (r Routing) IsZero() bool {
	return r.Strategy == "" && len(r.Rules) == 0 && r.Canary == nil && r.Unsupported == "" && r.Fallback.IsZero() && r.Adaptive == nil && r.Only.IsZero()
}

// TargetRef is a target as stored: a connection's id and an upstream model name, or another alias, which stands for its own
// list without its rules.
type TargetRef struct {
	Connection id.Connection `json:"connection,omitzero"`
	Model      string        `json:"model,omitempty"`
	Alias      id.Alias      `json:"alias,omitzero"`
	// Weight is the target's share under a strategy that Weighs; 0 counts as 1.
	Weight int `json:"weight,omitempty"`
	// Quality is its rank, 1 for the best to 9; 0 is unsaid.
	Quality int `json:"quality,omitempty"`
	// Hours are when it is preferred as a fallback: "09:00-18:00".
	Hours string `json:"hours,omitempty"`
	// After are the causes that it is kept for, with commas; "" is all.
	After string `json:"after,omitempty"`
}

// Plain reports whether a ref says nothing but where to.
func (t TargetRef) Plain() bool { return t == t.bare() }

func (t TargetRef) bare() TargetRef {
	return TargetRef{Connection: t.Connection, Model: t.Model, Alias: t.Alias}
}

// same reports whether two refs mean the same target, whatever else they say of it.
func (t TargetRef) same(o TargetRef) bool { return t.bare() == o.bare() }

// causes reads what a target is kept for.
func causes(after string) (out []balance.Cause) {
	for word := range strings.SplitSeq(after, ",") {
		if word != "" {
			out = append(out, balance.Cause(word))
		}
	}
	return out
}

// lists are all lists of targets of an alias: its own, its rules' and its canary's.
func (a *Alias) lists() [][]TargetRef {
	out := [][]TargetRef{a.Targets}
	for _, r := range a.Routing.Rules {
		out = append(out, r.Targets)
	}
	if c := a.Routing.Canary; c != nil {
		out = append(out, c.Targets)
	}
	return out
}

// Refs are all targets that an alias names anywhere, each once.
func (a *Alias) Refs() []TargetRef { return distinct(a.lists()) }

func distinct(lists [][]TargetRef) (out []TargetRef) {
	for _, list := range lists {
		for _, t := range list {
			if !slices.ContainsFunc(out, t.same) {
				out = append(out, t)
			}
		}
	}
	return out
}

// without leaves out all targets that gone says of. Rules and canaries whose list runs empty go with it. changed is false
// where nothing was left out.
func (a Alias) without(gone func(TargetRef) bool) (_ Alias, changed bool) {
	if !slices.ContainsFunc(a.Refs(), gone) {
		return a, false
	}
	keep := func(list []TargetRef) []TargetRef { return slices.DeleteFunc(slices.Clone(list), gone) }
	a.Targets = keep(a.Targets)
	a.Routing.Rules = rulesWithout(a.Routing.Rules, keep)
	if c := a.Routing.Canary; c != nil {
		left := *c
		if left.Targets = keep(c.Targets); len(left.Targets) > 0 {
			a.Routing.Canary = &left
		} else {
			a.Routing.Canary = nil
		}
	}
	return a, true
}

func rulesWithout(rules []Rule, keep func([]TargetRef) []TargetRef) (out []Rule) {
	for _, r := range rules {
		if r.Targets = keep(r.Targets); len(r.Targets) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// Version is what a route said at some time. Body is its Document.
type Version struct {
	Org    id.Org
	Alias  id.Alias // whose; zero for the organization's own rules
	Number int64
	Body   Document
	Action string // the audited action that made it; "" for one that was there before versions were kept
	By     string // who, as the audit log names them
	At     time.Time
}

// KeptVersions is how many versions of one route are kept.
const KeptVersions = 100

package route

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Document is a route as people write it, with names where the stored form has ids: what the API, YAML files, versions and the
// pages share. Alias is "" for the organization's own rules, which have no targets of their own and no canary; its fallback and
// adaptive are for whatever has none of its own, and its only is demanded of all targets.
type Document struct {
	Alias    string      `json:"alias,omitempty" yaml:"alias,omitempty"`
	Strategy Strategy    `json:"strategy,omitempty" yaml:"strategy,omitempty"`
	Targets  []ToTarget  `json:"targets,omitempty" yaml:"targets,omitempty"`
	Rules    []RuleText  `json:"rules,omitempty" yaml:"rules,omitempty"`
	Canary   *CanaryText `json:"canary,omitempty" yaml:"canary,omitempty"`
	// Unsupported is what becomes of a parameter that a target does not have: warn, drop or reject; "" is the organization's
	// word, and for the organization warn.
	Unsupported string `json:"unsupported_parameters,omitempty" yaml:"unsupported_parameters,omitempty"`
	// Fallback is what follows when a target fails before it answered.
	Fallback *Fallback `json:"fallback,omitempty" yaml:"fallback,omitempty"`
	// Only is what every target must fulfil.
	Only *Only `json:"only,omitempty" yaml:"only,omitempty"`
	// Adaptive is what the strategy adaptive weighs, in hundredths: latency, cost, failures and feedback.
	Adaptive *balance.Mix `json:"adaptive,omitempty" yaml:"adaptive,omitempty"`
	Holidays []string     `json:"holidays,omitempty" yaml:"holidays,omitempty"`
	// Version is what the writer saw; a change in between is refused. 0 does not ask; -1 is that the organization had no rules.
	Version int64 `json:"version,omitempty" yaml:"-"`
}

// ToTarget is a target as people write it: "connection/model", or the name of another alias.
type ToTarget struct {
	To     string `json:"to" yaml:"to"`
	Weight int    `json:"weight,omitempty" yaml:"weight,omitempty"`
	// Quality ranks it, 1 for the best to 9. Hours are when it is preferred as a fallback: "09:00-18:00". After are the failures that
	// it is kept for: rate_limit, overloaded, server_error, timeout, unreachable, bad_answer, credential, quota, unsupported,
	// context_window, content_policy.
	Quality int             `json:"quality,omitempty" yaml:"quality,omitempty"`
	Hours   string          `json:"hours,omitempty" yaml:"hours,omitempty"`
	After   []balance.Cause `json:"after,omitempty" yaml:"after,omitempty,flow"`
}

// RuleText is a Rule as people write it.
type RuleText struct {
	Name     string     `json:"name" yaml:"name"`
	When     string     `json:"when" yaml:"when"`
	Targets  []ToTarget `json:"targets" yaml:"targets"`
	Strategy Strategy   `json:"strategy,omitempty" yaml:"strategy,omitempty"`
}

// CanaryText is a Canary as people write it.
type CanaryText struct {
	Percent int        `json:"percent" yaml:"percent"`
	Targets []ToTarget `json:"targets" yaml:"targets"`
	Sticky  Sticky     `json:"sticky,omitempty" yaml:"sticky,omitempty"`
}

// text is the document in one form, to compare: what is left out and what says the default are the same.
func (d Document) text() string {
	d.Version = 0
	if d.Strategy == Ordered {
		d.Strategy = ""
	}
	if d.Canary != nil && d.Canary.Sticky == "" {
		c := *d.Canary
		c.Sticky, d.Canary = BySession, &c
	}
	if d.Adaptive != nil && *d.Adaptive == balance.UsualMix() {
		d.Adaptive = nil
	}
	if d.Fallback = d.Fallback.plain(); d.Alias == "" && d.Unsupported == llm.Warn.String() {
		d.Unsupported = ""
	}
	if d.Only.IsZero() {
		d.Only = nil
	}
	d.Holidays = slices.Compact(slices.Sorted(slices.Values(d.Holidays)))
	b, _ := json.Marshal(d) // of plain texts and numbers, which cannot fail
	return string(b)
}

// Names give ids their names and back: an organization's connections and aliases.
type Names struct {
	Connections []provider.ConnectionRecord
	Aliases     []Alias
	// fallback is the organization's, for aliases that have none.
	fallback *Fallback
	// quote gives a model's price and abilities now; nil where nobody knows.
	quote func(c *provider.ConnectionRecord, model string) (catalog.Quote, bool)
}

// Document writes an alias as people do.
func (n Names) Document(a Alias) Document {
	d := Document{Alias: a.Name, Strategy: a.Routing.Strategy, Targets: n.spell(a.Targets), Rules: n.rules(a.Routing.Rules), Unsupported: a.Routing.Unsupported, Fallback: a.Routing.Fallback, Adaptive: a.Routing.Adaptive, Only: a.Routing.Only, Version: a.Version}
	if c := a.Routing.Canary; c != nil {
		d.Canary = &CanaryText{c.Percent, n.spell(c.Targets), c.Sticky}
	}
	return d
}

// General writes the organization's own rules.
func (n Names) General(p Policy) Document {
	d := Document{Rules: n.rules(p.Rules), Holidays: p.Holidays, Fallback: p.Fallback, Only: p.Only, Adaptive: p.Adaptive, Version: p.Version}
	if p.Unsupported != llm.Warn {
		d.Unsupported = p.Unsupported.String()
	}
	return d
}

func (n Names) rules(rules []Rule) (out []RuleText) {
	for _, r := range rules {
		out = append(out, RuleText{r.Name, r.When, n.spell(r.Targets), r.Strategy})
	}
	return out
}

func (n Names) spell(refs []TargetRef) []ToTarget {
	out := make([]ToTarget, len(refs))
	for i, t := range refs {
		out[i] = ToTarget{n.Target(t), t.Weight, t.Quality, t.Hours, causes(t.After)}
	}
	return out
}

// Target writes one target; what is gone shows as its id.
func (n Names) Target(t TargetRef) string {
	if !t.Alias.IsZero() {
		return cmp.Or(n.alias(t.Alias), t.Alias.String())
	}
	if i := slices.IndexFunc(n.Connections, func(c provider.ConnectionRecord) bool { return c.ID == t.Connection }); i >= 0 {
		return n.Connections[i].Name + "/" + t.Model
	}
	return t.Connection.String() + "/" + t.Model
}

func (n Names) alias(a id.Alias) string {
	if i := slices.IndexFunc(n.Aliases, func(o Alias) bool { return o.ID == a }); i >= 0 {
		return n.Aliases[i].Name
	}
	return ""
}

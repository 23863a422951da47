package route

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Bounds of one route.
const (
	maxRules    = 50
	maxHolidays = 200
	maxWeight   = 1000
)

// ruleName is what goes into x-bodhi-route and reports: no comma, because commas end an alias's name there.
var ruleName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 ._%()/+-]{0,59}$`)

// checker reads a document against what there is, and gathers all that is wrong with it. Fields are named by their place:
// "rules.0.when".
type checker struct {
	names  Names
	self   id.Alias // the alias that is written; zero for the organization's rules
	scores bool     // its fallbacks are ordered by score
	errs   []error
}

func (k *checker) wrong(field, format string, args ...any) {
	k.errs = append(k.errs, fault.Field(field, fmt.Sprintf(format, args...)))
}

// alias reads the document of an alias.
func (k *checker) alias(d Document) (name string, targets []TargetRef, r Routing, err error) {
	if name = strings.TrimSpace(d.Alias); !nameForm.MatchString(name) {
		k.wrong("alias", "%s", nameRule)
	}
	if len(d.Holidays) > 0 {
		k.wrong("holidays", "Holidays are the organization's: put them beside its own rules.")
	}
	fall := k.fallback(d.Fallback)
	only := k.only(d.Only)
	r = Routing{Fallback: fall, Only: only, Adaptive: k.adaptive(d.Adaptive), Strategy: k.strategy("strategy", d.Strategy), Rules: k.rules(d.Rules), Canary: k.canary(d.Canary), Unsupported: k.unsupported(d.Unsupported)}
	targets = k.list("targets", d.Targets, r.Strategy)
	if fall == nil {
		fall = k.names.fallback
	}
	k.reachable("targets", targets, fall)
	k.possible("targets", targets, only)
	if r.Canary != nil {
		k.possible("canary.targets", r.Canary.Targets, only)
	}
	for i, rule := range r.Rules {
		at := fmt.Sprintf("rules.%d.targets", i)
		k.reachable(at, rule.Targets, fall)
		k.possible(at, rule.Targets, only)
	}
	return name, targets, r, errors.Join(k.errs...)
}

// general reads the organization's own rules.
func (k *checker) general(d Document) (Policy, error) {
	if len(d.Targets) > 0 || d.Canary != nil || d.Strategy != "" {
		k.wrong("targets", "The organization's rules have no targets of their own: where no rule decides, the model that was asked for does.")
	}
	if d.Fallback != nil && d.Fallback.Own {
		k.wrong("fallback.own", "Only an alias can leave the organization's fallback out; these are the organization's rules.")
	}
	k.names.fallback = nil // it is this document that says it
	p := Policy{Fallback: k.fallback(d.Fallback), Only: k.only(d.Only), Adaptive: k.adaptive(d.Adaptive), Rules: k.rules(d.Rules), Holidays: k.holidays(d.Holidays)}
	for i, rule := range p.Rules {
		at := fmt.Sprintf("rules.%d.targets", i)
		k.reachable(at, rule.Targets, p.Fallback)
		k.possible(at, rule.Targets, p.Only)
	}
	p.Unsupported, _ = llm.ParseUnsupported(k.unsupported(d.Unsupported))
	return p, errors.Join(k.errs...)
}

func (k *checker) strategy(field string, s Strategy) Strategy {
	if s == "" || s == Ordered {
		return ""
	}
	if !slices.Contains(Strategies, s) {
		k.wrong(field, "There is no strategy %q. There are: %s.", clip(string(s)), listed(Strategies))
	}
	return s
}

func listed[T ~string](all []T) string {
	var out []string
	for _, v := range all {
		out = append(out, string(v))
	}
	return strings.Join(out, ", ")
}

func (k *checker) unsupported(word string) string {
	if _, ok := llm.ParseUnsupported(word); !ok && word != "" {
		k.wrong("unsupported_parameters", `unsupported_parameters is "warn", "drop" or "reject", or left out.`)
	}
	return word
}

func (k *checker) rules(texts []RuleText) (out []Rule) {
	if len(texts) > maxRules {
		k.wrong("rules", "A route has at most %d rules, these are %d.", maxRules, len(texts))
		return nil
	}
	for i, t := range texts {
		at := fmt.Sprintf("rules.%d.", i)
		r := Rule{Name: strings.TrimSpace(t.Name), When: strings.TrimSpace(t.When), Strategy: k.strategy(at+"strategy", t.Strategy)}
		switch {
		case !ruleName.MatchString(r.Name):
			k.wrong(at+"name", "A rule's name is 1 to 60 letters, digits, spaces and . _ %% ( ) / + -, e.g. business hours.")
		case slices.ContainsFunc(out, func(o Rule) bool { return o.Name == r.Name }):
			k.wrong(at+"name", "Another rule here is called %q. Give each its own name: it is what requests and reports show.", r.Name)
		}
		if _, err := compileCondition(r.When); err != nil {
			k.wrong(at+"when", "%s", err.Error())
		}
		r.Targets = k.list(at+"targets", t.Targets, r.Strategy)
		out = append(out, r)
	}
	return out
}

func (k *checker) canary(t *CanaryText) *Canary {
	if t == nil {
		return nil
	}
	c := &Canary{Percent: t.Percent, Sticky: t.Sticky, Targets: k.list("canary.targets", t.Targets, "")}
	if c.Percent < 1 || c.Percent > 99 {
		k.wrong("canary.percent", "A canary takes 1 to 99 percent of the requests. Leave the canary out for none; for all make it the first target.")
	}
	if c.Sticky == "" {
		c.Sticky = BySession
	}
	if !slices.Contains(Stickies, c.Sticky) {
		k.wrong("canary.sticky", "A canary sticks by one of: %s.", listed(Stickies))
	}
	return c
}

package route

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
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

func (k *checker) holidays(days []string) (out []string) {
	if len(days) > maxHolidays {
		k.wrong("holidays", "There are at most %d holidays, these are %d. Delete past ones.", maxHolidays, len(days))
		return nil
	}
	for _, d := range days {
		if d = strings.TrimSpace(d); d == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, d); err != nil {
			k.wrong("holidays", "%q is not a date. Write year, month and day: 2026-12-25.", clip(d))
			return nil
		}
		out = append(out, d)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// list reads a list of targets. Rows of forms that were left empty do not count.
func (k *checker) list(field string, texts []ToTarget, s Strategy) (out []TargetRef) {
	for _, t := range texts {
		t.To = strings.TrimSpace(t.To)
		if t.To == "" {
			continue
		}
		ref, problem := k.target(t)
		if problem == "" {
			problem = k.said(t, &ref)
		}
		if problem == "" && t.Weight != 0 && !s.Weighs() {
			problem = fmt.Sprintf("%q has a weight, but only the strategies weighted and sticky look at weights. Leave it out, or choose one of those.", clip(t.To))
		}
		if problem == "" && slices.ContainsFunc(out, ref.same) {
			problem = fmt.Sprintf("%q is there twice. A target can be tried once per request.", clip(t.To))
		}
		if problem != "" {
			k.wrong(field, "%s", problem)
			return nil
		}
		out = append(out, ref)
	}
	if problem := begins(out); problem != "" {
		k.wrong(field, "%s", problem)
		return nil
	}
	switch {
	case len(out) == 0:
		k.wrong(field, "There must be at least one target, e.g. %s.", example(k.names.Connections))
	case len(out) > maxTargets:
		k.wrong(field, "A list has at most %d targets, these are %d.", maxTargets, len(out))
	}
	return out
}

// target reads one target, or says what is wrong with it.
func (k *checker) target(t ToTarget) (ref TargetRef, problem string) {
	ref.Weight = t.Weight
	if t.Weight < 0 || t.Weight > maxWeight {
		return ref, fmt.Sprintf("The weight of %q is %d. It is 1 to %d, or left out.", clip(t.To), t.Weight, maxWeight)
	}
	connection, model, ok := strings.Cut(t.To, "/")
	switch {
	case !ok && ref.Weight != 0:
		return ref, fmt.Sprintf("%q has a weight, but an alias stands for its targets, which have their own. Leave the weight out, or write those targets here.", clip(t.To))
	case !ok:
		return k.other(ref, t.To)
	}
	at := slices.IndexFunc(k.names.Connections, func(c provider.ConnectionRecord) bool { return c.Name == connection })
	switch {
	case connection == "" || model == "":
		return ref, fmt.Sprintf("%q is not a target. Write connection/model, e.g. %s, or another alias.", clip(t.To), example(k.names.Connections))
	case at < 0:
		return ref, fmt.Sprintf("There is no connection %q. Yours are %s.", clip(connection), names(k.names.Connections))
	case len(model) > maxModel || strings.ContainsFunc(model, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return ref, fmt.Sprintf("The model in %q has spaces or more than %d characters. Write it as the provider does.", clip(t.To), maxModel)
	}
	ref.Connection, ref.Model = k.names.Connections[at].ID, model
	return ref, ""
}

// other reads the name of another alias, which may not lead back here.
func (k *checker) other(ref TargetRef, name string) (TargetRef, string) {
	at := slices.IndexFunc(k.names.Aliases, func(a Alias) bool { return a.Name == name })
	if at < 0 {
		return ref, fmt.Sprintf("%q is not a target. Write connection/model, e.g. %s, or the name of another alias that is there.", clip(name), example(k.names.Connections))
	}
	ref.Alias = k.names.Aliases[at].ID
	if trail := k.circle(ref.Alias, nil); trail != nil {
		return ref, fmt.Sprintf("%q leads in a circle: %s. An alias cannot be its own fallback.", clip(name), strings.Join(trail, " → "))
	}
	return ref, ""
}

// circle gives the way on which an alias's own list leads to the one that is written, or over more than maxNested others.
func (k *checker) circle(from id.Alias, trail []string) []string {
	trail = append(slices.Clone(trail), k.names.alias(from))
	if from == k.self || len(trail) > maxNested {
		return trail
	}
	for _, a := range k.names.Aliases {
		if a.ID != from {
			continue
		}
		for _, t := range a.Targets {
			if !t.Alias.IsZero() {
				if found := k.circle(t.Alias, trail); found != nil {
					return found
				}
			}
		}
	}
	return nil
}

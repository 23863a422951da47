package route

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

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

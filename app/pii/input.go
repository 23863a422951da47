package pii

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Input is what a form or an API call says about a rule.
type Input struct {
	Scope org.Scope // where it sits; fixed once it is created
	Terms
	// Seen is the UpdatedAt of what an update was made on: another one by now refuses it. Zero does not ask.
	Seen time.Time
}

// The bounds of a rule. Patterns are run over every request, so they stay few.
const (
	MaxPatterns = 10
	maxName     = 40
	maxAllow    = 200
	maxValue    = 200
	maxNear     = 10
)

// checked is the input in its stored form, or everything that is wrong with it, joined.
func (in Input) checked() (Input, error) {
	var errs [3]error
	in.Recognizer.Model = strings.TrimSpace(in.Recognizer.Model)
	errs[2] = in.recognizer()
	in.Patterns, errs[0] = patterns(in.Patterns)
	in.Allow, errs[1] = allowed(in.Allow)
	err := errors.Join(errs[:]...)
	if err == nil && len(Named(in.Actions))+len(Named(in.Answers))+len(in.Patterns) == 0 && !in.Unread {
		err = fault.Field("actions", "Choose at least one detector that does something. A rule of nothing binds nobody.")
	}
	return in, err
}

func patterns(list []Pattern) ([]Pattern, error) {
	out := []Pattern{}
	seen := map[string]bool{}
	for _, p := range list {
		p.Name, p.Expr = strings.TrimSpace(p.Name), strings.TrimSpace(p.Expr)
		if p.Name == "" && p.Expr == "" {
			continue
		}
		if _, err := org.Name("patterns", "a pattern's name", p.Name, maxName); err != nil {
			return nil, err
		}
		if p.Expr == "" {
			return nil, fault.Field("patterns", fmt.Sprintf("The pattern %q has no expression.", p.Name))
		}
		if seen[strings.ToLower(p.Name)] {
			return nil, fault.Field("patterns", fmt.Sprintf("Two patterns are called %q. Incidents tell them apart by name.", p.Name))
		}
		if p.Action == Off && p.Answer == Off {
			return nil, fault.Field("patterns", fmt.Sprintf("Say what happens when %q is found: log, warn, mask or block.", p.Name))
		}
		near, err := nearWords(p)
		if err != nil {
			return nil, err
		}
		p.Near = near
		if _, err := p.compile(); err != nil {
			return nil, err
		}
		seen[strings.ToLower(p.Name)] = true
		out = append(out, p)
	}
	if len(out) > MaxPatterns {
		return nil, fault.Field("patterns", fmt.Sprintf("A rule has at most %d patterns: each costs time in every request. Join some with |.", MaxPatterns))
	}
	return out, nil
}

// nearWords are a pattern's words in their stored form.
func nearWords(p Pattern) (out []string, err error) {
	for _, w := range p.Near {
		if w = strings.ToLower(strings.TrimSpace(w)); w == "" {
			continue
		}
		if _, err := org.Name("patterns", "a word near a pattern", w, maxName); err != nil {
			return nil, err
		}
		out = append(out, w)
	}
	if len(out) > maxNear {
		return nil, fault.Field("patterns", fmt.Sprintf("The pattern %q has more than %d words near it.", p.Name, maxNear))
	}
	return out, nil
}

func allowed(list []string) ([]string, error) {
	out := []string{}
	seen := map[string]bool{}
	for _, v := range list {
		if v = strings.TrimSpace(v); v == "" || seen[strings.ToLower(v)] {
			continue
		}
		if _, err := org.Name("allow", "an allowed value", v, maxValue); err != nil {
			return nil, err
		}
		if strings.ContainsAny(v, "*?") {
			return nil, fault.Field("allow", "Write whole values, or a domain such as @acme.com for its e-mail addresses. There are no wildcards.")
		}
		seen[strings.ToLower(v)] = true
		out = append(out, v)
	}
	if len(out) > maxAllow {
		return nil, fault.Field("allow", fmt.Sprintf("The list has at most %d values.", maxAllow))
	}
	return out, nil
}

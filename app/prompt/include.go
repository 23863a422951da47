package prompt

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// brokenPrompt refuses a version whose includes do not work out: a label that another prompt lost, a circle.
func brokenPrompt(name string, number int, why string) *fault.Error {
	return fault.Newf(fault.Conflict, "prompt_broken", "The prompt %q, version %d, cannot be put together: %s.", name, number, why)
}

// unreadable refuses a version that the organization's data key does not open: the key is gone, or the row was changed.
func unreadable(name string, number int) *fault.Error {
	return fault.Newf(fault.Conflict, "prompt_broken", "The prompt %q, version %d, cannot be decrypted. Ask who runs this gateway: the organization's data key is missing, or the stored version was changed.", name, number)
}

// ready takes the version apart, once, with all that it includes.
func (v *compiled) ready(of *Record) error {
	name := of.Name
	v.once.Do(func() {
		if v.of, v.broken = v.read(); v.broken != nil {
			v.broken = unreadable(name, v.number).Because(v.broken)
			return
		}
		x := expansion{shelf: v.shelfed, outer: of, path: []string{name}}
		for i, m := range v.of.Messages {
			parts, why := x.expand(m.Text)
			if why != "" {
				v.broken = brokenPrompt(name, v.number, fmt.Sprintf("message %d: %s", i+1, why))
				return
			}
			v.parts = append(v.parts, parts)
		}
		v.vars = slices.Clone(v.of.Variables)
		for _, inner := range x.vars { // the outer prompt says what it knows better
			if !declared(v.vars, inner.Name) {
				v.vars = append(v.vars, inner)
			}
		}
		for _, parts := range v.parts {
			for _, p := range parts {
				if p.variable != "" && !declared(v.vars, p.variable) {
					v.broken = brokenPrompt(name, v.number, fmt.Sprintf("its text uses {{%s}}, but there is no such variable", p.variable))
				}
			}
		}
	})
	return v.broken
}

func declared(vars []Variable, name string) bool {
	return slices.ContainsFunc(vars, func(v Variable) bool { return v.Name == name })
}

// expansion replaces includes by what they include.
type expansion struct {
	shelf shelf
	outer *Record
	path  []string // names of the prompts that one is in, the outermost first
	vars  []Variable
	size  int
}

// each is what a piece counts for beside its text, so that many empty ones are too many as well.
const each = 16

var tooMuch = fmt.Sprintf("with all that it includes it is larger than %d KiB", MaxExpanded>>10)

func (x *expansion) grow(text int) bool {
	x.size += each + text
	return x.size <= MaxExpanded
}

func (x *expansion) expand(text string) (out []piece, why string) {
	parts, err := parse(text)
	if err != nil {
		return nil, err.Error()
	}
	for _, p := range parts {
		if p.include.Name == "" {
			if !x.grow(len(p.text)) {
				return nil, tooMuch
			}
			out = append(out, p)
			continue
		}
		inner, why := x.include(p.include)
		if why != "" {
			return nil, why
		}
		out = append(out, inner...)
	}
	return out, ""
}

func (x *expansion) include(ref Ref) ([]piece, string) {
	if slices.Contains(x.path, ref.Name) {
		return nil, "it includes itself: " + strings.Join(append(slices.Clone(x.path), ref.Name), " → ")
	}
	if len(x.path) > MaxDepth {
		return nil, fmt.Sprintf("prompts include each other more than %d deep: %s", MaxDepth, strings.Join(x.path, " → "))
	}
	e := x.shelf[ref.Name]
	if e == nil {
		return nil, fmt.Sprintf("there is no prompt %q to include", ref.Name)
	}
	if !e.seenWith(x.outer) {
		return nil, fmt.Sprintf("fewer people may use %q than this prompt, so it cannot be included", ref.Name)
	}
	if e.Kind != Text {
		return nil, fmt.Sprintf("%q has messages of its own; only prompts of the kind text can be included", ref.Name)
	}
	v, err := e.find(ref)
	if err != nil {
		return nil, strings.TrimSuffix(fault.From(err).Public, ".")
	}
	x.path = append(x.path, ref.Name)
	defer func() { x.path = x.path[:len(x.path)-1] }()
	if !x.grow(0) {
		return nil, tooMuch
	}
	c, err := v.read()
	if err != nil {
		return nil, fmt.Sprintf("%q, version %d, cannot be decrypted", ref.Name, v.number)
	}
	for _, inner := range c.Variables {
		if !declared(x.vars, inner.Name) {
			x.vars = append(x.vars, inner)
		}
	}
	return x.expand(c.Messages[0].Text)
}

// seenWith reports whether whoever may use outer may use this one.
func (r *Record) seenWith(outer *Record) bool {
	switch {
	case r.Visibility == Everyone:
		return true
	case r.Visibility == Team:
		return outer.Visibility == Team && r.Team == outer.Team
	}
	return outer.Visibility == Private && r.Owner == outer.Owner && !r.Owner.IsZero()
}

// includes are the prompts that a content includes by itself.
func (c *Content) includes() (out []Ref) {
	for _, m := range c.Messages {
		parts, _ := parse(m.Text)
		for _, p := range parts {
			if p.include.Name != "" {
				out = append(out, p.include)
			}
		}
	}
	return out
}

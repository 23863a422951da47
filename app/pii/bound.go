package pii

import "strings"

// Bound is the rules that bind one request. The zero Bound binds nothing.
type Bound struct {
	rules [5]*rule
	n     int
	book  *Book
}

// Any reports whether there are any.
func (b *Bound) Any() bool { return b.n > 0 }

// wanted are the detectors that some rule wants, whether some rule has patterns, and whether anything is masked or blocked.
func (b *Bound) wanted() (s Set, own, strict bool) {
	for _, r := range b.rules[:b.n] {
		for _, k := range Kinds {
			if r.actions[k] > Off {
				s |= Of(k)
			}
		}
		own, strict = own || len(r.matchers) > 0, strict || r.strict
	}
	return s, own, strict
}

// verdict is the strictest action on something found, and the rule that says it; nil if all of them let it pass.
func (b *Bound) verdict(k Kind, value []byte) (a Action, by *rule) {
	for _, r := range b.rules[:b.n] {
		if r.actions[k] > a && !r.allows(k, value) {
			a, by = r.actions[k], r
		}
	}
	return a, by
}

// allows reports whether a value is on the rule's list of what is no finding. It loosens this rule only.
func (r *rule) allows(k Kind, value []byte) bool {
	if len(r.allowed) == 0 {
		return false
	}
	v := strings.ToLower(string(value))
	if r.allowed[v] {
		return true
	}
	at := strings.LastIndexByte(v, '@')
	return k == Email && at >= 0 && r.allowed[v[at:]]
}

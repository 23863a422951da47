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

// wanted are the detectors that some rule wants on a way, whether some rule has patterns, and whether anything is masked or blocked.
func (b *Bound) wanted(way Way) (s Set, own, strict bool) {
	for _, r := range b.rules[:b.n] {
		for _, k := range Kinds {
			if r.actions[way][k] > Off {
				s |= Of(k)
				if r.Guess {
					s |= Guess
				}
			}
		}
		own, strict = own || r.own[way], strict || r.strict[way]
	}
	return s, own, strict
}

// Screens reports whether some rule wants answers looked at, and whether it masks or blocks in them.
func (b *Bound) Screens() (any, strict bool) {
	s, own, strict := b.wanted(Answered)
	return s != 0 || own, strict
}

// unread is the rule that refuses pictures, sound and files that cannot be read; nil if none does.
func (b *Bound) unread() *rule {
	for _, r := range b.rules[:b.n] {
		if r.Unread {
			return r
		}
	}
	return nil
}

// oneWay reports whether answers keep their placeholders.
func (b *Bound) oneWay() bool {
	for _, r := range b.rules[:b.n] {
		if r.OneWay {
			return true
		}
	}
	return false
}

// verdict is the strictest action on something found, and the rule that says it; nil if all of them let it pass.
func (b *Bound) verdict(way Way, h Hit, value []byte) (a Action, by *rule) {
	for _, r := range b.rules[:b.n] {
		if does := r.actions[way][h.Kind]; does > a && (!h.Guess || r.Guess) && !r.allows(h.Kind, value) {
			a, by = does, r
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

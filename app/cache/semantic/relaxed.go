package semantic

import (
	"slices"
	"strings"
)

// Relaxed reports whether two questions say the same in other words: synonyms of a short list, words that only say how (fillers), one
// run of words at another place. It then asks the vectors, and is wrong now and then: testdata says how often.
func Relaxed(a, b string) bool {
	p, ok := Parse(a)
	q, also := Parse(b)
	return ok && also && p.Relaxed(q) && p.Vector().Cosine(q.Vector()) >= Threshold
}

// Relaxed is the guard of Relaxed, without vectors, for texts that were parsed before.
func (q *Question) Relaxed(o *Question) bool {
	if q.Strict(o) {
		return true
	}
	a, b := q.sense(), o.sense()
	if len(a.items) != len(b.items) || len(a.items) == 0 || !a.asksLike(b) || len(a.items) == 1 && a.kind != b.kind {
		return false
	}
	if !sameOwners(a.items, b.items) || stranded(a.items) != stranded(b.items) {
		return false
	}
	if !a.impersonal(b) && (unlike(a.person, b.person) || unlike(a.modal, b.modal) || a.passive() != b.passive()) {
		return false
	}
	if !slices.Equal(keys(a.items, number), keys(b.items, number)) || !slices.Equal(keys(a.items, literal), keys(b.items, literal)) {
		return false
	}
	return sameOrder(a, b) && sameRoles(a.items, b.items) && sameRoles(b.items, a.items)
}

// unlike reports that both say something, and not the same.
func unlike(a, b string) bool { return a != "" && b != "" && a != b }

// passive reports whether something is done to somebody: why lions are eaten is not why they eat.
func (q *Question) passive() bool {
	return q.is && slices.ContainsFunc(q.items, func(it item) bool { return it.form == 'd' })
}

// sense is a question in the words that relaxed matching compares.
func (q *Question) sense() *Question {
	s := &Question{past: q.past, future: q.future, now: q.now, is: q.is, modal: q.modal, person: q.person, kind: q.kind}
	for i, it := range q.items {
		if it.class == word {
			if c := meant(it.key); c != it.key {
				it.key, it.raw = c, c
			}
			if i > 0 && general[q.items[i].key] && q.items[i-1].proper || fillers[q.items[i].key] {
				continue
			}
		}
		if n := len(s.items); n > 0 && it.class == word {
			if p := phrases[[2]string{s.items[n-1].key, it.key}]; p != "" {
				s.items[n-1].key = p
				continue
			}
		}
		s.items = append(s.items, it)
	}
	s.name()
	return s
}

// name turns "how tall is it" into "what is its height", "how does it work" into "it" and "at what age" into "when".
func (s *Question) name() {
	if degree, ok := strings.CutPrefix(s.kind, how+" "); ok && s.kind != howTo && degree != "many" && degree != "much" {
		s.kind = what
		s.items = slices.Insert(s.items, 0, item{key: stem(degrees[degree]), class: word})
	}
	if s.kind == "how much" && slices.Contains(keys(s.items, word), "cost") {
		s.kind = what
	}
	if s.kind == how {
		s.kind = howTo
	}
}

// sameOrder compares the words, of which one run may stand elsewhere: not over another name, not where somebody does something to
// somebody ("who"), and not where only one side says from, to or by.
func sameOrder(a, b *Question) bool {
	x, y := said(a.items), said(b.items)
	if slices.Equal(x, y) {
		return true
	}
	p, q := keys(a.items, mark), keys(b.items, mark)
	slices.Sort(p)
	slices.Sort(q)
	return a.kind != "who" && slices.Equal(p, q) && slices.Equal(names(a.items, b.items), names(b.items, a.items)) && moved(x, y)
}

// names are the items that have a capital in one of two texts, in the order of the first.
func names(a, b []item) (out []string) {
	proper := func(items []item, key string) bool {
		return slices.ContainsFunc(items, func(it item) bool { return it.proper && it.key == key })
	}
	for _, it := range a {
		if proper(a, it.key) || proper(b, it.key) {
			out = append(out, it.key)
		}
	}
	return out
}

// said are the keys of everything but marks, which sameRoles compares.
func said(items []item) (out []string) {
	for _, it := range items {
		if it.class != mark {
			out = append(out, it.key)
		}
	}
	return out
}

package semantic

import "slices"

// Strict reports whether two questions say the same words in the same order, but for words that may go unsaid: articles, courtesies,
// auxiliaries of one tense, singular or plural, numbers in digits or words. It misses most paraphrases and is meant to be never wrong.
func Strict(a, b string) bool {
	p, ok := Parse(a)
	q, also := Parse(b)
	return ok && also && p.Strict(q)
}

// Strict is Strict for texts that were parsed before.
func (q *Question) Strict(o *Question) bool {
	if len(q.items) != len(o.items) || !q.asksLike(o) || q.modal != o.modal && !q.impersonal(o) || q.person != o.person && !q.impersonal(o) {
		return false
	}
	return sameSequence(q, o)
}

// asksLike compares what is asked for, and the tense. A text that is no sentence asks how to do something, or what something is.
func (q *Question) asksLike(o *Question) bool {
	if p, r := q.when(), o.when(); p != r && p != 0 && r != 0 {
		return false
	}
	if q.kind == o.kind {
		return true
	}
	loose := func(k string) bool { return k == howTo || k == what }
	return q.kind == "" && loose(o.kind) || o.kind == "" && loose(q.kind)
}

// when is the tense, 0 where the text has none.
func (q *Question) when() byte {
	switch {
	case q.past:
		return 'p'
	case q.future:
		return 'f'
	case q.now:
		return 'n'
	}
	return 0
}

// impersonal reports that it does not matter who is spoken of: how to boil an egg is the same for everybody.
func (q *Question) impersonal(o *Question) bool {
	free := func(k string) bool { return k == howTo || k == task || k == "" || k == "how long" || k == "how often" }
	return free(q.kind) && free(o.kind)
}

// other reports prepositions that were exchanged. One that went unsaid is none, and a name may be on, in, at or of: on Windows.
func other(a, b item) bool {
	named := (a.proper || b.proper || a.class == number) && places[a.prep] && places[b.prep]
	return a.prep != "" && b.prep != "" && a.prep != b.prep && !named
}

// keys are the keys of items of a class, in order.
func keys(items []item, c class) (out []string) {
	for _, it := range items {
		if it.class == c {
			out = append(out, it.key)
		}
	}
	return out
}

// moved reports whether one order comes out of the other by moving a single run of words: "Python, sort a list" and "sort a list in
// Python", but not "cats eat dogs" and "dogs eat cats".
func moved(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	from := 0
	for from < len(a) && a[from] == b[from] {
		from++
	}
	to := len(a)
	for to > from && a[to-1] == b[to-1] {
		to--
	}
	a, b = a[from:to], b[from:to]
	for cut := range len(a) {
		if slices.Equal(a[cut:], b[:len(a)-cut]) && slices.Equal(a[:cut], b[len(a)-cut:]) {
			return true
		}
	}
	return len(a) == 0
}

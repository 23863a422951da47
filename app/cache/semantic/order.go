package semantic

import "slices"

// sameSequence reports whether two questions have the same items in the same order, where "the capital of Peru" may be "Peru's capital",
// and a fragment may begin with the place that a question ends with: "linux check disk usage".
func sameSequence(q, o *Question) bool {
	if equal(q, o, q.items, o.items) {
		return true
	}
	for _, turn := range [...]func(*Question) []item{owned, placed} {
		// A text that has the preposition itself means what it says: a student's teacher is no teacher's student.
		if x := turn(q); x != nil && turn(o) == nil && equal(q, o, x, o.items) {
			return true
		}
		if y := turn(o); y != nil && turn(q) == nil && equal(q, o, q.items, y) {
			return true
		}
	}
	return false
}

func equal(q, o *Question, x, y []item) bool {
	return slices.EqualFunc(x, y, func(a, b item) bool {
		cased := q.cased && o.cased && a.proper != b.proper && !first(q, a) && !first(o, b) // Turkey and turkey
		verbs := a.form == b.form || a.form != 'd' && b.form != 'd' && first(q, a) && first(o, b)
		return a.key == b.key && a.class == b.class && !other(a, b) && !cased && verbs && !(differ(a, b))
	})
}

// differ reports names that are written differently (Adam is not Adams), and a name against a thing: Turkey and the turkey.
func differ(a, b item) bool {
	named := a.proper && !b.proper && b.article && !a.article || b.proper && !a.proper && a.article && !b.article
	return (a.proper || b.proper) && a.raw != b.raw || named
}

// first reports whether an item may have its capital from standing at the beginning.
func first(q *Question, it item) bool { return q.items[0].key == it.key }

// owned writes "head of owner" as "owner head"; nil where there is not exactly one "of", or a verb may stand before it.
func owned(q *Question) []item {
	at := -1
	for i, it := range q.items {
		if it.prep == "of" {
			if at >= 0 {
				return nil
			}
			at = i
		}
	}
	if at < 1 || q.kind != what && q.kind != "" || vessels[q.items[at-1].key] {
		return nil
	}
	from, to := at, at+1
	for from > 0 && q.items[from-1].class == word && (from == at || q.items[from].prep == "") {
		from--
	}
	if from == at {
		return nil
	}
	for to < len(q.items) && q.items[to].class == word && q.items[to].prep == "" {
		to++
	}
	owner := slices.Clone(q.items[at:to])
	owner[0].prep = q.items[from].prep
	head := slices.Clone(q.items[from:at])
	head[0].prep = ""
	return slices.Concat(q.items[:from], owner, head, q.items[to:])
}

// placed writes "do something in place" as "place do something"; nil where the text does not end with a place.
func placed(q *Question) []item {
	last := len(q.items) - 1
	if last < 2 || !(q.items[last].prep == "in" || q.items[last].prep == "on") || q.kind != howTo {
		return nil
	}
	place := q.items[last]
	place.prep = ""
	return slices.Concat([]item{place}, q.items[:last])
}

// vessels are nouns that "of" fills: a cup of tea is no tea cup.
var vessels = stemmed("cup glass bottle box bag piece slice pile group pair bit lot kind sort type half quarter most best all none some")

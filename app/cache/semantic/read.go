package semantic

// read turns what is left of the text into items.
func (q *Question) read(tokens []token) {
	prep := ""
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		if t.code {
			q.add(item{key: t.text, class: literal, prep: prep})
			prep = ""
			continue
		}
		if n, used := numeral(tokens[i:]); used > 0 {
			q.add(item{key: n, class: number, prep: prep})
			i, prep = i+used-1, ""
			continue
		}
		name := t.proper && t.low != "the" && (t.low != "i" || i > 0 && tokens[i-1].proper) // Will, US, World War I
		switch {
		case !name && auxiliaries[t.low] != 0:
			q.tense(t.low)
		case !name && marks[t.low] && !(t.low == "to" && infinitive(tokens, i)):
			q.add(item{key: t.low, class: mark})
			prep = t.low
		case !name && prepositions[t.low] && !particle(tokens, i):
			prep = t.low
		case name || !stops[t.low]:
			q.add(item{key: q.base(t, tokens, i), class: word, raw: t.low, form: formOf(t.low), prep: prep, proper: t.proper,
				owns: t.owns, article: i > 0 && (tokens[i-1].low == "the" || tokens[i-1].low == "a" || tokens[i-1].low == "an")})
			prep = ""
		}
	}
}

// particle reports whether a preposition belongs to the verb before it (log in, turn on), or to nothing: it ends the text or begins it.
func particle(tokens []token, i int) bool {
	return i == 0 || i == len(tokens)-1 || particled[stem(tokens[i-1].low)]
}

func (q *Question) add(it item) { q.items = append(q.items, it) }

// base is the form in which a word is compared. A short word after a figure is a unit, whose capitals count: MB is not Mb.
func (q *Question) base(t token, tokens []token, i int) string {
	if i > 0 && len(t.low) <= 3 && isFigure(tokens[i-1].low) {
		return t.text
	}
	return stem(t.low)
}

func (q *Question) tense(low string) {
	switch low {
	case "is", "are", "was", "were", "be", "been", "being":
		q.is = true
	case "can", "could", "may":
		q.modal = "can"
	case "should", "must", "shall":
		q.modal = "should"
	case "would":
		q.modal = "would"
	}
	switch auxiliaries[low] {
	case 'p':
		q.past = true
	case 'f':
		q.future = true
	case 'n':
		q.now = true
	}
}

// infinitive reports whether a "to" only carries a verb: at the start, or after a word that asks for one.
func infinitive(tokens []token, i int) bool {
	return i == 0 || beforeVerbs[tokens[i-1].low]
}

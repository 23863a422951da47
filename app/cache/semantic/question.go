package semantic

import (
	"slices"
	"strings"
)

// Bounds of a text that is compared. Longer ones say too much for rules about single words.
const (
	mostBytes = 600
	mostItems = 40
)

// class says how an item is compared.
type class uint8

const (
	word    class = iota // by its base form
	number               // by its value
	literal              // byte by byte: code, quotations, file names, dates
	mark                 // a preposition that turns the meaning around when it moves: from, to, by, than, into
)

// item is something that a text says.
type item struct {
	key     string
	class   class
	raw     string // as written, in lower case: a name is compared by it
	owns    bool   // has an s of possession
	article bool   // "a" or "the" stands right before it
	form    byte   // g for -ing, d for a participle or past, 0 for neither
	prep    string // preposition before it, "" for none
	proper  bool   // has a capital letter where a sentence does not ask for one
}

// says reports that an item is more than a punctuation mark or a preposition.
func (it item) says() bool {
	return it.class == word || it.class == number || it.class == literal && strings.ContainsAny(strings.ToLower(it.key), "abcdefghijklmnopqrstuvwxyz0123456789")
}

// Question is a text as the rules see it. It does not change and may be shared.
type Question struct {
	items  []item
	kind   string // what is asked for, see kindOf
	past   bool
	future bool
	now    bool
	is     bool   // has a form of "to be", with which a participle is passive
	modal  string // can, should or would, where one is said
	person string // "i" or "you" where the text says one of them, "both", or ""
	cased  bool   // begins with a capital: its author means the capitals it has
}

// Parse reads a text. False is a text that must not be compared: not English as far as one can tell, too long, or without anything that
// counts. It survives any bytes.
func Parse(text string) (*Question, bool) {
	text = plainQuotes.Replace(strings.TrimSpace(text))
	if len(text) > mostBytes || strings.ContainsRune(text, '\n') {
		return nil, false
	}
	tokens, ok := split(text)
	if !ok || len(tokens) > 2*mostItems || foreign(tokens) {
		return nil, false
	}
	q := &Question{cased: text != "" && text[0] >= 'A' && text[0] <= 'Z'}
	if tokens = expand(tokens); len(tokens) == 0 {
		return nil, false
	}
	q.read(q.ask(fronted(tokens)))
	if len(q.items) > mostItems || !slices.ContainsFunc(q.items, item.says) {
		return nil, false
	}
	return q, true
}

// plainQuotes writes typographic marks as a keyboard has them.
var plainQuotes = strings.NewReplacer("’", "'", "‘", "'", "“", `"`, "”", `"`, "\u00a0", " ", "–", "-", "…", "...")

// people notes who is spoken of: "where do I live" is not "where do you live".
func (q *Question) people(tokens []token) {
	for _, t := range tokens {
		who := persons[t.low]
		if t.code || who == "" {
			continue
		}
		if q.person != "" && q.person != who {
			who = "both"
		}
		q.person = who
	}
}

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

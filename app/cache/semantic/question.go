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

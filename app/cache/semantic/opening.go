package semantic

import (
	"slices"
	"strings"
)

// opening is how a question begins, as words or choices of words ("is/are"); a word with ? may be missing.
type opening struct {
	words []string
	kind  string
	keep  int // how many words at the end are still read: those that tell the tense
}

func openings(kind string, keep int, lines ...string) (out []opening) {
	for _, l := range lines {
		out = append(out, opening{strings.Fields(l), kind, keep})
	}
	return out
}

// polite are words before a question that change nothing.
var polite = openings("", 0, "hi/hello/hey/please/kindly/pls/thanks/ok/okay", "i would like/love to know", "i want/need to know",
	"i would like/love ?to", "i want/need ?to", "i am trying to", "let me know", "do you know", "tell/help/show/give/teach me", "you please")

// kinds are the beginnings of questions; the first that fits counts.
var kinds = slices.Concat(
	openings("why", 0, "how come", "what/which is/are/was/were the reason/reasons for/why", "the reason/reasons for"),
	openings(howTo, 0, "how to", "how do/can/should/would/could/does i/you/we/one/someone/people", "learn how to", "learn to",
		"what/which is/are the/a/an/some ?best/easiest/right/correct/proper/simplest/recommended/idiomatic/good/easy/simple/common "+
			"way/ways/steps/method/procedure to/of/for", "what is/are ?the ?best way/ways to/of", "?the ?best way/ways/steps to/for/of",
		"what can/should i/you/we/one do to", "?some tips for/on/to"),
	openings(howTo, 1, "how did i/you/we/one"),
	openings("when", 0, "what time", "?in/at what/which year/time"),
	openings(what, 0, "the meaning/definition of ?the ?word/term", "about", "define", "what/which is/are the meaning/definition of ?the ?word/term"),
	openings(what, 1, "what/which is/are/was/were/will"), openings(does, 1, "what do/does/did"), openings(what, 0, "what/which"),
	openings("who", 0, "who/whom/whose"), openings("when", 0, "when"), openings("where", 0, "where"), openings("why", 0, "why"),
	openings("can", 0, "is/would it/be ?be possible to", "may/can/could i", "am i allowed to", "can/could/may"),
	openings("should", 0, "should"),
	openings("whether", 1, "is/are/was/were/do/does/did/has/have/had/will/am/would/must/shall"),
)

// matches says how many tokens an opening takes, 0 for another beginning.
func (o opening) matches(tokens []token) int {
	n := 0
	for _, w := range o.words {
		choices, optional := strings.CutPrefix(w, "?")
		if n < len(tokens) && !tokens[n].code && slices.Contains(strings.Split(choices, "/"), tokens[n].low) {
			n++
		} else if !optional {
			return 0
		}
	}
	return n
}

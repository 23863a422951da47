package semantic

import (
	"slices"
	"strings"
)

// The kinds of question that rules name. Others are "how many", "how long" and so on; "" is a text that is no sentence.
const (
	howTo = "how to"
	how   = "how"
	what  = "what"
	does  = "what does"
	deed  = "what does it do"
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

// fronted moves "In Python," to the end of a question that begins after it.
func fronted(tokens []token) []token {
	for i := 0; i < len(tokens)-2; i++ {
		if next := tokens[i+1].low; tokens[i].comma && !questioners[tokens[0].low] && (questioners[next] || auxiliaries[next] != 0) {
			return slices.Concat(tokens[i+1:], tokens[:i+1])
		}
	}
	return tokens
}

// ask takes courtesies and the kind of question off the text, and returns the rest.
func (q *Question) ask(tokens []token) []token {
	tokens = unwrap(tokens)
	q.people(tokens)
	if len(tokens) > 1 && (explainers[tokens[0].low]) {
		if rest := unwrap(tokens[1:]); questioners[rest[0].low] {
			tokens = rest
		} else {
			q.kind = what
			return rest
		}
	}
	if first := tokens[0].low; len(tokens) > 1 && (first == "calculate" || first == "compute") && slices.ContainsFunc(tokens, counted) {
		q.kind = what
		return tokens[1:]
	}
	if n := howMany(tokens); n != "" {
		q.kind = n
		return tokens[2:]
	}
	for _, o := range kinds {
		if n := o.matches(tokens); n > 0 {
			q.kind = o.kind
			q.tenses(tokens[:n])
			return q.ending(tokens[n-o.keep:])
		}
	}
	if tokens[0].low == how {
		q.kind = how
		return tokens[1:]
	}
	for i := 1; i < len(tokens)-2; i++ {
		if tokens[i].low == how && tokens[i+1].low == "to" {
			q.kind = howTo
			return slices.Concat(tokens[:i], tokens[i+2:])
		}
	}
	return tokens
}

func (q *Question) tenses(tokens []token) {
	for _, t := range tokens {
		q.tense(t.low)
	}
}

// ending reads the last word: "what does it mean" asks what it is, "what does it do" something else.
func (q *Question) ending(tokens []token) []token {
	if q.kind != does || len(tokens) < 2 {
		return tokens
	}
	switch last := tokens[len(tokens)-1]; last.low {
	case "mean", "means":
		q.kind = what
		return tokens[:len(tokens)-1]
	case "do", "does", "did":
		q.kind = deed
	}
	return tokens
}

func counted(t token) bool { return isFigure(t.low) }

// howMany reads "how many", "how long" and their like, which are kinds of their own.
func howMany(tokens []token) string {
	if len(tokens) > 2 && tokens[0].low == how && degrees[tokens[1].low] != "" {
		return how + " " + tokens[1].low
	}
	return ""
}

// unwrap takes courtesies off both ends. It leaves a word at least.
func unwrap(tokens []token) []token {
	for again := true; again && len(tokens) > 1; {
		again = false
		if first := tokens[0].low; len(tokens) > 3 && tokens[1].low == "you" && (first == "can" || first == "could" || first == "would" || first == "will") {
			if rest := tokens[2:]; requests[rest[0].low] || rest[0].low == "please" {
				tokens, again = rest, true
			}
		}
		for _, o := range polite {
			if n := o.matches(tokens); n > 0 && n < len(tokens) {
				tokens, again = tokens[n:], true
			}
		}
		if n := tail(tokens); n > 0 {
			tokens, again = tokens[:len(tokens)-n], true
		}
	}
	return tokens
}

// tail says how many words of courtesy stand at the end.
func tail(tokens []token) int {
	n := len(tokens)
	switch last := tokens[n-1].low; {
	case n > 1 && (last == "please" || last == "thanks"):
		return 1
	case n > 3 && last == "me" && (tokens[n-2].low == "to" || tokens[n-2].low == "for"):
		return 2
	}
	return 0
}

package semantic

import "slices"

// The kinds of question that rules name. Others are "how many", "how long" and so on; "" is a text that is no sentence.
const (
	howTo = "how to"
	how   = "how"
	what  = "what"
	does  = "what does"
	task  = "do it"
	deed  = "what does it do"
)

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
	if tasks[tokens[0].low] {
		q.kind = task
		return tokens
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

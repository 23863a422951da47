package pii

import "github.com/bodhi-gateway/bodhi/app/llm"

// spelt are the fields in which answers tell how likely each of their pieces was. Together the pieces are what was said.
var spelt = map[string]bool{"logprobs": true, "logprobsResult": true}

// unspelt is an answer without likelihoods: nobody finds anything in pieces of words, and they would give out what is masked.
func unspelt(body []byte) []byte {
	var cuts []llm.Cut
	for p := piecesOf(body); p.next(); {
		if p.number || p.key != p.piece || !spelt[string(p.name())] || !p.colon() {
			continue
		}
		from := p.at + 1
		for from < len(body) && (body[from] == ' ' || body[from] == '\n' || body[from] == '\t' || body[from] == '\r') {
			from++
		}
		to := closed(body, from)
		if to == from {
			continue // nothing, or one value
		}
		with := "null"
		if body[from] == '[' {
			with = "[]"
		}
		cuts = append(cuts, llm.Cut{From: from, To: to, With: with})
		p.at = to
	}
	return llm.Splice(body, cuts)
}

// closed is where the object or list ends that begins at i; i where none does.
func closed(body []byte, i int) int {
	depth := 0
	for at := i; at < len(body); at++ {
		switch body[at] {
		case '"':
			at = closing(body, at+1)
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if depth <= 0 {
			if at == i {
				return i
			}
			return at + 1
		}
	}
	return i
}

package pii

import (
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// masked puts placeholders in the place of what is marked. The same value has the same placeholder all through a request, and
// they are numbered in order: a conversation that is sent again with one turn more begins with the same bytes, so providers'
// prompt caches keep hitting, and the model can tell two people apart.
func masked(body []byte, marks []mark) []byte {
	type thing struct{ word, value string }
	names, counts := map[thing]string{}, map[string]int{}
	cuts := make([]llm.Cut, len(marks))
	for i, m := range marks {
		t := thing{m.word, m.value}
		name := names[t]
		if name == "" {
			counts[m.word]++
			name = "[" + m.word + "_" + strconv.Itoa(counts[m.word]) + "]"
			names[t] = name
		}
		if m.quote {
			name = llm.Quote(name)
		}
		cuts[i] = llm.Cut{From: m.from, To: m.to, With: name}
	}
	return llm.Splice(body, cuts)
}

// placeholder is a pattern's name as it stands in placeholders: capitals, digits and underscores.
func placeholder(name string) string {
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, name)
	if out = strings.Trim(out, "_"); out == "" {
		return "PATTERN"
	}
	return out
}

package pii

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// mark is something to replace.
type mark struct {
	from, to int
	word     string // in the placeholder; "" = it is one, and value stands in its place
	value    string
	quote    bool // it is a number: the placeholder is a string
	levels   int  // how often a value that is put back is escaped, or the quotes around a placeholder
}

// masked puts placeholders in the place of what is marked, and values in the place of placeholders.
func masked(body []byte, marks []mark, v *vault) []byte {
	cuts := make([]llm.Cut, len(marks))
	for i, m := range marks {
		name := escaped(m.value, m.levels)
		if m.word != "" {
			if name = v.placeholder(m.word, m.value); m.quote {
				name = escaped(llm.Quote(name), m.levels)
			}
		}
		cuts[i] = llm.Cut{From: m.from, To: m.to, With: name}
	}
	return llm.Splice(body, cuts)
}

// escaped is how a value stands inside a JSON string, or inside one that is JSON itself.
func escaped(value string, levels int) string {
	for range levels {
		q := llm.Quote(value)
		value = q[1 : len(q)-1]
	}
	return value
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

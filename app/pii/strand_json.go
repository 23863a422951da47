package pii

import (
	"bytes"
	"strings"
)

// unslashed moves a beginning behind an escape of JSON inside JSON: "\nada@…" is a new line and then the address.
func (s *Sieve) unslashed(t *strand, text []byte, from int) int {
	slashes := 0
	for from-slashes > 0 && text[from-slashes-1] == '\\' {
		slashes++
	}
	if t.json && slashes%2 == 1 && bytes.IndexByte([]byte("nrtbf"), text[from]) >= 0 {
		return from + 1
	}
	return from
}

// complete is what of escaped text can be read: not the beginning of an escape.
func complete(s []byte, last bool) []byte {
	if last {
		return s
	}
	i := bytes.LastIndexByte(s, '\\')
	if i < 0 {
		return s
	}
	slashes := 1
	for i-slashes >= 0 && s[i-slashes] == '\\' {
		slashes++
	}
	if slashes%2 == 0 {
		return s // the last one is escaped itself
	}
	switch rest := s[i:]; {
	case len(rest) < 2, rest[1] == 'u' && len(rest) < 6:
		s = s[:i]
	case rest[1] == 'u' && len(rest) < 12 && rest[2]|0x20 == 'd' && (rest[3] == '8' || rest[3] == '9' || rest[3]|0x20 == 'a' || rest[3]|0x20 == 'b'):
		return s[:i] // the first half of a pair
	default:
		return s
	}
	if n := len(s); n >= 6 && s[n-6] == '\\' && s[n-5] == 'u' && s[n-4]|0x20 == 'd' && (s[n-3] == '8' || s[n-3] == '9' || s[n-3]|0x20 == 'a' || s[n-3]|0x20 == 'b') {
		return s[:n-6]
	}
	return s
}

// follow notes how far the JSON of a tool's arguments has come.
func (t *strand) follow(s string) {
	for i := 0; i < len(s) && !t.whole; i++ {
		switch c := s[i]; {
		case t.slash:
			t.slash = false
		case t.quoted && c == '\\':
			t.slash = true
		case c == '"':
			t.quoted = !t.quoted
		case t.quoted:
		case c == '{' || c == '[':
			t.depth++
		case c == '}' || c == ']':
			t.depth--
			t.whole = t.depth <= 0
		}
	}
}

// course is how far a text that is JSON was read, and whether that is inside a string.
type course struct {
	quoted bool
	slash  bool
}

// over goes over a part of the text.
func (c *course) over(part []byte) {
	for _, b := range part {
		switch {
		case c.slash:
			c.slash = false
		case c.quoted && b == '\\':
			c.slash = true
		case b == '"':
			c.quoted = !c.quoted
		}
	}
}

// bare reads on to a place in what is held, from where it was read to, and reports whether that is JSON outside of any string.
func (t *strand) bare(read *int, to int) bool {
	if !t.json && !t.object {
		return false
	}
	t.course.over(t.held[*read:to])
	*read = to
	return !t.course.quoted
}

// levels is how often a value is escaped that is put back at a place: once in a string of JSON.
func (t *strand) levels(read *int, at int) int {
	if t.json || t.object && !t.bare(read, at) {
		return 1
	}
	return 0
}

// begin notes what the first sign of a text says about it.
func (t *strand) begin(s string) {
	if t.begun {
		return
	}
	if s = strings.TrimLeft(s, " \n\r\t"); s != "" {
		t.begun, t.object = true, s[0] == '{'
	}
}

// numeral is the whole number that what stands at from to to is a part of, not beyond the bounds. Half of a number cannot be replaced.
func numeral(text []byte, from, to, least, most int) (int, int) {
	for from > least && inNumber(text[from-1]) {
		from--
	}
	for to < most && inNumber(text[to]) {
		to++
	}
	return from, to
}

func inNumber(c byte) bool { return isDigit(c) || c == '.' || c == '-' || c == '+' || c|0x20 == 'e' }

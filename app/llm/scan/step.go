package scan

import (
	"unicode/utf8"
)

// name reads a key and its colon.
func (c *Cursor) name() (Text, bool) {
	key, ok := c.String()
	if !ok {
		return Text{}, false
	}
	c.space()
	if c.at >= len(c.text) || c.text[c.at] != ':' {
		c.stop(c.at, "a colon is missing after the key")
		return Text{}, false
	}
	c.at++
	return key, true
}

func (c *Cursor) enter(open byte, why string) bool {
	c.space()
	if c.at >= len(c.text) || c.text[c.at] != open {
		c.stop(c.at, why)
		return false
	}
	if c.depth++; c.depth > MaxDepth {
		c.stop(c.at, tooDeep)
		return false
	}
	c.at++
	c.fresh = true
	return true
}

// next moves to the next element of the innermost object or array, over its comma, or leaves at its end.
func (c *Cursor) next(closing byte) bool {
	fresh := c.fresh
	c.fresh = false
	c.space()
	if c.at >= len(c.text) {
		c.stop(c.at, tooShort)
		return false
	}
	if c.text[c.at] == closing {
		c.at++
		c.depth--
		return false
	}
	if fresh {
		return true
	}
	if c.text[c.at] != ',' {
		c.stop(c.at, noComma)
		return false
	}
	c.at++
	c.space()
	if c.at < len(c.text) && (c.text[c.at] == '}' || c.text[c.at] == ']') {
		c.stop(c.at, lastComma)
		return false
	}
	return true
}

func (c *Cursor) space() {
	for c.at < len(c.text) {
		switch c.text[c.at] {
		case ' ', '\n', '\t', '\r':
			c.at++
		default:
			return
		}
	}
}

func (c *Cursor) literal(word string) bool {
	if len(c.text)-c.at < len(word) || string(c.text[c.at:c.at+len(word)]) != word {
		c.stop(c.at, "this is not "+word)
		return false
	}
	c.at += len(word)
	return true
}

// Reasons that more than one place gives.
const (
	tooDeep   = "objects and arrays nest more than 64 deep"
	tooShort  = "the text ends too early"
	noComma   = "a comma or a closing bracket is missing"
	lastComma = "a comma stands before the closing bracket"
)

// stop records the first error and moves to the end, where no method finds anything.
func (c *Cursor) stop(at int, why string) {
	if c.fail.Why == "" {
		c.fail = Error{At: at, Why: why}
	}
	c.at = len(c.text)
}

func badUTF8(text []byte) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(text)
}

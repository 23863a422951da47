// Package scan walks over JSON once, strictly and without decoding it: the gateway must know what a request asks for and
// must forward the very bytes it judged (decisions D6, D7), so it reads in place and allocates nothing.
//
// A Cursor accepts exactly RFC 8259 in UTF-8, nested at most MaxDepth deep. It reports keys one by one and leaves it to
// the caller which of them may not repeat (Seen).
package scan

import (
	"fmt"
	"unicode/utf8"
)

// MaxDepth is how deep objects and arrays may nest.
const MaxDepth = 64

// Kind is a JSON value's type, told by its first byte.
type Kind uint8

// The kinds of values. Bad is the end of the text or a byte that begins no value.
const (
	Bad Kind = iota
	Object
	Array
	String
	Number
	Bool
	Null
)

// Error says where a text stopped being what it should be.
type Error struct {
	At  int    // byte offset
	Why string // half a sentence: "a comma or } is missing"
}

// Error prints the position and the reason.
func (e *Error) Error() string { return fmt.Sprintf("byte %d: %s", e.At, e.Why) }

// Cursor is a position in a JSON text. The first error sticks: from then on every method says "nothing here", so callers
// loop without checking and ask Err once at the end. A Cursor is a value; it holds the text and never changes it.
type Cursor struct {
	text  []byte
	at    int
	depth int
	// fresh says that the innermost object or array was just entered: no comma before its first element.
	fresh bool
	// high collects the string bytes' top bits: text that is all ASCII needs no UTF-8 validation.
	high uint64
	fail Error
}

// New puts a cursor before the first byte of text.
func New(text []byte) Cursor { return Cursor{text: text} }

// Err is the first error, or nil.
func (c *Cursor) Err() *Error {
	if c.fail.Why == "" {
		return nil
	}
	e := c.fail
	return &e
}

// Stop ends the walk without an error of its own: the caller has found something it refuses.
func (c *Cursor) Stop() { c.at = len(c.text) }

// At is the offset of the next unread byte.
func (c *Cursor) At() int { return c.at }

// Bytes are the bytes from one offset to another, not copied.
func (c *Cursor) Bytes(from, to int) []byte { return c.text[from:to] }

// End checks that nothing follows but white space, and that the whole text is UTF-8. It reports whether all is well.
func (c *Cursor) End() bool {
	c.space()
	if c.fail.Why == "" && c.at < len(c.text) {
		c.stop(c.at, "something follows the end of the value")
	}
	if c.fail.Why == "" && c.high&highs != 0 && !utf8.Valid(c.text) {
		c.stop(badUTF8(c.text), "this is not valid UTF-8")
	}
	return c.fail.Why == ""
}

// Kind looks at the next value without reading it.
func (c *Cursor) Kind() Kind {
	c.space()
	if c.at >= len(c.text) {
		return Bad
	}
	switch b := c.text[c.at]; b {
	case '{':
		return Object
	case '[':
		return Array
	case '"':
		return String
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	default:
		if b == '-' || b-'0' < 10 {
			return Number
		}
		return Bad
	}
}

// Object enters an object; Key then gives its keys. It reports whether there is one.
func (c *Cursor) Object() bool { return c.enter('{', "an object must begin here") }

// Array enters an array; More then stops at its elements. It reports whether there is one.
func (c *Cursor) Array() bool { return c.enter('[', "an array must begin here") }

// Key reads the next key of the object that was entered, and the colon; the value must be read or skipped before the next
// call. At the closing brace it leaves the object and reports false.
func (c *Cursor) Key() (Text, bool) {
	if !c.next('}') {
		return Text{}, false
	}
	return c.name()
}

// More reports whether the array that was entered has another element, which must be read or skipped before the next
// call. At the closing bracket it leaves the array and reports false.
func (c *Cursor) More() bool { return c.next(']') }

// Bool reads true or false.
func (c *Cursor) Bool() (value, ok bool) {
	c.space()
	if c.at < len(c.text) && c.text[c.at] == 't' {
		return true, c.literal("true")
	}
	return false, c.literal("false")
}

// Null reads null.
func (c *Cursor) Null() bool { c.space(); return c.literal("null") }

// Int reads a number written as a plain integer that fits 64 bits. ok is false for any other number ("1.0", "1e3",
// twenty digits), which is read over all the same, so that the caller can name the field.
func (c *Cursor) Int() (value int64, ok bool) {
	c.space()
	from := c.at
	if !c.number() {
		return 0, false
	}
	digits, negative := c.text[from:c.at], false
	if digits[0] == '-' {
		digits, negative = digits[1:], true
	}
	if len(digits) > 18 {
		return 0, false
	}
	for _, d := range digits {
		if d < '0' || d > '9' {
			return 0, false
		}
		value = value*10 + int64(d-'0')
	}
	if negative {
		value = -value
	}
	return value, true
}

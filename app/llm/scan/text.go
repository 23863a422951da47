package scan

import (
	"encoding/binary"
	"math/bits"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Text is a JSON string in the scanned text: the half-open range [From, To) with its quotes.
type Text struct {
	From, To int
	// Escaped says that there is a backslash in it, so its bytes are not its value.
	Escaped bool
}

// Len is how many bytes stand between the quotes: never fewer than the value has.
func (t Text) Len() int { return t.To - t.From - 2 }

// Eight bytes are looked at together: a byte of a word is special if subtracting its limit borrows into its top bit.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// special marks the bytes of a word at which a string may end or an escape begin: control characters, quotes and
// backslashes. The lowest mark is right; those above it may not be. With its second bit flipped a quote (0x22) stands right
// above the control characters, so that one comparison finds both.
func special(w uint64) uint64 {
	low, slash := w^(ones*0x02), w^(ones*'\\')
	return ((low-ones*0x21)&^low | (slash-ones)&^slash) & highs
}

// String reads a string.
func (c *Cursor) String() (Text, bool) {
	c.space()
	if c.at >= len(c.text) || c.text[c.at] != '"' {
		c.stop(c.at, "a string must begin here")
		return Text{}, false
	}
	return c.quoted()
}

// quoted reads the string whose opening quote is the next byte.
func (c *Cursor) quoted() (Text, bool) {
	b, from, i, escaped, high := c.text, c.at, c.at+1, false, uint64(0)
	for {
		for i+32 <= len(b) {
			w, x, y, z := binary.LittleEndian.Uint64(b[i:]), binary.LittleEndian.Uint64(b[i+8:]), binary.LittleEndian.Uint64(b[i+16:]), binary.LittleEndian.Uint64(b[i+24:])
			if special(w)|special(x)|special(y)|special(z) != 0 {
				break
			}
			high |= w | x | y | z
			i += 32
		}
		for i+8 <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])
			high |= w
			if found := special(w); found != 0 {
				i += bits.TrailingZeros64(found) / 8
				break
			}
			i += 8
		}
		for i < len(b) && b[i] >= 0x20 && b[i] != '"' && b[i] != '\\' {
			high |= uint64(b[i])
			i++
		}
		switch {
		case i >= len(b):
			c.stop(len(b), "the text ends inside a string")
			return Text{}, false
		case b[i] == '"':
			c.at = i + 1
			c.high |= high
			return Text{From: from, To: c.at, Escaped: escaped}, true
		case b[i] != '\\':
			c.stop(i, "a control character stands inside a string; write it as \\u00"+strconv.FormatInt(int64(b[i])+0x100, 16)[1:])
			return Text{}, false
		}
		n := escape(b[i:])
		if n == 0 {
			c.stop(i, "a backslash stands before a character that it cannot escape")
			return Text{}, false
		}
		escaped = true
		i += n
	}
}

// escape is the length of the escape sequence at the start of b, 0 if it is none.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := unit(b); ok {
			return 6
		}
	}
	return 0
}

// unit reads one \u escape: four hexadecimal digits.
func unit(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, d := range b[2:6] {
		switch {
		case d >= '0' && d <= '9':
			d -= '0'
		case d|0x20 >= 'a' && d|0x20 <= 'f':
			d = d | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(d)
	}
	return r, true
}

// Value is the string's value, unescaped. Without escapes it is a part of the scanned text, not copied; with escapes it is
// appended to room (which may be nil). Lone surrogates become U+FFFD, as every provider reads them. A string that could not be
// read, the zero Text, has no value.
func (c *Cursor) Value(t Text, room []byte) []byte {
	if t.To == 0 {
		return nil
	}
	raw := c.text[t.From+1 : t.To-1]
	if !t.Escaped {
		return raw
	}
	out := room[:0]
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			out = append(out, raw[i])
			i++
			continue
		}
		if raw[i+1] != 'u' {
			out = append(out, plain[raw[i+1]])
			i += 2
			continue
		}
		r, _ := unit(raw[i:])
		i += 6
		if utf16.IsSurrogate(r) {
			low, _ := unit(raw[i:])
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				i += 6
			}
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

var plain = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// Folded reports whether key is what Fold would make of it, without doing it.
func Folded(key []byte) bool {
	for _, b := range key {
		if b >= utf8.RuneSelf || b-'A' < 26 {
			return false
		}
	}
	return true
}

// Fold writes key as a lenient decoder would match it, lower case with the two letters that fold to ASCII (Go's
// encoding/json takes "MODEL", and "meſſages", for the plain names). The result is in room if it fits there.
func Fold(key, room []byte) []byte {
	out := room[:0]
	for i := 0; i < len(key); {
		r, n := utf8.DecodeRune(key[i:])
		switch {
		case r >= 'A' && r <= 'Z':
			r += 'a' - 'A'
		case r == 'ſ':
			r = 's'
		case r == '\u212A': // the Kelvin sign
			r = 'k'
		}
		if r == utf8.RuneError && n == 1 {
			out = append(out, key[i])
		} else {
			out = utf8.AppendRune(out, r)
		}
		i += n
	}
	return out
}

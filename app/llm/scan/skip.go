package scan

import "bytes"

// Skip reads over the next value, of any kind, and checks its grammar. Most of a request is read only here, so this is
// one loop over the bytes: a value, then whatever closes behind it, then a comma, and in an object the next key.
func (c *Cursor) Skip() {
	b, i := c.text, c.at
	inside := 0          // containers entered
	objects := uint64(0) // one bit for each of them: 1 for an object, the innermost lowest
	const object = 1     // the innermost one's bit
	for {
		for i < len(b) && blank(b[i]) {
			i++
		}
		c.at = i
		if i == len(b) {
			c.stop(i, "a value is missing")
			return
		}
		opened := false
		switch d := b[i]; d {
		case '"':
			if _, ok := c.quoted(); !ok {
				return
			}
		case '{', '[':
			if inside++; c.depth+inside > MaxDepth {
				c.stop(i, tooDeep)
				return
			}
			objects <<= 1
			if d == '{' {
				objects |= object
			}
			c.at++
			opened = true
		default:
			if !c.scalar(d) {
				return
			}
		}
		i = c.at
		// Behind a value or an opening bracket: close what closes here.
		for {
			for i < len(b) && blank(b[i]) {
				i++
			}
			if inside == 0 && !opened {
				c.at, c.fresh = i, false
				return
			}
			if i == len(b) {
				c.stop(i, tooShort)
				return
			}
			if b[i] != closing[objects&object] {
				break
			}
			i++
			inside--
			objects >>= 1
			opened = false
		}
		if !opened {
			if b[i] != ',' {
				c.stop(i, noComma)
				return
			}
			for i++; i < len(b) && blank(b[i]); i++ {
			}
			if i < len(b) && b[i] == closing[objects&object] {
				c.stop(i, lastComma)
				return
			}
		}
		if objects&object == object {
			c.at = i
			if _, ok := c.name(); !ok {
				return
			}
			i = c.at
		}
	}
}

var closing = [2]byte{']', '}'}

func blank(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

// scalar reads a number, true, false or null, which begins with d.
func (c *Cursor) scalar(d byte) bool {
	switch {
	case d-'0' < 10 || d == '-':
		return c.number()
	case d == 't':
		return c.literal("true")
	case d == 'f':
		return c.literal("false")
	case d == 'n':
		return c.literal("null")
	}
	c.stop(c.at, "a value is missing")
	return false
}

// number reads -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?.
func (c *Cursor) number() bool {
	b, i := c.text, c.at
	if i < len(b) && b[i] == '-' {
		i++
	}
	whole := i
	i = digits(b, i)
	ok := i > whole && (b[whole] != '0' || i == whole+1)
	if ok && i < len(b) && b[i] == '.' {
		fraction := i + 1
		i = digits(b, fraction)
		ok = i > fraction
	}
	if ok && i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		exponent := i
		i = digits(b, exponent)
		ok = i > exponent
	}
	if !ok {
		c.stop(c.at, "this is not a number")
		return false
	}
	c.at = i
	return true
}

func digits(b []byte, i int) int {
	for i < len(b) && b[i]-'0' < 10 {
		i++
	}
	return i
}

// Seen finds keys that repeat within one object. The zero Seen has seen none.
type Seen struct {
	n    int
	keys [24]Text
	more map[string]struct{} // beyond 24 keys
}

// Reset forgets all keys, for the next object.
func (s *Seen) Reset() { s.n, s.more = 0, nil }

// First notes a key of the object that c walks, and reports whether it is new. Keys are compared by value: "model" and
// "mod\u0065l" are the same.
func (s *Seen) First(c *Cursor, key Text) bool {
	for _, k := range s.keys[:s.n] {
		if k.Escaped || key.Escaped {
			if bytes.Equal(c.Value(k, nil), c.Value(key, nil)) {
				return false
			}
		} else if k.Len() == key.Len() && bytes.Equal(c.Value(k, nil), c.Value(key, nil)) {
			return false
		}
	}
	if s.n < len(s.keys) {
		s.keys[s.n] = key
		s.n++
		return true
	}
	if s.more == nil {
		s.more = make(map[string]struct{})
	}
	v := c.Value(key, nil)
	if _, there := s.more[string(v)]; there {
		return false
	}
	s.more[string(v)] = struct{}{}
	return true
}

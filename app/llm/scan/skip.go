package scan

import "bytes"

// Skip reads over the next value, of any kind, and checks its grammar.
func (c *Cursor) Skip() {
	root, objects := c.depth, uint64(0) // one bit for each container entered: 1 for an object, the innermost lowest
	for {
		switch c.Kind() {
		case Object:
			c.Object()
			objects = objects<<1 | 1
		case Array:
			c.Array()
			objects <<= 1
		case String:
			c.quoted()
		case Number:
			c.number()
		case Bool:
			c.Bool()
		case Null:
			c.Null()
		default:
			c.stop(c.at, "a value is missing")
		}
		for more := false; !more; {
			if c.depth == root || c.fail.Why != "" {
				return
			}
			if objects&1 == 1 {
				_, more = c.Key()
			} else {
				more = c.More()
			}
			if !more {
				objects >>= 1
			}
		}
	}
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

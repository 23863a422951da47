package scan

// MaxCount is the largest count that is believed of a provider: far above any context window, far below where sums of a
// few counts could wrap.
const MaxCount = 1 << 40

// Part is a member of an object that holds a count, and where it goes.
type Part struct {
	Name string
	Into *int64
}

// Count reads a count: a whole number from 0 to MaxCount; null is nothing and leaves into as it is. Anything else is read
// over and not believed: a negative, fractional or huge count must never become money.
func (c *Cursor) Count(into *int64) bool {
	switch c.Kind() {
	case Null:
		return c.Null()
	case Number:
		v, whole := c.Int()
		if !whole || v < 0 || v > MaxCount {
			return false
		}
		*into = v
		return true
	}
	c.Skip()
	return false
}

// Counts reads an object of counts; members that are not in parts are read over. null is an object without members. It
// reports whether everything in it can be believed.
func (c *Cursor) Counts(parts []Part) bool {
	if c.Kind() == Null {
		return c.Null()
	}
	if c.Kind() != Object {
		c.Skip()
		return false
	}
	ok := true
	c.Object()
next:
	for key, more := c.Key(); more; key, more = c.Key() {
		name := c.Value(key, nil)
		for i := range parts {
			if string(name) == parts[i].Name {
				ok = c.Count(parts[i].Into) && ok
				continue next
			}
		}
		c.Skip()
	}
	return ok
}

package dialect

import (
	"io"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// Texts reads over a value and counts the bytes of the strings in it, other than keys and the members of these names. Escapes
// count as they stand, and so do names, so it is never too few.
func Texts(c *scan.Cursor, but []string) (n int) {
	switch c.Kind() {
	case scan.String:
		t, _ := c.String()
		return t.Len()
	case scan.Object:
		c.Object()
		for key, ok := c.Key(); ok; key, ok = c.Key() {
			if among(c.Value(key, nil), but) {
				c.Skip()
			} else {
				n += Texts(c, but)
			}
		}
	case scan.Array:
		c.Array()
		for c.More() {
			n += Texts(c, but)
		}
	default:
		c.Skip()
	}
	return n
}

// among compares without making a string of the name: this runs for each piece of a stream.
func among(name []byte, list []string) bool {
	for _, s := range list {
		if string(name) == s {
			return true
		}
	}
	return false
}

// linger is how long Close waits for the end of a body whose end mark has come, so that its connection can be used again.
const linger = 50 * time.Millisecond

// Body is what a stream is read from, to be closed once. Marked says that the answer's end mark came: Close then waits a moment
// for the body's own end. Anything else that may follow is dropped, together with the connection.
type Body struct {
	io.ReadCloser
	Marked bool

	once   sync.Once
	failed error
}

// Close implements llm.Stream's.
func (b *Body) Close() error {
	b.once.Do(func() {
		if b.Marked {
			t := time.AfterFunc(linger, func() { _ = b.ReadCloser.Close() })
			_, _ = b.Read(make([]byte, 1))
			t.Stop()
		}
		b.failed = b.ReadCloser.Close()
	})
	return b.failed
}

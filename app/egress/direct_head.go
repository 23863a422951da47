package egress

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// head is the first part of a request as it goes over the wire.
type head struct{ b []byte }

var heads = sync.Pool{New: func() any { return &head{make([]byte, 0, 4<<10)} }}

// Sizes of the buffer that a head is put together in.
const (
	along    = 32 << 10 // a body up to this size leaves with its head, in one piece
	maxSpare = 64 << 10 // a larger buffer is not kept
)

// newHead writes a request's head. A header or path that would break it is an error, as in net/http.
func newHead(r *http.Request) (*head, error) {
	path := r.URL.RequestURI()
	if !isPrintable(path) {
		return nil, fmt.Errorf("egress: the path %q cannot be sent", path)
	}
	h := heads.Get().(*head)
	b := append(h.b[:0], r.Method...)
	b = append(append(append(b, ' '), path...), " HTTP/1.1\r\nHost: "...)
	b = append(append(b, r.URL.Host...), "\r\n"...)
	for name, values := range r.Header {
		switch name {
		case "Host", "Content-Length", "Transfer-Encoding", "Trailer", "Connection":
			continue // these say how the message is framed, which is ours to say
		}
		if !isToken(name) {
			return nil, fmt.Errorf("egress: %q is no name of a header", name)
		}
		for _, v := range values {
			if !isValue(v) {
				return nil, fmt.Errorf("egress: the header %s has a value that cannot be sent", name)
			}
			b = append(append(append(append(b, name...), ": "...), v...), "\r\n"...)
		}
	}
	if r.Close {
		b = append(b, "Connection: close\r\n"...)
	}
	if !bodiless(r) || r.Method != http.MethodGet && r.Method != http.MethodHead {
		b = append(strconv.AppendInt(append(b, "Content-Length: "...), r.ContentLength, 10), "\r\n"...)
	}
	h.b = append(b, "\r\n"...)
	return h, nil
}

// free gives the buffer back.
func (h *head) free() {
	if cap(h.b) <= maxSpare {
		heads.Put(h)
	}
}

// send writes the head and the body, and closes the body.
func (h *head) send(c *conn, r *http.Request) error {
	defer closeBody(r)
	b, n := h.b, r.ContentLength
	if n > 0 && n <= along {
		at := len(b)
		b = slices.Grow(b, int(n))[:at+int(n)]
		if _, err := io.ReadFull(r.Body, b[at:]); err != nil {
			return fmt.Errorf("egress: read the request's body: %w", err)
		}
		h.b, n = b[:at], 0
	}
	if p, ok := r.Body.(interface{ Parts() [][]byte }); ok && n > 0 {
		all, size := net.Buffers{b}, int64(0)
		for _, part := range p.Parts() {
			all, size = append(all, part), size+int64(len(part))
		}
		if size != n {
			return c.wrongLength(size, n)
		}
		return c.writeAll(all)
	}
	if _, err := c.Write(b); err != nil || n == 0 {
		return err
	}
	var m int64
	var err error
	if all, ok := r.Body.(io.WriterTo); ok && r.GetBody != nil { // made by http.NewRequest, which also measured it
		m, err = all.WriteTo(c)
	} else {
		m, err = io.Copy(c, io.LimitReader(r.Body, n))
	}
	if err == nil && m != n {
		err = c.wrongLength(m, n)
	}
	return err
}

// wrongLength also ends the wait for an answer: none can come to a request that does not end where it said.
func (c *conn) wrongLength(have, said int64) error {
	c.cut()
	return fmt.Errorf("egress: the request's body has %d bytes, not %d: %w", have, said, io.ErrUnexpectedEOF)
}

// isToken reports whether s is a token, as names of headers must be.
func isToken(s string) bool {
	for i := range len(s) {
		if c := s[i]; !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-_!#$%&'*+.^`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}

// isValue reports whether s has no control characters but tabs.
func isValue(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

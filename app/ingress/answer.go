package ingress

import (
	"context"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// answer is the http.ResponseWriter of one request. Like net/http's it may be used by one goroutine at a time.
type answer struct {
	c       *conn
	b       *body
	header  http.Header
	status  int      // 0 before WriteHeader
	length  int64    // of the body, as the header says; -1 = it does not
	written int64    // bytes of it
	begun   bool     // the header has its end
	chunked bool     // the body goes out in chunks
	first   []byte   // its first bytes, while it may still turn out to be short enough to have its length told
	typed   bool     // the header says what it is
	trailer []string // names of what comes after it
	last    bool     // the connection ends with this answer
	late    bool     // a deadline for writing was set
	flushed bool     // a piece was sent before the end
	failed  error
	cancel  context.CancelFunc
}

var (
	_ http.ResponseWriter = (*answer)(nil)
	_ http.Flusher        = (*answer)(nil)
)

// Sizes: of a body whose length is told although the handler did not, of what waits for more before it is sent, and of an
// unread rest of a request that is read for the connection's sake; all as in net/http, but for the second.
const (
	short  = 2 << 10
	enough = 16 << 10
	unread = 256 << 10
)

// Header implements http.ResponseWriter.
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements http.ResponseWriter. Interim answers are not sent.
func (a *answer) WriteHeader(status int) {
	if status < 100 || status > 999 {
		status = http.StatusInternalServerError
	}
	if a.status != 0 || status < 200 {
		return
	}
	a.status = status
	a.drain()
	a.c.out = append(a.c.out[:0], "HTTP/1.1 "...)
	a.c.out = strconv.AppendInt(a.c.out, int64(status), 10)
	a.c.out = append(a.c.out, ' ')
	if text := http.StatusText(status); text != "" {
		a.line(text, "")
	} else {
		a.line("status code ", strconv.Itoa(status))
	}
	a.fields()
	if a.last = a.last || a.c.s.closing.Load(); a.last {
		a.line("Connection: ", "close")
	}
}

// drain reads what is left of the request, so that the next one can be found behind it, and a client that writes before it
// reads gets there.
func (a *answer) drain() {
	if a.b.left > 0 && !a.last {
		if a.b.left <= unread && !a.b.closed {
			_, _ = io.CopyN(io.Discard, a.b, a.b.left)
		}
		a.last = a.b.left > 0
	}
}

// bodied reports whether an answer of this status has a body.
func (a *answer) bodied() bool {
	return a.status != http.StatusNoContent && a.status != http.StatusNotModified
}

// fields puts the header's own fields into the buffer, but for those that say how the answer is framed.
func (a *answer) fields() {
	dated, encoded := false, false
	for name, values := range a.header {
		switch name {
		case "Content-Length":
			if n, err := strconv.ParseUint(strings.Join(values, ","), 10, 62); err == nil && a.bodied() {
				a.length = int64(n)
			} else {
				continue
			}
		case "Connection":
			a.last = a.last || len(values) > 0 && strings.EqualFold(values[0], "close")
			continue
		case "Transfer-Encoding":
			continue
		case "Content-Type":
			a.typed = true
		case "Content-Encoding":
			encoded = len(values) > 0 && values[0] != ""
		case "Date":
			dated = true
		case "Trailer":
			a.announce(values)
		}
		if !isToken(name) {
			continue
		}
		for _, v := range values {
			a.field(name, v)
		}
	}
	a.typed = a.typed || encoded || !a.bodied()
	if !dated {
		a.line("Date: ", a.c.s.now())
	}
}

// announce notes which fields come after the body.
func (a *answer) announce(values []string) {
	for _, v := range values {
		for name := range strings.SplitSeq(v, ",") {
			name = textproto.CanonicalMIMEHeaderKey(textproto.TrimString(name))
			switch name {
			case "", "Transfer-Encoding", "Content-Length", "Trailer":
			default:
				a.trailer = append(a.trailer, name)
			}
		}
	}
}

func (a *answer) field(name, value string) {
	if !isValue(value) {
		value = strings.NewReplacer("\n", " ", "\r", " ").Replace(value)
	}
	a.c.out = append(append(a.c.out, name...), ": "...)
	a.line(textproto.TrimString(value), "")
}

func (a *answer) line(start, end string) {
	a.c.out = append(append(append(a.c.out, start...), end...), "\r\n"...)
}

// stamp is the Date of a second.
type stamp struct {
	second int64
	text   string
}

// now is what Date says.
func (s *Server) now() string {
	t := clock.System{}.Now()
	if d := s.date.Load(); d != nil && d.second == t.Unix() {
		return d.text
	}
	d := &stamp{t.Unix(), t.Format(http.TimeFormat)}
	s.date.Store(d)
	return d.text
}

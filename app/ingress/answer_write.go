package ingress

import (
	"net"
	"net/http"
	"strconv"
	"time"
)

// Write implements io.Writer.
func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	switch {
	case len(p) == 0:
		return 0, nil
	case !a.bodied():
		return 0, http.ErrBodyNotAllowed
	}
	a.written += int64(len(p))
	switch {
	case a.length >= 0 && a.written > a.length:
		return 0, http.ErrContentLength
	case a.length >= 0:
		a.begin(p)
		a.put(p, "")
	case !a.begun && len(a.first)+len(p) <= short:
		a.first = append(a.first, p...)
	default:
		a.commit(p)
		a.chunk(p)
	}
	if a.failed != nil {
		return 0, a.failed
	}
	return len(p), nil
}

// begin ends the header, with the type of a body that begins with p.
func (a *answer) begin(p []byte) {
	if a.begun {
		return
	}
	a.begun = true
	if !a.typed && len(p) > 0 {
		a.line("Content-Type: ", http.DetectContentType(p))
	}
	switch {
	case !a.bodied() || a.length >= 0:
	case a.chunked:
		a.line("Transfer-Encoding: ", "chunked")
	default:
		a.line("Content-Length: ", strconv.Itoa(len(p)))
	}
	a.line("", "")
}

// commit begins a body in chunks, with what has waited for it; next comes then.
func (a *answer) commit(next []byte) {
	if a.begun {
		return
	}
	a.chunked = true
	first := a.first
	if a.first = nil; len(first) == 0 {
		a.begin(next)
		return
	}
	a.begin(first)
	a.chunk(first)
}

func (a *answer) chunk(p []byte) {
	a.c.out = append(strconv.AppendInt(a.c.out, int64(len(p)), 16), "\r\n"...)
	a.put(p, "\r\n")
}

// put sends p and end, now or with what follows. What is large leaves as it lies.
func (a *answer) put(p []byte, end string) {
	if len(a.c.out)+len(p) <= enough {
		a.c.out = append(append(a.c.out, p...), end...)
		return
	}
	a.send(p)
	a.c.out = append(a.c.out, end...)
}

// send writes the buffer, and p after it.
func (a *answer) send(p []byte) {
	var err error
	switch {
	case a.failed != nil:
	case len(p) > 0:
		_, err = (&net.Buffers{a.c.out, p}).WriteTo(a.c.nc)
	case len(a.c.out) > 0:
		_, err = a.c.nc.Write(a.c.out)
	}
	if a.c.out = a.c.out[:0]; err != nil {
		a.failed = err
		a.cancel()
	}
}

// FlushError implements what http.ResponseController looks for.
func (a *answer) FlushError() error {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.length < 0 && a.bodied() {
		a.commit(nil)
	}
	a.begin(nil)
	if !a.flushed {
		a.flushed = true
		a.c.watch.look()
	}
	a.send(nil)
	return a.failed
}

// Flush implements http.Flusher.
func (a *answer) Flush() { _ = a.FlushError() }

// SetReadDeadline implements what http.ResponseController looks for: it bounds how long the request's body may take.
func (a *answer) SetReadDeadline(t time.Time) error {
	a.b.until = t
	return nil
}

// SetWriteDeadline implements what http.ResponseController looks for.
func (a *answer) SetWriteDeadline(t time.Time) error {
	a.late = true
	return a.c.nc.SetWriteDeadline(t)
}

// finish ends the answer after its handler, and reports whether the client has left.
func (a *answer) finish() (left bool) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	switch {
	case !a.bodied():
		a.begin(nil)
	case a.length >= 0:
		a.last = a.last || a.written != a.length
		a.begin(nil)
	case !a.begun && len(a.trailer) == 0:
		a.begin(a.first)
		a.put(a.first, "")
	default:
		a.commit(nil)
		a.line("0", "")
		for _, name := range a.trailer {
			for _, v := range a.header[name] {
				a.field(name, v)
			}
		}
		a.line("", "")
	}
	left = a.c.watch.end() // first: what comes after the last byte is the next request
	a.send(nil)
	return left
}

// Package sse cuts a stream of server-sent events into events without changing a byte: each event is what arrived, its
// blank line included, and is handed out as soon as that line is complete. Only a byte order mark in front is dropped: who
// reads a single event later could not tell it from text.
//
// Lines end with LF or CRLF. A lone CR, which the standard also allows and no provider sends, would force a reader to
// wait for the next byte before it can tell; it counts as part of the line.
package sse

import (
	"bytes"
	"errors"
	"io"
)

// MaxEvent is how large one event may be, unless Allow says otherwise. Providers' largest of text are a few KiB.
const MaxEvent = 1 << 20

// ErrTooLarge says that an event is larger than that.
var ErrTooLarge = errors.New("sse: an event is too large")

// Event is one event as it arrived.
type Event struct {
	Raw []byte // all bytes, framing included
	// Data is the payload: the data line's value, or the values of several joined by line feeds. Nil without one.
	Data []byte
	// Name is the event line's value. Nil without one.
	Name []byte
}

// Reader reads events. It belongs to one goroutine.
type Reader struct {
	src   io.Reader
	buf   []byte
	from  int // the event being read starts here
	line  int // its line being read starts here
	look  int // and was searched for its end up to here
	end   int // end of the event once it is complete, else 0
	to    int // end of what was read
	err   error
	most  int  // bytes of one event
	begun bool // past the first event, where a byte order mark may be
}

// NewReader reads from src, which it asks for more only when it holds no complete event.
func NewReader(src io.Reader) *Reader {
	return &Reader{src: src, buf: make([]byte, 4096), most: MaxEvent}
}

// Allow sets how large one event may be, for streams whose events hold pictures or sound.
func (r *Reader) Allow(most int) { r.most = most }

// Ready reports whether Next will answer without reading from the source. The last event stays valid.
func (r *Reader) Ready() bool {
	for r.end == 0 {
		i := bytes.IndexByte(r.buf[r.look:r.to], '\n')
		if i < 0 {
			r.look = r.to
			return false
		}
		line := r.buf[r.line : r.look+i]
		r.look += i + 1
		r.line = r.look
		if len(line) == 0 || len(line) == 1 && line[0] == '\r' {
			r.end = r.line
		}
	}
	return true
}

// Next gives the next event, valid until it is called again. At the end of the source it gives what is left, without
// the blank line that should have followed, together with the source's error.
func (r *Reader) Next() (Event, error) {
	for !r.Ready() {
		if err := r.fill(); err != nil {
			raw := r.buf[r.from:r.to]
			r.from, r.line, r.look = r.to, r.to, r.to
			return r.parse(raw), err
		}
	}
	raw := r.buf[r.from:r.end]
	r.from, r.end = r.end, 0
	return r.parse(raw), nil
}

// fill reads once. The event under way keeps its bytes; everything before it is given up.
func (r *Reader) fill() error {
	if r.err != nil {
		return r.err
	}
	if r.to == len(r.buf) {
		buf := r.buf
		if r.from == 0 {
			if len(buf) >= r.most {
				r.err = ErrTooLarge
				return r.err
			}
			buf = make([]byte, 2*len(buf))
		}
		r.to = copy(buf, r.buf[r.from:r.to])
		r.line, r.look, r.from, r.buf = r.line-r.from, r.look-r.from, 0, buf
	}
	for range 100 {
		n, err := r.src.Read(r.buf[r.to:])
		r.to += n
		r.err = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	r.err = io.ErrNoProgress
	return r.err
}

// parse reads an event's lines. Comments, ids and unknown fields matter to nobody here.
func (r *Reader) parse(raw []byte) Event {
	if !r.begun {
		r.begun = true
		raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	}
	e, rest := Event{Raw: raw}, raw
	for len(rest) > 0 {
		var line []byte
		if line, rest, _ = bytes.Cut(rest, []byte{'\n'}); len(line) > 0 && line[len(line)-1] == '\r' {
			line = line[:len(line)-1]
		}
		name, value, _ := bytes.Cut(line, []byte{':'})
		value = bytes.TrimPrefix(value, []byte{' '})
		switch string(name) {
		case "data":
			if e.Data == nil {
				e.Data = value[:len(value):len(value)]
				continue
			}
			e.Data = append(append(e.Data, '\n'), value...) // its capacity is its length: this copies
		case "event":
			e.Name = value
		}
	}
	return e
}

// Data is the payload of one whole event, such as Next gave: the data lines' values, joined by line feeds.
func Data(raw []byte) []byte {
	r := Reader{begun: true}
	return r.parse(raw).Data
}

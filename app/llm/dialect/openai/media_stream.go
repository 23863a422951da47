package openai

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
	"github.com/bodhi-gateway/bodhi/app/llm/sse"
)

// newMediaStream reads a streamed answer: bytes that pass as they are, or events.
func newMediaStream(body io.ReadCloser, call *llm.Call) llm.Stream {
	if call.Plain != "" {
		return &bytesStream{body: body, call: call, buf: make([]byte, 32<<10)}
	}
	return dialect.NewMediaStream(body, &mediaLook{})
}

// mediaLook reads the events of pictures, transcripts and speech. Their streams have no end mark that all servers send: the
// body's end after the event that completes the answer is one.
type mediaLook struct {
	used  llm.Usage
	whole bool
}

// Ended implements dialect.Ender.
func (l *mediaLook) Ended() bool { return l.whole }

// Look implements dialect.Look.
func (l *mediaLook) Look(e sse.Event, payload []byte) llm.Event {
	if payload[0] == '[' {
		return llm.Event{Kind: llm.Terminal, Raw: e.Raw}
	}
	out := llm.Event{Raw: e.Raw}
	var kind string
	var used llm.Usage
	var reported, failed bool
	c := scan.New(payload)
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := string(c.Value(key, nil)); {
		case name == "type" && c.Kind() == scan.String:
			t, _ := c.String()
			kind = string(c.Value(t, nil))
		case name == "delta" && c.Kind() == scan.String:
			t, _ := c.String()
			out.OutputBytes = t.Len()
		case name == "usage" && c.Kind() == scan.Object:
			used, reported = readMediaUsage(&c)
		case name == "error":
			failed = c.Kind() != scan.Null
			c.Skip()
		default:
			c.Skip()
		}
	}
	switch {
	case !c.End():
		return dialect.Broken("it sent an event that is not valid JSON", nil)
	case failed || kind == "error" || string(e.Name) == "error":
		if p, ok := readProblem(payload); ok {
			return dialect.Reported(p)
		}
		return dialect.Broken("it reported an error without words", nil)
	case kind == "image_generation.completed", kind == "image_edit.completed":
		l.used.Images++
		l.whole = true
	case strings.HasSuffix(kind, ".done"):
		l.whole = true
	default:
		return out
	}
	if reported { // each completed picture states its own
		l.add(&used)
	}
	if reported || l.used.Images > 0 {
		sum := l.used
		out.Usage = &sum
	}
	return out
}

func (l *mediaLook) add(u *llm.Usage) {
	s := &l.used
	for _, p := range [...]struct{ into, from *int64 }{{&s.Input, &u.Input}, {&s.CacheRead, &u.CacheRead}, {&s.InputImage, &u.InputImage},
		{&s.CacheReadImage, &u.CacheReadImage}, {&s.InputAudio, &u.InputAudio}, {&s.Output, &u.Output}, {&s.OutputImage, &u.OutputImage},
		{&s.OutputAudio, &u.OutputAudio}, {&s.AudioSeconds, &u.AudioSeconds}} {
		*p.into += *p.from
	}
}

// bytesStream is an answer whose bytes mean nothing to us. Its last event says what speech is billed by where it is billed by
// characters.
type bytesStream struct {
	body io.ReadCloser
	call *llm.Call
	buf  []byte
	some bool
	over error
}

// Next implements llm.Stream.
func (s *bytesStream) Next() (llm.Event, error) {
	if s.over != nil {
		return llm.Event{}, s.over
	}
	n, err := s.body.Read(s.buf)
	for tries := 0; n == 0 && err == nil && tries < 100; tries++ {
		n, err = s.body.Read(s.buf)
	}
	s.some = s.some || n > 0
	switch {
	case n > 0:
		if err != nil && !errors.Is(err, io.EOF) {
			s.over = fmt.Errorf("%w: %w", llm.ErrTruncated, err)
		}
		return llm.Event{Raw: s.buf[:n]}, nil
	case errors.Is(err, io.EOF) && (s.some || s.call.Operation == llm.ReadFile):
		s.over = io.EOF
		out := llm.Event{Kind: llm.Terminal}
		if s.call.Operation == llm.ReadFile || s.call.Bound.Characters > 0 {
			out.Usage = &llm.Usage{Characters: s.call.Bound.Characters}
		}
		return out, nil
	case err == nil:
		err = io.ErrNoProgress
	}
	s.over = fmt.Errorf("%w: %w", llm.ErrTruncated, err)
	return llm.Event{}, s.over
}

// Close implements llm.Stream.
func (s *bytesStream) Close() error { return s.body.Close() }

// Unpacked reads speech in events and gives the sound that they hold, for a client that asked for sound: only the events say
// what was used.
func (Wire) Unpacked(body io.ReadCloser, call *llm.Call) llm.Stream {
	inner := *call
	inner.Plain = ""
	return &unpacked{Stream: newMediaStream(body, &inner), characters: call.Bound.Characters}
}

type unpacked struct {
	llm.Stream
	characters int64
	raw        []byte
	some       bool
}

// Next implements llm.Stream.
func (s *unpacked) Next() (llm.Event, error) {
	e, err := s.Stream.Next()
	if err != nil || e.Kind == llm.Failed {
		return e, err
	}
	if e.Usage != nil {
		e.Usage.Characters = s.characters
	}
	framed := e.Raw
	if e.Raw = nil; e.Kind == llm.Terminal {
		if !s.some {
			return dialect.Broken("it held no sound", nil), nil
		}
		return e, nil
	}
	e.Kind = llm.UsageOnly
	c := scan.New(sse.Data(framed))
	if c.Kind() != scan.Object {
		return e, nil
	}
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		if string(c.Value(key, nil)) != "audio" || c.Kind() != scan.String {
			c.Skip()
			continue
		}
		t, _ := c.String()
		if s.raw, err = base64.StdEncoding.AppendDecode(s.raw[:0], c.Value(t, nil)); err != nil {
			return dialect.Broken("it sent sound that is not base64", err), nil
		}
		e.Kind, e.Raw, s.some = llm.Data, s.raw, true
	}
	return e, nil
}

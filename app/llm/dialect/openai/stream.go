package openai

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/sse"
)

// maxIdle is how many events without data may follow each other. A comment a second for two hours stays below it; a
// flood does not.
const maxIdle = 10_000

// linger is how long Close waits for the end of a body whose end mark has come, so that its connection can be used again.
const linger = 50 * time.Millisecond

// Stream is a streamed answer: the provider's events, forwarded byte for byte, with usage and errors read on the side.
type Stream struct {
	body   io.ReadCloser
	events *sse.Reader
	asked  bool // the client asked for usage
	idle   int
	over   error // what Next says from now on

	closing sync.Once
	failed  error
	marked  bool // the end mark came
}

var _ llm.Stream = (*Stream)(nil)

// NewStream reads the answer to call from body, which Close closes.
func NewStream(body io.ReadCloser, call *llm.Call) *Stream {
	return &Stream{body: body, events: sse.NewReader(body), asked: call.WantsUsage}
}

// Ready reports whether the next event is here already, so that a writer can flush several at once.
func (s *Stream) Ready() bool { return s.over == nil && s.events.Ready() }

// Next implements llm.Stream.
func (s *Stream) Next() (llm.Event, error) {
	if s.over != nil {
		return llm.Event{}, s.over
	}
	e, err := s.events.Next()
	if !sound(e.Raw) {
		e.Raw, e.Data = repaired(e.Raw), repaired(e.Data)
	}
	payload := bytes.TrimSpace(e.Data)
	if string(payload) == "[DONE]" {
		s.over, s.marked = io.EOF, true
		raw := e.Raw
		if err != nil { // the blank line after the mark did not come any more
			raw = append(bytes.TrimRight(raw, "\r\n"), "\n\n"...)
		}
		return llm.Event{Kind: llm.Terminal, Raw: raw}, nil
	}
	switch {
	case errors.Is(err, sse.ErrTooLarge):
		return s.fail("it sent an event larger than 1 MiB", err), nil
	case errors.Is(err, io.EOF):
		s.over = llm.ErrTruncated
		return llm.Event{}, s.over
	case err != nil:
		s.over = fmt.Errorf("%w: %w", llm.ErrTruncated, err)
		return llm.Event{}, s.over
	}
	if len(payload) == 0 {
		if s.idle++; s.idle > maxIdle {
			return s.fail("it sent nothing but empty events", nil), nil
		}
		return llm.Event{Raw: e.Raw}, nil
	}
	s.idle = 0
	return s.read(e, payload), nil
}

// read looks into an event's payload, only as far as something in it matters.
func (s *Stream) read(e sse.Event, payload []byte) llm.Event {
	if payload[0] != '{' || payload[len(payload)-1] != '}' {
		return s.fail("it sent an event that is not JSON", nil)
	}
	out := llm.Event{Raw: e.Raw}
	if bytes.Contains(payload, []byte(`"error"`)) || string(e.Name) == "error" {
		if p, ok := ReadProblem(payload); ok {
			return s.report(p)
		}
	}
	if mentionsUsage(payload) {
		c, ok := readChunk(payload)
		if !ok {
			return s.fail("it sent usage that is not valid JSON", nil)
		}
		if c.reported {
			out.Usage = &c.usage
		}
		if c.usageThere && c.empty && !s.asked {
			out.Kind = llm.UsageOnly
			return out
		}
	}
	n, ok := deltas(payload)
	if !ok {
		return s.fail("it sent an event that is not valid JSON", nil)
	}
	out.OutputBytes = n
	return out
}

// report turns the provider's own error into the last event.
func (s *Stream) report(p *Problem) llm.Event {
	s.over = io.EOF
	text := "The provider reported an error in the middle of its answer."
	if m := p.Sentence(); m != "" {
		text = "The provider reported an error in the middle of its answer: " + m
	}
	return llm.Event{Kind: llm.Failed, Err: fault.New(fault.Upstream, "upstream_failed", text).Because(p)}
}

// fail ends a stream that cannot be trusted any further.
func (s *Stream) fail(why string, cause error) llm.Event {
	s.over = io.EOF
	f := fault.Newf(fault.Upstream, "upstream_failed", "The provider's answer broke: %s. What arrived before is billed; send the request again.", why)
	if cause != nil {
		f = f.Because(cause)
	}
	return llm.Event{Kind: llm.Failed, Err: f}
}

// Close implements llm.Stream. After the end mark it waits a moment for the body's end; anything else that may follow is
// dropped, together with the connection.
func (s *Stream) Close() error {
	s.closing.Do(func() {
		if s.marked {
			t := time.AfterFunc(linger, func() { _ = s.body.Close() })
			_, _ = s.body.Read(make([]byte, 1))
			t.Stop()
		}
		s.failed = s.body.Close()
	})
	return s.failed
}

// sound reports whether bytes can be forwarded as they are: valid UTF-8 without a NUL, which no JSON reader takes.
func sound(raw []byte) bool { return utf8.Valid(raw) && bytes.IndexByte(raw, 0) < 0 }

// repaired replaces each bad byte, so that what the client gets is valid, and so that it is read as what it gets.
func repaired(raw []byte) []byte {
	return bytes.ReplaceAll(bytes.ToValidUTF8(raw, []byte("\uFFFD")), []byte{0}, []byte("\uFFFD"))
}

// Package dialect is what the dialects below it share: the strict walk over a request, the loop over a stream of
// server-sent events, and error shapes. A dialect is a package of its own under this one.
package dialect

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/sse"
)

// MaxIdle is how many events without data may follow each other. A comment a second for two hours stays below it; a
// flood does not.
const MaxIdle = 10_000

// Look is a dialect's reading of its own events. It gets events that are sound, with a payload that begins and ends like
// an object, and says what each is to the gateway; it may keep state, as it is made for one stream.
type Look interface {
	// Look looks into an event, only as far as something in it matters. A Terminal or Failed event ends the stream.
	Look(e sse.Event, payload []byte) llm.Event
}

// Ender is a Look of a dialect without an end mark: the body's own end is the answer's, if the answer is whole by then.
type Ender interface {
	// Ended reports whether what came so far is a whole answer.
	Ended() bool
}

// Marker is an Ender of a dialect that has a mark, of a server that may leave it out: clients get it from us.
type Marker interface{ Mark() []byte }

// Stream is a streamed answer in server-sent events: forwarded byte for byte, read on the side.
type Stream struct {
	body   Body
	events *sse.Reader
	look   Look
	idle   int
	most   string // how large an event may be, for people
	over   error  // what Next says from now on
	late   []byte // a mark that is still to come
	bare   bool
}

var _ llm.Stream = (*Stream)(nil)

// NewStream reads events from body, which Close closes.
func NewStream(body io.ReadCloser, look Look) *Stream {
	return &Stream{body: Body{ReadCloser: body}, events: sse.NewReader(body), look: look, most: "1 MiB"}
}

// NewMediaStream is NewStream for events that hold pictures or sound: up to 32 MiB each, like whole answers.
func NewMediaStream(body io.ReadCloser, look Look) *Stream {
	s := NewStream(body, look)
	s.events.Allow(32 << 20)
	s.most = "32 MiB"
	return s
}

// Bare makes the stream one for clients that read nothing but data: comments are dropped, and so are other lines.
func (s *Stream) Bare() *Stream {
	s.bare = true
	return s
}

// Ready reports whether the next event is here already, so that a writer can flush several at once.
func (s *Stream) Ready() bool { return s.over == nil && s.events.Ready() }

// Next implements llm.Stream.
func (s *Stream) Next() (llm.Event, error) {
	if s.over != nil {
		return llm.Event{}, s.over
	}
	if s.late != nil {
		return s.seen(llm.Event{Kind: llm.Terminal, Raw: s.late}, nil), nil
	}
	e, err := s.events.Next()
	if !sound(e.Raw) {
		e.Raw, e.Data = repaired(e.Raw), repaired(e.Data)
	}
	payload := bytes.TrimSpace(e.Data)
	switch {
	case errors.Is(err, sse.ErrTooLarge):
		s.over = io.EOF
		return Broken("it sent an event larger than "+s.most, err), nil
	case len(payload) > 0 && (err == nil || errors.Is(err, io.EOF)):
		out := s.read(e, payload)
		if err != nil && out.Kind == llm.Data && s.ended() {
			if s.late = s.mark(); s.late != nil { // an event of its own
				out.Raw = append(bytes.TrimRight(out.Raw, "\r\n"), "\n\n"...)
				return out, nil
			}
			out.Kind = llm.Terminal
		}
		if err == nil || out.Kind == llm.Terminal {
			return s.seen(out, err), nil
		}
	case len(payload) == 0 && err == nil:
		if s.idle++; s.idle > MaxIdle {
			s.over = io.EOF
			return Broken("it sent nothing but empty events", nil), nil
		}
		if s.bare || e.Data != nil { // clients try to read the nothing that a data line holds
			return llm.Event{Kind: llm.UsageOnly}, nil
		}
		return llm.Event{Raw: e.Raw}, nil
	}
	if errors.Is(err, io.EOF) && len(payload) == 0 && s.ended() {
		return s.seen(llm.Event{Kind: llm.Terminal, Raw: s.mark()}, nil), nil
	}
	// Half an event, or none: the end mark did not come.
	if s.over = llm.ErrTruncated; !errors.Is(err, io.EOF) {
		s.over = fmt.Errorf("%w: %w", llm.ErrTruncated, err)
	}
	return llm.Event{}, s.over
}

func (s *Stream) ended() bool {
	e, ok := s.look.(Ender)
	return ok && e.Ended()
}

// mark is the one that the server left out; nil for dialects without.
func (s *Stream) mark() []byte {
	if m, ok := s.look.(Marker); ok {
		return m.Mark()
	}
	return nil
}

func (s *Stream) read(e sse.Event, payload []byte) llm.Event {
	s.idle = 0
	if s.bare && !bytes.HasPrefix(e.Raw, []byte("data:")) {
		e.Raw = append(append([]byte("data: "), payload...), "\r\n\r\n"...)
	}
	if string(payload) != "[DONE]" && (payload[0] != '{' || payload[len(payload)-1] != '}') {
		return Broken("it sent an event that is not JSON", nil)
	}
	return s.look.Look(e, payload)
}

// seen notes an event that ends the stream. A mark whose blank line did not come any more gets one.
func (s *Stream) seen(out llm.Event, err error) llm.Event {
	switch out.Kind {
	case llm.Terminal:
		s.over, s.body.Marked = io.EOF, true
		if err != nil {
			out.Raw = append(bytes.TrimRight(out.Raw, "\r\n"), "\n\n"...)
		}
	case llm.Failed:
		s.over = io.EOF
	}
	return out
}

// Reported turns the provider's own error into the last event.
func Reported(p *llm.Problem) llm.Event {
	text := "The provider reported an error in the middle of its answer."
	if m := p.Sentence(); m != "" {
		text = "The provider reported an error in the middle of its answer: " + m
	}
	return llm.Event{Kind: llm.Failed, Err: fault.New(fault.Upstream, "upstream_failed", text).Because(p)}
}

// Broken ends a stream that cannot be trusted any further; why completes "The provider's answer broke:".
func Broken(why string, cause error) llm.Event {
	f := fault.Newf(fault.Upstream, "upstream_failed", "The provider's answer broke: %s. What arrived before is billed; send the request again.", why)
	if cause != nil {
		f = f.Because(cause)
	}
	return llm.Event{Kind: llm.Failed, Err: f}
}

// Close implements llm.Stream.
func (s *Stream) Close() error { return s.body.Close() }

// sound reports whether bytes can be forwarded as they are: valid UTF-8 without a NUL, which no JSON reader takes.
func sound(raw []byte) bool { return utf8.Valid(raw) && bytes.IndexByte(raw, 0) < 0 }

// repaired replaces each bad byte, so that what the client gets is valid, and so that it is read as what it gets.
func repaired(raw []byte) []byte {
	return bytes.ReplaceAll(bytes.ToValidUTF8(raw, []byte("\uFFFD")), []byte{0}, []byte("\uFFFD"))
}

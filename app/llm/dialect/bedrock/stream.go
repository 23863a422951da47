package bedrock

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// stream is a ConverseStream being read: frames are forwarded byte for byte. Its end mark is the metadata event, which
// holds the usage.
type stream struct {
	body    dialect.Body
	in      *bufio.Reader
	buf     []byte
	usage   llm.Usage
	stopped bool // messageStop came
	over    error
}

var _ llm.Stream = (*stream)(nil)

func newStream(body io.ReadCloser) *stream {
	return &stream{body: dialect.Body{ReadCloser: body}, in: bufio.NewReaderSize(body, 8<<10)}
}

// Ready reports whether the next event is here already.
func (s *stream) Ready() bool {
	if s.over != nil || s.in.Buffered() < preludeSize {
		return false
	}
	head, err := s.in.Peek(preludeSize)
	if err != nil {
		return false
	}
	size, err := frameSize(head)
	return err == nil && s.in.Buffered() >= size
}

// Next implements llm.Stream.
func (s *stream) Next() (llm.Event, error) {
	if s.over != nil {
		return llm.Event{}, s.over
	}
	var f frame
	var err error
	f, s.buf, err = readFrame(s.in, s.buf)
	switch {
	case errors.Is(err, io.EOF) && s.stopped: // the answer is whole, only its usage is missing
		s.over = io.EOF
		return llm.Event{Kind: llm.Terminal}, nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		s.over = llm.ErrTruncated
		return llm.Event{}, s.over
	case errors.Is(err, errFrame), errors.Is(err, errSum):
		s.over = io.EOF
		return dialect.Broken("it sent a frame that cannot be read", err), nil
	case err != nil && f.Raw == nil:
		s.over = fmt.Errorf("%w: %w", llm.ErrTruncated, err)
		return llm.Event{}, s.over
	case err != nil:
		s.over = io.EOF
		return dialect.Broken("it sent a frame of an unknown kind", err), nil
	}
	e := s.look(&f)
	if e.Kind == llm.Terminal || e.Kind == llm.Failed {
		s.over, s.body.Marked = io.EOF, e.Kind == llm.Terminal
	}
	return e, nil
}

// look looks into a frame, only as far as something in it matters.
func (s *stream) look(f *frame) llm.Event {
	if f.Exception {
		return dialect.Reported(exception(f))
	}
	if p := bytes.TrimSpace(f.Payload); len(p) == 0 || p[0] != '{' {
		return dialect.Broken("it sent an event that is not JSON", nil)
	}
	out := llm.Event{Raw: f.Raw}
	switch f.Type {
	case "contentBlockStart", "contentBlockDelta":
		n, ok := generated(f.Payload)
		if !ok {
			return dialect.Broken("it sent an event that is not JSON", nil)
		}
		out.OutputBytes = n
	case "messageStop":
		s.stopped = true
	case "metadata":
		r, err := ReadConverse(f.Payload)
		if err != nil && errors.Is(err, errJSON) {
			return dialect.Broken("it sent an event that is not JSON", err)
		}
		if out.Kind = llm.Terminal; r.Reported {
			s.usage = r.Usage
			out.Usage = &s.usage
		}
		if !s.stopped {
			return dialect.Broken("it ended before its answer was complete", nil)
		}
	}
	return out
}

// generated counts the bytes of text in a block's start or delta: every string in it. Signatures and ids count too, so it
// is never too few.
func generated(payload []byte) (n int, ok bool) {
	c := scan.New(payload)
	if !c.Object() {
		return 0, false
	}
	for key, more := c.Key(); more; key, more = c.Key() {
		switch string(c.Value(key, nil)) {
		case "delta", "start":
			n += texts(&c)
		default: // p is padding
			c.Skip()
		}
	}
	return n, c.End()
}

// texts counts the bytes of what was generated.
func texts(c *scan.Cursor) int { return dialect.Texts(c, unsaid) }

// unsaid are members whose strings no model generated.
var unsaid = []string{"signature", "toolUseId", "type"}

// Close implements llm.Stream.
func (s *stream) Close() error { return s.body.Close() }

// Why a document is no answer. The bytes are never forwarded then.
var (
	errEmpty = errors.New("bedrock: the answer is empty")
	errShape = errors.New("bedrock: the answer is JSON, but of another kind")
)

// Document implements llm.Wire.
func (w Wire) Document(_ *llm.Call, body []byte) (llm.Event, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return llm.Event{}, errEmpty
	}
	r, err := ReadConverse(body)
	if errors.Is(err, errJSON) {
		return llm.Event{}, err
	}
	var shape struct {
		Output struct {
			Message *struct {
				Content json.RawMessage `json:"content"`
			} `json:"message"`
		} `json:"output"`
	}
	if json.Unmarshal(body, &shape) != nil || shape.Output.Message == nil {
		if p, ok := w.ReadProblem(body); ok && w.Exception != "" {
			return llm.Event{}, p
		}
		return llm.Event{}, errShape
	}
	out := llm.Event{Kind: llm.Terminal, Raw: body}
	c := scan.New(shape.Output.Message.Content)
	out.OutputBytes = texts(&c)
	if r.Reported {
		out.Usage = &r.Usage
	}
	return out, nil
}

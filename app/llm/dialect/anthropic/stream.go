package anthropic

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
	"github.com/bodhi-gateway/bodhi/app/llm/sse"
)

// look reads the events of one stream.
type look struct {
	counts Counts
	usage  llm.Usage
	final  bool // message_delta has told the final counts
}

// NewStream reads a streamed message from body, which Close closes.
func NewStream(body io.ReadCloser) *dialect.Stream { return dialect.NewStream(body, &look{}) }

// Look implements dialect.Look. Only the events that begin and end a message are read whole.
func (l *look) Look(e sse.Event, payload []byte) llm.Event {
	out := llm.Event{Raw: e.Raw}
	switch string(e.Name) {
	case "message_stop":
		out.Kind = llm.Terminal
		return out
	case "error":
		return l.broken(payload)
	case "message_start", "message_delta":
		return l.measure(out, payload, string(e.Name) == "message_delta")
	case "content_block_delta", "content_block_start":
	case "":
		return l.unnamed(e, payload)
	default: // ping, content_block_stop, what is to come
		if bytes.HasPrefix(e.Name, []byte("message_")) {
			return l.unnamed(e, payload)
		}
		return out
	}
	n, ok := generated(payload)
	if !ok {
		return dialect.Broken("it sent an event that is not valid JSON", nil)
	}
	out.OutputBytes = n
	if bytes.Contains(payload, []byte(`"server_tool_use"`)) {
		out.Searches = begins(payload)
	}
	return out
}

// begins reports, as a number, whether a block's start is one of a search.
func begins(payload []byte) int64 {
	var in heard
	if json.Unmarshal(payload, &in) == nil && in.Type == "content_block_start" && in.Block != nil && in.Block.Type == "server_tool_use" && in.Block.Name == "web_search" {
		return 1
	}
	return 0
}

// unnamed reads an event whose kind is only told inside.
func (l *look) unnamed(e sse.Event, payload []byte) llm.Event {
	kind, ok := kindOf(payload)
	if !ok {
		return dialect.Broken("it sent an event that is not valid JSON", nil)
	}
	if kind == "" || kind == string(e.Name) {
		return llm.Event{Raw: e.Raw}
	}
	e.Name = []byte(kind)
	return l.Look(e, payload)
}

// measure reads usage. The counts of a message that has only begun are a lower bound.
func (l *look) measure(out llm.Event, payload []byte, final bool) llm.Event {
	c := scan.New(payload)
	if !l.find(&c, 0) {
		return dialect.Broken("it sent usage that is not valid JSON", nil)
	}
	l.final = l.final || final
	if u, ok := l.counts.Usage(); ok {
		l.usage = u
		out.Usage, out.Running, out.Beside = &l.usage, !l.final, l.counts.Beside()
	}
	return out
}

// find reads the usage of an event, or of the message inside it. It reports whether the event is sound.
func (l *look) find(c *scan.Cursor, depth int) bool {
	c.Object()
	for key, ok := c.Key(); ok; key, ok = c.Key() {
		switch name := string(c.Value(key, nil)); {
		case name == "usage":
			if !l.counts.Read(c) {
				l.counts = Counts{} // what cannot be believed is counted instead
			}
		case name == "message" && depth == 0 && c.Kind() == scan.Object:
			if l.find(c, 1); c.Err() != nil {
				return false
			}
		default:
			c.Skip()
		}
	}
	return depth > 0 || c.End()
}

func (l *look) broken(payload []byte) llm.Event {
	if p, ok := readProblem(payload); ok {
		return dialect.Reported(p)
	}
	return dialect.Broken("it reported an error that says nothing", nil)
}

func kindOf(payload []byte) (kind string, ok bool) {
	c := scan.New(payload)
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		if string(c.Value(key, nil)) == "type" && c.Kind() == scan.String {
			t, _ := c.String()
			kind = string(c.Value(t, nil))
			continue
		}
		c.Skip()
	}
	return kind, c.End()
}

// generated counts the bytes of text in a block's start or delta: every string but the types. Signatures and ids count
// too, so it is never too few.
func generated(payload []byte) (n int, ok bool) {
	c := scan.New(payload)
	n = texts(&c)
	return n, c.End()
}

func texts(c *scan.Cursor) int { return dialect.Texts(c, unsaid) }

// unsaid are members whose strings no model generated.
var unsaid = []string{"type", "signature", "id"}

// Why a document is no answer. The bytes are never forwarded then.
var (
	errEmpty = errors.New("anthropic: the answer is empty")
	errShape = errors.New("anthropic: the answer is JSON, but of another kind")
)

// Document implements llm.Wire.
func (Wire) Document(call *llm.Call, body []byte) (llm.Event, error) {
	if len(bytes.TrimSpace(body)) == 0 {
		return llm.Event{}, errEmpty
	}
	c := scan.New(body)
	if c.Kind() != scan.Object {
		return llm.Event{}, errJSON
	}
	out := llm.Event{Kind: llm.Terminal, Raw: body}
	var counts Counts
	var found, believed bool
	kind := ""
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := string(c.Value(key, nil)); {
		case name == "type" && c.Kind() == scan.String:
			t, _ := c.String()
			kind = string(c.Value(t, nil))
		case name == "usage":
			believed = counts.Read(&c)
		case name == "content" && c.Kind() == scan.Array:
			found = true
			out.OutputBytes = texts(&c)
		case name == "input_tokens" && call.Operation == llm.CountTokens:
			found = c.Kind() == scan.Number
			c.Skip()
		default:
			c.Skip()
		}
	}
	switch {
	case !c.End():
		return llm.Event{}, errJSON
	case kind == "error":
		if p, ok := readProblem(body); ok {
			return llm.Event{}, p
		}
		return llm.Event{}, errShape
	case !found:
		return llm.Event{}, errShape
	case call.Operation.Free():
		out.Usage = &llm.Usage{}
		return out, nil
	}
	if u, ok := counts.Usage(); ok && believed {
		out.Usage, out.Beside = &u, counts.Beside()
	}
	return out, nil
}

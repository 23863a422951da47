package openai

import (
	"bytes"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// Why a document is no answer. The bytes are never forwarded then.
var (
	errEmpty = errors.New("openai: the answer is empty")
	errJSON  = errors.New("openai: the answer is not valid JSON")
	errShape = errors.New("openai: the answer is JSON, but of another kind")
)

// Document reads an answer that came in one piece: it must be valid JSON of the kind that call asked for. An error object
// in place of an answer is an *llm.Problem. The event is Terminal and holds body itself.
func Document(call *llm.Call, body []byte) (llm.Event, error) {
	if call.Plain != "" {
		return verbatim(call, body)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return llm.Event{}, errEmpty
	}
	c := scan.New(body)
	if c.Kind() != scan.Object {
		return llm.Event{}, errJSON
	}
	if call.Operation.Media() || call.Operation.Filed() {
		return mediaDocument(call, body)
	}
	want := "choices"
	if call.Operation == llm.Embeddings {
		want = "data"
	}
	out := llm.Event{Kind: llm.Terminal, Raw: body}
	var found, broken bool
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := c.Value(key, nil); {
		case string(name) == "usage":
			if u, ok := readUsage(&c); ok {
				out.Usage = &u
			}
		case string(name) == "service_tier" && c.Kind() == scan.String:
			out.Tier = tierOf(&c)
		case string(name) == "error":
			broken = c.Kind() != scan.Null
			c.Skip()
		case string(name) == want && c.Kind() == scan.Array:
			found = true
			if want == "choices" {
				out.OutputBytes = generated(&c)
			} else {
				c.Skip()
			}
		default:
			c.Skip()
		}
	}
	switch {
	case !c.End():
		return llm.Event{}, errJSON
	case broken: // whatever else is there: it is not what was asked for
		if p, ok := readProblem(body); ok {
			return llm.Event{}, p
		}
		return llm.Event{}, errShape
	case !found:
		return llm.Event{}, errShape
	}
	return out, nil
}

// generated counts the bytes of text in the messages of all choices, like deltas.
func generated(c *scan.Cursor) (n int) {
	c.Array()
	for c.More() {
		if c.Kind() != scan.Object {
			c.Skip()
			continue
		}
		c.Object()
		for key, ok := c.Key(); ok; key, ok = c.Key() {
			if name := c.Value(key, nil); string(name) == "message" || string(name) == "text" {
				n += texts(c, 0)
			} else {
				c.Skip()
			}
		}
	}
	return n
}

package responses

import (
	"bytes"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
	"github.com/bodhi-gateway/bodhi/app/llm/sse"
)

// look reads the events of one stream. It needs no memory: the last event holds the whole answer.
type look struct {
	keeps bool // the answer is kept under the id that its first event tells
}

// seen is what matters of an event.
type seen struct {
	kind     string
	response scan.Text // where the response object stands
	item     scan.Text // where an output item stands
	text     int       // bytes of generated text
	sound    bool      // it is valid JSON
}

func inspect(payload []byte) (s seen) {
	c := scan.New(payload)
	c.Object()
	for key, ok := c.Key(); ok; key, ok = c.Key() {
		switch name := c.Value(key, nil); {
		case string(name) == "type" && c.Kind() == scan.String:
			t, _ := c.String()
			s.kind = string(c.Value(t, nil))
		case string(name) == "response" && c.Kind() == scan.Object:
			s.response.From = c.At()
			c.Skip()
			s.response.To = c.At()
		case string(name) == "item" && c.Kind() == scan.Object:
			s.item.From = c.At()
			c.Skip()
			s.item.To = c.At()
		case string(name) == "delta" && c.Kind() == scan.String:
			t, _ := c.String()
			s.text = t.Len()
		default:
			c.Skip()
		}
	}
	s.sound = c.End()
	return s
}

// Look implements dialect.Look. What an event is stands in its payload: clients read that, and not the event's name.
func (l look) Look(e sse.Event, payload []byte) llm.Event {
	out := llm.Event{Raw: e.Raw}
	if payload[0] == '[' { // [DONE] from servers that end every stream so; the end was before it, or did not come
		return llm.Event{Kind: llm.UsageOnly}
	}
	s := inspect(payload)
	if !s.sound {
		return dialect.Broken("it sent an event that is not valid JSON", nil)
	}
	out.OutputBytes = s.text
	switch s.kind {
	case "response.output_item.added", "response.output_item.done":
		out.Searches = searches(s.kind, payload[s.item.From:s.item.To])
	case "response.created":
		if l.keeps {
			out.Kept = idOf(payload[s.response.From:s.response.To])
		}
	case "response.completed", "response.incomplete":
		out.Kind = llm.Terminal
		out.Usage, out.Tier = usageIn(payload)
	case "response.failed":
		if p, ok := (Wire{}).ReadProblem(payload[s.response.From:s.response.To]); ok {
			return failed(p, payload)
		}
		return dialect.Broken("it says that it failed, and not why", nil)
	case "error", "":
		if p, ok := (Wire{}).ReadProblem(payload); ok {
			return failed(p, payload)
		}
		if s.kind == "error" {
			return dialect.Broken("it reported an error that says nothing", nil)
		}
	}
	return out
}

// searches counts a search when its item begins. Whether it only opened a page stands in the item when it ends.
func searches(event string, item []byte) int64 {
	called, searched := openai.SearchCall(item)
	switch {
	case called && event == "response.output_item.added":
		return 1
	case called && !searched:
		return -1
	}
	return 0
}

func failed(p *llm.Problem, payload []byte) llm.Event {
	e := dialect.Reported(p)
	e.Usage, e.Tier = usageIn(payload)
	return e
}

// usageIn is the usage of an answer, or of an event that holds one, and the tier that served it; nil if there is none that can be
// believed.
func usageIn(body []byte) (*llm.Usage, string) {
	r, err := openai.ReadResponse(body)
	if err != nil || !r.Reported {
		return nil, ""
	}
	return &r.Usage, r.Tier
}

// Why a document is no answer. The bytes are never forwarded then.
var (
	errEmpty = errors.New("responses: the answer is empty")
	errJSON  = errors.New("responses: the answer is not valid JSON")
	errShape = errors.New("responses: the answer is JSON, but of another kind")
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
	var listed, broken bool
	size := 0
	c.Object()
	for key, ok := c.Key(); ok; key, ok = c.Key() {
		switch name := c.Value(key, nil); {
		case string(name) == "output" && c.Kind() == scan.Array:
			from := c.At()
			c.Skip()
			listed, size = true, c.At()-from
		case string(name) == "error":
			broken = c.Kind() != scan.Null
			c.Skip()
		default:
			c.Skip()
		}
	}
	switch {
	case !c.End():
		return llm.Event{}, errJSON
	case call.Operation.Kept(): // an answer from before, which may have failed then, or what became of it
		return llm.Event{Kind: llm.Terminal, Raw: body}, nil
	case broken:
		if p, ok := (Wire{}).ReadProblem(body); ok {
			return llm.Event{}, p
		}
		return llm.Event{}, errShape
	case !listed:
		return llm.Event{}, errShape
	}
	out := llm.Event{Kind: llm.Terminal, Raw: body, OutputBytes: size}
	out.Usage, out.Tier = usageIn(body)
	if call.Keeps {
		out.Kept = idOf(body)
	}
	return out, nil
}

// idOf is the id of a response.
func idOf(body []byte) (id string) {
	c := scan.New(body)
	c.Object()
	for key, ok := c.Key(); ok; key, ok = c.Key() {
		if string(c.Value(key, nil)) == "id" && c.Kind() == scan.String {
			t, _ := c.String()
			return string(c.Value(t, nil))
		}
		c.Skip()
	}
	return ""
}

package openai

import (
	"bytes"
	"io"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/sse"
)

// look reads the chunks of one stream.
type look struct {
	asked bool // the client asked for usage
	plain bool // a completion: choices hold texts, not deltas
	// unmarked says that the body's end may stand for [DONE]; ended, that a choice has given its reason.
	unmarked, ended bool
}

// Ended implements dialect.Ender. Nothing is whole without a mark where servers send one.
func (l *look) Ended() bool { return l.unmarked && l.ended }

// Mark implements dialect.Ender.
func (l *look) Mark() []byte { return []byte("data: [DONE]\n\n") }

// NewStream reads the answer to call from body, which Close closes.
func NewStream(body io.ReadCloser, call *llm.Call) llm.Stream { return Wire{}.Stream(body, call) }

// Stream implements llm.Wire.
func (w Wire) Stream(body io.ReadCloser, call *llm.Call) llm.Stream {
	if call.Operation.Media() || call.Operation.Filed() {
		return newMediaStream(body, call)
	}
	l := &look{asked: call.WantsUsage, plain: call.Operation == llm.Completions, unmarked: w.Quirks.Unmarked}
	if w.Quirks.Pictures {
		return dialect.NewMediaStream(body, l)
	}
	return dialect.NewStream(body, l)
}

// Look implements dialect.Look.
func (l *look) Look(e sse.Event, payload []byte) llm.Event {
	if payload[0] == '[' {
		return llm.Event{Kind: llm.Terminal, Raw: e.Raw}
	}
	out := llm.Event{Raw: e.Raw}
	if bytes.Contains(payload, []byte(`"error"`)) || string(e.Name) == "error" {
		if p, ok := readProblem(payload); ok {
			return dialect.Reported(p)
		}
	}
	if l.unmarked {
		l.ended = l.ended || mentions(payload, `"finish_reason"`)
	}
	if mentionsUsage(payload) {
		c, ok := readChunk(payload)
		if !ok {
			return dialect.Broken("it sent usage that is not valid JSON", nil)
		}
		if c.reported {
			out.Usage, out.Tier = &c.usage, c.tier
		}
		if c.usageThere && c.empty && !l.asked {
			out.Kind = llm.UsageOnly
			return out
		}
	}
	count := deltas
	if l.plain {
		count = completionTexts
	}
	n, ok := count(payload)
	if !ok {
		return dialect.Broken("it sent an event that is not valid JSON", nil)
	}
	out.OutputBytes = n
	return out
}

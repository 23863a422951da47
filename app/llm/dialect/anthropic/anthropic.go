// Package anthropic is Anthropic's wire dialect: messages as clients send them and as Anthropic, Bedrock and Vertex
// answer. Requests are scanned and spliced, answers are forwarded byte for byte and read on the side (decision D6), so that
// opaque signatures, beta fields and cached prefixes stay what they were; only a call that meets another dialect is
// decoded.
package anthropic

import (
	"io"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Version is the anthropic-version that we send where the client named none: for calls of other dialects, and because
// the later 2026-10-21 refuses parameters that clients of other dialects send every day (temperature, top_p).
const Version = "2023-06-01"

// Dialect implements llm.Dialect.
type Dialect struct{}

var _ llm.Dialect = Dialect{}

// Family implements llm.Dialect.
func (Dialect) Family() llm.Family { return llm.Anthropic }

// Decode implements llm.Dialect.
func (Dialect) Decode(a llm.Ask) (*llm.Call, error) {
	switch a.Operation {
	case llm.Chat, llm.CountTokens:
		return decode(a)
	}
	return nil, fault.Newf(fault.NotFound, "unknown_operation", "The operation %q is not served in Anthropic's dialect.", a.Operation)
}

// Beta is Call.Native here: the client asked the beta endpoint (?beta=true), whose bodies hold more.
type Beta bool

// Wire implements llm.Wire.
type Wire struct{}

var _ llm.Wire = Wire{}

// Family implements llm.Wire.
func (Wire) Family() llm.Family { return llm.Anthropic }

// Stream implements llm.Wire.
func (Wire) Stream(body io.ReadCloser, _ *llm.Call) llm.Stream { return NewStream(body) }

// StreamType implements llm.Wire.
func (Wire) StreamType() string { return "text/event-stream" }

// Edited implements llm.Wire: the model's name, a lower cap, a limit to searches, and nothing of another provider's thinking. A
// stream always reports its usage here.
func (w Wire) Edited(call *llm.Call, edit llm.Edit) []byte {
	return llm.Splice(call.Body, w.Cuts(call, edit))
}

// Cuts implements llm.Cutter.
func (Wire) Cuts(call *llm.Call, edit llm.Edit) []llm.Cut {
	cuts := append(make([]llm.Cut, 0, 2), spared(call, edit.Notes)...)
	s := &call.Spots
	switch {
	case edit.Model == "" || edit.Model == call.Model:
	case s.Model.Has():
		cuts = append(cuts, s.Model.Replace(llm.Quote(edit.Model)))
	default:
		cuts = append(cuts, llm.Cut{From: s.Open, To: s.Open, With: `"model":` + llm.Quote(edit.Model) + `,`})
	}
	if m := s.MaxTokens.Value; edit.MaxOutput > 0 && edit.MaxOutput < call.MaxOutput && m.Has() {
		cuts = append(cuts, m.Replace(itoa(edit.MaxOutput)))
	}
	if len(s.Searches) > 0 {
		edit.Notes.Change("tools.max_uses", "was set to "+searchLimit+", as the web search had no limit")
	}
	return append(cuts, s.Searches...)
}

// Package responses is the wire dialect of OpenAI's /v1/responses: a list of items instead of messages, an answer that is
// a list of items too, and a stream of named, numbered events. Errors and lists of models are those of package openai.
// Requests are scanned and spliced, answers are forwarded byte for byte and read on the side (decision D6).
package responses

import (
	"cmp"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// Dialect implements llm.Dialect.
type Dialect struct{ openai.Dialect }

var _ llm.Dialect = Dialect{}

// Family implements llm.Dialect.
func (Dialect) Family() llm.Family { return llm.Responses }

// Decode implements llm.Dialect.
func (Dialect) Decode(a llm.Ask) (*llm.Call, error) {
	if a.Operation.Kept() {
		return about(a)
	}
	if a.Operation != llm.Chat {
		return nil, fault.Newf(fault.NotFound, "unknown_operation", "The operation %q is not served in the Responses dialect.", a.Operation)
	}
	return decode(a)
}

// Wire implements llm.Wire: the same dialect, on a provider's side.
type Wire struct{}

var _ llm.Wire = Wire{}

// Family implements llm.Wire.
func (Wire) Family() llm.Family { return llm.Responses }

// StreamType implements llm.Wire.
func (Wire) StreamType() string { return "text/event-stream" }

// Stream implements llm.Wire.
func (Wire) Stream(body io.ReadCloser, call *llm.Call) llm.Stream {
	return dialect.NewMediaStream(body, look{keeps: call.Keeps}) // its own tools make pictures, and the last event holds all
}

// ReadProblem implements llm.Wire.
func (Wire) ReadProblem(body []byte) (*llm.Problem, bool) { return openai.Wire{}.ReadProblem(body) }

// capName is the output cap's only name here.
const capName = "max_output_tokens"

// Edited implements llm.Wire. Usage needs no asking: the last event always has it.
func (w Wire) Edited(call *llm.Call, edit llm.Edit) []byte {
	return llm.Splice(call.Body, w.Cuts(call, edit))
}

// Cuts implements llm.Cutter.
func (Wire) Cuts(call *llm.Call, edit llm.Edit) []llm.Cut {
	cuts := append(make([]llm.Cut, 0, 2), foreign(call, edit.Notes)...)
	s := &call.Spots
	switch {
	case edit.Model == "" || edit.Model == call.Model && s.Model.Has():
	case s.Model.Has():
		cuts = append(cuts, s.Model.Replace(llm.Quote(edit.Model)))
	default: // the path named it
		cuts = append(cuts, llm.Cut{From: s.Open, To: s.Open, With: `"model":` + llm.Quote(edit.Model) + `,`})
	}
	if most := edit.MaxOutput; most > 0 && most < cmp.Or(call.MaxOutput, most+1) {
		number := strconv.FormatInt(most, 10)
		if s.MaxTokens.Name.Has() {
			cuts = append(cuts, s.MaxTokens.Value.Replace(number))
		} else {
			cuts = append(cuts, llm.Cut{From: s.Open, To: s.Open, With: `"` + capName + `":` + number + `,`})
		}
	}
	if len(s.Searches) > 0 {
		edit.Notes.Change("max_tool_calls", "was set to "+searchLimit+", as the web search had no limit")
	}
	return append(cuts, s.Searches...)
}

// foreign takes reasoning that another provider made, and that a client sends back as it came, out of a request that goes to
// OpenAI, which could not decrypt it.
func foreign(call *llm.Call, notes *llm.Notes) []llm.Cut {
	cuts := dialect.Purge(call.Body, sealed, "input", "", func(raw []byte) dialect.Verdict {
		var in asItem
		return dialect.Verdict{Gone: json.Unmarshal(raw, &in) == nil && in.Type == "reasoning" && strings.HasPrefix(in.Encrypted, sealed)}
	})
	if len(cuts) > 0 {
		notes.Change("input.reasoning", "of another provider was left out")
	}
	return cuts
}

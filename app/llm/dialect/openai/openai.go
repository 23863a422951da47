// Package openai is OpenAI's wire dialect: chat completions and embeddings, as clients send them and as OpenAI and the
// many servers that copied it answer. Requests are scanned and spliced, answers are forwarded byte for byte and read on
// the side (decision D6); nothing is decoded into structs on the way.
package openai

import (
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Dialect implements llm.Dialect.
type Dialect struct{}

var _ llm.Dialect = Dialect{}

// Family implements llm.Dialect.
func (Dialect) Family() llm.Family { return llm.OpenAI }

// Decode implements llm.Dialect.
func (Dialect) Decode(a llm.Ask) (*llm.Call, error) {
	switch a.Operation {
	case llm.Chat, llm.Embeddings, llm.Completions:
		return decode(a)
	case llm.MakeImages, llm.EditImages, llm.Transcribe, llm.Interpret, llm.Speak, llm.Moderate, llm.UploadFile:
		return decodeMedia(a)
	case llm.ListFiles, llm.ShowFile, llm.ReadFile, llm.DeleteFile:
		return decodeFile(a)
	}
	return nil, fault.Newf(fault.NotFound, "unknown_operation", "The operation %q is not served in OpenAI's dialect.", a.Operation)
}

// Wire implements llm.Wire: the same dialect, as a server with these quirks speaks it.
type Wire struct{ Quirks Quirks }

var _ llm.Wire = Wire{}

// Family implements llm.Wire.
func (Wire) Family() llm.Family { return llm.OpenAI }

// Edited implements llm.Wire.
func (w Wire) Edited(call *llm.Call, edit llm.Edit) []byte { return Splice(call, edit, w.Quirks) }

// Cuts implements llm.Cutter.
func (w Wire) Cuts(call *llm.Call, edit llm.Edit) []llm.Cut { return cutsOf(call, edit, w.Quirks) }

// StreamType implements llm.Wire.
func (Wire) StreamType() string { return "text/event-stream" }

// Document implements llm.Wire.
func (Wire) Document(call *llm.Call, body []byte) (llm.Event, error) { return Document(call, body) }

// ReadProblem implements llm.Wire.
func (Wire) ReadProblem(body []byte) (*llm.Problem, bool) { return readProblem(body) }

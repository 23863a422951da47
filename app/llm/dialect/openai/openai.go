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
func (Dialect) Decode(op llm.Operation, body []byte) (*llm.Call, error) {
	switch op {
	case llm.Chat, llm.Embeddings:
		return decode(op, body)
	}
	return nil, fault.Newf(fault.NotFound, "unknown_operation", "The operation %q is not served in OpenAI's dialect.", op)
}

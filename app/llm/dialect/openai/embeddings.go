package openai

import (
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// embeddings reads one field of an embeddings request.
func (r *request) embeddings(at field) {
	switch at {
	case model:
		r.call.Model, r.call.Spots.Model = r.Model()
	case input:
		r.inputs("input")
	default:
		r.Skip()
	}
}

// inputs are a text, a list of texts, a list of tokens, or a list of lists of tokens. Each token takes at least two
// bytes of the body, so the bytes bound the tokens here too.
func (r *request) inputs(name string) {
	b := &r.call.Bound
	if r.Kind() == scan.String {
		r.Skip()
		b.Messages, b.Windows = 1, 1
		return
	}
	if !r.Is(scan.Array, name, "a string, an array of strings or an array of tokens") {
		return
	}
	r.Array()
	for r.More() {
		switch r.Kind() {
		case scan.Number:
			b.Messages, b.Coded = max(b.Messages, 1), true
			r.Skip()
			continue
		case scan.Array:
			b.Coded = true
		case scan.Object: // pictures and texts together, as some servers take them
			b.Opaque = true
		case scan.String, scan.Bad:
		default:
			r.Refuse(name, "%q may hold strings or tokens, nothing else.", name)
			return
		}
		r.Skip()
		if b.Messages++; b.Messages > dialect.MaxMessages {
			r.Refuse(name, "%q may hold at most %d inputs. Send the rest in another request.", name, dialect.MaxMessages)
			return
		}
	}
	b.Windows = b.Messages
}

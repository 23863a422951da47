package openai

import (
	"bytes"
	"encoding/json"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// readProblem finds an error object: OpenAI's own shape, and the ones that servers copying it have. ok is false if the
// bytes are JSON without an error, or no JSON.
func readProblem(body []byte) (p *llm.Problem, ok bool) {
	var v struct {
		Error   json.RawMessage `json:"error"`
		Object  string          `json:"object"`
		Message json.RawMessage `json:"message"`
		Detail  json.RawMessage `json:"detail"`
		Type    json.RawMessage `json:"type"`
		Code    json.RawMessage `json:"code"`
	}
	if json.Unmarshal(body, &v) != nil {
		return nil, false
	}
	if e := bytes.TrimSpace(v.Error); len(e) > 0 && string(e) != "null" && string(e) != "false" {
		if e[0] == '{' {
			var in struct{ Message, Type, Param, Code json.RawMessage }
			if json.Unmarshal(e, &in) != nil {
				return nil, false
			}
			return &llm.Problem{Message: word(in.Message), Type: word(in.Type), Param: word(in.Param), Code: word(in.Code)}, true
		}
		return &llm.Problem{Message: word(e), Type: word(v.Type), Code: word(v.Code)}, true
	}
	switch { // vLLM and FastAPI
	case v.Message != nil && (v.Object == "error" || v.Code != nil):
		return &llm.Problem{Message: word(v.Message), Type: word(v.Type), Code: word(v.Code)}, true
	case v.Detail != nil:
		return &llm.Problem{Message: word(v.Detail)}, true
	}
	return nil, false
}

// word prints a string without its quotes, and any other value as it stands; null is "".
func word(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	return string(raw)
}

// problemJSON is a problem in OpenAI's shape.
func problemJSON(p *llm.Problem) []byte {
	q := p.Public()
	kind := q.Type
	if kind == "" {
		kind = "invalid_request_error"
	}
	return encode(envelope{Error: body{Message: q.Message, Type: kind, Param: optional(q.Param), Code: optional(q.Code)}})
}

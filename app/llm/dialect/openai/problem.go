package openai

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Problem is an error as a provider reported it. It is an error itself, for operators; what clients may see is Sentence
// and JSON, from which account identifiers are gone.
type Problem struct {
	Message string
	Type    string
	Param   string
	Code    string // a number is printed
}

// Error implements error.
func (p *Problem) Error() string {
	return "provider error " + p.Code + " (" + p.Type + "): " + p.Sentence()
}

// ReadProblem finds an error object: OpenAI's own shape, and the ones that servers copying it have. ok is false if the
// bytes are JSON without an error, or no JSON.
func ReadProblem(body []byte) (p *Problem, ok bool) {
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
			return &Problem{Message: word(in.Message), Type: word(in.Type), Param: word(in.Param), Code: word(in.Code)}, true
		}
		return &Problem{Message: word(e), Type: word(v.Type), Code: word(v.Code)}, true
	}
	switch { // vLLM and FastAPI
	case v.Message != nil && (v.Object == "error" || v.Code != nil):
		return &Problem{Message: word(v.Message), Type: word(v.Type), Code: word(v.Code)}, true
	case v.Detail != nil:
		return &Problem{Message: word(v.Detail)}, true
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

// maxSentence is how much of a provider's text is quoted.
const maxSentence = 300

// Sentence is the provider's message on one line, at most 300 bytes, without account identifiers.
func (p *Problem) Sentence() string {
	s := strings.Join(strings.Fields(strings.ToValidUTF8(anonymous(p.Message), "\uFFFD")), " ")
	if len(s) <= maxSentence {
		return s
	}
	s = s[:maxSentence-len("…")]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "…"
}

// JSON is the problem in OpenAI's shape, fit for the client: its words are kept, because clients' recovery reads them
// ("maximum context length"), account identifiers are not.
func (p *Problem) JSON() []byte {
	kind := anonymous(p.Type)
	if kind == "" {
		kind = "invalid_request_error"
	}
	return encode(envelope{Error: body{Message: anonymous(p.Message), Type: kind, Param: optional(anonymous(p.Param)), Code: optional(anonymous(p.Code))}})
}

// accounts are the forms of organization, project, user and account ids and of keys, masked ones included.
var accounts = regexp.MustCompile(`\b(?:org|proj|user|acct|sk|pk|key|rk|sess)[-_][A-Za-z0-9_*\-]{6,}`)

// anonymous takes account identifiers out of a text. Words that merely begin like one ("user-supplied") stay: an
// identifier has a digit, a star or capitals in it.
func anonymous(s string) string {
	return accounts.ReplaceAllStringFunc(s, func(id string) string {
		if strings.ContainsFunc(id, func(r rune) bool { return r == '*' || r < 'a' && r != '-' && r != '_' }) {
			return "[redacted]"
		}
		return id
	})
}

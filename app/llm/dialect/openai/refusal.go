package openai

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// envelope is OpenAI's error shape, with what is ours under error.bodhi.
type envelope struct {
	Error body `json:"error"`
}

type body struct {
	Message string            `json:"message"`
	Type    string            `json:"type"`
	Param   *string           `json:"param"`
	Code    *string           `json:"code"`
	Bodhi   map[string]string `json:"bodhi,omitempty"`
}

// verdict is how a kind of fault looks in this dialect.
type verdict struct {
	status int
	kind   string // error.type
}

var verdicts = [...]verdict{
	fault.Internal:        {http.StatusInternalServerError, "server_error"},
	fault.Invalid:         {http.StatusBadRequest, "invalid_request_error"},
	fault.Unauthenticated: {http.StatusUnauthorized, "authentication_error"},
	fault.Forbidden:       {http.StatusForbidden, "permission_error"},
	fault.NotFound:        {http.StatusNotFound, "invalid_request_error"},
	fault.Conflict:        {http.StatusConflict, "invalid_request_error"},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "invalid_request_error"},
	fault.Limited:         {http.StatusTooManyRequests, "rate_limit_error"},
	fault.Exhausted:       {http.StatusPaymentRequired, "billing_error"},
	fault.Upstream:        {http.StatusBadGateway, "server_error"},
	fault.Timeout:         {http.StatusGatewayTimeout, "server_error"},
	fault.Unavailable:     {http.StatusServiceUnavailable, "server_error"},
}

func verdictOf(f *fault.Error) verdict {
	if int(f.Kind) < len(verdicts) {
		return verdicts[f.Kind]
	}
	return verdicts[fault.Internal]
}

// Refusal implements llm.Dialect.
func (Dialect) Refusal(f *fault.Error, requestID string, codex bool) (int, http.Header, []byte) {
	v, code := verdictOf(f), f.Code
	// Codex repeats a 402 six times and stops at once only at this one.
	if codex && code == "budget_exhausted" {
		v, code = verdict{http.StatusTooManyRequests, "insufficient_quota"}, "insufficient_quota"
	}
	return v.status, dialect.Retry(f), encode(envelope{Error: explain(f, v, code, requestID)})
}

func explain(f *fault.Error, v verdict, code, requestID string) body {
	return body{Message: f.Public, Type: v.kind, Param: optional(f.Field), Code: optional(code), Bodhi: dialect.Own(f, requestID)}
}

// ErrorEvent implements llm.Dialect: a chunk that holds an error, and no [DONE] after it, so that nobody takes what came
// before for a whole answer.
func (Dialect) ErrorEvent(call *llm.Call, f *fault.Error, requestID string) []byte {
	if isPlain(call) {
		return nil
	}
	v := verdictOf(f)
	out := append([]byte("data: "), encode(envelope{Error: explain(f, v, f.Code, requestID)})...)
	return append(out, "\n\n"...)
}

// isPlain reports whether an answer passes as bytes, between which nothing can be said.
func isPlain(call *llm.Call) bool { return call != nil && call.Plain != "" }

var ping = []byte(": ping\n\n")

// Ping implements llm.Dialect: a comment, which every client ignores. The bytes are shared; do not change them.
func (Dialect) Ping(call *llm.Call) []byte {
	if isPlain(call) {
		return nil
	}
	return ping
}

// Remark implements llm.Dialect.
func (Dialect) Remark(call *llm.Call, name, value string) []byte {
	if isPlain(call) {
		return nil
	}
	return dialect.Comment(name, value)
}

// StreamType implements llm.Dialect.
func (Dialect) StreamType(call *llm.Call) string {
	if isPlain(call) {
		return call.Plain
	}
	return eventStream
}

const eventStream = "text/event-stream; charset=utf-8"

// Problem implements llm.Dialect.
func (Dialect) Problem(p *llm.Problem, _ string) []byte { return problemJSON(p) }

// Tokens implements llm.Dialect: chat completions have no such operation.
func (Dialect) Tokens(int64) []byte { return nil }

type offer struct {
	ID      string `json:"id"`
	Object  string `json:"object"`
	Created int64  `json:"created"`
	OwnedBy string `json:"owned_by"`
}

// Models implements llm.Dialect.
func (Dialect) Models(offers []llm.Offer) []byte {
	list := struct {
		Object string  `json:"object"`
		Data   []offer `json:"data"`
	}{Object: "list", Data: make([]offer, len(offers))}
	for i, o := range offers {
		list.Data[i] = offer{o.ID, "model", o.Created, o.OwnedBy}
	}
	return encode(list)
}

// Model implements llm.Dialect.
func (Dialect) Model(o llm.Offer) []byte { return encode(offer{o.ID, "model", o.Created, o.OwnedBy}) }

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func encode(v any) []byte { return dialect.Encode(v) }

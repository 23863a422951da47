package openai

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
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
	h := http.Header{"Content-Type": {"application/json"}}
	if final(f) {
		h["X-Should-Retry"] = []string{"false"}
	} else if f.RetryAfter > 0 {
		wait(h, f.RetryAfter)
	}
	return v.status, h, encode(envelope{Error: explain(f, v, code, requestID)})
}

// final says that waiting does not help: clients that obey x-should-retry stop at once. 400 and 404 are not repeated by
// any client, so they need no header.
func final(f *fault.Error) bool {
	switch f.Kind {
	case fault.Unauthenticated, fault.Forbidden, fault.Exhausted:
		return true
	}
	return f.Code == "policy_blocked"
}

// maxWait is the longest wait that is ever named. Some clients sleep until a far one and look dead.
const maxWait = time.Minute

func wait(h http.Header, d time.Duration) {
	d = min(d, maxWait)
	h["Retry-After"] = []string{strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)}
	h["Retry-After-Ms"] = []string{strconv.FormatInt(int64((d+time.Millisecond-1)/time.Millisecond), 10)}
}

func explain(f *fault.Error, v verdict, code, requestID string) body {
	own := make(map[string]string, len(f.Detail)+2)
	for k, d := range f.Detail {
		own[k] = d
	}
	own["code"] = f.Code
	if requestID != "" {
		own["request_id"] = requestID
	}
	return body{Message: f.Public, Type: v.kind, Param: optional(f.Field), Code: optional(code), Bodhi: own}
}

// ErrorEvent implements llm.Dialect: a chunk that holds an error, and no [DONE] after it, so that nobody takes what came
// before for a whole answer.
func (Dialect) ErrorEvent(f *fault.Error, requestID string) []byte {
	v := verdictOf(f)
	out := append([]byte("data: "), encode(envelope{Error: explain(f, v, f.Code, requestID)})...)
	return append(out, "\n\n"...)
}

var ping = []byte(": ping\n\n")

// Ping implements llm.Dialect: a comment, which every client ignores. The bytes are shared; do not change them.
func (Dialect) Ping() []byte { return ping }

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

// encode writes JSON without escaping <, > and &: sentences are printed in terminals.
func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // strings and integers only: cannot fail
		return []byte(`{"error":{"message":"Something went wrong on our side.","type":"server_error","param":null,"code":"internal"}}`)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

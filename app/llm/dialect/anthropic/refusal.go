package anthropic

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// envelope is Anthropic's error shape, with what is ours under error.bodhi.
type envelope struct {
	Type      string `json:"type"` // always "error"
	Error     body   `json:"error"`
	RequestID string `json:"request_id,omitempty"`
}

type body struct {
	Type    string            `json:"type"`
	Message string            `json:"message"`
	Bodhi   map[string]string `json:"bodhi,omitempty"`
}

// verdict is how a kind of fault looks in this dialect.
type verdict struct {
	status int
	kind   string // error.type
}

var verdicts = [...]verdict{
	fault.Internal:        {http.StatusInternalServerError, "api_error"},
	fault.Invalid:         {http.StatusBadRequest, "invalid_request_error"},
	fault.Unauthenticated: {http.StatusUnauthorized, "authentication_error"},
	fault.Forbidden:       {http.StatusForbidden, "permission_error"},
	fault.NotFound:        {http.StatusNotFound, "not_found_error"},
	fault.Conflict:        {http.StatusConflict, "conflict_error"},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "request_too_large"},
	fault.Limited:         {http.StatusTooManyRequests, "rate_limit_error"},
	fault.Exhausted:       {http.StatusPaymentRequired, "billing_error"},
	fault.Upstream:        {http.StatusBadGateway, "api_error"},
	fault.Timeout:         {http.StatusGatewayTimeout, "timeout_error"},
	fault.Unavailable:     {http.StatusServiceUnavailable, "overloaded_error"},
}

// overloaded is what Anthropic's own API says, with a status of its own, when there is too much to do for everybody.
var overloaded = verdict{529, "overloaded_error"}

func verdictOf(f *fault.Error) verdict {
	if f.Code == "overloaded" {
		return overloaded
	}
	if int(f.Kind) < len(verdicts) {
		return verdicts[f.Kind]
	}
	return verdicts[fault.Internal]
}

func explain(f *fault.Error, requestID string) []byte {
	return dialect.Encode(envelope{"error", body{verdictOf(f).kind, f.Public, dialect.Own(f, requestID)}, requestID})
}

// Refusal implements llm.Dialect.
func (Dialect) Refusal(f *fault.Error, requestID string, _ bool) (int, http.Header, []byte) {
	return verdictOf(f).status, dialect.Retry(f), explain(f, requestID)
}

// kinds are the error types by status.
var kinds = map[int]string{400: "invalid_request_error", 401: "authentication_error", 402: "billing_error", 403: "permission_error",
	404: "not_found_error", 409: "conflict_error", 413: "request_too_large", 429: "rate_limit_error", 504: "timeout_error", 529: "overloaded_error"}

// A conversation that is too long is a code in OpenAI's dialect and a beginning of the sentence in this one. Clients compact
// the conversation when they read theirs, so each gets it.
const (
	tooLong  = "prompt is too long"
	overflow = "context_length_exceeded"
)

// Problem implements llm.Dialect.
func (Dialect) Problem(p *llm.Problem, requestID string) []byte {
	q := p.Public()
	if q.Code == overflow && !strings.Contains(q.Message, tooLong) {
		q.Message = tooLong + ": " + q.Message
	}
	kind, known := kinds[q.Status]
	if !known {
		if kind = "api_error"; q.Status < 500 {
			kind = "invalid_request_error"
		}
	}
	return dialect.Encode(envelope{"error", body{Type: kind, Message: q.Message}, requestID})
}

// StreamType implements llm.Dialect.
func (Dialect) StreamType(*llm.Call) string { return "text/event-stream; charset=utf-8" }

// ErrorEvent implements llm.Dialect.
func (Dialect) ErrorEvent(_ *llm.Call, f *fault.Error, requestID string) []byte {
	return event(nil, "error", explain(f, requestID))
}

var ping = []byte("event: ping\ndata: {\"type\": \"ping\"}\n\n")

// Ping implements llm.Dialect. The bytes are shared; do not change them.
func (Dialect) Ping(*llm.Call) []byte { return ping }

// Remark implements llm.Dialect.
func (Dialect) Remark(_ *llm.Call, name, value string) []byte { return dialect.Comment(name, value) }

// Tokens implements llm.Dialect.
func (Dialect) Tokens(n int64) []byte { return []byte(`{"input_tokens":` + itoa(n) + `}`) }

type offer struct {
	Type    string `json:"type"`
	ID      string `json:"id"`
	Name    string `json:"display_name"`
	Created string `json:"created_at"`
}

func offerOf(o llm.Offer) offer {
	return offer{"model", o.ID, o.ID, time.Unix(o.Created, 0).UTC().Format(time.RFC3339)}
}

// Models implements llm.Dialect: all on one page.
func (Dialect) Models(offers []llm.Offer) []byte {
	list := struct {
		Data    []offer `json:"data"`
		HasMore bool    `json:"has_more"`
		First   *string `json:"first_id"`
		Last    *string `json:"last_id"`
	}{Data: make([]offer, len(offers))}
	for i, o := range offers {
		list.Data[i] = offerOf(o)
	}
	if n := len(list.Data); n > 0 {
		list.First, list.Last = &list.Data[0].ID, &list.Data[n-1].ID
	}
	return dialect.Encode(list)
}

// Model implements llm.Dialect.
func (Dialect) Model(o llm.Offer) []byte { return dialect.Encode(offerOf(o)) }

// event appends a server-sent event.
func event(dst []byte, name string, payload []byte) []byte {
	dst = append(append(append(dst, "event: "...), name...), "\ndata: "...)
	return append(append(dst, payload...), "\n\n"...)
}

// ReadProblem implements llm.Wire.
func (Wire) ReadProblem(body []byte) (*llm.Problem, bool) { return readProblem(body) }

func readProblem(raw []byte) (*llm.Problem, bool) {
	var v struct {
		Error *struct {
			Type    string          `json:"type"`
			Message json.RawMessage `json:"message"`
		} `json:"error"`
	}
	if json.Unmarshal(raw, &v) != nil || v.Error == nil {
		return nil, false
	}
	p := &llm.Problem{Type: v.Error.Type}
	if json.Unmarshal(v.Error.Message, &p.Message) != nil {
		p.Message = string(v.Error.Message)
	}
	if strings.HasPrefix(p.Message, tooLong) {
		p.Code = overflow
	}
	return p, true
}

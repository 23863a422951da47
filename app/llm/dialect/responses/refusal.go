package responses

import (
	"errors"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// trouble is an error inside a stream.
type trouble struct {
	Type    string            `json:"type,omitempty"`
	Code    string            `json:"code"`
	Message string            `json:"message"`
	Param   *string           `json:"param"`
	Bodhi   map[string]string `json:"bodhi,omitempty"`
}

// ErrorEvent implements llm.Dialect: the error as an event, at which SDKs throw, and then the end of the response as a
// failure, which is all that Codex reads. The provider's own code stands in it where there is one, because clients act on
// it (context_length_exceeded). Clients do not look at the numbers of these events, and the stream's count is not known here.
func (Dialect) ErrorEvent(call *llm.Call, f *fault.Error, requestID string) []byte {
	t := trouble{Code: f.Code, Message: f.Public, Bodhi: dialect.Own(f, requestID)}
	if p := (*llm.Problem)(nil); errors.As(f, &p) && p.Code != "" {
		t.Code = p.Public().Code
	}
	if f.Field != "" {
		t.Param = &f.Field
	}
	flat := t
	flat.Type, flat.Bodhi, t.Type = "error", nil, "server_error"
	out := event(nil, "error", dialect.Encode(struct {
		trouble
		Number int64   `json:"sequence_number"`
		Error  trouble `json:"error"`
	}{flat, 0, t}))
	r := answer{ID: "resp_" + requestID, Status: "failed", Error: &trouble{Code: t.Code, Message: t.Message}, Output: []any{}}
	if call != nil {
		r.Created, r.Model = call.At, call.Model
	}
	return event(out, "response.failed", dialect.Encode(struct {
		Type     string  `json:"type"`
		Number   int64   `json:"sequence_number"`
		Response *answer `json:"response"`
	}{"response.failed", 1, r.filled(nil)}))
}

// event frames one event.
func event(dst []byte, name string, payload []byte) []byte {
	dst = append(append(dst, "event: "...), name...)
	dst = append(append(dst, "\ndata: "...), payload...)
	return append(dst, "\n\n"...)
}

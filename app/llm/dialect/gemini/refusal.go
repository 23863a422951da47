package gemini

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// envelope is Google's error shape, with what is ours under error.bodhi.
type envelope struct {
	Error failure `json:"error"`
}

type failure struct {
	Code    int               `json:"code"`
	Message string            `json:"message"`
	Status  string            `json:"status"`
	Details []any             `json:"details,omitempty"`
	Bodhi   map[string]string `json:"bodhi,omitempty"`
}

// Details, as Google types them.
type (
	errorInfo struct {
		Type     string            `json:"@type"`
		Reason   string            `json:"reason"`
		Domain   string            `json:"domain"`
		Metadata map[string]string `json:"metadata,omitempty"`
	}
	retryInfo struct {
		Type  string `json:"@type"`
		Delay string `json:"retryDelay"`
	}
	badRequest struct {
		Type       string      `json:"@type"`
		Violations []violation `json:"fieldViolations"`
	}
	violation struct {
		Field       string `json:"field"`
		Description string `json:"description"`
	}
)

const rpc = "type.googleapis.com/google.rpc."

// verdict is how a kind of fault looks in this dialect.
type verdict struct {
	status int
	word   string
}

// A spent budget is 429 here, not 402: clients of this dialect print a sentence only for statuses that Google sends.
var verdicts = [...]verdict{
	fault.Internal:        {http.StatusInternalServerError, "INTERNAL"},
	fault.Invalid:         {http.StatusBadRequest, "INVALID_ARGUMENT"},
	fault.Unauthenticated: {http.StatusUnauthorized, "UNAUTHENTICATED"},
	fault.Forbidden:       {http.StatusForbidden, "PERMISSION_DENIED"},
	fault.NotFound:        {http.StatusNotFound, "NOT_FOUND"},
	fault.Conflict:        {http.StatusConflict, "ABORTED"},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "INVALID_ARGUMENT"},
	fault.Limited:         {http.StatusTooManyRequests, "RESOURCE_EXHAUSTED"},
	fault.Exhausted:       {http.StatusTooManyRequests, "RESOURCE_EXHAUSTED"},
	fault.Upstream:        {http.StatusBadGateway, "UNAVAILABLE"},
	fault.Timeout:         {http.StatusGatewayTimeout, "DEADLINE_EXCEEDED"},
	fault.Unavailable:     {http.StatusServiceUnavailable, "UNAVAILABLE"},
}

func verdictOf(f *fault.Error) verdict {
	switch f.Code { // the gateway's own statuses, which the body repeats here
	case "method_not_allowed":
		return verdict{http.StatusMethodNotAllowed, "INVALID_ARGUMENT"}
	case "not_implemented":
		return verdict{http.StatusNotImplemented, "UNIMPLEMENTED"}
	}
	if int(f.Kind) < len(verdicts) {
		return verdicts[f.Kind]
	}
	return verdicts[fault.Internal]
}

// Refusal implements llm.Dialect.
func (d Dialect) Refusal(f *fault.Error, requestID string, _ bool) (int, http.Header, []byte) {
	return verdictOf(f).status, dialect.Retry(f), d.explain(f, requestID)
}

func (d Dialect) explain(f *fault.Error, requestID string) []byte {
	v := verdictOf(f)
	out := failure{Code: v.status, Message: f.Public, Status: v.word, Bodhi: dialect.Own(f, requestID),
		Details: []any{errorInfo{Type: rpc + "ErrorInfo", Reason: strings.ToUpper(f.Code), Domain: "bodhi"}}}
	if f.Field != "" {
		out.Details = append(out.Details, badRequest{rpc + "BadRequest", []violation{{f.Field, f.Public}}})
	}
	if wait := d.wait(f); wait > 0 {
		out.Details = append(out.Details, retryInfo{rpc + "RetryInfo", strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10) + "s"})
	}
	return dialect.Encode(envelope{out})
}

// never is how long a client is told to wait for a budget that does not come back by itself. Clients of this dialect
// repeat a 429 within seconds unless they are told a wait that is long.
const never = 24 * time.Hour

// wait is what RetryInfo names: for a spent budget the time until it resets, which Google's clients read and which stops
// them from asking again (ecosystem R1).
func (d Dialect) wait(f *fault.Error) time.Duration {
	if f.Kind != fault.Exhausted {
		return f.RetryAfter
	}
	at, err := time.Parse(time.RFC3339, f.Detail["resets_at"])
	if err != nil || d.Clock == nil {
		return never
	}
	return max(at.Sub(d.Clock.Now()), time.Second)
}

// words are Google's names of statuses.
var words = map[int]string{400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ABORTED",
	413: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED", 499: "CANCELLED", 500: "INTERNAL", 501: "UNIMPLEMENTED", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED"}

// Problem implements llm.Dialect.
func (Dialect) Problem(p *llm.Problem, requestID string) []byte {
	q := p.Public()
	word := q.Type
	if word == "" || word != strings.ToUpper(word) { // another dialect's
		if word = words[q.Status]; word == "" {
			if word = "INTERNAL"; q.Status < 500 {
				word = "INVALID_ARGUMENT"
			}
		}
	}
	out := failure{Code: max(q.Status, http.StatusBadRequest), Message: q.Message, Status: word}
	if requestID != "" {
		out.Bodhi = map[string]string{"request_id": requestID}
	}
	return dialect.Encode(envelope{out})
}

// StreamType implements llm.Dialect.
func (Dialect) StreamType(call *llm.Call) string {
	if nativeOf(call).array {
		return "application/json; charset=utf-8"
	}
	return eventStream
}

// ErrorEvent implements llm.Dialect: an element that holds an error, which all SDKs throw.
func (d Dialect) ErrorEvent(call *llm.Call, f *fault.Error, requestID string) []byte {
	n := nativeOf(call)
	return n.close(n.frame(nil, d.explain(f, requestID)))
}

// Ping implements llm.Dialect: blank lines. Google's SDKs take no comments, and some of them break at one.
func (Dialect) Ping(call *llm.Call) []byte {
	if nativeOf(call).array {
		return space
	}
	return blank
}

// Shared bytes; do not change them.
var (
	space = []byte("\n")
	blank = []byte("\r\n\r\n")
)

// Remark implements llm.Dialect: there is no room for one.
func (Dialect) Remark(*llm.Call, string, string) []byte { return nil }

// Tokens implements llm.Dialect.
func (Dialect) Tokens(n int64) []byte {
	return []byte(`{"totalTokens":` + strconv.FormatInt(n, 10) + `}`)
}

type offer struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	Title   string   `json:"displayName"`
	Methods []string `json:"supportedGenerationMethods"`
}

func offerOf(o llm.Offer) offer {
	return offer{prefix + o.ID, "001", o.ID, []string{"generateContent", "streamGenerateContent", "countTokens", "embedContent", "batchEmbedContents"}}
}

// Models implements llm.Dialect: all on one page.
func (Dialect) Models(offers []llm.Offer) []byte {
	list := struct {
		Models []offer `json:"models"`
	}{make([]offer, len(offers))}
	for i, o := range offers {
		list.Models[i] = offerOf(o)
	}
	return dialect.Encode(list)
}

// Model implements llm.Dialect.
func (Dialect) Model(o llm.Offer) []byte { return dialect.Encode(offerOf(o)) }

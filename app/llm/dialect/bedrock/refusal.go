package bedrock

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// envelope is an AWS error's body. Its name stands in a header, and for the readers of bodies here as well; what is ours is
// under error.bodhi as in every dialect.
type envelope struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
	Error   *own   `json:"error,omitempty"`
}

type own struct {
	Bodhi map[string]string `json:"bodhi"`
}

// verdict is how a kind of fault looks in this dialect.
type verdict struct {
	status int
	name   string // of the exception
}

// A spent budget is 402 with a name that AWS's SDKs do not know: they repeat those they know as throttling.
var verdicts = [...]verdict{
	fault.Internal:        {http.StatusInternalServerError, "InternalServerException"},
	fault.Invalid:         {http.StatusBadRequest, "ValidationException"},
	fault.Unauthenticated: {http.StatusUnauthorized, "UnrecognizedClientException"},
	fault.Forbidden:       {http.StatusForbidden, "AccessDeniedException"},
	fault.NotFound:        {http.StatusNotFound, "ResourceNotFoundException"},
	fault.Conflict:        {http.StatusConflict, "ConflictException"},
	fault.TooLarge:        {http.StatusRequestEntityTooLarge, "ValidationException"},
	fault.Limited:         {http.StatusTooManyRequests, "ThrottlingException"},
	fault.Exhausted:       {http.StatusPaymentRequired, "BudgetExhaustedException"},
	fault.Upstream:        {http.StatusBadGateway, "ModelErrorException"},
	fault.Timeout:         {http.StatusGatewayTimeout, "ModelTimeoutException"},
	fault.Unavailable:     {http.StatusServiceUnavailable, "ServiceUnavailableException"},
}

func verdictOf(f *fault.Error) verdict {
	if int(f.Kind) < len(verdicts) {
		return verdicts[f.Kind]
	}
	return verdicts[fault.Internal]
}

func explain(f *fault.Error, name, requestID string) []byte {
	return dialect.Encode(envelope{name, f.Public, &own{dialect.Own(f, requestID)}})
}

// Refusal implements llm.Dialect.
func (Dialect) Refusal(f *fault.Error, requestID string, _ bool) (int, http.Header, []byte) {
	v := verdictOf(f)
	h := dialect.Retry(f)
	if h == nil {
		h = http.Header{}
	}
	h["X-Amzn-Errortype"] = []string{v.name}
	if requestID != "" {
		h["X-Amzn-Requestid"] = []string{requestID}
	}
	return v.status, h, explain(f, v.name, requestID)
}

// names are the exceptions by status, for what another provider refused.
var names = map[int]string{400: "ValidationException", 401: "UnrecognizedClientException", 403: "AccessDeniedException", 404: "ResourceNotFoundException",
	408: "ModelTimeoutException", 413: "ValidationException", 424: "ModelErrorException", 429: "ThrottlingException", 503: "ServiceUnavailableException"}

// tooLong is how Bedrock says that a conversation does not fit, which clients look for.
const (
	tooLong  = "Input is too long for requested model."
	overflow = "context_length_exceeded"
)

// ProblemHeader is the header that goes with Problem, where AWS's SDKs look for the name of the exception.
func (Dialect) ProblemHeader(p *llm.Problem) http.Header {
	return http.Header{"X-Amzn-Errortype": {nameOf(p.Status)}}
}

func nameOf(status int) string {
	switch name, known := names[status]; {
	case known:
		return name
	case status < 500:
		return "ValidationException"
	}
	return "InternalServerException"
}

// Problem implements llm.Dialect.
func (Dialect) Problem(p *llm.Problem, _ string) []byte {
	q := p.Public()
	name := nameOf(q.Status)
	if q.Code == overflow && !strings.Contains(strings.ToLower(q.Message), "too long") {
		q.Message = tooLong + " " + q.Message
	}
	return dialect.Encode(envelope{Type: name, Message: q.Message})
}

// StreamType implements llm.Dialect.
func (Dialect) StreamType(*llm.Call) string { return eventStream }

// ErrorEvent implements llm.Dialect. AWS's SDKs know a handful of exceptions inside a stream by name.
func (Dialect) ErrorEvent(_ *llm.Call, f *fault.Error, requestID string) []byte {
	name := "modelStreamErrorException"
	switch f.Kind {
	case fault.Internal:
		name = "internalServerException"
	case fault.Limited:
		name = "throttlingException"
	case fault.Invalid:
		name = "validationException"
	case fault.Unavailable:
		name = "serviceUnavailableException"
	}
	return AppendFrame(nil, "exception", name, explain(f, verdictOf(f).name, requestID))
}

// Ping implements llm.Dialect: the framing has no room for one.
func (Dialect) Ping(*llm.Call) []byte { return nil }

// Remark implements llm.Dialect: there is no room for one.
func (Dialect) Remark(*llm.Call, string, string) []byte { return nil }

// Tokens implements llm.Dialect.
func (Dialect) Tokens(int64) []byte { return nil }

type offer struct {
	ID       string   `json:"modelId"`
	Name     string   `json:"modelName"`
	Provider string   `json:"providerName"`
	Input    []string `json:"inputModalities"`
	Streams  bool     `json:"responseStreamingSupported"`
}

// Models implements llm.Dialect: ListFoundationModels' shape.
func (Dialect) Models(offers []llm.Offer) []byte {
	list := make([]offer, len(offers))
	for i, o := range offers {
		list[i] = offer{o.ID, o.ID, o.OwnedBy, []string{"TEXT"}, true}
	}
	return dialect.Encode(map[string]any{"modelSummaries": list})
}

// Model implements llm.Dialect.
func (Dialect) Model(o llm.Offer) []byte {
	return dialect.Encode(map[string]any{"modelDetails": offer{o.ID, o.ID, o.OwnedBy, []string{"TEXT"}, true}})
}

// ReadProblem implements llm.Wire.
func (w Wire) ReadProblem(body []byte) (*llm.Problem, bool) { return readProblem(w.Exception, body) }

// exception is a frame's error.
func exception(f *frame) *llm.Problem {
	if p, ok := readProblem(f.Type, f.Payload); ok {
		return p
	}
	return named(&llm.Problem{Message: f.Message}, f.Type)
}

// readProblem reads {"message": …}, which some services spell "Message". The name stands in __type, or beside the body.
func readProblem(name string, body []byte) (*llm.Problem, bool) {
	var v struct {
		Message *string `json:"message"` // either case
		Type    string  `json:"__type"`
	}
	if json.Unmarshal(body, &v) != nil || v.Message == nil {
		return nil, false
	}
	if name == "" {
		name = v.Type
	}
	return named(&llm.Problem{Message: *v.Message}, name), true
}

// named gives a problem the name of its exception, without its namespace ("com.amazon…#X", "X:http://…"), and the status
// that the name stands for, because one inside a stream comes without.
func named(p *llm.Problem, name string) *llm.Problem {
	name = name[strings.LastIndexByte(name, '#')+1:]
	p.Type, _, _ = strings.Cut(name, ":")
	low := strings.ToLower(p.Message)
	if strings.Contains(low, "input is too long") || strings.Contains(low, "prompt is too long") || strings.Contains(low, "maximum context length") {
		p.Code = overflow
		return p
	}
	switch strings.ToLower(p.Type) {
	case "throttlingexception":
		p.Code = "429"
	case "serviceunavailableexception", "modelnotreadyexception":
		p.Code = "503"
	case "servicequotaexceededexception":
		p.Code = "quota_exceeded"
	case "validationexception", "modelerrorexception", "resourcenotfoundexception":
		p.Code = "400"
	case "accessdeniedexception", "unrecognizedclientexception", "expiredtokenexception", "invalidsignatureexception":
		p.Code = "403"
	case "internalserverexception", "modelstreamerrorexception":
		p.Code = "500"
	case "modeltimeoutexception":
		p.Code = "408"
	}
	return p
}

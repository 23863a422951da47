package llm

import (
	"io"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Ask is a request as it arrived: what its path says, and its body.
type Ask struct {
	Operation Operation
	// Model and Stream are what the path decides (Gemini, Azure, Bedrock). "" and false leave it to the body.
	Model  string
	Stream bool
	// Query and Header are for dialects that hide something there: alt=sse, api-version, anthropic-beta.
	Query  string
	Header http.Header
	Body   []byte
	// At is when the request came, in Unix seconds: what translated answers are dated with.
	At int64
}

// Dialect is one wire dialect on the client's side: it reads requests and writes what the client gets. Implementations
// are stateless. The same package speaks the provider's side (Wire).
type Dialect interface {
	Family() Family
	// Decode scans a request once, strictly (decision D7). It keeps the body and never changes it. Errors are
	// *fault.Error of kind Invalid that name the field.
	Decode(a Ask) (*Call, error)
	// Parse reads a call that Decode gave into the canonical form. Only Call.Conversation calls it, once, and only if
	// the provider speaks another dialect. Errors are as Decode's.
	Parse(call *Call) (*Conversation, error)
	// Writer begins an answer to call that comes from a provider of another dialect.
	Writer(call *Call) Writer
	// Refusal is the answer to a request that gets none: status, headers and body in the dialect's own shape. codex says
	// that the client is Codex, which stops only at one particular refusal of a spent budget.
	Refusal(f *fault.Error, requestID string, codex bool) (status int, header http.Header, body []byte)
	// Problem is a provider's own refusal of the request, in the dialect's own shape; the client's recovery reads its
	// words.
	Problem(p *Problem, requestID string) []byte
	// StreamType is the media type of a streamed answer.
	StreamType(call *Call) string
	// ErrorEvent ends a stream that has already begun, without the dialect's end mark.
	ErrorEvent(call *Call, f *fault.Error, requestID string) []byte
	// Ping is what keeps an idle stream alive; clients ignore it. Nil where the framing has no room for such a thing.
	Ping(call *Call) []byte
	// Remark is something that clients ignore, "name=value", to stand directly before the end mark. Nil as for Ping. The
	// bytes are the caller's, who appends to them.
	Remark(call *Call, name, value string) []byte
	// Models is the list of models; Model is one of them.
	Models(offers []Offer) []byte
	Model(o Offer) []byte
	// Tokens is the answer to CountTokens; nil where the dialect has no such operation.
	Tokens(n int64) []byte
}

// Wire is one wire dialect on the provider's side. Implementations are small values; what differs between servers of one
// dialect is in their fields (quirks). Adapters add address, credential and headers (provider/carry).
type Wire interface {
	Family() Family
	// Edited is the body of a call of the same family, spliced: untouched but for what edit changes (decision D6).
	Edited(call *Call, edit Edit) []byte
	// Render is the body of a call of another family. What gets lost is told to edit.Notes, which may refuse; the caller
	// asks them. An error is ours, not the client's.
	Render(call *Call, c *Conversation, edit Edit) ([]byte, error)
	// Stream reads a streamed answer and owns body. Events are in this dialect, byte for byte, with usage, errors and
	// ends told apart. It must take calls of any family.
	Stream(body io.ReadCloser, call *Call) Stream
	// StreamType is the media type that such an answer has.
	StreamType() string
	// Document reads an answer that came in one piece: a Terminal event with body itself, a *Problem, or another error
	// if it is no answer.
	Document(call *Call, body []byte) (Event, error)
	// Reader reads those events into deltas.
	Reader(call *Call, c *Conversation) Reader
	// ReadProblem finds a provider's error object in the body of a refusal; false if there is none.
	ReadProblem(body []byte) (*Problem, bool)
}

// Offer is one model name that a client may ask for.
type Offer struct {
	ID      string
	OwnedBy string // who serves it, as far as clients need to know
	Created int64  // Unix seconds, 0 if unknown
}

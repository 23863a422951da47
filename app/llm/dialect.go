package llm

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Dialect is one wire dialect on the client's side: it reads requests and writes what the gateway itself has to say.
// The provider's side of a dialect is read by the adapters, with the same package. Implementations are stateless.
type Dialect interface {
	Family() Family
	// Decode scans a request once, strictly (decision D7). It keeps body and never changes it. Errors are *fault.Error
	// of kind Invalid that name the field.
	Decode(op Operation, body []byte) (*Call, error)
	// Refusal is the answer to a request that gets none: status, headers and body in the dialect's own shape. codex says
	// that the client is Codex, which stops only at one particular refusal of a spent budget.
	Refusal(f *fault.Error, requestID string, codex bool) (status int, header http.Header, body []byte)
	// ErrorEvent ends a stream that has already begun, without the dialect's end mark.
	ErrorEvent(f *fault.Error, requestID string) []byte
	// Ping is what keeps an idle stream alive; clients ignore it.
	Ping() []byte
	// Models is the list of models; Model is one of them.
	Models(offers []Offer) []byte
	Model(o Offer) []byte
}

// Offer is one model name that a client may ask for.
type Offer struct {
	ID      string
	OwnedBy string // who serves it, as far as clients need to know
	Created int64  // Unix seconds, 0 if unknown
}

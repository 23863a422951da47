// Package provider is upstream accounts: a Connection says where a provider is and with which credential, an Adapter
// knows how to build its requests and parse its answers. Adapters never send anything; the gateway's dispatch does,
// through egress, and only with a hold.
package provider

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Kind is a provider's kind; it chooses the adapter and the part of the price catalogue.
type Kind string

// The kinds of contract.md.
const (
	OpenAI     Kind = "openai"
	Anthropic  Kind = "anthropic"
	Gemini     Kind = "gemini"
	Vertex     Kind = "vertex"
	Azure      Kind = "azure"
	Bedrock    Kind = "bedrock"
	Compatible Kind = "openai-compatible"
	Ollama     Kind = "ollama"
	Sandbox    Kind = "sandbox"
)

// Connection is one upstream account of one organization, as the data plane sees it. Names are unique in it.
type Connection struct {
	ID      id.Connection
	Org     id.Org
	Name    string // [a-z0-9-], used in "connection/model"
	Kind    Kind
	BaseURL string // what the provider's own SDK takes as base URL; empty = the kind's public one
	// Credential is the provider's key. It is bound to BaseURL's origin: changing that erases it (decision D18).
	Credential secret.String
	// Service is the known service behind it (Known), "" for any other.
	Service string
	// Models are what the endpoint's own list offered at the last look; empty = not asked yet.
	Models []string
	// Disabled connections take no traffic.
	Disabled bool
	// Residency is where it keeps and processes data, "" where nobody knows; ZeroRetention, that it keeps nothing, NoTraining, that it
	// trains no models with it (Terms).
	Residency     string
	ZeroRetention bool
	NoTraining    bool
	// PricedAs is who is paid (Payee): what the price catalogue knows it as, its kind or the provider at a compatible
	// server's known address, and the account itself. The route index fills it.
	PricedAs string
}

// Payee spells who is paid, for a look-up of prices: the catalogue's provider, and the connection, for prices that a tenant
// has for one account only.
func Payee(provider string, c id.Connection) string { return provider + "@" + c.String() }

// Adapter speaks one provider's wire. It is stateless and safe for concurrent use.
type Adapter interface {
	// Operations are what it can carry.
	Operations() []llm.Operation
	// Request builds the upstream request: URL, allowed headers, credential, and the call's body with edit applied.
	// in holds the client's headers; the adapter forwards only those on its allow-list. A *fault.Error says that the call
	// cannot be said in this provider's dialect.
	Request(ctx context.Context, c *Connection, call *llm.Call, edit llm.Edit, in http.Header) (*http.Request, error)
	// Response turns an answer into a stream. A refusal by the provider is a *Failure; the caller closes nothing then.
	Response(r *http.Response, call *llm.Call) (llm.Stream, error)
	// ModelList builds the request for the endpoint's own list of models; it spends nothing and doubles as the live
	// test of a credential.
	ModelList(ctx context.Context, c *Connection) (*http.Request, error)
	// Models reads that list.
	Models(r *http.Response) ([]string, error)
}

// Class is why a provider refused or failed, as far as retrying is concerned.
type Class string

// The classes. The settlement of each is a table in package ledger.
const (
	Refused     Class = "refused"     // the request itself is wrong (4xx): no retry, no breaker, shown to the client
	Credential  Class = "credential"  // 401, 403: our key is bad; other targets may work
	RateLimited Class = "rate_limit"  // 429 that passes
	Quota       Class = "quota"       // 429 or 402 that does not pass: the account is empty
	Overloaded  Class = "overloaded"  // 503, 529
	ServerError Class = "server"      // other 5xx
	Garbled     Class = "garbled"     // an answer that is not one: HTML, empty, wrong type, a redirect
	Unreachable Class = "unreachable" // nothing was written: refused, DNS, TLS, black hole
	Ambiguous   Class = "ambiguous"   // written, then nothing came back
	Slow        Class = "timeout"     // our own deadline
	Canceled    Class = "canceled"    // the client went away
	Untold      Class = "untold"      // the call cannot be said in this provider's dialect: nothing was sent, others may do
	Withheld    Class = "withheld"    // it answered, to the end, and there is nothing in it but a refusal: billed, others may answer
)

// Failure is a provider that refused or failed before the first event.
type Failure struct {
	Class      Class
	Status     int           // HTTP status, 0 if none was received
	RetryAfter time.Duration // as the provider asked, 0 if it did not
	// Problem is the provider's own error, for Refused only: the client gets it in its dialect, cleaned of account
	// identifiers (llm.Problem.Public). Nil otherwise.
	Problem *llm.Problem
	Message string // the provider's sentence, quoted in ours; at most 300 bytes
	Cause   error
}

// Error implements error, for operators.
func (f *Failure) Error() string {
	return fmt.Sprintf("provider: %s (status %d): %s", f.Class, f.Status, f.Message)
}

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Cause }

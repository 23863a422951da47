package balance

import "slices"

// Cause is why a target gave no answer, as far as it matters for which one is asked next.
type Cause string

// The causes, in the words of routes.
const (
	RateLimit     Cause = "rate_limit"     // it limits our rate
	Overloaded    Cause = "overloaded"     // it is overloaded for everybody
	ServerError   Cause = "server_error"   // it failed inside
	Timeout       Cause = "timeout"        // it took too long
	Unreachable   Cause = "unreachable"    // it could not be reached, or broke the connection off
	BadAnswer     Cause = "bad_answer"     // what came is no answer
	Credential    Cause = "credential"     // it refuses our key
	Quota         Cause = "quota"          // the account is empty
	Unsupported   Cause = "unsupported"    // the request cannot be said in its dialect
	ContextWindow Cause = "context_window" // the request is too long for it
	ContentPolicy Cause = "content_policy" // its rules on content refuse the request
)

// Causes are all there are.
var Causes = []Cause{RateLimit, Overloaded, ServerError, Timeout, Unreachable, BadAnswer, Credential, Quota, Unsupported, ContextWindow, ContentPolicy}

// Known reports whether there is such a cause.
func (c Cause) Known() bool { return slices.Contains(Causes, c) }

// Words are the cause as people read it.
func (c Cause) Words() string { return causeWords[c] }

var causeWords = map[Cause]string{
	RateLimit: "a rate limit", Overloaded: "an overload", ServerError: "a server error", Timeout: "a timeout", Unreachable: "a broken connection", BadAnswer: "an answer that is none",
	Credential: "a refused key", Quota: "an empty account", Unsupported: "an unsupported request", ContextWindow: "a full context window", ContentPolicy: "a refusal of the content",
}

// kinship is how much of a chance another target has after a failure, 0 to 1: one at the same connection, and one at another
// connection to the same provider. A stranger always has 1. Keys, accounts and lines belong to a connection, outages to a
// provider, and what a model cannot do may be another model's strength.
type kinship struct{ connection, provider float64 }

var kinships = map[Cause]kinship{
	RateLimit:     {0.3, 0.9}, // limits are an account's, often per model
	Overloaded:    {0.4, 0.5},
	ServerError:   {0.3, 0.5},
	Timeout:       {0.5, 0.7},
	Unreachable:   {0, 0.4},
	BadAnswer:     {0.2, 0.6},
	Credential:    {0, 0.9},
	Quota:         {0, 0.9},
	Unsupported:   {0.2, 0.2}, // the dialect is the provider's
	ContextWindow: {1, 1},     // that is the model's
	ContentPolicy: {0.2, 0.2}, // so are its rules
}

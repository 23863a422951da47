package responses

import (
	"net/url"
	"regexp"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Query is Call.Native of calls about a kept answer: the query that passes to the provider, "" for none.
type Query string

// passes are the parameters that pass; anything else may be a credential or mean something to us.
var passes = []string{"after", "before", "include", "include[]", "limit", "order"}

var ids = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// about decodes a call that is about a kept answer, which its path names.
func about(a llm.Ask) (*llm.Call, error) {
	if !ids.MatchString(a.Model) {
		return nil, Unknown(a.Model)
	}
	in, err := url.ParseQuery(a.Query)
	if err != nil {
		return nil, fault.Field("", "The query of this request cannot be read.").Because(err)
	}
	if in.Get("stream") == "true" {
		return nil, fault.Field("stream", "A stored response is not streamed here again. Ask for it without \"stream\".")
	}
	out := url.Values{}
	for _, name := range passes {
		if v := in[name]; len(v) > 0 {
			out[name] = v
		}
	}
	return &llm.Call{Family: llm.Responses, Dialect: Dialect{}, Operation: a.Operation, Choices: 1, Follows: a.Model, At: a.At, Native: Query(out.Encode())}, nil
}

// Unknown refuses a response that nobody stored, or somebody else: the same bytes, so that ids cannot be probed.
func Unknown(id string) *fault.Error {
	if len(id) > 128 {
		id = id[:128]
	}
	return fault.Newf(fault.NotFound, "response_not_found", "Response with id '%s' not found.", id)
}

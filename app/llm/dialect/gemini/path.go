package gemini

import (
	"regexp"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// plain are the names that may stand in a path without changing where it leads.
var plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.@+=-]*(/[A-Za-z0-9][A-Za-z0-9_.@+=-]*)*$`)

// Path is what a call is sent to, query included: the model's resource, a colon and the method. It refuses models whose
// names would lead elsewhere, and operations that the dialect does not have.
func Path(call *llm.Call, resource string) (string, error) {
	method := ""
	switch call.Operation {
	case llm.Chat:
		if method = "generateContent"; call.Stream {
			method = "streamGenerateContent?alt=sse"
		}
	case llm.CountTokens:
		method = "countTokens"
	case llm.Embeddings:
		if method = "embedContent"; nativeOf(call).batch || call.Family != llm.Gemini {
			method = "batchEmbedContents"
		}
	default:
		return "", fault.Newf(fault.Invalid, "unsupported_operation", "Google's API cannot be asked for %s. Use another model.", call.Operation)
	}
	return MethodPath(resource, method)
}

// MethodPath is Path for a method that the caller knows.
func MethodPath(resource, method string) (string, error) {
	if !plain.MatchString(resource) {
		return "", fault.Newf(fault.Invalid, "model_not_found", "Google has no models with a name like %q. Ask for one that GET /v1beta/models lists.", resource)
	}
	return resource + ":" + method, nil
}

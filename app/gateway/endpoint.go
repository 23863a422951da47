package gateway

import (
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// endpoint is one path of one family. A family is added by its rows here and its dialect in Config.
type endpoint struct {
	method string
	// prefix and suffix are the path below the organization's root. With hole, something stands between them: a model's
	// name or an id, in which slashes are allowed because model names have them.
	prefix string
	hole   bool
	suffix string
	// family is whose path it is; "" is told by the headers (familyOf).
	family  llm.Family
	op      llm.Operation
	stream  bool                                       // the path asks for a stream (Gemini, Bedrock)
	answer  func(g *Gateway, x *Exchange, name string) // answers itself after authenticate; nil = the pipeline
	version func(query string) *fault.Error            // what the query must say of the API's version (Azure)
	stored  bool                                       // the hole names a stored prompt
	batches bool                                       // it is about batches, which keys for files may be used for
	// upgrade rows are only there to refuse a websocket in the one way that does not cost clients seconds.
	upgrade bool
}

// endpoints are all paths of the proxy; anything else is 404, never proxied blindly. The first row that fits wins, so a
// row with a suffix stands before one that would take it for a part of its hole.
var endpoints = []*endpoint{
	{method: "POST", prefix: "/v1/chat/completions", family: llm.OpenAI, op: llm.Chat},
	{method: "POST", prefix: "/v1/prompts/", hole: true, suffix: "/chat", family: llm.OpenAI, op: llm.Chat, stored: true},
	{method: "POST", prefix: "/v1/messages", family: llm.Anthropic, op: llm.Chat},
	{method: "POST", prefix: "/v1/messages/count_tokens", family: llm.Anthropic, op: llm.CountTokens},
	{method: "POST", prefix: "/v1/embeddings", family: llm.OpenAI, op: llm.Embeddings},
	{method: "POST", prefix: "/v1beta/models/", hole: true, suffix: ":generateContent", family: llm.Gemini, op: llm.Chat},
	{method: "POST", prefix: "/v1beta/models/", hole: true, suffix: ":streamGenerateContent", family: llm.Gemini, op: llm.Chat, stream: true},
	{method: "POST", prefix: "/v1beta/models/", hole: true, suffix: ":countTokens", family: llm.Gemini, op: llm.CountTokens},
	{method: "POST", prefix: "/v1beta/models/", hole: true, suffix: ":embedContent", family: llm.Gemini, op: llm.Embeddings},
	{method: "POST", prefix: "/v1beta/models/", hole: true, suffix: ":batchEmbedContents", family: llm.Gemini, op: llm.Embeddings},
	{method: "GET", prefix: "/v1beta/models", family: llm.Gemini, answer: (*Gateway).listModels},
	{method: "GET", prefix: "/v1beta/models/", hole: true, family: llm.Gemini, answer: (*Gateway).showModel},
	{method: "POST", prefix: "/v1/models/", hole: true, suffix: ":generateContent", family: llm.Gemini, op: llm.Chat},
	{method: "POST", prefix: "/v1/models/", hole: true, suffix: ":streamGenerateContent", family: llm.Gemini, op: llm.Chat, stream: true},
	{method: "POST", prefix: "/v1/models/", hole: true, suffix: ":countTokens", family: llm.Gemini, op: llm.CountTokens},
	{method: "POST", prefix: "/v1/models/", hole: true, suffix: ":embedContent", family: llm.Gemini, op: llm.Embeddings},
	{method: "POST", prefix: "/v1/models/", hole: true, suffix: ":batchEmbedContents", family: llm.Gemini, op: llm.Embeddings},
	{method: "GET", prefix: "/v1/models", answer: (*Gateway).listModels},
	{method: "GET", prefix: "/v1/models/", hole: true, answer: (*Gateway).showModel},
	{method: "POST", prefix: "/openai/deployments/", hole: true, suffix: "/chat/completions", family: llm.OpenAI, op: llm.Chat, version: dated},
	{method: "POST", prefix: "/openai/deployments/", hole: true, suffix: "/embeddings", family: llm.OpenAI, op: llm.Embeddings, version: dated},
	{method: "POST", prefix: "/openai/v1/chat/completions", family: llm.OpenAI, op: llm.Chat, version: undated},
	{method: "POST", prefix: "/openai/v1/embeddings", family: llm.OpenAI, op: llm.Embeddings, version: undated},
	{method: "GET", prefix: "/openai/v1/models", family: llm.OpenAI, answer: (*Gateway).listModels},
	{method: "GET", prefix: "/openai/v1/models/", hole: true, family: llm.OpenAI, answer: (*Gateway).showModel},
	{method: "POST", prefix: "/model/", hole: true, suffix: "/converse", family: llm.Bedrock, op: llm.Chat},
	{method: "POST", prefix: "/model/", hole: true, suffix: "/converse-stream", family: llm.Bedrock, op: llm.Chat, stream: true},
	{method: "POST", prefix: "/model/", hole: true, suffix: "/invoke", family: llm.Invoke, op: llm.Chat},
	{method: "POST", prefix: "/model/", hole: true, suffix: "/invoke-with-response-stream", family: llm.Invoke, op: llm.Chat, stream: true},
	{method: "GET", prefix: "/inference-profiles", family: llm.Bedrock, answer: (*Gateway).listProfiles},
	{method: "POST", prefix: "/v1/feedback", family: llm.OpenAI, answer: (*Gateway).takeFeedback},
	{method: "POST", prefix: "/v1/documents/", hole: true, family: llm.OpenAI, answer: (*Gateway).readDocument},
	{method: "GET", prefix: "/v1/key", family: llm.OpenAI, answer: (*Gateway).showKey},
	{method: "GET", prefix: "/managed/settings", family: llm.Anthropic, answer: (*Gateway).showManaged},
	{method: "GET", prefix: "/api/oauth/usage", family: llm.Anthropic, answer: (*Gateway).showUsage},
	{method: "POST", prefix: "/v1/metrics", family: llm.Anthropic, answer: (*Gateway).discardTelemetry},
	{method: "POST", prefix: "/v1/logs", family: llm.Anthropic, answer: (*Gateway).discardTelemetry},
	{method: "POST", prefix: "/v1/traces", family: llm.Anthropic, answer: (*Gateway).discardTelemetry},
	{method: "POST", prefix: "/v1/completions", family: llm.OpenAI, op: llm.Completions},
	{method: "POST", prefix: "/v1/responses", family: llm.Responses, op: llm.Chat},
	{method: "GET", prefix: "/v1/responses/", hole: true, suffix: "/input_items", family: llm.Responses, op: llm.ListKept},
	{method: "POST", prefix: "/v1/responses/", hole: true, suffix: "/cancel", family: llm.Responses, op: llm.CancelKept},
	{method: "GET", prefix: "/v1/responses/", hole: true, family: llm.Responses, op: llm.ShowKept},
	{method: "DELETE", prefix: "/v1/responses/", hole: true, family: llm.Responses, op: llm.DeleteKept},
	{method: "GET", prefix: "/v1/responses", family: llm.Responses, upgrade: true},
	{method: "POST", prefix: "/v1/images/generations", family: llm.OpenAI, op: llm.MakeImages},
	{method: "POST", prefix: "/v1/images/edits", family: llm.OpenAI, op: llm.EditImages},
	{method: "POST", prefix: "/v1/audio/transcriptions", family: llm.OpenAI, op: llm.Transcribe},
	{method: "POST", prefix: "/v1/audio/translations", family: llm.OpenAI, op: llm.Interpret},
	{method: "POST", prefix: "/v1/audio/speech", family: llm.OpenAI, op: llm.Speak},
	{method: "POST", prefix: "/v1/moderations", family: llm.OpenAI, op: llm.Moderate},
	{method: "POST", prefix: "/v1/files", family: llm.OpenAI, op: llm.UploadFile, answer: (*Gateway).takeFile},
	{method: "GET", prefix: "/v1/files", family: llm.OpenAI, op: llm.ListFiles},
	{method: "GET", prefix: "/v1/files/", hole: true, suffix: "/content", family: llm.OpenAI, op: llm.ReadFile, answer: oneFile((*Gateway).readFile)},
	{method: "GET", prefix: "/v1/files/", hole: true, family: llm.OpenAI, op: llm.ShowFile, answer: oneFile((*Gateway).showFile)},
	{method: "DELETE", prefix: "/v1/files/", hole: true, family: llm.OpenAI, op: llm.DeleteFile, answer: oneFile((*Gateway).deleteFile)},
	{method: "POST", prefix: "/v1/batches", family: llm.OpenAI, batches: true, answer: atDesk((*Gateway).createBatch)},
	{method: "GET", prefix: "/v1/batches", family: llm.OpenAI, batches: true, answer: atDesk((*Gateway).listBatches)},
	{method: "POST", prefix: "/v1/batches/", hole: true, suffix: "/cancel", family: llm.OpenAI, batches: true, answer: atDesk((*Gateway).cancelBatch)},
	{method: "GET", prefix: "/v1/batches/", hole: true, family: llm.OpenAI, batches: true, answer: atDesk((*Gateway).showBatch)},
	{method: "POST", prefix: "/v1/messages/batches", family: llm.Anthropic, batches: true, answer: atDesk((*Gateway).createMessages)},
	{method: "GET", prefix: "/v1/messages/batches", family: llm.Anthropic, batches: true, answer: atDesk((*Gateway).listMessages)},
	{method: "GET", prefix: "/v1/messages/batches/", hole: true, suffix: "/results", family: llm.Anthropic, batches: true, answer: atDesk((*Gateway).readMessages)},
	{method: "POST", prefix: "/v1/messages/batches/", hole: true, suffix: "/cancel", family: llm.Anthropic, batches: true, answer: atDesk((*Gateway).cancelMessages)},
	{method: "GET", prefix: "/v1/messages/batches/", hole: true, family: llm.Anthropic, batches: true, answer: atDesk((*Gateway).showMessages)},
	{method: "DELETE", prefix: "/v1/messages/batches/", hole: true, family: llm.Anthropic, batches: true, answer: atDesk((*Gateway).deleteMessages)},
	{method: "POST", prefix: "/openai/deployments/", hole: true, suffix: "/images/generations", family: llm.OpenAI, op: llm.MakeImages, version: dated},
	{method: "POST", prefix: "/openai/deployments/", hole: true, suffix: "/images/edits", family: llm.OpenAI, op: llm.EditImages, version: dated},
	{method: "POST", prefix: "/openai/deployments/", hole: true, suffix: "/audio/transcriptions", family: llm.OpenAI, op: llm.Transcribe, version: dated},
	{method: "POST", prefix: "/openai/deployments/", hole: true, suffix: "/audio/translations", family: llm.OpenAI, op: llm.Interpret, version: dated},
	{method: "POST", prefix: "/openai/deployments/", hole: true, suffix: "/audio/speech", family: llm.OpenAI, op: llm.Speak, version: dated},
	{method: "POST", prefix: "/openai/v1/images/generations", family: llm.OpenAI, op: llm.MakeImages, version: undated},
	{method: "POST", prefix: "/openai/v1/images/edits", family: llm.OpenAI, op: llm.EditImages, version: undated},
	{method: "POST", prefix: "/openai/v1/audio/transcriptions", family: llm.OpenAI, op: llm.Transcribe, version: undated},
	{method: "POST", prefix: "/openai/v1/audio/translations", family: llm.OpenAI, op: llm.Interpret, version: undated},
	{method: "POST", prefix: "/openai/v1/audio/speech", family: llm.OpenAI, op: llm.Speak, version: undated},
}

// roots are where paths of the data plane begin. Claude Code asks for /api/hello when it starts and waits for the
// answer, so this one is answered here, at once, and not by the dashboard.
var roots = []string{"/v1/", "/t/", "/v1beta/", "/openai/", "/model/", "/inference-profiles", "/api/hello", "/managed/settings", "/api/oauth/usage"}

// pages are where an organization's address leads to no model: programs log in below it.
var pages = []string{"/.well-known/", "/oauth/"}

// Serves reports whether a path belongs to the data plane.
func Serves(path string) bool {
	if after, ok := strings.CutPrefix(path, "/t/"); ok {
		n := max(strings.IndexByte(after, '/'), 0)
		for _, p := range pages {
			if strings.HasPrefix(after[n:], p) {
				return false
			}
		}
	}
	for _, r := range roots {
		if strings.HasPrefix(path, r) {
			return true
		}
	}
	return false
}

// matched is what a path says.
type matched struct {
	endpoint *endpoint
	family   llm.Family // whose errors and answers the client reads
	slug     string     // the organization that the path names
	name     string     // what stands in the endpoint's hole
}

// match finds the endpoint of a path. With a refusal only the family is sure.
func match(r *http.Request) (m matched, refusal *fault.Error) {
	p := r.URL.Path
	if after, ok := strings.CutPrefix(p, "/t/"); ok {
		n := strings.IndexByte(after, '/')
		if n < 1 {
			m.family = familyOf(r, "")
			return m, unknownPath(r)
		}
		m.slug, p = after[:n], after[n:]
	}
	allowed := ""
	for _, e := range endpoints {
		name, ok := e.takes(p)
		if !ok {
			continue
		}
		m.family = e.family
		if e.upgrade {
			if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
				return m, fault.New(fault.Invalid, "upgrade_required", "Websockets are not served here; send the request over HTTP.")
			}
			continue
		}
		if e.method != r.Method && !(e.method == "GET" && r.Method == "HEAD") {
			if !e.hole { // what stands in a hole may be the end of a path that nobody serves
				allowed = e.method
			}
			continue
		}
		if m.family == "" {
			m.family = familyOf(r, p)
		}
		m.endpoint, m.name = e, name
		return m, nil
	}
	if m.family == "" {
		m.family = familyOf(r, p)
	}
	if allowed != "" {
		return m, fault.Newf(fault.Invalid, "method_not_allowed", "This path takes %s, not %s.", allowed, clip(r.Method))
	}
	return m, unknownPath(r)
}

// takes reports whether the endpoint has this path, and what stands in its hole.
func (e *endpoint) takes(p string) (name string, ok bool) {
	if !e.hole {
		return "", p == e.prefix
	}
	if len(p) <= len(e.prefix)+len(e.suffix) || !strings.HasPrefix(p, e.prefix) || !strings.HasSuffix(p, e.suffix) {
		return "", false
	}
	return p[len(e.prefix) : len(p)-len(e.suffix)], true
}

// familyOf tells the family of a path that several share, such as /v1/models, or that none has: by the path's beginning,
// else by the headers that the families' own SDKs send.
func familyOf(r *http.Request, path string) llm.Family {
	switch {
	case strings.HasPrefix(path, "/v1/messages"), path == "/api/hello":
		return llm.Anthropic
	case strings.HasPrefix(path, "/v1beta/"), strings.HasPrefix(path, "/v1/models/") && strings.Contains(path, ":"):
		return llm.Gemini
	case strings.HasPrefix(path, "/model/"), path == "/inference-profiles":
		return llm.Bedrock
	case len(r.Header["X-Goog-Api-Key"]) > 0:
		return llm.Gemini
	case len(r.Header["Anthropic-Version"]) > 0:
		return llm.Anthropic
	}
	return llm.OpenAI
}

func unknownPath(r *http.Request) *fault.Error {
	return fault.Newf(fault.NotFound, "unknown_path", "There is no %s %s here. See the list of endpoints in the documentation; the base URL ends in /v1.", clip(r.Method), clip(r.URL.Path))
}

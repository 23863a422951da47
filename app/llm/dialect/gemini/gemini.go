// Package gemini is Google's wire dialect: generateContent and its siblings, as clients of AI Studio send them and as AI
// Studio and Vertex answer. Requests are scanned and spliced, answers are forwarded byte for byte and read on the side
// (decision D6), so that thought signatures stay what they were; only a call that meets another dialect is decoded.
//
// Three things set it apart: the path names the model and asks for a stream, every name may be spelled in camelCase or in
// snake_case, and a stream has no end mark.
package gemini

import (
	"io"
	"net/url"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// Dialect implements llm.Dialect.
type Dialect struct {
	// Clock tells how long it is until a spent budget resets, which clients of this dialect read from the refusal. Without
	// one they hear the longest wait.
	Clock clock.Clock
}

var _ llm.Dialect = Dialect{}

// Family implements llm.Dialect.
func (Dialect) Family() llm.Family { return llm.Gemini }

// Decode implements llm.Dialect.
func (d Dialect) Decode(a llm.Ask) (*llm.Call, error) {
	switch a.Operation {
	case llm.Chat, llm.CountTokens, llm.Embeddings:
		return d.decode(a)
	}
	return nil, fault.Newf(fault.NotFound, "unknown_operation", "The operation %q is not served in Gemini's dialect.", a.Operation)
}

// native is Call.Native here: what of a request has no place in llm.Call.
type native struct {
	// array says that the client's stream is a JSON array and not server-sent events; sent, that an element of it has been
	// written. Only the goroutine that answers the call touches it.
	array, sent bool
	// thoughts says that the client wants to see what the model thinks.
	thoughts bool
	batch    bool       // batchEmbedContents
	inner    llm.Spot   // countTokens: the object in generateContentRequest
	models   []llm.Spot // where the body repeats the model's name
	config   llm.Spot   // generationConfig, an object or null
	most     llm.Spot   // maxOutputTokens in it
}

func nativeOf(call *llm.Call) *native {
	if n, ok := call.Native.(*native); ok {
		return n
	}
	return &native{}
}

// wantsEvents reports whether a stream is asked for in server-sent events, as all SDKs do.
func wantsEvents(query string) bool {
	q, err := url.ParseQuery(query)
	return err == nil && (q.Get("alt") == "sse" || q.Get("$alt") == "sse")
}

// Wire implements llm.Wire.
type Wire struct {
	// Vertex says that the server is Vertex, whose countTokens takes the conversation without a wrapper.
	Vertex bool
}

var _ llm.Wire = Wire{}

// Family implements llm.Wire.
func (Wire) Family() llm.Family { return llm.Gemini }

// Stream implements llm.Wire. Providers are always asked for server-sent events, and some of those hold a picture.
func (Wire) Stream(body io.ReadCloser, call *llm.Call) llm.Stream {
	s := dialect.NewMediaStream(body, &look{}).Bare()
	if n := nativeOf(call); call.Family == llm.Gemini && n.array {
		return &array{Stream: s, native: n}
	}
	return s
}

// StreamType implements llm.Wire.
func (Wire) StreamType() string { return eventStream }

const eventStream = "text/event-stream"

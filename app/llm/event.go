package llm

import (
	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Usage is what a call used, in tokens, normalised over providers: Input and Output are totals, the others are parts of
// them (genai-prices counts the same way). All fields are ≥ 0; a dialect refuses or zeroes anything else and flags it.
type Usage struct {
	Input           int64 // everything read, cached or not
	CacheRead       int64 // part of Input
	CacheWrite5m    int64 // part of Input
	CacheWrite1h    int64 // part of Input
	InputAudio      int64 // part of Input
	CacheReadAudio  int64 // part of CacheRead and InputAudio
	InputImage      int64 // part of Input
	CacheReadImage  int64 // part of CacheRead and InputImage
	InputVideo      int64 // part of Input
	Output          int64 // everything generated
	Reasoning       int64 // part of Output
	OutputAudio     int64 // part of Output
	OutputImage     int64 // part of Output
	OutputVideo     int64 // part of Output
	Citations       int64 // part of Output: tokens of sources that Perplexity read and bills apart
	WebSearches     int64 // calls of the provider's own search tool
	VideoSeconds    int64
	ServerToolCalls int64
	// What some models are billed by instead of tokens. Where they are billed by tokens these are for people to read.
	Images       int64 // pictures made
	AudioSeconds int64 // of sound read, whole ones
	Characters   int64 // of text spoken, or read where that is billed
}

// IsZero reports whether nothing was used.
func (u Usage) IsZero() bool { return u == Usage{} }

// EventKind says what an event is to the gateway; its bytes are the dialect's business.
type EventKind uint8

// The kinds of events.
const (
	Data      EventKind = iota // a piece of the answer
	UsageOnly                  // carries usage that the client did not ask for: count it, do not forward it
	Terminal                   // the dialect's end mark ("data: [DONE]"), or the whole body of a JSON answer
	Failed                     // the provider reported an error inside the stream
)

// Beside is what a model used that the provider asked beside the call's, which costs by its own price.
type Beside struct {
	Model string
	Usage Usage
}

// The service tiers of answers: whatever is neither flex nor priority costs what the list says.
const (
	StandardTier = "default" // OpenAI's word
	FlexTier     = "flex"
	PriorityTier = "priority"
)

// Event is one piece of an answer, in the dialect of the call that asked.
type Event struct {
	Kind EventKind
	// Raw is what the client gets, framing included. It is valid until the next call of Next.
	Raw []byte
	// Usage is cumulative; nil when this event carries none. The last one wins, sums are never made. It is valid until the
	// next call of Next.
	Usage *Usage
	// Tier is the service tier that the answer says it was served by, beside Usage; "" where it does not say.
	Tier string
	// Beside is what Usage leaves out: what other models used for the answer, so far.
	Beside []Beside
	// Kept is the id under which the provider keeps the answer; "" on all events but one, and where it does not.
	Kept string
	// Running says that Usage is a count so far that the provider will raise: good enough for nothing but an answer that
	// breaks off.
	Running bool
	// OutputBytes is how much generated text the event holds, to estimate usage when none is reported.
	OutputBytes int
	// Searches is how many searches of the provider's the event begins, less those that it tells to have been none: what an answer
	// that breaks off before its usage has made so far.
	Searches int64
	// Sign is what a watched answer is so far, and Refusal the sentence of one that was withheld, if there is one.
	Sign    Sign
	Refusal string
	// Err is set on Failed.
	Err *fault.Error
}

// Stream is an answer being received. A JSON answer is a stream of one Terminal event.
type Stream interface {
	// Next gives the next event, io.EOF after a clean end, and ErrTruncated when the provider stopped without its
	// end mark. No event ever waits for a later one.
	Next() (Event, error)
	// Close drops the rest and releases the connection. It is safe to call twice and concurrently with Next.
	Close() error
}

// ErrTruncated says that a stream ended without its end mark: the answer is incomplete and must not look complete.
var ErrTruncated = fault.New(fault.Upstream, "upstream_truncated", "The provider ended its answer before it was complete. What arrived is billed; send the request again for a complete answer.")

// Package llm is the canonical form between wire dialects: what is asked (Call), what comes back (Stream of Event) and
// what it used (Usage). Dialects in llm/dialect read and write it; adapters in provider carry it.
//
// A call whose client and provider speak the same dialect keeps its validated bytes (Call.Body), and only the fields
// that the gateway owns are spliced (Edit); unknown fields and provider prompt caches survive (decision D6).
package llm

import "github.com/bodhi-gateway/bodhi/app/fault"

// Family is a wire dialect's name.
type Family string

// The families.
const (
	OpenAI    Family = "openai"    // chat completions, embeddings and what else OpenAI had before Responses
	Responses Family = "responses" // OpenAI's /responses
	Anthropic Family = "anthropic"
	Gemini    Family = "gemini"
	Bedrock   Family = "bedrock"        // Converse
	Invoke    Family = "bedrock-invoke" // Bedrock's InvokeModel with Anthropic's bodies; of clients only
	Predict   Family = "google-predict" // Google's older words, for vectors and pictures; of providers only
)

// Operation is what a call asks for.
type Operation string

// The operations.
const (
	Chat       Operation = "chat"
	Embeddings Operation = "embeddings"
	// Completions go on from a text: what there was before chat.
	Completions Operation = "completions"
	// CountTokens asks how long a conversation is. It generates nothing and costs nothing.
	CountTokens Operation = "count_tokens"
)

// What is asked of an answer that a provider keeps.
const (
	ShowKept   Operation = "response_show"
	DeleteKept Operation = "response_delete"
	CancelKept Operation = "response_cancel"
	ListKept   Operation = "response_input_items"
)

// What OpenAI's family has beside text: pictures, sound, verdicts on content, and files that a provider keeps. Pictures and
// sound are translated (Wish), the others pass to providers that speak that family.
const (
	MakeImages Operation = "image_generation"
	EditImages Operation = "image_edit"
	Transcribe Operation = "transcription"
	Interpret  Operation = "translation" // speech of any language as English text
	Speak      Operation = "speech"
	Moderate   Operation = "moderation"

	UploadFile Operation = "file_upload"
	ListFiles  Operation = "file_list"
	ShowFile   Operation = "file_show"
	ReadFile   Operation = "file_content"
	DeleteFile Operation = "file_delete"
)

// Media reports whether this makes or reads pictures or sound, or judges content: the request says all that it can cost, and
// no cap on tokens can be lowered.
func (o Operation) Media() bool {
	switch o {
	case MakeImages, EditImages, Transcribe, Interpret, Speak, Moderate:
		return true
	}
	return false
}

// Filed reports whether this is about files that a provider keeps.
func (o Operation) Filed() bool {
	switch o {
	case UploadFile, ListFiles, ShowFile, ReadFile, DeleteFile:
		return true
	}
	return false
}

// Generates reports whether this makes text of which a cap on tokens bounds the length.
func (o Operation) Generates() bool { return o == Chat || o == Completions }

// Kept reports whether this is about an answer that a provider keeps (Call.Follows), and not about a model.
func (o Operation) Kept() bool {
	return o == ShowKept || o == DeleteKept || o == CancelKept || o == ListKept
}

// Free reports whether providers do this without charging for it: no money is held, and none is booked.
func (o Operation) Free() bool { return o == CountTokens || o.Kept() || o.Filed() }

// Call is one decoded and validated request. It is read-only after decoding.
type Call struct {
	Family    Family
	Operation Operation
	Model     string // as the client wrote it: an alias, a catalogue id, a bare model name
	Stream    bool
	// MaxOutput is the client's cap on output tokens per choice; 0 means that it did not say.
	MaxOutput int64
	// Choices is n: how many answers are asked for, at least 1.
	Choices int64
	// WantsUsage says that the client asked for usage in its stream.
	WantsUsage bool
	Needs      Needs
	// Tier is the service tier that the client asked for ("flex", "priority"), "" if none.
	Tier string
	// Keeps says that the provider is asked to keep the answer under its id, and Follows is the id of a kept answer that
	// the call goes on from, or is about (Responses).
	Keeps   bool
	Follows string
	// Plain is the media type of an answer that is neither JSON nor events and passes as it is: sound, a text, a file's
	// content. "" for all others. With Stream its bytes pass as they come, and nothing can be said between them.
	Plain string
	// Thread is what the body says of the conversation that the call belongs to: the key of the provider's prompt cache, or
	// the session that Claude Code puts into the end user's id. "" without.
	Thread string
	// Body is the validated request, byte for byte as the client sent it.
	Body []byte
	// Bound says how large the input can be at most, for the price ceiling.
	Bound Bound
	// Spots are where the spliceable fields lie in Body.
	Spots Spots
	// Retold asks for the answer to be written anew although client and provider speak one dialect, so that it can be cut (Cuttable).
	Retold bool
	// Sieve is what a streamed answer passes on its way to the client; nil = nothing. It works on answers that are written anew.
	Sieve Sieve
	// Watch asks for the Sign of events: whether the answer is one, or was withheld.
	Watch bool
	// At is when the request came, in Unix seconds.
	At int64
	// Dialect is the one that decoded the call, and in which its client is answered.
	Dialect Dialect
	// Native is what else a dialect's own Wire or Writer must know of the request (a framing asked for by the query);
	// only its own package reads it. Nil for most.
	Native any

	parsed     *Conversation // lazily, by Conversation
	unparsable error
}

// Needs are capabilities that the serving model must have.
type Needs struct {
	Tools, Vision, Audio, Files, Schema, Reasoning bool
}

// Bound is what limits the input's tokens from above. For byte-level tokenizers text has at most as many tokens as
// UTF-8 bytes; media is counted apart because its bytes say nothing about its tokens.
type Bound struct {
	TextBytes int64 // bytes of the body without inline media
	Messages  int64 // messages, inputs or contents: each adds a few tokens of framing
	Images    int64
	AudioSecs int64
	Pages     int64
	// Framing are tokens that the provider adds of its own, for which no byte of the body stands (tool instructions).
	Framing int64
	// Windows is how many inputs are read on their own, each with the whole context window to itself (the inputs of
	// an embeddings call); 0 means one.
	Windows int64
	// Searches are the provider's own web searches that the call asks for.
	Searches int64
	// Characters are the ones to be spoken, or to be made vectors of, and Picture is what each of the pictures asked for is to be like.
	Characters int64
	Picture    Picture
	// Output bounds the output tokens of what makes no text, where the request does; 0 means that it does not.
	Output int64
	// Opaque says that the body refers to content whose size it does not show, such as an uploaded file: only the
	// context window bounds the input then.
	Opaque bool
	// Unpriced says that the provider may charge for what no usage tells: containers, vector stores, pictures of its tools.
	Unpriced bool
	// Unmeasured says that sound is to be read whose length its bytes do not tell.
	Unmeasured bool
	// LongCache says that the call asks for one-hour cache writes, the dearest kind.
	LongCache bool
}

// Picture is what a request says of the pictures that it wants, as far as it decides what they cost.
type Picture struct {
	Width, Height int64  // pixels; 0 leaves them to the provider
	Quality       string // "" and "auto" leave it to the provider
	Partials      int64  // unfinished ones that a stream shows before each
	Frames        int64  // of a moving one; 0 means one
	Count         int64  // how many are asked for; 0 means that this is about no pictures
}

// Spot is a half-open byte range [From, To) of a value in Call.Body; To == 0 means that the field is absent.
type Spot struct{ From, To int }

// Has reports whether the field is present.
func (s Spot) Has() bool { return s.To > 0 }

// Member is a field of an object: where its key and its value lie.
type Member struct{ Name, Value Spot }

// Spots are the fields that the gateway may replace or add (Edit). Open is the offset just behind the body's opening
// brace, where absent fields are added.
type Spots struct {
	Open  int
	Model Spot // the JSON string, quotes included
	// The output cap has two names in OpenAI's dialect; at most one of them holds a number, null is as good as absent.
	MaxTokens           Member
	MaxCompletionTokens Member
	StreamOptions       Spot // the object or null
	IncludeUsage        Spot // the boolean inside it
	StreamFormat        Spot // of speech: the string
}

// Edit is what the gateway changes in the bytes it forwards. Zero fields are left as the client wrote them.
type Edit struct {
	Model        string
	MaxOutput    int64 // lower the output cap to this (decision D12)
	IncludeUsage bool  // ask the provider for usage in a stream
	// DefaultOutput stands in where a provider needs an output cap and the client set none, when a call is translated:
	// the model's own maximum, 0 if unknown.
	DefaultOutput int64
	// Notes collects what a translation drops; it may be nil.
	Notes *Notes
}

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

// Event is one piece of an answer, in the dialect of the call that asked.
type Event struct {
	Kind EventKind
	// Raw is what the client gets, framing included. It is valid until the next call of Next.
	Raw []byte
	// Usage is cumulative; nil when this event carries none. The last one wins, sums are never made. It is valid until the
	// next call of Next.
	Usage *Usage
	// Kept is the id under which the provider keeps the answer; "" on all events but one, and where it does not.
	Kept string
	// Running says that Usage is a count so far that the provider will raise: good enough for nothing but an answer that
	// breaks off.
	Running bool
	// OutputBytes is how much generated text the event holds, to estimate usage when none is reported.
	OutputBytes int
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

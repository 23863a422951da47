// Package llm is the canonical form between wire dialects: what is asked (Call), what comes back (Stream of Event) and
// what it used (Usage). Dialects in llm/dialect read and write it; adapters in provider carry it.
//
// A call whose client and provider speak the same dialect keeps its validated bytes (Call.Body), and only the fields
// that the gateway owns are spliced (Edit); unknown fields and provider prompt caches survive (decision D6).
package llm

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
	// Beside are models that the request has its provider ask beside or instead of Model, by the provider's names.
	Beside []string
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
	// Coded says that texts are given as tokens, which nobody reads without the model's tokenizer.
	Coded bool
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
	// Searches write the limit that a call was priced for where it lets the provider search as often as it likes: nothing else
	// keeps its bill inside its hold.
	Searches []Cut
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

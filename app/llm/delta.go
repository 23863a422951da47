package llm

// DeltaKind says what a Delta adds to an answer, and which of its fields count.
type DeltaKind uint8

// The kinds of deltas, in the order in which they come. A Reader gives Begin first and End last, and End only for a
// complete answer; in between come blocks, one after the other or, for tool calls and choices, side by side.
const (
	Begin        DeltaKind = iota // ID and Name (the provider's model): the answer begins
	TextDelta                     // Text
	RefusalDelta                  // Text: the model says why it does not answer
	ThinkDelta                    // Text of the thinking
	OpaqueDelta                   // Opaque: the signature of the thinking (or the hidden thinking itself), whole
	CallBegin                     // Call, ID, Name: a tool call begins
	CallDelta                     // Call, Text: a piece of its arguments
	CiteDelta                     // Raw: a citation in the dialect Of; other dialects leave it out
	MediaDelta                    // Media: a picture or a sound that was made, whole and inline
	Finish                        // Reason, Text: the stop sequence, if one was met
	Used                          // Usage, cumulative
	End                           // nothing more comes
	Alive                         // nothing but a sign of life; the client gets its own dialect's (Dialect.Ping), not its Writer
)

// Delta is one piece of an answer in no dialect. Strings in it are its own; Raw is valid until the next one.
type Delta struct {
	Kind DeltaKind
	// Choice is which of the n answers this belongs to.
	Choice int
	// Call numbers the tool calls of a choice from 0.
	Call   int
	ID     string
	Name   string
	Space  string // the group of tools that Name stands in, where the dialect has such (Responses); others know none
	Text   string
	Opaque *Opaque
	Raw    []byte
	Of     Family
	Media  *Media
	Reason Reason
	Usage  *Usage
}

// Reason is why an answer ended.
type Reason uint8

// The reasons.
const (
	Stopped      Reason = iota // the model had finished
	StopSequence               // one of the client's stop sequences was met
	Length                     // the output cap
	Calls                      // it wants its tools' results
	Filtered                   // the provider's filter, or the model refused
	Paused                     // the provider's own tool loop was cut; the client sends the conversation again
	Overflow                   // the context window is full
)

// Reader reads a provider's answer into deltas. It is made for one answer and belongs to one goroutine.
type Reader interface {
	// Read appends what an event means to dst. e is what the dialect's own stream gave (Wire.Stream, Wire.Document): it is
	// whole, in the provider's dialect, and neither Failed nor broken. An error means that the event makes no sense.
	Read(dst []Delta, e Event) ([]Delta, error)
}

// Writer writes an answer in a client's dialect, as a stream or as one document, whichever its call asked for. It is made
// for one answer and belongs to one goroutine.
type Writer interface {
	// Write appends to dst what the client gets for a delta. A stream's writer keeps nothing back but what its dialect
	// wants later (usage, the reason); a document's writer gives everything at End. An error means that the dialect
	// cannot say it.
	Write(dst []byte, d *Delta) ([]byte, error)
}

// Shower is a Writer of a dialect that has a place for pictures in answers. Others are given words instead of MediaDelta.
type Shower interface{ ShowsMedia() }

// Sieve changes what an answer says on its way to the client. It is made for one answer and belongs to one goroutine.
type Sieve interface {
	// Sift appends to dst what may go on of the deltas that came. It may keep texts back until more comes, and gives them all before
	// Finish and End. An error, a *fault.Error, ends the answer; what dst holds may go on.
	Sift(dst, came []Delta) ([]Delta, error)
}

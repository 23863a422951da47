package llm

import (
	"fmt"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Wish is a call for pictures, speech or a transcript in canonical form: what MediaDialect reads and MediaWire writes, where
// client and provider speak different dialects. How many pictures of which size and quality is in the call itself (Choices,
// Bound.Picture).
type Wish struct {
	// Text is what a picture is to show, what is to be spoken, or a hint for who listens.
	Text string
	// Style is how it is to be spoken, Voice by whom.
	Style, Voice string
	// Format is what the answer is to be, in OpenAI's words: png, wav, text. "" leaves it to the provider.
	Format string
	// Language is what is spoken in a sound, as a code of ISO 639; "" if unknown.
	Language string
	// Given are the pictures to be edited, or the one sound to be heard.
	Given []Media
	// Unknown are fields for which this form has no place.
	Unknown []string
}

// Work is what was made of a Wish.
type Work struct {
	Text string // a transcript
	List []Media
	// Usage is nil where the provider reports none.
	Usage *Usage
}

// MediaDialect is a Dialect whose clients' calls about media other dialects can say. Errors are as Parse's.
type MediaDialect interface {
	ParseWish(call *Call) (*Wish, error)
	// WriteWork is the answer. last is what ends a stream, or the whole of any other answer; first is what comes before it.
	WriteWork(call *Call, w *Work) (first, last []byte, err error)
}

// MediaWire is a Wire whose provider does such calls. It is always asked for an answer in one piece, whatever the client
// wants. What gets lost is told to edit.Notes, which may refuse.
type MediaWire interface {
	RenderWish(call *Call, w *Wish, edit Edit) []byte
	// ReadWork reads an answer that Document took.
	ReadWork(call *Call, e Event) (*Work, error)
}

// Whole reports whether a call is asked in one piece although its client wants a stream, because it is about media and
// w speaks another dialect.
func (c *Call) Whole(w Wire) bool { return c.Operation.Media() && c.Family != w.Family() }

// mediaBody is Body of a call about media that is translated.
func mediaBody(w Wire, call *Call, edit Edit) ([]byte, error) {
	client, reads := call.Dialect.(MediaDialect)
	provider, writes := w.(MediaWire)
	if !reads || !writes {
		return nil, untold(call)
	}
	wish, err := client.ParseWish(call)
	if err != nil {
		return nil, err
	}
	if edit.Notes == nil {
		edit.Notes = &Notes{}
	}
	for _, name := range wish.Unknown {
		edit.Notes.Drop(name)
	}
	b := provider.RenderWish(call, wish, edit)
	if err := edit.Notes.Err(); err != nil {
		return nil, err
	}
	return b, nil
}

// worked is the answer to a call about media in another dialect.
type worked struct {
	Stream
	wire  MediaWire
	call  *Call
	last  []byte
	used  *Usage
	split bool // last is still to come
}

// Next implements Stream. What comes first carries the usage already: the provider is done by then.
func (s *worked) Next() (Event, error) {
	if s.split {
		s.split = false
		return Event{Kind: Terminal, Raw: s.last, Usage: s.used}, nil
	}
	e, err := s.Stream.Next()
	if err != nil || e.Kind != Terminal {
		return e, err
	}
	w, err := s.wire.ReadWork(s.call, e)
	var first []byte
	if err == nil {
		if w.Usage == nil {
			w.Usage = e.Usage
		}
		first, s.last, err = s.call.Dialect.(MediaDialect).WriteWork(s.call, w)
	}
	switch {
	case err != nil:
		return Event{Kind: Failed, Usage: e.Usage, Err: untranslatable(err)}, nil
	case !s.call.Stream:
		e.Raw = s.last
		return e, nil
	}
	s.split, s.used = true, w.Usage
	if e.Kind, e.Raw, e.Usage = Data, first, w.Usage; len(first) == 0 {
		e.Kind = UsageOnly
	}
	return e, nil
}

// Unsaid refuses a field, or one value of it, that no other dialect can say; instead is what can be sent in its place.
func Unsaid(field, value, instead string) error {
	what := strconv.Quote(field)
	if value != "" {
		what += fmt.Sprintf(" is %q, which", value)
	}
	f := fault.Newf(fault.Invalid, "unsupported_parameter", "%s has no counterpart at this model's provider, which speaks another dialect. %s, or ask for a model whose provider speaks your client's dialect.", what, instead)
	f.Field = field
	return f
}

package llm

import "bytes"

// Sign is what an event of a watched answer (Call.Watch) tells about the answer so far.
type Sign uint8

// The signs.
const (
	Mute     Sign = iota // there is nothing in it yet; of an answer that is not watched, all events are
	Spoken               // it has content: text, thinking, a tool call, a picture
	Withheld             // it is over, and there is nothing in it but a refusal: a filter's, a guardrail's, the model's
)

// watched is a stream that tells an answer from one that somebody's rules on content withheld. Which words of a provider mean that
// is each dialect's table of reasons (Reason Filtered) and its place for refusals (RefusalDelta), as its Reader knows them.
//
// A document is withheld also where part of it came before the filter cut it, or where a guardrail put its own sentence there:
// nobody has seen it. A stream is judged by what comes first: from its first word on it belongs to the client.
type watched struct {
	Stream
	reader  Reader
	deltas  []Delta
	whole   bool // it comes in one piece
	refused bool
	sign    Sign
	text    []byte // what the refusal says
}

// maxRefusal bounds what is kept of a refusal's sentence.
const maxRefusal = 300

// watch looks into a stream in w's dialect until it knows its Sign. A call whose conversation cannot be read is not watched.
func watch(w Wire, call *Call, s Stream) Stream {
	c, err := call.Conversation()
	if err != nil {
		return s
	}
	return &watched{Stream: s, reader: w.Reader(call, c), whole: !call.Stream || call.Whole(w)}
}

// Ready reports whether the next event is here already.
func (s *watched) Ready() bool {
	r, ok := s.Stream.(interface{ Ready() bool })
	return ok && r.Ready()
}

// Next implements Stream.
func (s *watched) Next() (Event, error) {
	e, err := s.Stream.Next()
	if err != nil || e.Kind == Failed || s.sign != Mute {
		e.Sign = s.sign
		return e, err
	}
	if s.deltas, err = s.reader.Read(s.deltas[:0], e); err != nil {
		s.sign = Spoken // whoever writes it to the client says what is wrong with it
	}
	content, others := false, false
	for i := range s.deltas {
		switch d := &s.deltas[i]; d.Kind {
		case TextDelta, ThinkDelta, OpaqueDelta, CallBegin, CallDelta, CiteDelta, MediaDelta:
			content = true
		case RefusalDelta:
			s.refused = true
			s.text = append(s.text, d.Text[:min(len(d.Text), maxRefusal-min(len(s.text), maxRefusal))]...)
		case Finish:
			s.refused = s.refused || d.Reason == Filtered
			others = others || d.Reason != Filtered
		}
	}
	switch {
	case content && !(s.whole && s.refused && !others):
		s.sign = Spoken
	case e.Kind == Terminal && s.refused:
		s.sign, e.Refusal = Withheld, string(bytes.ToValidUTF8(s.text, nil))
	}
	e.Sign = s.sign
	return e, nil
}

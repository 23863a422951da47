package transcript

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// answer reads what an answer says into t, as far as it came. wires are the dialects that can be read; of others nothing is said but
// how much there was.
func (t *Text) answer(taken *Taken, wires map[llm.Family]llm.Wire) {
	c := &taken.Call
	t.Broken, t.AnswerCut = taken.Broken, taken.Over
	if len(taken.Body)+len(taken.End) == 0 {
		return
	}
	switch w := wires[c.Family]; {
	case c.Operation == llm.Embeddings:
		t.Answer = mark("vectors", int64(len(taken.Body)))
	case c.Plain != "" && !strings.HasPrefix(c.Plain, "text/"):
		t.Media = true
		t.Answer = mark(c.Plain, int64(len(taken.Body)))
	case c.Plain != "":
		t.Answer = string(taken.Body)
	case c.Operation == llm.Chat && w != nil:
		deltas, whole := told(w, c, taken)
		t.Broken = t.Broken || !whole
		t.Answer = t.said(deltas)
	case c.Stream:
		t.Answer = mark("stream", int64(len(taken.Body)))
	default:
		t.Answer = t.document(taken.Body)
	}
	if taken.Veil != nil { // before it is cut, so that no half of a value stays
		t.Answer = taken.Veil(t.Answer, t.Broken || t.AnswerCut)
	}
	r := room{left: MostText}
	t.Answer = r.take(t.Answer)
	t.AnswerCut = t.AnswerCut || r.over
}

// told reads an answer in its client's dialect as far as it goes. llm.Told is the same for answers that have to be whole.
func told(w llm.Wire, c *llm.Call, taken *Taken) (out []llm.Delta, whole bool) {
	conversation, err := c.Conversation()
	if err != nil {
		return nil, false
	}
	r := w.Reader(c, conversation)
	if !c.Stream {
		e, err := w.Document(c, taken.Body)
		if err != nil {
			return nil, false
		}
		out, err = r.Read(nil, e)
		return out, err == nil
	}
	s := w.Stream(io.NopCloser(io.MultiReader(bytes.NewReader(taken.Body), bytes.NewReader(taken.End))), c)
	defer func() { _ = s.Close() }()
	for {
		e, err := s.Next()
		if err != nil || e.Kind == llm.Failed {
			return out, false
		}
		if out, err = r.Read(out, e); err != nil {
			return out, false
		}
		if e.Kind == llm.Terminal {
			return out, true
		}
	}
}

// said is the text of an answer. Of several choices each begins with its number; what a model thinks before it answers is left out.
func (t *Text) said(deltas []llm.Delta) string {
	var texts []*strings.Builder
	of := func(choice int) *strings.Builder {
		for len(texts) <= min(choice, 127) {
			texts = append(texts, &strings.Builder{})
		}
		return texts[min(max(choice, 0), 127)]
	}
	for i := range deltas {
		d := &deltas[i]
		switch d.Kind {
		case llm.TextDelta, llm.RefusalDelta, llm.CallDelta:
			of(d.Choice).WriteString(d.Text)
		case llm.CallBegin:
			b := of(d.Choice)
			if b.Len() > 0 {
				b.WriteByte('\n')
			}
			b.WriteString("[calls " + d.Name + "] ")
		case llm.MediaDelta:
			of(d.Choice).WriteString(t.medium(d.Media))
		}
	}
	if len(texts) == 1 {
		return texts[0].String()
	}
	var all strings.Builder
	for i, b := range texts {
		all.WriteString("[choice " + strconv.Itoa(i+1) + "] " + b.String() + "\n")
	}
	return strings.TrimSuffix(all.String(), "\n")
}

package anthropic

import (
	"errors"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// writer writes an answer that comes from a provider of another dialect, in events or as one message. Both are made of
// the same blocks: a document is what its events add up to.
type writer struct {
	call   *llm.Call
	id     string
	model  string
	usage  llm.Usage
	reason llm.Reason
	stop   string

	blocks int  // begun so far
	open   kind // the block that is open
	number int  // of the call in it
	done   []made
	text   strings.Builder // of the open block, for a document
}

// kind is a block's.
type kind uint8

const (
	nothing kind = iota
	text
	thought
	toolUse
)

// made is a block of a document.
type made struct {
	kind      kind
	text      string
	signature string
	data      string
	id, name  string
}

// Writer implements llm.Dialect.
func (Dialect) Writer(call *llm.Call) llm.Writer { return llm.InOrder(&writer{call: call}) }

var errSideBySide = errors.New("anthropic: pieces of an earlier tool call came after the next one began; this dialect has them one after the other")

// Write implements llm.Writer.
func (w *writer) Write(dst []byte, d *llm.Delta) ([]byte, error) {
	if d.Choice > 0 {
		return dst, nil // this dialect has one answer; its clients cannot ask for more
	}
	switch d.Kind {
	case llm.Begin:
		if w.id = d.ID; !strings.HasPrefix(w.id, "msg_") {
			w.id = "msg_" + w.id
		}
		if w.model = d.Name; w.model == "" {
			w.model = w.call.Model
		}
		if w.call.Stream {
			return event(dst, "message_start", dialect.Encode(struct {
				Type    string  `json:"type"`
				Message *answer `json:"message"`
			}{"message_start", w.answer([]any{}, nil)})), nil
		}
	case llm.TextDelta, llm.RefusalDelta:
		return w.add(dst, text, d.Text), nil
	case llm.ThinkDelta:
		return w.add(dst, thought, d.Text), nil
	case llm.OpaqueDelta:
		return w.sign(dst, d.Opaque), nil
	case llm.CallBegin:
		dst = w.close(dst)
		if d.Opaque != nil {
			dst = w.redacted(dst, &llm.Opaque{Of: d.Opaque.Of, Data: onCall + d.Opaque.Data})
		}
		w.number = d.Call
		return w.begin(dst, made{kind: toolUse, id: d.ID, name: d.Name}), nil
	case llm.CallDelta:
		if w.open != toolUse || d.Call != w.number {
			return dst, errSideBySide
		}
		return w.add(dst, toolUse, d.Text), nil
	case llm.Finish:
		w.reason, w.stop = d.Reason, d.Text
	case llm.Used:
		w.usage = *d.Usage
	case llm.End:
		return w.end(w.close(dst)), nil
	}
	return dst, nil
}

// add appends to the open block, or opens one of its kind.
func (w *writer) add(dst []byte, k kind, s string) []byte {
	if s == "" {
		return dst
	}
	if w.open != k {
		dst = w.begin(w.close(dst), made{kind: k})
	}
	if !w.call.Stream {
		w.text.WriteString(s)
		return dst
	}
	switch k {
	case text:
		return w.delta(dst, "text_delta", "text", s)
	case thought:
		return w.delta(dst, "thinking_delta", "thinking", s)
	}
	return w.delta(dst, "input_json_delta", "partial_json", s)
}

// sign ends a block of thinking with its signature. Hidden thinking is a block of its own.
func (w *writer) sign(dst []byte, o *llm.Opaque) []byte {
	if o.Redacted {
		return w.redacted(w.close(dst), o)
	}
	if w.open != thought {
		dst = w.begin(w.close(dst), made{kind: thought})
	}
	w.done[len(w.done)-1].signature = seal(o)
	if w.call.Stream {
		dst = w.delta(dst, "signature_delta", "signature", seal(o))
	}
	return w.close(dst)
}

func (w *writer) redacted(dst []byte, o *llm.Opaque) []byte {
	dst = w.begin(dst, made{kind: thought, data: seal(o)})
	return w.close(dst)
}

// begin opens a block.
func (w *writer) begin(dst []byte, m made) []byte {
	w.open = m.kind
	w.done = append(w.done, m)
	w.text.Reset()
	w.blocks++
	if !w.call.Stream {
		return dst
	}
	return event(dst, "content_block_start", dialect.Encode(struct {
		Type  string `json:"type"`
		Index int    `json:"index"`
		Block any    `json:"content_block"`
	}{"content_block_start", w.blocks - 1, m.block()}))
}

func (w *writer) delta(dst []byte, kind, name, s string) []byte {
	dst = append(dst, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":"...)
	dst = append(append(dst, itoa(int64(w.blocks-1))...), ",\"delta\":{\"type\":\""...)
	dst = append(append(append(append(dst, kind...), "\",\""...), name...), "\":"...)
	return append(llm.AppendQuoted(dst, s), "}}\n\n"...)
}

// close ends the open block.
func (w *writer) close(dst []byte) []byte {
	if w.open == nothing {
		return dst
	}
	w.open = nothing
	w.done[len(w.done)-1].text = w.text.String()
	if !w.call.Stream {
		return dst
	}
	return event(dst, "content_block_stop", []byte(`{"type":"content_block_stop","index":`+itoa(int64(w.blocks-1))+`}`))
}

package bedrock

import (
	"cmp"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// writer writes an answer that comes from a provider of another dialect, in frames or as one document. Both are made of
// the same blocks: a document is what its frames add up to.
type writer struct {
	call   *llm.Call
	usage  llm.Usage
	reason llm.Reason

	blocks int
	open   kind
	number int // of the call in the open block
	done   []block
	text   strings.Builder // of the open block, for a document
}

// Writer implements llm.Dialect.
func (Dialect) Writer(call *llm.Call) llm.Writer { return llm.InOrder(&writer{call: call}) }

var errSideBySide = errors.New("bedrock: pieces of an earlier tool call came after the next one began; this dialect has them one after the other")

// Write implements llm.Writer.
func (w *writer) Write(dst []byte, d *llm.Delta) ([]byte, error) {
	if d.Choice > 0 {
		return dst, nil // this dialect has one answer; its clients cannot ask for more
	}
	switch d.Kind {
	case llm.Begin:
		if w.call.Stream {
			return AppendFrame(dst, "event", "messageStart", []byte(`{"role":"assistant"}`)), nil
		}
	case llm.TextDelta, llm.RefusalDelta:
		return w.add(dst, text, d.Text), nil
	case llm.ThinkDelta:
		return w.add(dst, thought, d.Text), nil
	case llm.OpaqueDelta:
		return w.sign(dst, d.Opaque), nil
	case llm.CallBegin:
		dst = w.close(dst)
		if d.Opaque != nil { // it belongs to the call; there is no other place for it
			dst = w.sign(dst, d.Opaque)
		}
		return w.begin(dst, use, d), nil
	case llm.CallDelta:
		if w.open != use || d.Call != w.number {
			return dst, errSideBySide
		}
		return w.add(dst, use, d.Text), nil
	case llm.Finish:
		w.reason = d.Reason
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
		dst = w.begin(w.close(dst), k, nil)
	}
	if !w.call.Stream {
		w.text.WriteString(s)
		return dst
	}
	switch k {
	case text:
		return w.delta(dst, `{"text":`+llm.Quote(s)+`}`)
	case thought:
		return w.delta(dst, `{"reasoningContent":{"text":`+llm.Quote(s)+`}}`)
	}
	return w.delta(dst, `{"toolUse":{"input":`+llm.Quote(s)+`}}`)
}

// sign ends a block of thinking with its signature. Hidden thinking is a block of its own.
func (w *writer) sign(dst []byte, o *llm.Opaque) []byte {
	if o.Redacted {
		dst = w.begin(w.close(dst), thought, nil)
		w.done[len(w.done)-1].Reasoning = &reasoning{Redacted: sealBytes(o)}
		if w.call.Stream {
			dst = w.delta(dst, `{"reasoningContent":{"redactedContent":`+llm.Quote(sealBytes(o))+`}}`)
		}
		return w.close(dst)
	}
	if w.open != thought {
		dst = w.begin(w.close(dst), thought, nil)
	}
	w.done[len(w.done)-1].Reasoning.Text.Signature = seal(o)
	if w.call.Stream {
		dst = w.delta(dst, `{"reasoningContent":{"signature":`+llm.Quote(seal(o))+`}}`)
	}
	return w.close(dst)
}

// begin opens a block. Only a tool's has an event for that.
func (w *writer) begin(dst []byte, k kind, d *llm.Delta) []byte {
	w.open = k
	w.text.Reset()
	w.blocks++
	b := block{}
	switch k {
	case thought:
		b.Reasoning = &reasoning{Text: &signedText{}}
	case use:
		w.number = d.Call
		b.Use = &toolUse{ID: d.ID, Name: d.Name}
	}
	w.done = append(w.done, b)
	if k != use || !w.call.Stream {
		return dst
	}
	return AppendFrame(dst, "event", "contentBlockStart", []byte(`{"contentBlockIndex":`+w.index()+`,"start":{"toolUse":{"toolUseId":`+llm.Quote(d.ID)+`,"name":`+llm.Quote(d.Name)+`}}}`))
}

func (w *writer) index() string { return strconv.Itoa(w.blocks - 1) }

func (w *writer) delta(dst []byte, delta string) []byte {
	return AppendFrame(dst, "event", "contentBlockDelta", []byte(`{"contentBlockIndex":`+w.index()+`,"delta":`+delta+`}`))
}

// close ends the open block.
func (w *writer) close(dst []byte) []byte {
	if w.open == nothing {
		return dst
	}
	b, said := &w.done[len(w.done)-1], w.text.String()
	switch k := w.open; {
	case k == text:
		b.Text = &said
	case k == thought && b.Reasoning.Text != nil:
		b.Reasoning.Text.Text = said
	case k == use:
		b.Use.Input = object(said)
	}
	w.open = nothing
	if !w.call.Stream {
		return dst
	}
	return AppendFrame(dst, "event", "contentBlockStop", []byte(`{"contentBlockIndex":`+w.index()+`}`))
}

// end writes the reason and the usage, which is the end mark; or the whole answer.
func (w *writer) end(dst []byte) []byte {
	reason := cmp.Or(reasons[w.reason], "end_turn")
	u, metrics := countsOf(&w.usage), json.RawMessage(`{"latencyMs":0}`)
	if w.call.Stream {
		dst = AppendFrame(dst, "event", "messageStop", []byte(`{"stopReason":"`+reason+`"}`))
		return AppendFrame(dst, "event", "metadata", dialect.Encode(struct {
			Usage   counts          `json:"usage"`
			Metrics json.RawMessage `json:"metrics"`
		}{u, metrics}))
	}
	if w.done == nil {
		w.done = []block{}
	}
	return append(dst, dialect.Encode(map[string]any{"output": map[string]any{"message": message{"assistant", w.done}}, "stopReason": reason, "usage": u, "metrics": metrics})...)
}

// object is a call's arguments, which must be an object here.
func object(args string) json.RawMessage {
	if t := strings.TrimSpace(args); t != "" && t[0] == '{' && json.Valid([]byte(t)) {
		return json.RawMessage(t)
	}
	if args == "" {
		return json.RawMessage("{}")
	}
	return dialect.Encode(map[string]string{"arguments": args})
}

// countsOf is Bedrock's way to count: the input is what was neither read from the cache nor written to it.
func countsOf(u *llm.Usage) counts {
	writes := u.CacheWrite5m + u.CacheWrite1h
	return counts{Input: max(u.Input-u.CacheRead-writes, 0), Output: u.Output, Total: u.Input + u.Output, Reads: u.CacheRead, Writes: writes}
}

package responses

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// writer writes an answer that comes from a provider of another dialect, in events or as one response. Both are made of the
// same items: a document is what its events add up to.
type writer struct {
	call   *llm.Call
	answer answer
	base   string // what items' ids begin with, after their kind
	number int64  // of the next event
	items  []*made
	open   *made         // the message or reasoning that grows
	calls  map[int]*made // by number
	custom map[string]bool
	said   bool // something was refused in words
}

// Writer implements llm.Dialect.
func (Dialect) Writer(call *llm.Call) llm.Writer {
	return &writer{call: call, calls: map[int]*made{}, custom: customTools(call.Body)}
}

// customTools are the tools that take a text (parse_tool.go), each by its group, a dot and its name.
func customTools(body []byte) map[string]bool {
	if !bytes.Contains(body, []byte(`"custom"`)) {
		return nil
	}
	var v struct {
		Tools []struct {
			Type, Name string
			Tools      []struct{ Type, Name string } // of a namespace
		}
	}
	if json.Unmarshal(body, &v) != nil {
		return nil
	}
	names := map[string]bool{}
	for _, t := range v.Tools {
		names["."+t.Name] = t.Type == "custom"
		for _, in := range t.Tools {
			names[t.Name+"."+in.Name] = in.Type == "custom"
		}
	}
	return names
}

// Write implements llm.Writer.
func (w *writer) Write(dst []byte, d *llm.Delta) ([]byte, error) {
	if d.Choice > 0 {
		return dst, nil // this dialect has one answer; its clients cannot ask for more
	}
	switch d.Kind {
	case llm.Begin:
		return w.begin(dst, d), nil
	case llm.TextDelta:
		return w.say(dst, outputText, d.Text), nil
	case llm.RefusalDelta:
		w.said = true
		return w.say(dst, refusal, d.Text), nil
	case llm.ThinkDelta:
		return w.think(dst, d.Text), nil
	case llm.OpaqueDelta:
		return w.sign(dst, d.Opaque), nil
	case llm.CallBegin:
		dst = w.close(dst)
		if d.Opaque != nil {
			dst = w.sign(dst, &llm.Opaque{Of: d.Opaque.Of, Data: onCall + d.Opaque.Data})
		}
		kind := functionCall
		if w.custom[d.Space+"."+d.Name] {
			kind = customCall
		}
		m := &made{kind: kind, callID: d.ID, name: d.Name, space: d.Space}
		w.calls[d.Call] = m
		return w.add(dst, m), nil
	case llm.CallDelta:
		if m := w.calls[d.Call]; m != nil {
			m.text.WriteString(d.Text)
			if m.kind == functionCall {
				dst = w.delta(dst, "response.function_call_arguments.delta", m, "", d.Text)
			}
		}
	case llm.Finish:
		w.finish(d.Reason)
	case llm.Used:
		w.answer.Usage = usageOf(d.Usage)
	case llm.End:
		return w.end(dst), nil
	}
	return dst, nil
}

func (w *writer) begin(dst []byte, d *llm.Delta) []byte {
	id := d.ID
	if !strings.HasPrefix(id, "resp_") {
		id = "resp_" + id
	}
	w.base = id[len("resp_"):]
	w.answer = answer{ID: id, Created: w.call.At, Status: "in_progress", Model: d.Name, Output: []any{}}
	if w.answer.Model == "" {
		w.answer.Model = w.call.Model
	}
	dst = w.whole(dst, "response.created", nil)
	return w.whole(dst, "response.in_progress", nil)
}

// finish notes how the answer ends. A model's own refusal is a complete answer; a filter's cut is not.
func (w *writer) finish(r llm.Reason) {
	w.answer.Status, w.answer.Incomplete = "completed", nil
	switch {
	case r == llm.Length || r == llm.Overflow:
		w.answer.Status, w.answer.Incomplete = "incomplete", &reason{"max_output_tokens"}
	case r == llm.Filtered && !w.said:
		w.answer.Status, w.answer.Incomplete = "incomplete", &reason{"content_filter"}
	}
}

// say appends to the open message, or opens one.
func (w *writer) say(dst []byte, k partKind, s string) []byte {
	if s == "" {
		return dst
	}
	if w.open == nil || w.open.kind != message || w.open.part != k {
		m := &made{kind: message, part: k}
		dst = w.add(w.close(dst), m)
		w.open = m
		dst = w.part(dst, "response.content_part.added", m, m.content(""))
	}
	w.open.text.WriteString(s)
	name, more := "response.output_text.delta", `"content_index":0,"logprobs":[],`
	if k == refusal {
		name, more = "response.refusal.delta", `"content_index":0,`
	}
	return w.delta(dst, name, w.open, more, s)
}

// think appends to the open reasoning, or opens one.
func (w *writer) think(dst []byte, s string) []byte {
	if s == "" {
		return dst
	}
	if w.open == nil || w.open.kind != reasoned {
		m := &made{kind: reasoned}
		dst = w.add(w.close(dst), m)
		w.open = m
		dst = w.part(dst, "response.reasoning_summary_part.added", m, textual{"summary_text", ""})
	}
	w.open.text.WriteString(s)
	return w.delta(dst, "response.reasoning_summary_text.delta", w.open, `"summary_index":0,`, s)
}

// sign ends reasoning with a provider's opaque state, or puts that into an item of its own.
func (w *writer) sign(dst []byte, o *llm.Opaque) []byte {
	if w.open == nil || w.open.kind != reasoned || o.Redacted {
		dst = w.close(dst)
		w.open = &made{kind: reasoned}
		dst = w.add(dst, w.open)
	}
	w.open.encrypted = seal(o)
	return w.close(dst)
}

// add begins an item.
func (w *writer) add(dst []byte, m *made) []byte {
	m.index = len(w.items)
	m.id = itemPrefix[m.kind] + "_" + w.base + "_" + strconv.Itoa(m.index)
	w.items = append(w.items, m)
	return w.item(dst, "response.output_item.added", m, m.item("in_progress"))
}

// close ends the open message or reasoning.
func (w *writer) close(dst []byte) []byte {
	m := w.open
	if m == nil {
		return dst
	}
	w.open = nil
	s := m.text.String()
	switch {
	case m.kind == message && m.part == refusal:
		dst = w.done(dst, "response.refusal.done", m, `"content_index":0,`, "refusal", s)
	case m.kind == message:
		dst = w.done(dst, "response.output_text.done", m, `"content_index":0,"logprobs":[],`, "text", s)
	case s != "":
		dst = w.done(dst, "response.reasoning_summary_text.done", m, `"summary_index":0,`, "text", s)
		dst = w.part(dst, "response.reasoning_summary_part.done", m, textual{"summary_text", s})
	}
	if m.kind == message {
		dst = w.part(dst, "response.content_part.done", m, m.content(s))
	}
	return w.item(dst, "response.output_item.done", m, m.item("completed"))
}

// end closes what is open and writes the end mark; or the whole response.
func (w *writer) end(dst []byte) []byte {
	dst = w.close(dst)
	if w.answer.Status == "in_progress" {
		w.answer.Status = "completed"
	}
	for _, m := range w.items {
		switch m.kind {
		case customCall:
			dst = w.delta(dst, "response.custom_tool_call_input.delta", m, "", m.input())
			dst = w.done(dst, "response.custom_tool_call_input.done", m, "", "input", m.input())
		case functionCall:
			dst = w.done(dst, "response.function_call_arguments.done", m, `"name":`+llm.Quote(m.name)+`,`, "arguments", string(arguments(m.text.String())))
		default:
			w.answer.Output = append(w.answer.Output, m.item("completed"))
			continue
		}
		it := m.item("completed")
		w.answer.Output = append(w.answer.Output, it)
		dst = w.item(dst, "response.output_item.done", m, it)
	}
	if !w.call.Stream {
		return append(dst, dialect.Encode(w.answer.filled(w.call.Body))...)
	}
	return w.whole(dst, "response."+w.answer.Status, w.call.Body)
}

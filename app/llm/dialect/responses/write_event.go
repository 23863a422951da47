package responses

import (
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// head begins an event of a stream; a document has none, and ok is false.
func (w *writer) head(dst []byte, name string) (out []byte, ok bool) {
	if !w.call.Stream {
		return dst, false
	}
	dst = append(append(dst, "event: "...), name...)
	dst = append(append(dst, "\ndata: {\"type\":\""...), name...)
	dst = append(dst, "\",\"sequence_number\":"...)
	dst = strconv.AppendInt(dst, w.number, 10)
	w.number++
	return append(dst, ','), true
}

// at names the item that an event is about.
func at(dst []byte, m *made) []byte {
	dst = append(append(append(dst, `"item_id":"`...), m.id...), `","output_index":`...)
	return append(strconv.AppendInt(dst, int64(m.index), 10), ',')
}

// delta is a piece of an item; more are fields between.
func (w *writer) delta(dst []byte, name string, m *made, more, s string) []byte {
	return w.done(dst, name, m, more, "delta", s)
}

// done is a text of an item under a key.
func (w *writer) done(dst []byte, name string, m *made, more, key, s string) []byte {
	dst, ok := w.head(dst, name)
	if !ok {
		return dst
	}
	dst = append(at(dst, m), more...)
	dst = append(append(append(dst, '"'), key...), "\":"...)
	return append(llm.AppendQuoted(dst, s), "}\n\n"...)
}

// part begins or ends a part of an item.
func (w *writer) part(dst []byte, name string, m *made, v any) []byte {
	dst, ok := w.head(dst, name)
	if !ok {
		return dst
	}
	dst = at(dst, m)
	if m.kind == reasoned {
		dst = append(dst, `"summary_index":0,`...)
	} else {
		dst = append(dst, `"content_index":0,`...)
	}
	dst = append(append(dst, `"part":`...), dialect.Encode(v)...)
	return append(dst, "}\n\n"...)
}

// item begins or ends an item.
func (w *writer) item(dst []byte, name string, m *made, v any) []byte {
	dst, ok := w.head(dst, name)
	if !ok {
		return dst
	}
	dst = append(strconv.AppendInt(append(dst, `"output_index":`...), int64(m.index), 10), `,"item":`...)
	return append(append(dst, dialect.Encode(v)...), "}\n\n"...)
}

// whole is an event about the response itself. body is the request, to be echoed at the end only: what clients read of the
// beginning is its id.
func (w *writer) whole(dst []byte, name string, body []byte) []byte {
	dst, ok := w.head(dst, name)
	if !ok {
		return dst
	}
	dst = append(append(dst, `"response":`...), dialect.Encode(w.answer.filled(body))...)
	return append(dst, "}\n\n"...)
}

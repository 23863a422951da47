package gemini

import (
	"bytes"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/sse"
)

// A client's stream comes in one of two framings: server-sent events (alt=sse), which all SDKs ask for, or a JSON array
// whose elements arrive one by one, which is what Google sends to whoever does not ask.

// frame appends an element of the client's stream.
func (n *native) frame(dst, element []byte) []byte {
	if !n.array {
		dst = append(dst, "data: "...)
		dst = append(dst, element...)
		return append(dst, "\r\n\r\n"...)
	}
	if n.sent {
		dst = append(dst, ",\r\n"...)
	} else {
		dst = append(dst, '[')
	}
	n.sent = true
	return append(dst, element...)
}

// close appends what ends the client's stream.
func (n *native) close(dst []byte) []byte {
	switch {
	case !n.array:
		return dst
	case !n.sent:
		n.sent = true
		return append(dst, '[', ']')
	}
	return append(dst, ']')
}

// array is a provider's stream of events as a JSON array. The elements keep their bytes.
type array struct {
	*dialect.Stream
	native *native
	raw    []byte
}

// Next implements llm.Stream.
func (a *array) Next() (llm.Event, error) {
	e, err := a.Stream.Next()
	if err != nil {
		return e, err
	}
	a.raw = a.raw[:0]
	if element := bytes.TrimSpace(sse.Data(e.Raw)); len(element) > 0 && e.Kind != llm.Failed {
		a.raw = a.native.frame(a.raw, element)
	}
	if e.Kind == llm.Terminal {
		a.raw = a.native.close(a.raw)
	}
	e.Raw = a.raw
	return e, nil
}

// payload is the JSON of an event, which may be a document or an element of an array; nil for one without.
func payload(e llm.Event) []byte {
	if raw := bytes.TrimLeft(e.Raw, "[,\r\n"); len(raw) > 0 && raw[0] == '{' {
		return bytes.TrimRight(raw, "] \r\n")
	}
	return bytes.TrimSpace(sse.Data(e.Raw))
}

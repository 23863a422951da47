package gemini

import (
	"bytes"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
	"github.com/bodhi-gateway/bodhi/app/llm/sse"
)

// look reads the chunks of one stream. There is no end mark: an answer is whole when the stream ends after every candidate
// has given its reason, or after the prompt was blocked. A reason alone is no end, as counts and sources may follow it.
type look struct {
	seen, ended [2]uint64 // candidates, as bits
	blocked     bool
	usage       llm.Usage
	counted     bool // usage was there
	searches    searches
}

// Look implements dialect.Look.
func (l *look) Look(e sse.Event, payload []byte) llm.Event {
	c := scan.New(payload)
	out := llm.Event{Raw: e.Raw}
	failed := false
	if payload[0] != '{' { // "[DONE]", by servers that copied more than one dialect
		if l.Ended() {
			return llm.Event{Kind: llm.Terminal}
		}
		return dialect.Broken("it ended before the answer did", nil)
	}
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch string(c.Value(key, nil)) {
		case "candidates":
			out.OutputBytes += l.candidates(&c)
		case "usageMetadata":
			if u, ok := ReadUsage(&c); ok {
				l.usage, l.counted = u, true
				out.Usage = &l.usage
			}
		case "promptFeedback":
			l.blocked = blockReason(&c) || l.blocked
		case "error":
			failed = c.Kind() == scan.Object
			c.Skip()
		default:
			c.Skip()
		}
	}
	if !c.End() {
		return dialect.Broken("it sent an event that is not valid JSON", nil)
	}
	if failed {
		if p, ok := readProblem(payload); ok {
			return dialect.Reported(p)
		}
	}
	if n := l.searches.total(); l.counted && n != l.usage.WebSearches {
		l.usage.WebSearches = n // sources may come after the last count
		out.Usage = &l.usage
	}
	return out
}

// Ended implements dialect.Ender.
func (l *look) Ended() bool {
	return l.blocked || l.ended != [2]uint64{} && l.seen == l.ended
}

// candidates reads which have ended, and counts the bytes that they generated.
func (l *look) candidates(c *scan.Cursor) (n int) {
	if c.Kind() != scan.Array {
		c.Skip()
		return 0
	}
	c.Array()
	for c.More() {
		index, ended, size, queries := candidate(c)
		n += size
		l.searches.saw(index, queries)
		if index < 0 || index >= dialect.MaxChoices {
			continue
		}
		l.seen[index/64] |= 1 << (index % 64)
		if ended {
			l.ended[index/64] |= 1 << (index % 64)
		}
	}
	return n
}

func candidate(c *scan.Cursor) (index int64, ended bool, size int, queries int64) {
	if c.Kind() != scan.Object {
		c.Skip()
		return 0, false, 0, 0
	}
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := c.Value(key, nil); {
		case string(name) == "index" && c.Kind() == scan.Number:
			index, _ = c.Int()
		case string(name) == "finishReason" && c.Kind() == scan.String:
			t, _ := c.String()
			ended = t.Len() > 0
		case string(name) == "content":
			size += texts(c)
		case string(name) == "groundingMetadata":
			queries = grounding(c)
		default:
			c.Skip()
		}
	}
	return index, ended, size, queries
}

// texts counts the bytes of what was generated, other than inline data.
func texts(c *scan.Cursor) int { return dialect.Texts(c, unsaid) }

// unsaid are members whose strings no model generated.
var unsaid = []string{"role", "thoughtSignature", "inlineData"}

// blockReason reports whether a promptFeedback says that the prompt was blocked.
func blockReason(c *scan.Cursor) (blocked bool) {
	if c.Kind() != scan.Object {
		c.Skip()
		return false
	}
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		if string(c.Value(key, nil)) == "blockReason" && c.Kind() == scan.String {
			t, _ := c.String()
			blocked = t.Len() > 0
			continue
		}
		c.Skip()
	}
	return blocked
}

// Why a document is no answer. The bytes are never forwarded then.
var (
	errEmpty = errors.New("gemini: the answer is empty")
	errShape = errors.New("gemini: the answer is JSON, but of another kind")
)

// Document implements llm.Wire.
func (Wire) Document(call *llm.Call, text []byte) (llm.Event, error) {
	if call.Operation.Media() {
		return workDocument(call, text)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return llm.Event{}, errEmpty
	}
	c := scan.New(text)
	if c.Kind() != scan.Object {
		return llm.Event{}, errJSON
	}
	out := llm.Event{Kind: llm.Terminal, Raw: text}
	var l look
	var found, failed bool
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		name := string(c.Value(key, nil))
		found = found || belongs(call.Operation, name)
		switch name {
		case "candidates":
			out.OutputBytes = l.candidates(&c)
		case "usageMetadata":
			if u, ok := ReadUsage(&c); ok {
				out.Usage = &u
			}
		case "error":
			failed = c.Kind() == scan.Object
			c.Skip()
		default:
			c.Skip()
		}
	}
	switch {
	case !c.End():
		return llm.Event{}, errJSON
	case failed:
		if p, ok := readProblem(text); ok {
			return llm.Event{}, p
		}
		return llm.Event{}, errShape
	case !found:
		return llm.Event{}, errShape
	case call.Operation.Free():
		out.Usage = &llm.Usage{}
	case out.Usage != nil:
		out.Usage.WebSearches = l.searches.total()
	}
	return out, nil
}

// belongs reports whether a member tells the answer to an operation from other JSON. An answer that thought until its cap
// has no candidates, and one whose prompt was blocked neither.
func belongs(o llm.Operation, name string) bool {
	switch o {
	case llm.CountTokens:
		return name == "totalTokens"
	case llm.Embeddings:
		return name == "embedding" || name == "embeddings"
	}
	return name == "candidates" || name == "promptFeedback" || name == "usageMetadata"
}

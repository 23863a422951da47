package openai

import (
	"bytes"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// mentionsUsage is the cheap look at each chunk: is there a usage member that is not null? OpenAI writes "usage":null into
// every chunk but the last.
func mentionsUsage(payload []byte) bool { return mentions(payload, `"usage"`) }

// mentions reports whether a member of that name, quotes included, is not null.
func mentions(payload []byte, name string) bool {
	for {
		i := bytes.Index(payload, []byte(name))
		if i < 0 {
			return false
		}
		payload = payload[i+len(name):]
		rest := bytes.TrimLeft(payload, " \t")
		if len(rest) > 0 && rest[0] == ':' && !bytes.HasPrefix(bytes.TrimLeft(rest[1:], " \t"), []byte("null")) {
			return true
		}
	}
}

// chunk is what is read from a chunk that may carry usage.
type chunk struct {
	usage      llm.Usage
	reported   bool // usage is there and can be believed
	usageThere bool
	empty      bool // no choices
	tier       string
}

func readChunk(payload []byte) (k chunk, ok bool) {
	c := scan.New(payload)
	c.Object()
	k.empty = true
	for key, more := c.Key(); more; key, more = c.Key() {
		switch string(c.Value(key, nil)) {
		case "usage":
			if c.Kind() == scan.Null {
				c.Null()
				continue
			}
			k.usageThere = true
			k.usage, k.reported = readUsage(&c)
		case "service_tier":
			if c.Kind() != scan.String {
				c.Skip()
				continue
			}
			k.tier = tierOf(&c)
		case "choices":
			if c.Kind() != scan.Array {
				c.Skip()
				continue
			}
			c.Array()
			for c.More() {
				k.empty = false
				c.Skip()
			}
		default:
			c.Skip()
		}
	}
	return k, c.End()
}

// deltas counts the bytes of generated text in a chunk: every string inside its deltas but the role. Escapes count as
// they stand, and so do tool names and ids, so it is never too few. ok is false where a delta is not valid JSON.
func deltas(payload []byte) (n int, ok bool) {
	for {
		i := bytes.Index(payload, []byte(`"delta":`))
		if i < 0 {
			return n, true
		}
		payload = payload[i+len(`"delta":`):]
		c := scan.New(payload)
		n += texts(&c, 0)
		if c.Err() != nil {
			return n, false
		}
		payload = payload[c.At():]
	}
}

// completionTexts counts the bytes of the texts in a chunk of a legacy completion.
func completionTexts(payload []byte) (n int, ok bool) {
	c := scan.New(payload)
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		if string(c.Value(key, nil)) == "choices" && c.Kind() == scan.Array {
			n += generated(&c)
		} else {
			c.Skip()
		}
	}
	return n, c.End()
}

// texts reads over a value and counts the bytes of the strings in it, other than keys and roles.
func texts(c *scan.Cursor, depth int) (n int) {
	switch c.Kind() {
	case scan.String:
		t, _ := c.String()
		return t.Len()
	case scan.Object:
		c.Object()
		for key, ok := c.Key(); ok; key, ok = c.Key() {
			if depth == 0 && string(c.Value(key, nil)) == "role" {
				c.Skip()
				continue
			}
			n += texts(c, depth+1)
		}
	case scan.Array:
		c.Array()
		for c.More() {
			n += texts(c, depth+1)
		}
	default:
		c.Skip()
	}
	return n
}

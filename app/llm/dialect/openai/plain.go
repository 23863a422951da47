package openai

import "github.com/bodhi-gateway/bodhi/app/llm/scan"

// onlyText reads what an answer mostly is, a chunk that adds text to its only choice, without decoding it; false for anything
// else, which is decoded.
func onlyText(payload []byte) (text string, ok bool) {
	c := scan.New(payload)
	if c.Kind() != scan.Object {
		return "", false
	}
	c.Object()
	found := false
	for key, more := c.Key(); more; key, more = c.Key() {
		if string(c.Value(key, nil)) != "choices" || c.Kind() != scan.Array {
			c.Skip()
			continue
		}
		n := 0
		for c.Array(); c.More(); n++ {
			if text, found = plainChoice(&c); !found || n > 0 {
				return "", false
			}
		}
	}
	return text, found && c.End()
}

// plainChoice reads a choice. Its members other than the text must say nothing.
func plainChoice(c *scan.Cursor) (text string, ok bool) {
	if c.Kind() != scan.Object {
		return "", false
	}
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := c.Value(key, nil); {
		case string(name) == "index" && c.Kind() == scan.Number:
			if n, whole := c.Int(); !whole || n != 0 {
				return "", false
			}
		case string(name) == "delta" && c.Kind() == scan.Object:
			if text, ok = plainDelta(c); !ok {
				return "", false
			}
		case string(name) == "logprobs", c.Kind() == scan.Null:
			c.Skip()
		default:
			return "", false
		}
	}
	return text, ok
}

// plainDelta reads a delta that holds a text and nothing else.
func plainDelta(c *scan.Cursor) (text string, ok bool) {
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := c.Value(key, nil); {
		case string(name) == "content" && c.Kind() == scan.String && !ok:
			t, _ := c.String()
			text, ok = string(c.Value(t, nil)), true
		case string(name) == "role", c.Kind() == scan.Null:
			c.Skip()
		default:
			return "", false
		}
	}
	return text, ok && text != ""
}

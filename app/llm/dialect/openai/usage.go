package openai

import (
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// maxCount is the largest token count that is believed: a thousand times the largest context window.
const maxCount = 1 << 40

// readUsage reads a usage object. ok is false if it is none that can be believed: then nothing of it is used, and the
// attempt is counted and flagged instead.
func readUsage(c *scan.Cursor) (u llm.Usage, ok bool) {
	if c.Kind() != scan.Object {
		c.Skip()
		return u, false
	}
	ok = true
	var prompt bool
	var total int64
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch string(c.Value(key, nil)) {
		case "prompt_tokens":
			prompt = true
			ok = tokens(c, &u.Input) && ok
		case "completion_tokens":
			ok = tokens(c, &u.Output) && ok
		case "total_tokens":
			ok = tokens(c, &total) && ok
		case "prompt_tokens_details":
			ok = details(c, inputDetails(&u)) && ok
		case "completion_tokens_details":
			ok = details(c, outputDetails(&u)) && ok
		default:
			c.Skip()
		}
	}
	// Some providers leave reasoning out of completion_tokens; their total tells.
	if u.Reasoning > 0 && total == u.Input+u.Output+u.Reasoning {
		u.Output += u.Reasoning
	}
	return u, ok && prompt && fits(&u)
}

// detail is one named part of a total.
type detail struct {
	name string
	into *int64
}

func inputDetails(u *llm.Usage) [4]detail {
	return [4]detail{{"cached_tokens", &u.CacheRead}, {"audio_tokens", &u.InputAudio},
		{"image_tokens", &u.InputImage}, {"cache_write_tokens", &u.CacheWrite5m}}
}

func outputDetails(u *llm.Usage) [4]detail {
	return [4]detail{{"reasoning_tokens", &u.Reasoning}, {"audio_tokens", &u.OutputAudio}, {"image_tokens", &u.OutputImage}}
}

func details(c *scan.Cursor, parts [4]detail) bool {
	if c.Kind() == scan.Null {
		return c.Null()
	}
	if c.Kind() != scan.Object {
		c.Skip()
		return false
	}
	ok := true
	c.Object()
next:
	for key, more := c.Key(); more; key, more = c.Key() {
		name := c.Value(key, nil)
		for _, p := range parts {
			if p.into != nil && string(name) == p.name {
				ok = tokens(c, p.into) && ok
				continue next
			}
		}
		c.Skip()
	}
	return ok
}

// tokens reads a count; null is 0. Negative, fractional and absurd ones are refused.
func tokens(c *scan.Cursor, into *int64) bool {
	switch c.Kind() {
	case scan.Null:
		return c.Null()
	case scan.Number:
		v, whole := c.Int()
		if !whole || v < 0 || v > maxCount {
			return false
		}
		*into = v
		return true
	}
	c.Skip()
	return false
}

// fits checks that parts are no larger than their totals.
func fits(u *llm.Usage) bool {
	return u.CacheRead+u.CacheWrite5m <= u.Input && u.InputAudio+u.InputImage <= u.Input &&
		u.Reasoning <= u.Output && u.OutputAudio+u.OutputImage <= u.Output
}

package bedrock

import (
	"errors"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// ReadUsage reads Converse's usage object: inputTokens are only what was neither read from the cache nor written to it.
// ok is false if it is none that can be believed.
func ReadUsage(c *scan.Cursor) (u llm.Usage, ok bool) {
	if c.Kind() != scan.Object {
		c.Skip()
		return u, false
	}
	ok = true
	var in, out bool
	var fresh, written, detailed int64
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch string(c.Value(key, nil)) {
		case "inputTokens":
			in = c.Kind() == scan.Number
			ok = c.Count(&fresh) && ok
		case "outputTokens":
			out = c.Kind() == scan.Number
			ok = c.Count(&u.Output) && ok
		case "cacheReadInputTokens":
			ok = c.Count(&u.CacheRead) && ok
		case "cacheWriteInputTokens":
			ok = c.Count(&written) && ok
		case "cacheDetails":
			ok = writes(c, &detailed, &u.CacheWrite1h) && ok
		default: // cacheReadInputTokenCount and totalTokens repeat what is above
			c.Skip()
		}
	}
	written = max(written, detailed)
	u.CacheWrite5m = written - u.CacheWrite1h
	u.Input = fresh + u.CacheRead + written
	return u, ok && in && out && u.Input <= scan.MaxCount
}

// writes reads cacheDetails, a list of cache writes by their time to live: all of them, and those of an hour.
func writes(c *scan.Cursor, all, hour *int64) bool {
	if c.Kind() == scan.Null {
		return c.Null()
	}
	if c.Kind() != scan.Array {
		c.Skip()
		return false
	}
	ok := true
	c.Array()
	for c.More() {
		if c.Kind() != scan.Object {
			c.Skip()
			ok = false
			continue
		}
		var tokens int64
		long := false
		c.Object()
		for key, more := c.Key(); more; key, more = c.Key() {
			switch name := string(c.Value(key, nil)); {
			case name == "inputTokens":
				ok = c.Count(&tokens) && ok
			case name == "ttl" && c.Kind() == scan.String:
				t, _ := c.String()
				long = string(c.Value(t, nil)) == "1h"
			default:
				c.Skip()
			}
		}
		if *all += tokens; long {
			*hour += tokens
		}
		ok = ok && *all <= scan.MaxCount
	}
	return ok
}

// Why usage cannot be read.
var (
	errJSON  = errors.New("bedrock: the answer is not valid JSON")
	errUsage = errors.New("bedrock: the usage in the answer cannot be right: counts are whole and not negative")
)

// ReadConverse reads what an answer of Converse says about itself, which does not name its model. It takes a whole answer,
// the stream's metadata event, or a usage object alone; it fails on JSON that is broken and on usage that cannot be
// believed, never on usage that is missing.
func ReadConverse(body []byte) (r llm.Reading, err error) {
	c := scan.New(body)
	if !c.Object() {
		return llm.Reading{}, errJSON
	}
	alone, believed := false, true
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := string(c.Value(key, nil)); {
		case name == "model" && c.Kind() == scan.String: // never from Bedrock; from what recorded it
			t, _ := c.String()
			r.Model = string(c.Value(t, nil))
		case name == "usage" && c.Kind() != scan.Null:
			r.Usage, r.Reported = ReadUsage(&c)
			believed = r.Reported
		default:
			alone = alone || name == "inputTokens"
			c.Skip()
		}
	}
	if !c.End() {
		return llm.Reading{}, errJSON
	}
	if alone && !r.Reported && believed {
		c = scan.New(body)
		r.Usage, r.Reported = ReadUsage(&c)
		believed = r.Reported
	}
	if !believed {
		return llm.Reading{Model: r.Model}, errUsage
	}
	return r, nil
}

package gemini

import (
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// searches are the queries that Google ran for an answer, by candidate. usageMetadata does not count them; they are billed
// apart. A stream may repeat what a candidate searched for in more than one chunk, so the most is what counts.
type searches []int64

// saw takes note of a candidate's queries in one chunk.
func (s *searches) saw(candidate, queries int64) {
	if queries == 0 || candidate < 0 || candidate >= dialect.MaxChoices {
		return
	}
	for int64(len(*s)) <= candidate {
		*s = append(*s, 0)
	}
	(*s)[candidate] = max((*s)[candidate], queries)
}

func (s searches) total() (n int64) {
	for _, one := range s {
		n += one
	}
	return n
}

// grounding counts the queries in a groundingMetadata, for pages and for pictures. Empty ones are not billed.
func grounding(c *scan.Cursor) (n int64) {
	if c.Kind() != scan.Object {
		c.Skip()
		return 0
	}
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		name := string(c.Value(key, nil))
		if name != "webSearchQueries" && name != "imageSearchQueries" || c.Kind() != scan.Array {
			c.Skip()
			continue
		}
		c.Array()
		for c.More() {
			if c.Kind() != scan.String {
				c.Skip()
				continue
			}
			if t, _ := c.String(); t.Len() > 0 {
				n++
			}
		}
	}
	return n
}

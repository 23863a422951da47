package openai

import (
	"errors"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// ReadChat reads what a chat completion says about itself. Like its siblings it takes a whole answer or a usage object
// alone, and fails on JSON that is broken and on usage that cannot be believed, never on usage that is missing.
func ReadChat(body []byte) (llm.Reading, error) {
	return reading(body, "prompt_tokens", readUsage)
}

// ReadResponse reads a Responses API answer, or the response.completed event that ends its stream.
func ReadResponse(body []byte) (llm.Reading, error) {
	return reading(body, "input_tokens", readResponseUsage)
}

// ReadEmbeddings reads an embeddings answer.
func ReadEmbeddings(body []byte) (llm.Reading, error) {
	return reading(body, "prompt_tokens", readEmbeddingUsage)
}

// reading walks over an answer. bare is a member that tells a usage object that stands alone.
func reading(body []byte, bare string, usage func(*scan.Cursor) (llm.Usage, bool)) (r llm.Reading, err error) {
	c := scan.New(body)
	if !c.Object() {
		return llm.Reading{}, errJSON
	}
	alone, believed := false, true
	var searches int64
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := string(c.Value(key, nil)); {
		case name == "model" && c.Kind() == scan.String:
			t, _ := c.String()
			r.Model = string(c.Value(t, nil))
		case name == "service_tier" && c.Kind() == scan.String:
			r.Tier = tierOf(&c)
		case name == "usage" && c.Kind() != scan.Null:
			r.Usage, r.Reported = usage(&c)
			believed = r.Reported
		case name == "output" && c.Kind() == scan.Array:
			searches = searchCalls(&c)
		case name == "response" && c.Kind() == scan.Object: // an event of the stream wraps the answer
			from := c.At()
			c.Skip()
			if inner, err := reading(c.Bytes(from, c.At()), bare, usage); err != nil || inner.Reported {
				return inner, err
			}
		default:
			alone = alone || name == bare
			c.Skip()
		}
	}
	if !c.End() {
		return llm.Reading{}, errJSON
	}
	if alone && !r.Reported && believed {
		c = scan.New(body)
		r.Usage, r.Reported = usage(&c)
		believed = r.Reported
	}
	if !believed {
		return llm.Reading{Model: r.Model}, errUsage
	}
	if r.Usage.WebSearches == 0 { // the provider's own count wins
		r.Usage.WebSearches = searches
	}
	return r, nil
}

// tierOf reads the service tier of an answer, without a copy of it: every answer has one.
func tierOf(c *scan.Cursor) string {
	t, _ := c.String()
	switch string(c.Value(t, nil)) {
	case "":
		return ""
	case llm.FlexTier:
		return llm.FlexTier
	case llm.PriorityTier:
		return llm.PriorityTier
	}
	return llm.StandardTier
}

// errUsage says that usage is there and cannot be: negative or fractional counts, or parts larger than their whole.
var errUsage = errors.New("openai: the usage in the answer cannot be right: counts are whole, not negative, and no part is larger than its total")

// searchCalls counts the web searches among a response's output items: each is billed, and usage does not count them. Pages that were
// opened, or looked into, are items of the same kind and cost nothing of their own.
func searchCalls(c *scan.Cursor) (n int64) {
	c.Array()
	for c.More() {
		if c.Kind() != scan.Object {
			c.Skip()
			continue
		}
		if _, searched := searchCall(c); searched {
			n++
		}
	}
	return n
}

// searchCall reads an output item: whether it is a call of the search tool, and whether that searched.
func searchCall(c *scan.Cursor) (called, searched bool) {
	kind, action := "", "search" // of servers that do not say
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := string(c.Value(key, nil)); {
		case name == "type" && c.Kind() == scan.String:
			t, _ := c.String()
			kind = string(c.Value(t, nil))
		case name == "action" && c.Kind() == scan.Object:
			action = actionOf(c)
		default:
			c.Skip()
		}
	}
	called = kind == "web_search_call"
	return called, called && action == "search"
}

// SearchCall is searchCall for an item of its own, as streams have them.
func SearchCall(item []byte) (called, searched bool) {
	c := scan.New(item)
	if c.Kind() != scan.Object {
		return false, false
	}
	return searchCall(&c)
}

// actionOf is the type of what a call did.
func actionOf(c *scan.Cursor) string {
	kind := "search"
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		if string(c.Value(key, nil)) == "type" && c.Kind() == scan.String {
			t, _ := c.String()
			kind = string(c.Value(t, nil))
			continue
		}
		c.Skip()
	}
	return kind
}

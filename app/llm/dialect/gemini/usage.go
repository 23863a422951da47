package gemini

import (
	"errors"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// counts are usage as Google reports it: thoughts and the prompts of its own tools stand beside prompt and candidates.
type counts struct {
	prompt, cached, candidates, thoughts, tool int64
	in, read, out                              media
	any                                        bool
}

// media are a total's parts by modality. Text is the rest and has no price of its own.
type media struct{ sound, picture, video int64 }

// ReadUsage reads a usageMetadata object. Every member is optional; ok is false if none is there, or if one cannot be
// believed. In a stream each chunk repeats it, cumulative: the last one wins.
func ReadUsage(c *scan.Cursor) (u llm.Usage, ok bool) {
	if c.Kind() != scan.Object {
		c.Skip()
		return u, false
	}
	var n counts
	ok = true
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		ok = n.member(c, string(c.Value(key, nil))) && ok
	}
	u = n.usage()
	return u, ok && n.any && fits(&u)
}

func (n *counts) member(c *scan.Cursor, name string) bool {
	total := func(into *int64) bool {
		n.any = n.any || c.Kind() == scan.Number
		return c.Count(into)
	}
	switch name {
	case "promptTokenCount":
		return total(&n.prompt)
	case "cachedContentTokenCount":
		return total(&n.cached)
	case "candidatesTokenCount", "responseTokenCount": // the second is the Live API's
		return total(&n.candidates)
	case "thoughtsTokenCount":
		return total(&n.thoughts)
	case "toolUsePromptTokenCount":
		return total(&n.tool)
	case "promptTokensDetails", "toolUsePromptTokensDetails":
		return n.in.read(c)
	case "cacheTokensDetails":
		return n.read.read(c)
	case "candidatesTokensDetails", "responseTokensDetails":
		return n.out.read(c)
	}
	c.Skip()
	return true
}

func (n *counts) usage() llm.Usage {
	return llm.Usage{
		Input: n.prompt + n.tool, CacheRead: n.cached,
		InputAudio: n.in.sound, InputImage: n.in.picture, InputVideo: n.in.video,
		CacheReadAudio: n.read.sound, CacheReadImage: n.read.picture,
		Output: n.candidates + n.thoughts, Reasoning: n.thoughts,
		OutputAudio: n.out.sound, OutputImage: n.out.picture, OutputVideo: n.out.video,
	}
}

// read adds a list of counts by modality. Pages of documents are read as pictures, and billed as such.
func (m *media) read(c *scan.Cursor) bool {
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
		var modality string
		c.Object()
		for key, more := c.Key(); more; key, more = c.Key() {
			switch name := string(c.Value(key, nil)); {
			case name == "tokenCount":
				ok = c.Count(&tokens) && ok
			case name == "modality" && c.Kind() == scan.String:
				t, _ := c.String()
				modality = strings.ToUpper(string(c.Value(t, nil)))
			default:
				c.Skip()
			}
		}
		switch modality {
		case "AUDIO":
			m.sound += tokens
		case "IMAGE", "DOCUMENT":
			m.picture += tokens
		case "VIDEO":
			m.video += tokens
		}
		ok = ok && max(m.sound, m.picture, m.video) <= scan.MaxCount
	}
	return ok
}

// fits checks that parts are no larger than their totals.
func fits(u *llm.Usage) bool {
	return u.CacheRead <= u.Input && u.InputAudio+u.InputImage+u.InputVideo <= u.Input &&
		u.CacheReadAudio+u.CacheReadImage <= u.CacheRead && u.OutputAudio+u.OutputImage+u.OutputVideo <= u.Output
}

// Why usage cannot be read.
var (
	errJSON  = errors.New("gemini: the answer is not valid JSON")
	errUsage = errors.New("gemini: the usage in the answer cannot be right: counts are whole, not negative, and no part is larger than its total")
)

// ReadContent reads what an answer of generateContent or embedContent says about itself. It takes a whole answer, a chunk
// of the stream, or a usage object alone; it fails on JSON that is broken and on usage that cannot be believed, never on
// usage that is missing.
func ReadContent(body []byte) (r llm.Reading, err error) {
	c := scan.New(body)
	if !c.Object() {
		return llm.Reading{}, errJSON
	}
	found, alone := false, false
	var l look
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := string(c.Value(key, nil)); {
		case name == "modelVersion" && c.Kind() == scan.String:
			t, _ := c.String()
			r.Model = string(c.Value(t, nil))
		case name == "usageMetadata" && c.Kind() == scan.Object:
			from := c.At()
			c.Skip()
			inner := scan.New(c.Bytes(from, c.At()))
			inner.Object()
			if _, any := inner.Key(); any { // an empty object says nothing
				found = true
				inner = scan.New(c.Bytes(from, c.At()))
				r.Usage, r.Reported = ReadUsage(&inner)
			}
		case name == "candidates":
			l.candidates(&c)
		default:
			alone = alone || name == "promptTokenCount" || name == "candidatesTokenCount"
			c.Skip()
		}
	}
	if !c.End() {
		return llm.Reading{}, errJSON
	}
	if alone && !found {
		c = scan.New(body)
		found = true
		r.Usage, r.Reported = ReadUsage(&c)
	}
	if found && !r.Reported {
		return llm.Reading{Model: r.Model}, errUsage
	}
	r.Usage.WebSearches = l.searches.total()
	return r, nil
}

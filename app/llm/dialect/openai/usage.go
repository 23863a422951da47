package openai

import (
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// readUsage reads the usage object of a chat completion, of an embedding, or of the many servers that copied them. ok is
// false if it is none that can be believed: then nothing of it is used, and the attempt is counted and flagged instead.
func readUsage(c *scan.Cursor) (u llm.Usage, ok bool) {
	if c.Kind() != scan.Object {
		c.Skip()
		return u, false
	}
	ok = true
	var prompt bool
	var total, hits int64
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch string(c.Value(key, nil)) {
		case "prompt_tokens":
			prompt = c.Kind() == scan.Number
			ok = c.Count(&u.Input) && ok
		case "completion_tokens":
			ok = c.Count(&u.Output) && ok
		case "total_tokens":
			ok = c.Count(&total) && ok
		case "prompt_tokens_details":
			parts := inputDetails(&u)
			ok = c.Counts(parts[:]) && ok
		case "completion_tokens_details":
			parts := outputDetails(&u)
			ok = c.Counts(parts[:]) && ok
		case "prompt_cache_hit_tokens", "cached_tokens", "cached_prompt_text_tokens": // DeepSeek, Anthropic and Moonshot, xAI
			ok = c.Count(&hits) && ok
		case "reasoning_tokens": // Perplexity and Modal
			ok = c.Count(&u.Reasoning) && ok
		case "citation_tokens": // Perplexity, which leaves them and its reasoning out of the completion
			ok = c.Count(&u.Citations) && ok
		case "num_search_queries":
			ok = c.Count(&u.WebSearches) && ok
		default:
			c.Skip()
		}
	}
	if u.CacheRead == 0 {
		u.CacheRead = hits
	}
	// xAI leaves reasoning out of completion_tokens, which its total tells; Perplexity does, and cites.
	if u.Citations > 0 || u.Reasoning > 0 && total == u.Input+u.Output+u.Reasoning {
		u.Output += u.Reasoning + u.Citations
	}
	return u, ok && prompt && fits(&u)
}

// readResponseUsage reads the usage object of the Responses API and of the images API, which share their names.
func readResponseUsage(c *scan.Cursor) (u llm.Usage, ok bool) {
	if c.Kind() != scan.Object {
		c.Skip()
		return u, false
	}
	ok = true
	var in, out bool
	var pages, posts int64
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		switch string(c.Value(key, nil)) {
		case "input_tokens":
			in = c.Kind() == scan.Number
			ok = c.Count(&u.Input) && ok
		case "output_tokens":
			out = c.Kind() == scan.Number
			ok = c.Count(&u.Output) && ok
		case "input_tokens_details":
			parts := inputDetails(&u)
			ok = c.Counts(parts[:]) && ok
		case "output_tokens_details":
			parts := outputDetails(&u)
			ok = c.Counts(parts[:]) && ok
		case "server_side_tool_usage_details": // xAI, which bills opened pages and what it looks up on X like searches
			ok = c.Counts([]scan.Part{{Name: "web_search_calls", Into: &pages}, {Name: "x_search_calls", Into: &posts}}) && ok
			u.WebSearches = pages + posts
		default:
			c.Skip()
		}
	}
	return u, ok && in && out && fits(&u)
}

// readEmbeddingUsage reads the usage object of embeddings: only what went in. What else stands there is not billed.
func readEmbeddingUsage(c *scan.Cursor) (llm.Usage, bool) {
	u, ok := readUsage(c)
	return llm.Usage{Input: u.Input}, ok
}

func inputDetails(u *llm.Usage) [5]scan.Part {
	return [5]scan.Part{{Name: "cached_tokens", Into: &u.CacheRead}, {Name: "audio_tokens", Into: &u.InputAudio},
		{Name: "image_tokens", Into: &u.InputImage}, {Name: "cache_write_tokens", Into: &u.CacheWrite5m},
		{Name: "cache_creation_tokens", Into: &u.CacheWrite5m}} // the last is what other gateways say
}

func outputDetails(u *llm.Usage) [3]scan.Part {
	return [3]scan.Part{{Name: "reasoning_tokens", Into: &u.Reasoning}, {Name: "audio_tokens", Into: &u.OutputAudio},
		{Name: "image_tokens", Into: &u.OutputImage}}
}

// fits checks that parts are no larger than their totals.
func fits(u *llm.Usage) bool {
	return u.CacheRead+u.CacheWrite5m <= u.Input && u.InputAudio+u.InputImage <= u.Input &&
		u.Reasoning+u.Citations <= u.Output && u.OutputAudio+u.OutputImage <= u.Output
}

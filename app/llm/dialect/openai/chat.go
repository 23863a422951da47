package openai

import (
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// toolFraming is what instructions around tools can add to the input: the longest known are Anthropic's, 735 tokens.
const toolFraming = 1024

// chat reads one field of a chat completion request.
func (r *request) chat(at field, name llm.Spot) {
	c := r.call
	switch at {
	case model:
		c.Model, c.Spots.Model = r.Model()
	case messages:
		r.messages()
	case stream:
		c.Stream = r.Flag("stream")
	case streamOptions:
		r.streamOptions()
	case maxTokensOld:
		c.Spots.MaxTokens = r.cap("max_tokens", name)
	case maxTokensNew:
		c.Spots.MaxCompletionTokens = r.cap("max_completion_tokens", name)
	case choices:
		c.Choices = max(c.Choices, r.Count("n", dialect.MaxChoices))
	case bestOf:
		c.Choices = max(c.Choices, r.Count("best_of", dialect.MaxChoices))
	case tools:
		r.tools()
	case responseFormat:
		r.responseFormat()
	case modalities:
		r.modalities()
	case audio:
		c.Needs.Audio = r.Present() || c.Needs.Audio
	case reasoning:
		if !r.Absent() {
			effort, _ := r.Word("reasoning_effort")
			c.Needs.Reasoning = string(effort) != "none"
		}
	case tier:
		if !r.Absent() {
			name, _ := r.Word("service_tier")
			c.Tier = string(dialect.Clip(name))
		}
	case webSearch:
		if r.Present() {
			c.Bound.Searches = 1
		}
	case cacheKey:
		c.Thread = r.Label()
	case cacheControl:
		r.mark()
	case plugins: // OpenRouter's searches and readers of files: what they find comes into the input, and they cost apart
		if r.Kind() != scan.Array {
			r.Skip()
		} else if r.Each() > 0 {
			c.Bound.Opaque, c.Bound.Unpriced = true, true
		}
	default:
		r.Skip()
	}
}

func (r *request) tools() {
	if r.Absent() || !r.Is(scan.Array, "tools", "an array") {
		return
	}
	r.Array()
	for r.More() {
		r.call.Needs.Tools, r.call.Bound.Framing = true, toolFraming
		if r.Kind() != scan.Object {
			r.Skip()
			continue
		}
		r.Object()
		r.level[oneTool].Open()
		for at, _, ok := r.key(oneTool); ok; at, _, ok = r.key(oneTool) {
			switch at {
			case kind:
				r.toolKind()
			case cacheControl:
				r.mark()
			default:
				r.Skip()
			}
		}
	}
}

// toolKind reads a tool's type. OpenAI has functions and custom tools here; the tools of servers that copied it (openrouter:web_search,
// browser_search, builtin_function …) bring what they find into the input, and cost apart.
func (r *request) toolKind() {
	if r.Kind() != scan.String {
		r.Skip()
		return
	}
	t, _ := r.String()
	switch string(r.Value(t, nil)) {
	case "function", "custom":
	default:
		r.call.Bound.Opaque, r.call.Bound.Unpriced = true, true
	}
}

// cap reads one of the two names of the output cap.
func (r *request) cap(name string, key llm.Spot) llm.Member {
	from := r.Begin()
	v := r.Count(name, dialect.MaxTokens)
	if v > 0 && r.call.MaxOutput > 0 {
		r.Refuse(name, "The request has both \"max_tokens\" and \"max_completion_tokens\". Send one of them.")
	}
	r.call.MaxOutput = max(v, r.call.MaxOutput)
	return llm.Member{Name: key, Value: llm.Spot{From: from, To: r.At()}}
}

func (r *request) streamOptions() {
	from := r.Begin()
	s := &r.call.Spots
	defer func() { s.StreamOptions = llm.Spot{From: from, To: r.At()} }()
	if r.Absent() || !r.Is(scan.Object, "stream_options", "an object") {
		return
	}
	r.Object()
	r.level[options].Open()
	for at, _, ok := r.key(options); ok; at, _, ok = r.key(options) {
		if at != includeUsage {
			r.Skip()
			continue
		}
		from := r.Begin()
		r.call.WantsUsage = r.Flag("include_usage")
		s.IncludeUsage = llm.Spot{From: from, To: r.At()}
	}
}

func (r *request) responseFormat() {
	if r.Absent() || !r.Is(scan.Object, "response_format", "an object") {
		return
	}
	r.Object()
	r.level[options].Open()
	for at, _, ok := r.key(options); ok; at, _, ok = r.key(options) {
		if at != kind {
			r.Skip()
			continue
		}
		if name, ok := r.Word("response_format.type"); ok {
			r.call.Needs.Schema = string(name) == "json_schema"
		}
	}
}

func (r *request) modalities() {
	if r.Absent() || !r.Is(scan.Array, "modalities", "an array of strings") {
		return
	}
	r.Array()
	for r.More() {
		if word, ok := r.Word("modalities"); ok && string(word) == "audio" {
			r.call.Needs.Audio = true
		}
	}
}

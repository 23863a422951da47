package openai

import (
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// toolFraming is what instructions around tools can add to the input: the longest known are Anthropic's, 735 tokens.
const toolFraming = 1024

// chat reads one field of a chat completion request.
func (r *request) chat(at field, name llm.Spot) {
	c := r.call
	switch at {
	case model:
		from := r.start()
		r.modelName()
		c.Spots.Model = llm.Spot{From: from, To: r.At()}
	case messages:
		r.messages()
	case stream:
		c.Stream = r.flag("stream")
	case streamOptions:
		r.streamOptions()
	case maxTokensOld:
		c.Spots.MaxTokens = r.cap("max_tokens", name)
	case maxTokensNew:
		c.Spots.MaxCompletionTokens = r.cap("max_completion_tokens", name)
	case choices:
		c.Choices = max(c.Choices, r.count("n", maxChoices))
	case bestOf:
		c.Choices = max(c.Choices, r.count("best_of", maxChoices))
	case tools:
		if !r.null() && r.is(scan.Array, "tools", "an array") && r.each() > 0 {
			c.Needs.Tools, c.Bound.Framing = true, toolFraming
		}
	case responseFormat:
		r.responseFormat()
	case modalities:
		r.modalities()
	case audio:
		c.Needs.Audio = r.present() || c.Needs.Audio
	case reasoning:
		if !r.null() {
			effort, _ := r.text("reasoning_effort")
			c.Needs.Reasoning = string(effort) != "none"
		}
	case tier:
		if !r.null() {
			name, _ := r.text("service_tier")
			c.Tier = string(clip(name))
		}
	case webSearch:
		if r.present() {
			c.Bound.Searches = 1
		}
	default:
		r.Skip()
	}
}

// start is where the next value begins.
func (r *request) start() int { r.Kind(); return r.At() }

// present reads over a value and reports whether it was one, other than null.
func (r *request) present() bool {
	k := r.Kind()
	r.Skip()
	return k != scan.Null
}

// each reads over the elements of an array and counts them.
func (r *request) each() (n int) {
	r.Array()
	for r.More() {
		r.Skip()
		n++
	}
	return n
}

// cap reads one of the two names of the output cap.
func (r *request) cap(name string, key llm.Spot) llm.Member {
	from := r.start()
	v := r.count(name, maxTokens)
	if v > 0 && r.call.MaxOutput > 0 {
		r.refuse(name, "The request has both \"max_tokens\" and \"max_completion_tokens\". Send one of them.")
	}
	r.call.MaxOutput = max(v, r.call.MaxOutput)
	return llm.Member{Name: key, Value: llm.Spot{From: from, To: r.At()}}
}

func (r *request) streamOptions() {
	from := r.start()
	s := &r.call.Spots
	defer func() { s.StreamOptions = llm.Spot{From: from, To: r.At()} }()
	if r.null() || !r.is(scan.Object, "stream_options", "an object") {
		return
	}
	r.Object()
	r.seen[options].Reset()
	for at, _, ok := r.key(options); ok; at, _, ok = r.key(options) {
		if at != includeUsage {
			r.Skip()
			continue
		}
		from := r.start()
		r.call.WantsUsage = r.flag("include_usage")
		s.IncludeUsage = llm.Spot{From: from, To: r.At()}
	}
}

func (r *request) responseFormat() {
	if r.null() || !r.is(scan.Object, "response_format", "an object") {
		return
	}
	r.Object()
	r.seen[options].Reset()
	for at, _, ok := r.key(options); ok; at, _, ok = r.key(options) {
		if at != kind {
			r.Skip()
			continue
		}
		if name, ok := r.text("response_format.type"); ok {
			r.call.Needs.Schema = string(name) == "json_schema"
		}
	}
}

func (r *request) modalities() {
	if r.null() || !r.is(scan.Array, "modalities", "an array of strings") {
		return
	}
	r.Array()
	for r.More() {
		if word, ok := r.text("modalities"); ok && string(word) == "audio" {
			r.call.Needs.Audio = true
		}
	}
}

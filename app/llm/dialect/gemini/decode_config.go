package gemini

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// embed reads a field of embedContent, or the requests of batchEmbedContents.
func (r *request) embed(at field) {
	switch at {
	case content:
		r.embedded()
	case requests:
		r.batch()
	default:
		r.Skip()
	}
}

func (r *request) embedded() {
	if !r.Is(scan.Object, "content", "an object with \"parts\"") {
		return
	}
	r.turn()
	r.call.Bound.Messages++
	r.call.Bound.Windows++
}

func (r *request) batch() {
	if !r.Is(scan.Array, "requests", "an array of requests") {
		return
	}
	r.native.batch = true
	r.List = "requests"
	r.Array()
	for r.Item = 0; r.More(); r.Item++ {
		if r.Item == dialect.MaxMessages {
			r.Refuse("content", "\"requests\" may hold at most %d requests. Send the rest in another one.", dialect.MaxMessages)
			return
		}
		if !r.Is(scan.Object, "content", "in an object") {
			return
		}
		r.enter(embedding)
		for at, _, ok := r.key(embedding); ok; at, _, ok = r.key(embedding) {
			switch at {
			case model:
				r.repeated()
			case content:
				r.embedded()
			default:
				r.Skip()
			}
		}
	}
	r.Item = -1
}

// config reads generationConfig.
func (r *request) config() {
	from := r.Begin()
	defer func() { r.native.config = llm.Spot{From: from, To: r.At()} }()
	if r.Absent() || !r.Is(scan.Object, "generationConfig", "an object") {
		return
	}
	c := r.call
	r.enter(config)
	for at, _, ok := r.key(config); ok; at, _, ok = r.key(config) {
		switch at {
		case maxOutputTokens:
			from := r.Begin()
			c.MaxOutput = r.Count("maxOutputTokens", dialect.MaxTokens)
			r.native.most = llm.Spot{From: from, To: r.At()}
		case candidateCount:
			c.Choices = max(c.Choices, r.Count("candidateCount", dialect.MaxChoices))
		case responseSchema, responseJSONSchema:
			c.Needs.Schema = r.Present() || c.Needs.Schema
		case thinkingConfig:
			r.thinks()
		case responseModalities:
			r.modalities()
		default:
			r.Skip()
		}
	}
}

func (r *request) thinks() {
	if r.Absent() || !r.Is(scan.Object, "thinkingConfig", "an object") {
		return
	}
	r.call.Needs.Reasoning = true
	r.enter(thinking)
	for at, _, ok := r.key(thinking); ok; at, _, ok = r.key(thinking) {
		switch {
		case at == thinkingBudget && r.Kind() == scan.Number:
			n, whole := r.Int()
			if !whole || n < -1 || n > dialect.MaxTokens {
				r.Refuse("thinkingBudget", "\"thinkingBudget\" must be a whole number: -1 leaves it to the model, 0 switches thinking off, the most is %d.", dialect.MaxTokens)
			}
			r.call.Needs.Reasoning = n != 0
		case at == includeThoughts:
			r.native.thoughts = r.Flag("includeThoughts")
		default:
			r.Skip()
		}
	}
}

func (r *request) modalities() {
	if r.Absent() || !r.Is(scan.Array, "responseModalities", "an array of strings") {
		return
	}
	r.Array()
	for r.More() {
		if word, ok := r.Word("responseModalities"); ok && strings.EqualFold(string(word), "audio") {
			r.call.Needs.Audio = true
		}
	}
}

package provider

import (
	"regexp"
	"strings"
)

// Ground is why a provider refused a request that another one might take.
type Ground uint8

// The grounds. Any other refusal is the request's own fault wherever it is sent.
const (
	NoGround Ground = iota
	TooLong         // it does not fit the model's context window
	Content         // the provider's rules on content forbid it
)

// grounds are the codes and types by which providers name a ground. Read off their documentation and SDKs in November 2026: OpenAI
// and who copied it, Azure, llama.cpp.
var grounds = map[string]Ground{
	"context_length_exceeded":      TooLong,
	"exceed_context_size_error":    TooLong, // llama.cpp
	"request_too_large":            TooLong, // Anthropic, by bytes
	"content_filter":               Content, // Azure
	"content_policy_violation":     Content, // OpenAI's pictures, and Azure
	"moderation_blocked":           Content, // OpenAI's newer pictures
	"invalid_prompt":               Content, // OpenAI's reasoning models: "flagged as potentially violating our usage policy"
	"responsibleaipolicyviolation": Content, // Azure's inner error
}

// sayings are the sentences of those that have no code of their own for it.
var sayings = []struct {
	says   *regexp.Regexp
	ground Ground
}{
	// "This model's maximum context length is 8192 tokens" (OpenAI, vLLM, Mistral, Together), "prompt is too long: 210000 tokens >
	// 200000 maximum" (Anthropic), "The input token count (…) exceeds the maximum number of tokens allowed" (Google), "Input is too
	// long for requested model" (Bedrock), "maximum prompt length is 131072" (xAI).
	{regexp.MustCompile(`(?i)maximum (?:context|prompt) length|prompt is too long|exceed(?:s|ed)? (?:the )?(?:available |model's )?context|input token count .*exceeds|input is too long|too many input tokens`), TooLong},
	// "Output blocked by content filtering policy" (Anthropic), "content management policy" (Azure), "rejected as a result of our
	// safety system" (OpenAI), "violates usage guidelines" (xAI).
	{regexp.MustCompile(`(?i)content filtering policy|content management policy|content policy|our safety system|violat\w* (?:our )?usage (?:polic|guideline)`), Content},
}

// Ground is why the provider refused the request, as far as its code or its words tell.
func (f *Failure) Ground() Ground {
	if f.Class == Withheld {
		return Content
	}
	if f.Class != Refused || f.Problem == nil {
		return NoGround
	}
	for _, name := range [...]string{f.Problem.Code, f.Problem.Type} {
		if g := grounds[strings.ToLower(name)]; g != NoGround {
			return g
		}
	}
	for _, s := range sayings {
		if s.says.MatchString(f.Problem.Message) {
			return s.ground
		}
	}
	return NoGround
}

package provider

import "github.com/bodhi-gateway/bodhi/app/llm"

// Speaks reports whether a kind's servers take bodies of a family as clients send them. Calls of other families are
// translated. A test compares it with what the adapters do.
func (k Kind) Speaks(f llm.Family) bool {
	switch k {
	case OpenAI, Sandbox:
		return f == llm.OpenAI || f == llm.Responses
	case Azure, Compatible, Ollama:
		return f == llm.OpenAI
	case Anthropic:
		return f == llm.Anthropic
	case Gemini, Vertex:
		return f == llm.Gemini
	case Bedrock:
		return f == llm.Bedrock
	}
	return false
}

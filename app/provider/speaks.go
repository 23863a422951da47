package provider

import (
	"regexp"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Speaks reports whether a kind's servers take bodies of a family, for a model, as clients send them. Calls of other families
// are translated. A test compares it with what the adapters do.
func (k Kind) Speaks(f llm.Family, model string) bool {
	switch k {
	case OpenAI, Sandbox:
		return f == llm.OpenAI || f == llm.Responses
	case Azure, Compatible, Ollama:
		return f == llm.OpenAI
	case Anthropic:
		return f == llm.Anthropic
	case Gemini:
		return f == llm.Gemini
	case Vertex:
		if IsClaude(model) {
			return f == llm.Anthropic
		}
		return f == llm.Gemini
	case Bedrock:
		return f == llm.Bedrock
	}
	return false
}

// claude are Anthropic's models as Google names them.
var claude = regexp.MustCompile(`^(?:publishers/anthropic/models/)?claude-[A-Za-z0-9._@-]+$`)

// IsClaude reports whether a model of Vertex is Anthropic's, and so speaks Anthropic's dialect.
func IsClaude(model string) bool { return claude.MatchString(model) }

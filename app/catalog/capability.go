package catalog

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// able is what a family of models takes beside text. The price data does not say it, so these are facts of our own, from
// the providers' model pages; a model that is not here is known to take text alone.
type able struct {
	provider, prefix string
	needs            llm.Needs
}

// Combinations that many families share.
var (
	toolsOnly  = llm.Needs{Tools: true}
	structured = llm.Needs{Tools: true, Schema: true}
	sighted    = llm.Needs{Tools: true, Schema: true, Vision: true, Files: true}
	thinking   = llm.Needs{Tools: true, Schema: true, Vision: true, Files: true, Reasoning: true}
	everything = llm.Needs{Tools: true, Schema: true, Vision: true, Files: true, Audio: true, Reasoning: true}
)

// abilities are looked through in order, the first that fits counts; so a longer prefix stands before its shorter one.
var abilities = []able{
	{"openai", "gpt-3.5", toolsOnly},
	{"openai", "gpt-4o-audio", llm.Needs{Tools: true, Audio: true}},
	{"openai", "gpt-audio", llm.Needs{Tools: true, Audio: true}},
	{"openai", "gpt-4o", sighted},
	{"openai", "gpt-4.1", sighted},
	{"openai", "gpt-4-turbo", llm.Needs{Tools: true, Vision: true}},
	{"openai", "gpt-4", toolsOnly},
	{"openai", "gpt-5", thinking},
	{"openai", "o1-mini", llm.Needs{Reasoning: true}},
	{"openai", "o1", thinking},
	{"openai", "o3-mini", llm.Needs{Tools: true, Schema: true, Reasoning: true}},
	{"openai", "o3", thinking},
	{"openai", "o4", thinking},
	{"anthropic", "claude-2", llm.Needs{}},
	{"anthropic", "claude-instant", llm.Needs{}},
	{"anthropic", "claude-v1", llm.Needs{}},
	{"anthropic", "claude-3-7", thinking},
	{"anthropic", "claude-3", sighted},
	{"anthropic", "claude", thinking},
	{"google", "gemini-1", llm.Needs{Tools: true, Schema: true, Vision: true, Files: true, Audio: true}},
	{"google", "gemini-2.0", llm.Needs{Tools: true, Schema: true, Vision: true, Files: true, Audio: true}},
	{"google", "gemini", everything},
	{"mistral", "pixtral", llm.Needs{Tools: true, Schema: true, Vision: true}},
	{"mistral", "", structured},
	{"deepseek", "deepseek-reasoner", llm.Needs{Tools: true, Reasoning: true}},
	{"deepseek", "", structured},
	{"groq", "openai/gpt-oss", llm.Needs{Tools: true, Schema: true, Reasoning: true}},
	{"groq", "llama", toolsOnly},
	{"x-ai", "grok", llm.Needs{Tools: true, Schema: true, Vision: true, Reasoning: true}},
	{"aws", "nova-micro", toolsOnly},
	{"aws", "nova-lite", llm.Needs{Tools: true, Vision: true, Files: true}},
	{"aws", "nova-pro", llm.Needs{Tools: true, Vision: true, Files: true}},
	{"aws", "nova-premier", llm.Needs{Tools: true, Vision: true, Files: true}},
	{"sandbox", "sandbox-vision", sighted},
	{"sandbox", "sandbox-reasoning", llm.Needs{Tools: true, Schema: true, Reasoning: true}},
	{"sandbox", "sandbox-chat", structured},
}

// Takes are the capabilities that the model is known to have.
func (m *Model) Takes() llm.Needs {
	name := strings.TrimSuffix(m.ID, "-latest")
	if m.Provider == "aws" { // whose names begin with a region and whose model it is
		if _, after, ok := strings.Cut(name, "claude"); ok {
			return abilityOf("anthropic", "claude"+after)
		}
		_, after, _ := strings.Cut(name, "amazon.")
		return abilityOf("aws", after)
	}
	if m.Provider == "azure" {
		return abilityOf("openai", name)
	}
	return abilityOf(m.Provider, name)
}

func abilityOf(provider, model string) llm.Needs {
	for _, a := range abilities {
		if a.provider == provider && strings.HasPrefix(model, a.prefix) {
			return a.needs
		}
	}
	return llm.Needs{}
}

// Serves reports whether a call can be sent to the model: what it needs is among what the model is known to take, and its
// input leaves room in the context window. It errs towards no: it is asked before a request is sent elsewhere than its
// client wanted.
func (m *Model) Serves(n llm.Needs, b llm.Bound) bool {
	has := m.Takes()
	lacks := n.Tools && !has.Tools || n.Vision && !has.Vision || n.Audio && !has.Audio || n.Files && !has.Files ||
		n.Schema && !has.Schema || n.Reasoning && !has.Reasoning
	if lacks || b.Opaque {
		return false
	}
	const bytesPerToken = 3
	input := b.TextBytes/bytesPerToken + framing + framingPerMessage*b.Messages + soundPerSecond*b.AudioSecs + pageTokens*b.Pages
	return m.ContextWindow == 0 || input+leastOutput <= m.ContextWindow
}

// Serves implements Quote.
func (o *offer) Serves(n llm.Needs, b llm.Bound) bool { return o.model.Serves(n, b) }

// Window implements Quote.
func (o *offer) Window() int64 { return o.model.ContextWindow }

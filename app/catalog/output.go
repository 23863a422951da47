package catalog

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// What a call may put out when its client set no cap. Holding a reasoning model's full 128,000 tokens for every such call
// would lock up money that almost none of them spends, so the default is what most models could ever put out, and the
// cap is sent along: a call that needs more must say so.
const (
	defaultOutput = 16_384
	leastOutput   = 1_024
	// transcribed is the most tokens of what is said in a second: twice fast speech.
	transcribed = 8
)

// smallOutputs are models that refuse a cap as high as the default, by the start of their name. First match wins.
var smallOutputs = []struct {
	provider, prefix string
	tokens           int64
}{
	{"openai", "gpt-3.5", 4_096},
	{"openai", "gpt-4o", 16_384},
	{"openai", "gpt-4.", 16_384},
	{"openai", "gpt-4", 4_096}, // gpt-4 and gpt-4-turbo
	{"openai", "computer-use", 1_024},
	{"anthropic", "claude-3-haiku", 4_096},
	{"anthropic", "claude-3-opus", 4_096},
	{"anthropic", "claude-3-sonnet", 4_096},
	{"anthropic", "claude-3-5", 8_192},
	{"anthropic", "claude-2", 4_096},
	{"google", "gemini-1.5", 8_192},
	{"google", "gemini-2.0", 8_192},
	{"deepseek", "deepseek-chat", 8_192},
	{"cohere", "command-", 4_096},
}

// smallOutput is the known maximum of a model that has a low one, else 0.
func smallOutput(provider, id string) int64 {
	for _, s := range smallOutputs {
		if s.provider == provider && strings.HasPrefix(id, s.prefix) {
			return s.tokens
		}
	}
	return 0
}

// output is the cap for a call whose client set none: the default, no more than the model's maximum, and no more than the
// context window has room for beside the input. Servers refuse a cap that does not fit, so the input is estimated here,
// not bounded; it never goes below a floor, and the provider has the last word.
func (m *Model) output(b llm.Bound) int64 {
	switch { // what makes no text has no cap to set
	case b.Picture.Count > 0:
		return m.pictureOutput(b.Picture)
	case b.Output > 0 && m.Provider == "google": // whose models write a transcript of any length
		return b.Output + transcribed*b.AudioSecs
	case b.Output > 0:
		return b.Output
	}
	n := int64(defaultOutput)
	if m.MaxOutput > 0 {
		n = min(n, m.MaxOutput)
	}
	if m.ContextWindow > 0 {
		const bytesPerToken = 3
		used := b.TextBytes/bytesPerToken + framing + framingPerMessage*b.Messages + soundPerSecond*b.AudioSecs/4
		n = min(n, max(m.ContextWindow-used, leastOutput))
	}
	return n
}

package web

import (
	"regexp"
	"strings"

	"github.com/bodhi-gateway/bodhi/views/ui"
)

// BaseURL is what a client of this organization takes as its base URL: the tenant's own, so that a key of another
// organization is refused there.
func (c *Context) BaseURL() string {
	return c.PublicURL() + "/t/" + c.organization.Slug + "/v1"
}

// client is how one program is pointed at the gateway. In its text §base is the base URL with /v1, §root the one without,
// §key the virtual key, §model a model.
type client struct{ label, text, note string }

// Snippets are a first request in several languages and the settings of coding agents, ready to paste. key is the secret
// itself where it is shown once, or a placeholder.
func Snippets(baseURL, key, model string) []ui.Snippet {
	if !plainModel.MatchString(model) {
		model = "smart"
	}
	fill := strings.NewReplacer("§base", baseURL, "§root", strings.TrimSuffix(baseURL, "/v1"), "§key", key, "§model", model).Replace
	out := make([]ui.Snippet, 0, len(clients))
	for _, c := range clients {
		out = append(out, ui.Snippet{Label: c.label, Text: fill(c.text), Note: fill(c.note)})
	}
	return out
}

// plainModel is a name that means nothing to a shell or a language: others could carry a command into what people paste.
var plainModel = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$`)

// clients is the one table of them. What each of them wants of an address differs: clients of Anthropic and Google add
// their own version, those of OpenAI do not.
var clients = []client{
	{"curl", curlSnippet, ""},
	{"Python", pythonSnippet, "pip install openai"},
	{"Node", nodeSnippet, "npm install openai"},
	{"Go", goSnippet, "go get github.com/openai/openai-go/v3"},
	{"Claude Code", claudeSnippet, "The address has no /v1, and ANTHROPIC_API_KEY is empty on purpose: set, it would win over the token. The small model does its side tasks; the key must be allowed both."},
	{"Codex", codexSnippet, "In ~/.codex/config.toml, with the key in the environment: export BODHI_KEY=§key. The provider's name must not be one of Codex's own, such as openai; it speaks Responses only."},
	{"Cursor", cursorSnippet, "Enter these in Cursor's settings, under Models. Cursor's servers call the gateway, so its address must be reachable from the internet by https."},
	{"Continue", continueSnippet, "In ~/.continue/config.yaml."},
	{"LangChain", langchainSnippet, "pip install langchain-openai"},
	{"Vercel AI SDK", vercelSnippet, "npm install ai @ai-sdk/openai. Without .chat it speaks Responses and refers to earlier items, which only OpenAI keeps. createAnthropic takes the same address, with /v1; createGoogleGenerativeAI takes §root/v1beta."},
	{"opencode", opencodeSnippet, "In opencode.json, with the key in the environment: export BODHI_KEY=§key"},
	{"Gemini CLI", geminiSnippet, "The address has no /v1. Without -m it calls a flash model too, which the key must be allowed."},
}

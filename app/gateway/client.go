package gateway

import (
	"net/http"
	"strings"
)

// apps are the client programs that reports tell apart, by what their user agent starts with or contains. Odd entries
// are what the programs really send (recorded on the wire).
var apps = []struct{ mark, name string }{
	{"bodhi-playground", "Playground"},
	{"claude-cli/", "Claude Code"},
	{"claude-code/", "Claude Code"},
	{"codex_", "Codex"},
	{"codex-", "Codex"},
	{"opencode/", "opencode"},
	{"GeminiCLI/", "Gemini CLI"},
	{"ls/JS", "Continue"},
	{"Cursor/", "Cursor"},
	{"promptfoo", "promptfoo"},
	{"langchain", "LangChain"},
	{"ai-sdk/", "Vercel AI SDK"},
	{"ai/", "Vercel AI SDK"},
	{"OpenAI/JS", "OpenAI SDK (JS)"},
	{"OpenAI/Python", "OpenAI SDK (Python)"},
	{"AsyncOpenAI/Python", "OpenAI SDK (Python)"},
	{"OpenAI/Go", "OpenAI SDK (Go)"},
	{"Anthropic/JS", "Anthropic SDK (JS)"},
	{"Anthropic/Python", "Anthropic SDK (Python)"},
	{"Anthropic/Go", "Anthropic SDK (Go)"},
	{"google-genai-sdk/", "Google Gen AI SDK"},
	{"curl/", "curl"},
	{"python-requests/", "Python requests"},
	{"python-httpx/", "Python httpx"},
	{"Go-http-client/", "Go"},
}

func clientApp(h http.Header) string {
	if o := h.Get("Originator"); strings.HasPrefix(o, "codex") {
		return "Codex"
	}
	ua := h.Get("User-Agent")
	for i := range apps {
		if strings.Contains(ua, apps[i].mark) {
			return apps[i].name
		}
	}
	return ""
}

// isCodex tells the one client that wants another refusal for a spent budget (docs/reference/errors.md).
func isCodex(h http.Header) bool { return strings.HasPrefix(h.Get("Originator"), "codex") }

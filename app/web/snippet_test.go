package web

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestEachSnippetGetsItsClientsTrapRight holds the addresses: who adds a version of their own gets none.
func TestEachSnippetGetsItsClientsTrapRight(t *testing.T) {
	t.Parallel()
	const base, key = "https://gw.test/t/acme/v1", "bdh_live_x"
	has := map[string][]string{
		"curl":          {base + "/chat/completions", "Bearer " + key},
		"Python":        {`base_url="` + base + `"`},
		"Node":          {"baseURL: '" + base + "'"},
		"Go":            {`WithBaseURL("` + base + `")`},
		"Claude Code":   {`ANTHROPIC_BASE_URL="https://gw.test/t/acme"`, `ANTHROPIC_API_KEY=""`, `ANTHROPIC_AUTH_TOKEN="` + key + `"`},
		"Codex":         {`base_url = "` + base + `"`, `wire_api = "responses"`, "[model_providers.bodhi]"},
		"Cursor":        {base, key},
		"Continue":      {"apiBase: " + base, "provider: openai"},
		"LangChain":     {`base_url="` + base + `"`, "stream_usage=True"},
		"Vercel AI SDK": {base, ".chat('smart')"},
		"opencode":      {`"baseURL": "` + base + `"`},
		"Gemini CLI":    {`GOOGLE_GEMINI_BASE_URL="https://gw.test/t/acme"`, `GEMINI_API_KEY="` + key + `"`},
	}
	all := Snippets(base, key, "smart")
	if len(all) != len(has) {
		t.Errorf("%d snippets, %d looked at", len(all), len(has))
	}
	for _, s := range all {
		if strings.Contains(s.Text+s.Note, "§") {
			t.Errorf("%s has a hole left: %s", s.Label, s.Text)
		}
		if !strings.Contains(s.Text+s.Note, key) { // agents that read it from the environment are told how it gets there
			t.Errorf("%s does not say where the key goes", s.Label)
		}
		for _, want := range has[s.Label] {
			if !strings.Contains(s.Text, want) {
				t.Errorf("%s lacks %q:\n%s", s.Label, want, s.Text)
			}
		}
		if s.Label == "opencode" && !json.Valid([]byte(s.Text)) {
			t.Errorf("opencode's is no JSON: %s", s.Text)
		}
	}
}

func TestAModelsNameCarriesNoCommandIntoASnippet(t *testing.T) {
	t.Parallel()
	for _, s := range Snippets("https://gw.test/v1", "k", "x$(id)") {
		if strings.Contains(s.Text, "$(id)") {
			t.Errorf("%s: %s", s.Label, s.Text)
		}
	}
}

package compat

import (
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Service is one row.
type Service struct {
	Name     string
	Kind     provider.Kind
	Settings Settings
}

// Services are the rows, one for each kind so far. A new service is a row here and a folder in testdata, no code.
func Services() []Service {
	return []Service{
		// Any server: the old name of the output cap is the one that all of them know. A client's own choice of name
		// stands, because it knows its server.
		{Name: "openai-compatible", Kind: provider.Compatible, Settings: Settings{
			Quirks:  openai.Quirks{MaxKey: "max_tokens", Details: true},
			Forward: []string{"Http-Referer"}, // OpenRouter's attribution of apps, beside X-Title
		}},
		// Ollama reads max_tokens only and ignores the newer name.
		{Name: "ollama", Kind: provider.Ollama, Settings: Settings{
			BaseURL: "http://127.0.0.1:11434/v1",
			Quirks:  openai.Quirks{MaxKey: "max_tokens", OnlyMaxKey: true},
		}},
		// The sandbox answers inside this process, where its host name is never looked up.
		{Name: "sandbox", Kind: provider.Sandbox, Settings: Settings{BaseURL: "http://sandbox.invalid/v1", Responses: true}},
	}
}

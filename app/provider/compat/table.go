package compat

import (
	"regexp"

	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Service is what speaks for one kind of connections.
type Service struct {
	Name     string
	Kind     provider.Kind
	Settings Settings
}

// Services are the kinds that this package carries. Services that share a kind are rows of provider.KnownServices.
func Services() []Service {
	out := []Service{
		// Any server: the old name of the output cap is the one that all of them know. A client's own choice of name
		// stands, because it knows its server.
		{Name: "openai-compatible", Kind: provider.Compatible, Settings: Settings{
			Quirks:  openai.Quirks{MaxKey: "max_tokens", Details: true},
			Forward: []string{"Http-Referer"}, // OpenRouter's attribution of apps, beside X-Title
			Known:   true,
		}},
		// The sandbox answers inside this process, where its host name is never looked up.
		{Name: "sandbox", Kind: provider.Sandbox, Settings: Settings{BaseURL: "http://sandbox.invalid/v1", Responses: true, Counted: regexp.MustCompile(`^sandbox-speech`)}},
	}
	for _, k := range provider.KnownServices() {
		if k.Kind != provider.Compatible {
			out = append(out, Service{Name: k.Name, Kind: k.Kind, Settings: Settings{BaseURL: k.BaseURL, Quirks: k.Quirks, Forward: k.Forward, Known: true,
				NoMedia: k.Kind == provider.Ollama}})
		}
	}
	return out
}

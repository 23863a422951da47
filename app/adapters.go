package app

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	converse "github.com/bodhi-gateway/bodhi/app/llm/dialect/bedrock"
	google "github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	gpt "github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/anthropic"
	"github.com/bodhi-gateway/bodhi/app/provider/azure"
	"github.com/bodhi-gateway/bodhi/app/provider/bedrock"
	"github.com/bodhi-gateway/bodhi/app/provider/compat"
	"github.com/bodhi-gateway/bodhi/app/provider/gemini"
	"github.com/bodhi-gateway/bodhi/app/provider/openai"
	"github.com/bodhi-gateway/bodhi/app/provider/vertex"
)

// dialects are the families that clients may speak. Their paths are rows of gateway/endpoint.go.
func dialects(c clock.Clock) []llm.Dialect {
	return []llm.Dialect{gpt.Dialect{}, responses.Dialect{}, claude.Dialect{}, google.Dialect{Clock: c}, converse.Dialect{}, converse.Invoke{}}
}

// adapters maps each kind of provider to what speaks its wire. A new provider is a row of package compat, or a line here.
// It implements gateway.Adapters.
type adapters map[provider.Kind]provider.Adapter

// out is the one way out of the process, for adapters that need a token.
func newAdapters(out http.RoundTripper, c clock.Clock) adapters {
	set := adapters{provider.OpenAI: openai.New(), provider.Anthropic: anthropic.New(), provider.Gemini: gemini.New(), provider.Vertex: vertex.New(out, c)}
	set[provider.Azure], set[provider.Bedrock] = azure.New(out, c), bedrock.New(c)
	for _, row := range compat.Services() {
		set[row.Kind] = compat.New(row.Settings)
	}
	return set
}

// For finds a kind's adapter.
func (s adapters) For(k provider.Kind) (provider.Adapter, bool) {
	a, ok := s[k]
	return a, ok
}

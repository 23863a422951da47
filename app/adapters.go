package app

import (
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	gpt "github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/anthropic"
	"github.com/bodhi-gateway/bodhi/app/provider/compat"
	"github.com/bodhi-gateway/bodhi/app/provider/openai"
)

// dialects are the families that clients may speak. Their paths are rows of gateway/endpoint.go.
func dialects() []llm.Dialect {
	return []llm.Dialect{gpt.Dialect{}, responses.Dialect{}, claude.Dialect{}}
}

// adapters maps each kind of provider to what speaks its wire. A new provider is a row of package compat, or a line here.
// It implements gateway.Adapters.
type adapters map[provider.Kind]provider.Adapter

func newAdapters() adapters {
	set := adapters{provider.OpenAI: openai.New(), provider.Anthropic: anthropic.New()}
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

package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/price"
)

type priceCmd struct {
	Kind   string `help:"Provider kind (openai, anthropic, gemini, vertex, azure, bedrock, openai-compatible, ollama, sandbox) or a provider of the catalogue."`
	Model  string `help:"Model, as the provider knows it. Without it, the model that the answer names."`
	Family string `help:"Shape of the answer: ${families}. Without it, told from the answer." placeholder:"NAME"`
	At     string `help:"When the answer was given, because prices change: 2026-10-01T12:00:00Z. Without it, now." placeholder:"TIME"`
	Lines  bool   `help:"Read a JSON object per line (kind, family, model, at, body), write one per line." name:"jsonl"`
	JSON   bool   `help:"Print JSON, as always." name:"json"`
}

// maxAnswer bounds the one answer that is read whole.
const maxAnswer = 64 << 20

func (c priceCmd) Run(e *env) error {
	book, now := catalog.BuiltIn(), clock.System{}.Now()
	if c.Lines {
		return price.Lines(e.ctx, book, now, e.stdin(), e.out)
	}
	at, err := price.Moment(c.At, now)
	if err != nil {
		return fmt.Errorf("price: --at: %w", err)
	}
	if c.Kind == "" {
		return fmt.Errorf("price: --kind is missing: whose answer is it? For example --kind anthropic")
	}
	body, err := io.ReadAll(io.LimitReader(e.stdin(), maxAnswer))
	if err != nil {
		return fmt.Errorf("price: read the answer: %w", err)
	}
	s, err := price.Price(book, price.Answer{Kind: c.Kind, Family: c.Family, Model: c.Model, At: at, Body: body})
	if err != nil {
		return fmt.Errorf("price: %w", err)
	}
	enc := json.NewEncoder(e.out)
	enc.SetIndent("", "  ")
	return enc.Encode(s)
}

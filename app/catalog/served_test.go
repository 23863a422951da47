package catalog

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// TestAnAnswerCostsWhatTheTierThatServedItDoes takes the dollars per million tokens of OpenAI's page on priority processing.
func TestAnAnswerCostsWhatTheTierThatServedItDoes(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ provider, model, tier, input, output string }{
		{"openai", "gpt-4.1", "priority", "3.5", "14"},
		{"openai", "gpt-4o-mini", "priority", "0.25", "1"},
		{"openai", "o4-mini", "priority", "2", "8"},
		{"openai", "gpt-5-mini", "priority", "0.45", "3.6"},
		{"openai", "gpt-5.2", "priority", "3.5", "28"},
		{"openai", "gpt-5.5", "priority", "12.5", "75"},
		{"azure", "gpt-4.1", "priority", "3.5", "14"},
		{"openai", "gpt-5", "flex", "0.625", "5"},
		{"openai", "gpt-5", "default", "1.25", "10"},
		{"openai", "gpt-5", "scale", "1.25", "10"},
		{"openai", "gpt-5", "", "1.25", "10"},
		{"anthropic", "claude-haiku-4-5", "priority", "1", "5"}, // paid for in advance
		{"groq", "llama-3.1-8b-instant", "flex", "0.05", "0.08"},
	} {
		q, ok := BuiltIn().Quote(x.provider, x.model, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
		if !ok {
			t.Errorf("%s %s: no price", x.provider, x.model)
			continue
		}
		in, err := Served(q, x.tier).Bill(llm.Usage{Input: 1_000_000})
		out, wrong := Served(q, x.tier).Bill(llm.Usage{Output: 1_000_000})
		if err != nil || wrong != nil || in.Total.String() != x.input || out.Total.String() != x.output {
			t.Errorf("%s %s %s: %s and %s, %v, %v", x.provider, x.model, x.tier, in.Total, out.Total, err, wrong)
		}
	}
}

func TestATierChangesNeitherFeesNorAPriceOfOnesOwn(t *testing.T) {
	t.Parallel()
	q, _ := BuiltIn().Quote("openai", "gpt-5", time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC))
	if b, err := Served(q, llm.PriorityTier).Bill(llm.Usage{WebSearches: 1}); err != nil || b.Total.String() != "0.01" {
		t.Errorf("a search costs %s, %v", b.Total, err)
	}
	m, _ := BuiltIn().Find("openai", "gpt-5")
	own, err := Override{Version: "o.1", Prices: map[Class]money.Price{Input: perMTok}}.Quote(m)
	if err != nil || Served(own, llm.PriorityTier) != own || Served(Half(q), llm.FlexTier).Version() != Half(q).Version() {
		t.Errorf("%v", err)
	}
}

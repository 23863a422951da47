package catalog_test

import (
	"math/rand/v2"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

func ceiling(t *testing.T, kind, model string, b llm.Bound) catalog.Ceiling {
	t.Helper()
	c, err := quote(t, kind, model, august).Ceiling(b)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACeilingTakesTheDearestReading(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, kind, model string
		bound             llm.Bound
		input             string
		perOutput         money.Price
	}{
		{"text is as many tokens as bytes, and framing", "sandbox", "sandbox-chat", llm.Bound{TextBytes: 1000, Messages: 2}, "0.00108", 4_000_000},
		{"the context window ends it", "sandbox", "sandbox-chat", llm.Bound{TextBytes: 1 << 30, Messages: 1}, "0.128", 4_000_000},
		{"each embedding input has a window to itself", "sandbox", "sandbox-embed", llm.Bound{TextBytes: 1 << 30, Messages: 3, Windows: 3}, "0.00049152", 0},
		{"an uploaded file may fill the window", "sandbox", "sandbox-chat", llm.Bound{TextBytes: 10, Messages: 1, Opaque: true}, "0.128", 4_000_000},
		{"instructions around tools", "sandbox", "sandbox-chat", llm.Bound{TextBytes: 1000, Messages: 2, Framing: 1024}, "0.002104", 4_000_000},
		{"pictures are counted apart", "sandbox", "sandbox-vision", llm.Bound{TextBytes: 1000, Messages: 2, Images: 10}, "0.00193", 4_000_000},
		{"pictures of the odd model", "openai", "gpt-4o-mini", llm.Bound{Images: 1}, "0.00723495", 600_000},
		{"text may be written to the cache", "openai", "gpt-5.6-luna", llm.Bound{TextBytes: 936}, "0.00025", 1_200_000},
		{"a long input may reach the next tier", "openai", "gpt-5.6-luna", llm.Bound{TextBytes: 300_000 - 64}, "0.15", 1_800_000},
		{"long caching is dear, and must be asked for", "anthropic", "claude-sonnet-4-5", llm.Bound{TextBytes: 936, LongCache: true}, "0.006", 15_000_000},
		{"sound", "openai", "gpt-audio", llm.Bound{TextBytes: 936, AudioSecs: 10}, "0.01274", 64_000_000},
		{"a fee per request", "perplexity", "sonar", llm.Bound{TextBytes: 936}, "0.013", 1_000_000},
		{"a search of known price", "anthropic", "claude-sonnet-4-5", llm.Bound{TextBytes: 936, Searches: 1}, "0.01375", 15_000_000},
		{"a search of unknown price", "sandbox", "sandbox-chat", llm.Bound{TextBytes: 936, Searches: 1}, "0.051", 4_000_000},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			c := ceiling(t, x.kind, x.model, x.bound)
			if c.Input.String() != x.input || c.PerOutput != x.perOutput {
				t.Errorf("input %s, want %s; output %d, want %d", c.Input, x.input, c.PerOutput, x.perOutput)
			}
		})
	}
}

func TestTheDefaultCapFitsTheModel(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, kind, model string
		bound             llm.Bound
		want              int64
	}{
		{"most models", "openai", "gpt-5.5", llm.Bound{TextBytes: 1000}, 16_384},
		{"a model that refuses so many", "openai", "gpt-4-turbo", llm.Bound{TextBytes: 1000}, 4_096},
		{"a small window that is nearly full", "sandbox", "sandbox-speech", llm.Bound{TextBytes: 3000}, 4_096 - 1000 - 64},
		{"a small window that is full", "sandbox", "sandbox-speech", llm.Bound{TextBytes: 30_000}, 1_024},
	} {
		if c := ceiling(t, x.kind, x.model, x.bound); c.MaxOutput != x.want {
			t.Errorf("%s: %d, want %d", x.name, c.MaxOutput, x.want)
		}
	}
}

// TestNoBillExceedsItsCeiling draws usages that a bound allows, for every model there is, at random moments.
func TestNoBillExceedsItsCeiling(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	below := func(n int64) int64 { return r.Int64N(n + 1) }
	for _, kind := range []string{"openai", "anthropic", "gemini", "azure", "bedrock", "groq", "openrouter", "minimax", "deepseek", "sandbox"} {
		for _, m := range builtIn().Models(kind) {
			for range 20 {
				q, ok := builtIn().Quote(kind, m.ID, august.AddDate(0, 0, r.IntN(900)-600))
				if !ok {
					continue
				}
				b := llm.Bound{TextBytes: below(1_500_000), Messages: 1, AudioSecs: below(600), LongCache: r.IntN(2) == 0, Searches: below(1)}
				u := llm.Usage{InputAudio: below(32 * b.AudioSecs), Output: below(50_000), WebSearches: below(b.Searches)}
				text := below(b.TextBytes)
				if m.ContextWindow > 0 {
					u.InputAudio = min(u.InputAudio, m.ContextWindow)
					text = min(text, m.ContextWindow-u.InputAudio)
				}
				u.Input = text + u.InputAudio
				u.CacheRead = below(text)
				u.CacheWrite5m = below(text - u.CacheRead)
				if b.LongCache {
					u.CacheWrite1h = below(text - u.CacheRead - u.CacheWrite5m)
				}
				u.Reasoning = below(u.Output)
				u.OutputAudio = below(u.Output - u.Reasoning)
				bill, err := q.Bill(u)
				if err != nil {
					continue
				}
				c, err := q.Ceiling(b)
				if err != nil {
					t.Fatal(err)
				}
				var s money.Sum
				_ = s.Add(c.PerOutput, u.Output)
				out, _ := s.Ceil()
				if bill.Total > c.Input+out {
					t.Errorf("%s: bill %s over ceiling %s + %s\n%+v\n%+v\n%+v", q.Version(), bill.Total, c.Input, out, b, u, bill.Lines)
				}
			}
		}
	}
}

package catalog_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

var today = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func TestPiecesAreBilledExactly(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, kind, model string
		picture           llm.Picture
		used              llm.Usage
		want              string
	}{
		{"a minute of whisper", "openai", "whisper-1", llm.Picture{}, llm.Usage{AudioSeconds: 60}, "0.006"},
		{"a second of whisper on Azure", "azure", "whisper-1", llm.Picture{}, llm.Usage{AudioSeconds: 1}, "0.0001"},
		{"a million characters", "openai", "tts-1", llm.Picture{}, llm.Usage{Characters: 1_000_000}, "15"},
		{"one character in HD", "openai", "tts-1-hd", llm.Picture{}, llm.Usage{Characters: 1}, "0.00003"},
		{"what tokens an answer also counts is not billed", "openai", "tts-1", llm.Picture{}, llm.Usage{Characters: 1, Input: 5, Output: 7}, "0.000015"},
		{"a picture of DALL·E 3", "openai", "dall-e-3", llm.Picture{Count: 1, Width: 1024, Height: 1024}, llm.Usage{Images: 1}, "0.04"},
		{"wide", "openai", "dall-e-3", llm.Picture{Count: 1, Width: 1792, Height: 1024, Quality: "standard"}, llm.Usage{Images: 1}, "0.08"},
		{"in HD", "openai", "dall-e-3", llm.Picture{Count: 1, Width: 1024, Height: 1024, Quality: "hd"}, llm.Usage{Images: 1}, "0.08"},
		{"wide in HD", "openai", "dall-e-3", llm.Picture{Count: 1, Width: 1024, Height: 1792, Quality: "hd"}, llm.Usage{Images: 1}, "0.12"},
		{"small ones of DALL·E 2", "openai", "dall-e-2", llm.Picture{Count: 10, Width: 256, Height: 256}, llm.Usage{Images: 10}, "0.16"},
		{"tokens of gpt-image-1", "openai", "gpt-image-1", llm.Picture{Count: 1}, llm.Usage{Images: 1, Input: 50 + 1000, InputImage: 1000, Output: 4160}, "0.17665"},
		{"tokens of a transcript", "openai", "gpt-4o-transcribe", llm.Picture{}, llm.Usage{Input: 100 + 20, InputAudio: 100, Output: 30}, "0.00095"},
		{"tokens of speech", "openai", "gpt-4o-mini-tts", llm.Picture{}, llm.Usage{Input: 10, Output: 1000, Characters: 40}, "0.012006"},
		{"verdicts", "openai", "omni-moderation-latest", llm.Picture{}, llm.Usage{Input: 1000}, "0"},
	} {
		q := quote(t, x.kind, catalog.Graded(x.model, x.picture), today)
		b, err := q.Bill(x.used)
		if err != nil || b.Total.String() != x.want {
			t.Errorf("%s: %s, %v; want %s", x.name, b.Total, err, x.want)
		}
	}
}

// TestNoPictureCostsMoreThanItsCeiling compares with what OpenAI's guide and calculator say.
func TestNoPictureCostsMoreThanItsCeiling(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		model, quality string
		w, h, tokens   int64
	}{
		{"gpt-image-1", "low", 1024, 1024, 272}, {"gpt-image-1", "low", 1024, 1536, 408}, {"gpt-image-1", "medium", 1024, 1536, 1584},
		{"gpt-image-1", "high", 1024, 1536, 6240}, {"gpt-image-1", "", 0, 0, 6240}, {"gpt-image-1.5", "auto", 1536, 1024, 6250},
		{"gpt-image-1-mini", "low", 1024, 1536, 750}, {"gpt-image-1-mini", "medium", 1024, 1536, 1875}, {"gpt-image-1-mini", "high", 1024, 1536, 6500},
		{"gpt-image-2", "high", 1024, 1024, 7024}, {"gpt-image-2", "high", 1536, 1024, 5488}, {"gpt-image-2", "high", 1792, 1024, 5063},
		{"gpt-image-2", "high", 3584, 2048, 12329}, {"gpt-image-2", "low", 960, 720, 130}, {"gpt-image-2", "low", 976, 704, 129}, {"gpt-image-2", "", 0, 0, 23_720},
	} {
		q := quote(t, "openai", x.model, today)
		c, err := q.Ceiling(llm.Bound{TextBytes: 100, Messages: 1, Picture: llm.Picture{Count: 1, Quality: x.quality, Width: x.w, Height: x.h}})
		if err != nil || c.MaxOutput < x.tokens || c.MaxOutput > 2*x.tokens+1100 {
			t.Errorf("%s %s %dx%d: at most %d tokens, it costs %d (%v)", x.model, x.quality, x.w, x.h, c.MaxOutput, x.tokens, err)
		}
		more, err := q.Ceiling(llm.Bound{TextBytes: 100, Messages: 1, Picture: llm.Picture{Count: 1, Quality: x.quality, Width: x.w, Height: x.h, Partials: 3, Frames: 2}})
		if err != nil || more.MaxOutput != 2*c.MaxOutput+300 {
			t.Errorf("%s: two frames and three partial pictures cost %d, one picture %d", x.model, more.MaxOutput, c.MaxOutput)
		}
	}
}

func TestPiecesHaveCeilings(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		model string
		bound llm.Bound
		want  money.USD
	}{
		{"whisper-1", llm.Bound{AudioSecs: 3600, Output: 2048}, 360_000_000},
		{"tts-1", llm.Bound{Characters: 4096, TextBytes: 9000, Output: 9999}, 61_440_000},
		{"dall-e-3:hd:wide", llm.Bound{Picture: llm.Picture{Count: 1}}, 120_000_000},
	} {
		c, err := quote(t, "openai", x.model, today).Ceiling(x.bound)
		if err != nil || c.Input != x.want || c.PerOutput != 0 {
			t.Errorf("%s: %s and %d per token, %v; want %s", x.model, c.Input, c.PerOutput, err, x.want)
		}
	}
}

func TestNamesSayWhatModelsDo(t *testing.T) {
	t.Parallel()
	for model, op := range map[string]llm.Operation{"gpt-image-2": llm.MakeImages, "whisper-large-v3": llm.Transcribe, "gpt-4o-mini-tts": llm.Speak, "omni-moderation-latest": llm.Moderate} {
		if !catalog.Suits(model, op) || catalog.Suits("gpt-5.5", op) {
			t.Errorf("%s, %s", model, op)
		}
	}
}

// TestFactsStandBeforeOlderModels of the data whose names are part of theirs.
func TestFactsStandBeforeOlderModels(t *testing.T) {
	t.Parallel()
	c := catalog.BuiltIn()
	for _, x := range []struct {
		kind, model string
		used        llm.Usage
		nanos       int64
	}{
		{"bedrock", "amazon.titan-embed-text-v2:0", llm.Usage{Input: 1_000}, 20_000},
		{"bedrock", "amazon.titan-embed-text-v1", llm.Usage{Input: 1_000}, 100_000},
		{"bedrock", "eu.cohere.embed-v4:0", llm.Usage{Input: 1_000}, 120_000},
		{"vertex", "gemini-2.5-flash-preview-tts", llm.Usage{Input: 10, Output: 100, OutputAudio: 100}, 1_005_000},
		{"gemini", "gemini-2.5-pro-tts", llm.Usage{Input: 10, Output: 100, OutputAudio: 100}, 2_010_000},
		{"vertex", "text-embedding-005", llm.Usage{Input: 7, Characters: 1_000}, 25_000},
		{"vertex", "imagen-4.0-ultra-generate-001", llm.Usage{Images: 2}, 120_000_000},
		{"bedrock", catalog.Graded("amazon.nova-canvas-v1:0", llm.Picture{Count: 1}), llm.Usage{Images: 1}, 40_000_000},
		{"bedrock", catalog.Graded("amazon.nova-canvas-v1:0", llm.Picture{Count: 1, Width: 2048, Height: 1024, Quality: "high"}), llm.Usage{Images: 1}, 80_000_000},
		{"bedrock", catalog.Graded("amazon.titan-image-generator-v2:0", llm.Picture{Count: 1}), llm.Usage{Images: 1}, 10_000_000},
		{"bedrock", catalog.Graded("amazon.titan-image-generator-v2:0", llm.Picture{Count: 1, Width: 512, Height: 512, Quality: "hd"}), llm.Usage{Images: 1}, 10_000_000},
		{"bedrock", catalog.Graded("amazon.titan-image-generator-v2:0", llm.Picture{Count: 1, Width: 512, Height: 512}), llm.Usage{Images: 1}, 8_000_000},
	} {
		q, ok := c.Quote(x.kind, x.model, today)
		if !ok {
			t.Errorf("%s has no price", x.model)
			continue
		}
		if b, err := q.Bill(x.used); err != nil || int64(b.Total) != x.nanos {
			t.Errorf("%s: %v, %v", x.model, b.Total, err)
		}
	}
}

package catalog

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// What is not billed by tokens: pictures by the piece, sound by the second, speech by the character. genai-prices does not
// have these, so they are facts of our own, from OpenAI's price list.

// pieces are models with one price for one unit. Whoever sells them differently sets a price of their own.
var pieces = []struct {
	provider, id, name string
	class              Class
	price              money.Price // pico-dollars
}{
	{"openai", "whisper-1", "Whisper", PerAudioSecond, 100_000_000}, // $0.006 a minute
	{"openai", "tts-1", "TTS 1", PerCharacter, 15_000_000},          // $15 a million
	{"openai", "tts-1-hd", "TTS 1 HD", PerCharacter, 30_000_000},
	// Graded names them: a picture of theirs costs by size and quality.
	{"openai", "dall-e-2", "DALL·E 2, 1024x1024", PerImage, 20_000_000_000},
	{"openai", "dall-e-2:512x512", "DALL·E 2, 512x512", PerImage, 18_000_000_000},
	{"openai", "dall-e-2:256x256", "DALL·E 2, 256x256", PerImage, 16_000_000_000},
	{"openai", "dall-e-3", "DALL·E 3, 1024x1024", PerImage, 40_000_000_000},
	{"openai", "dall-e-3:wide", "DALL·E 3, 1024x1792", PerImage, 80_000_000_000},
	{"openai", "dall-e-3:hd", "DALL·E 3 HD, 1024x1024", PerImage, 80_000_000_000},
	{"openai", "dall-e-3:hd:wide", "DALL·E 3 HD, 1024x1792", PerImage, 120_000_000_000},
}

// addPieces puts them behind a provider's own models, which win.
func (c *Catalog) addPieces() {
	for _, d := range pieces {
		p := c.byID(d.provider)
		if p == nil {
			continue
		}
		m := &Model{ID: d.id, Provider: d.provider, Name: d.name, match: equals(d.id)}
		m.set(c.version, []rate{{unit: unitFor(d.class), base: d.price}})
		p.models = append(p.models, m)
	}
}

// Graded is the name under which a model's price is looked up for pictures: itself, unless it bills them by size and quality.
func Graded(model string, p llm.Picture) string {
	if p.Count == 0 {
		return model
	}
	switch model {
	case "dall-e-2":
		switch p.Width {
		case 256:
			return model + ":256x256"
		case 512:
			return model + ":512x512"
		}
	case "dall-e-3":
		if p.Quality == "hd" {
			model += ":hd"
		}
		if p.Width != p.Height {
			model += ":wide"
		}
	}
	return model
}

// byPiece reports whether the model is billed by something else than tokens.
func (o *offer) byPiece() bool {
	for i := range o.rates {
		switch o.rates[i].unit.class {
		case PerImage, PerAudioSecond, PerCharacter:
			return true
		}
	}
	return false
}

// What a picture has at most in output tokens, beside what partial ones add.
const (
	// planned is what models that plan a picture in words may write; it is not documented, and generous.
	planned = 1_024
	partial = 100 // documented: each partial picture costs 100 tokens more
	// largest is the most pixels of one picture.
	largest = 3840 * 2160
)

// tabled are models whose pictures have few sizes, and what they cost at most at low, medium and high quality. OpenAI's
// guide has 408, 1,584 and 6,240 for gpt-image-1, whose prices gpt-image-1.5 shares; gpt-image-1-mini's prices are those of
// 750, 1,875 and 6,500 tokens. Longer names stand before shorter ones.
var tabled = []struct {
	prefix string
	tokens [3]int64
	plans  bool
}{
	{"gpt-image-1-mini", [3]int64{1_024, 2_048, 7_168}, false},
	{"gpt-image-1.5", [3]int64{512, 1_792, 6_656}, true},
	{"gpt-image-1", [3]int64{512, 1_792, 6_656}, false},
	{"chatgpt-image", [3]int64{512, 1_792, 6_656}, true},
	{"sandbox-image", [3]int64{512, 1_792, 6_656}, false},
}

// pictureOutput bounds the output tokens of one picture of a call, with the partial ones before it.
func (m *Model) pictureOutput(p llm.Picture) int64 {
	grade := 2
	switch p.Quality {
	case "low":
		grade = 0
	case "medium":
		grade = 1
	}
	for _, t := range tabled {
		if strings.HasPrefix(m.ID, t.prefix) {
			tokens := t.tokens[grade]
			if t.plans {
				tokens += planned
			}
			return tokens*max(p.Frames, 1) + partial*p.Partials
		}
	}
	return (gridTokens(grade, p.Width, p.Height)+planned)*max(p.Frames, 1) + partial*p.Partials
}

// gridTokens are what gpt-image-2 charges for a picture, as OpenAI's own calculator works it out: a grid of 16, 48 or 96
// cells along the longer edge, by quality, whose cells cost by the picture's area. A size that is left to the provider, or
// that is none of its sizes, is taken as the largest square. Models that we do not know are taken like it.
func gridTokens(grade int, w, h int64) int64 {
	cells := [3]int64{16, 48, 96}[grade]
	if w == 0 || h == 0 || w*h > largest || max(w, h) > 3*min(w, h) {
		w, h = 2880, 2880
	}
	long, short := max(w, h), min(w, h)
	across := (2*cells*short + long) / (2 * long)
	return (cells*across*(2_000_000+w*h) + 3_999_999) / 4_000_000
}

// suits are how names of models begin or end that do something beside text. Names are all that there is: no list of models
// says what its models do.
var suits = map[llm.Operation][]string{
	llm.MakeImages: {"image", "dall-e", "flux", "imagen", "stable-diffusion"},
	llm.EditImages: {"image", "dall-e-2", "kontext"},
	llm.Transcribe: {"transcribe", "whisper"},
	llm.Interpret:  {"whisper", "sandbox-transcribe"},
	llm.Speak:      {"tts", "speech"},
	llm.Moderate:   {"moderation", "guard"},
}

// Suits reports whether a model's name says that it does a media operation. It is good enough to name models in a refusal,
// and for nothing else.
func Suits(model string, op llm.Operation) bool {
	for _, word := range suits[op] {
		if strings.Contains(strings.ToLower(model), word) {
			return true
		}
	}
	return false
}

package catalog

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// What is not billed by tokens: pictures by the piece, sound by the second, speech and some vectors by the character.
// genai-prices does not have these, so they are facts of our own, from the providers' price lists.

// pieces are models with one price for one unit. Whoever sells them differently sets a price of their own.
var pieces = []struct {
	provider, id, name string
	class              Class
	price              money.Price // pico-dollars
}{
	{"openai", "whisper-1", "Whisper", PerAudioSecond, 100_000_000}, // $0.006 a minute
	{"openai", "tts-1", "TTS 1", PerCharacter, 15_000_000},          // $15 a million
	{"openai", "tts-1-hd", "TTS 1 HD", PerCharacter, 30_000_000},
	// Google counts what is no white space.
	{"google", "text-embedding-005", "Text Embeddings 005", PerCharacter, 25_000}, // $0.000025 a thousand
	{"google", "imagen-4.0-generate-001", "Imagen 4", PerImage, 40_000_000_000},
	{"google", "imagen-4.0-fast-generate-001", "Imagen 4 Fast", PerImage, 20_000_000_000},
	{"google", "imagen-4.0-ultra-generate-001", "Imagen 4 Ultra", PerImage, 60_000_000_000},
	{"google", "imagen-3.0-generate-002", "Imagen 3", PerImage, 40_000_000_000},
	{"google", "imagen-3.0-fast-generate-001", "Imagen 3 Fast", PerImage, 20_000_000_000},
	{"aws", "amazon.nova-canvas-v1:0", "Nova Canvas, up to 1024x1024", PerImage, 40_000_000_000},
	{"aws", "amazon.nova-canvas-v1:0:large", "Nova Canvas, up to 2048x2048", PerImage, 60_000_000_000},
	{"aws", "amazon.nova-canvas-v1:0:premium", "Nova Canvas, premium, up to 1024x1024", PerImage, 60_000_000_000},
	{"aws", "amazon.nova-canvas-v1:0:premium:large", "Nova Canvas, premium, up to 2048x2048", PerImage, 80_000_000_000},
	{"aws", "amazon.titan-image-generator-v2:0", "Titan Image Generator V2, up to 512x512", PerImage, 8_000_000_000},
	{"aws", "amazon.titan-image-generator-v2:0:large", "Titan Image Generator V2, up to 1024x1024", PerImage, 10_000_000_000},
	{"aws", "amazon.titan-image-generator-v2:0:premium", "Titan Image Generator V2, premium, up to 512x512", PerImage, 10_000_000_000},
	{"aws", "amazon.titan-image-generator-v2:0:premium:large", "Titan Image Generator V2, premium, up to 1024x1024", PerImage, 12_000_000_000},
	{"aws", "stability.sd3-5-large-v1:0", "Stable Diffusion 3.5 Large", PerImage, 80_000_000_000},
	{"aws", "stability.stable-image-core-v1:1", "Stable Image Core", PerImage, 40_000_000_000},
	{"aws", "stability.stable-image-ultra-v1:1", "Stable Image Ultra", PerImage, 140_000_000_000},
	{"google", "text-embedding-004", "Text Embeddings 004", PerCharacter, 25_000},
	{"google", "text-multilingual-embedding-002", "Multilingual Text Embeddings", PerCharacter, 25_000},
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
	if strings.Contains(model, "amazon.nova-canvas") {
		return amazon(model, p, 1024)
	}
	if strings.Contains(model, "amazon.titan-image-generator") {
		return amazon(model, p, 512)
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

// Ungraded is the model of a name of Graded's.
func Ungraded(model string) string {
	if name, _, graded := strings.Cut(model, ":"); graded && (name == "dall-e-2" || name == "dall-e-3") {
		return name
	}
	if strings.Contains(model, "amazon.nova-canvas") || strings.Contains(model, "amazon.titan-image-generator") {
		return strings.TrimSuffix(strings.TrimSuffix(model, ":large"), ":premium")
	}
	return model
}

// Callable reports whether a program can send the model's name as it stands: it is neither the beginning of names, as those of
// fine-tuned models are, nor one of Graded's, under which only prices are looked up.
func (m *Model) Callable() bool {
	return !strings.HasSuffix(m.ID, "-") && !strings.HasPrefix(m.ID, "ft:") && Ungraded(m.ID) == m.ID
}

// Piece is what a model bills that does not bill tokens.
type Piece struct {
	Class Class
	Per   string // what the price as people state it is for
	One   llm.Usage
}

// Pieces lists the kinds of pieces.
func Pieces() []Piece {
	return []Piece{
		{PerImage, "image", llm.Usage{Images: 1}},
		{PerAudioSecond, "second", llm.Usage{AudioSeconds: 1}},
		{PerCharacter, "1M characters", llm.Usage{Characters: 1}},
	}
}

// amazon is Graded for Amazon's own models: two qualities, and two sizes with a step between them. Without a size they make
// 1024x1024.
func amazon(model string, p llm.Picture, step int64) string {
	if p.Quality == "high" || p.Quality == "hd" {
		model += ":premium"
	}
	if edge := max(p.Width, p.Height); edge > step || edge == 0 && step < 1024 {
		model += ":large"
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

// suits are parts of the names of models that do something beside text. Names are all that there is: no list of models
// says what its models do.
var suits = map[llm.Operation][]string{
	llm.MakeImages: {"image", "dall-e", "flux", "imagen", "stable-diffusion", "nova-canvas", "stability.sd3"},
	llm.EditImages: {"image", "dall-e-2", "kontext"},
	llm.Transcribe: {"transcribe", "whisper"},
	llm.Interpret:  {"whisper", "sandbox-transcribe"},
	llm.Speak:      {"tts", "speech"},
	llm.Moderate:   {"moderation", "guard"},
	llm.Embeddings: {"embed"},
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

package catalog

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Providers that are not in the data.
const (
	sandbox = "sandbox"
	ollama  = "ollama"
)

// perMTok is one dollar per million tokens.
const perMTok money.Price = 1_000_000

// sandboxModels are what the built-in provider charges. It keeps its own copy of these prices, so that one checks the
// other.
var sandboxModels = []struct {
	id                    string
	window                int64
	input, cached, output money.Price
}{
	{"sandbox-chat", 128_000, 1 * perMTok, perMTok / 10, 4 * perMTok},
	{"sandbox-reasoning", 128_000, 2 * perMTok, perMTok / 5, 8 * perMTok},
	{"sandbox-vision", 128_000, 1 * perMTok, perMTok / 10, 4 * perMTok},
	{"sandbox-embed", 8_192, perMTok / 50, perMTok / 50, 0},
	{"sandbox-image", 32_000, 5 * perMTok, 5 * perMTok, 40 * perMTok},
	{"sandbox-moderation", 32_000, 0, 0, 0},
	{"sandbox-transcribe", 16_000, 2_500_000, 2_500_000, 10 * perMTok},
	{"sandbox-speech", 4_096, 600_000, 600_000, 12 * perMTok},
}

// own adds the sandbox and Ollama.
func (c *Catalog) own() {
	s := &supplier{id: sandbox, name: "Sandbox", match: never{}}
	for _, d := range sandboxModels {
		m := &Model{ID: d.id, Provider: sandbox, Name: d.id, ContextWindow: d.window, match: equals(d.id)}
		rates := []rate{{unit: unitOf("input_mtok"), base: d.input}, {unit: unitOf("cache_read_mtok"), base: d.cached}}
		if d.output > 0 {
			rates = append(rates, rate{unit: unitOf("output_mtok"), base: d.output})
		}
		m.set(c.version, rates)
		s.models = append(s.models, m)
	}
	for _, d := range []struct {
		id    string
		class Class
		price money.Price
	}{{"sandbox-whisper", PerAudioSecond, 100_000_000}, {"sandbox-tts", PerCharacter, 15_000_000}} { // $0.006 a minute, $15 a million
		m := &Model{ID: d.id, Provider: sandbox, Name: d.id, match: equals(d.id)}
		m.set(c.version, []rate{{unit: unitFor(d.class), base: d.price}})
		s.models = append(s.models, m)
	}
	// Ollama runs on hardware of one's own: nobody sends a bill, so its price is known, and is nothing. Whoever wants to
	// charge for it sets a price of their own.
	every := &Model{ID: "any", Provider: ollama, Name: "Any model", match: startsWith("")}
	every.set(c.version, []rate{{unit: unitOf("input_mtok")}, {unit: unitOf("output_mtok")}})
	c.addFacts()
	c.addPieces()
	c.addSearches()
	c.providers = append(c.providers, s, &supplier{id: ollama, name: "Ollama", match: never{}, models: []*Model{every}})
}

func (m *Model) set(version string, rates []rate) {
	arrange(rates)
	m.prices = []dated{{from: always, offer: &offer{model: m, version: version + "/" + m.Provider + "/" + m.ID, rates: rates}}}
}

// free reports models whose price is known to be nothing: OpenRouter marks them in their names, and OpenAI says that
// moderations cost nothing.
func (m *Model) free() bool {
	return strings.HasSuffix(m.ID, ":free") || m.Provider == "openai" && m.ID == "moderation"
}

package catalog

import "github.com/bodhi-gateway/bodhi/app/money"

// facts are models that the data lacks, or that it takes for an older one of another price; from the providers' price lists.
// They stand in front of the data's own, unless the data has the very model by now. The name is looked for anywhere in a
// model's, as regions and profiles stand before it.
var facts = []struct {
	provider, id, name string
	window             int64
	prices             map[Class]money.Price // pico-dollars
}{
	{"google", "gemini-2.5-flash-preview-tts", "Gemini 2.5 Flash TTS", 8_192, map[Class]money.Price{Input: perMTok / 2, Output: 10 * perMTok}},
	{"google", "gemini-2.5-flash-tts", "Gemini 2.5 Flash TTS", 8_192, map[Class]money.Price{Input: perMTok / 2, Output: 10 * perMTok}},
	{"google", "gemini-2.5-pro-preview-tts", "Gemini 2.5 Pro TTS", 8_192, map[Class]money.Price{Input: perMTok, Output: 20 * perMTok}},
	{"google", "gemini-2.5-pro-tts", "Gemini 2.5 Pro TTS", 8_192, map[Class]money.Price{Input: perMTok, Output: 20 * perMTok}},
	{"aws", "amazon.titan-embed-text-v2", "Titan Text Embeddings V2", 8_192, map[Class]money.Price{Input: perMTok / 50}},
	{"aws", "cohere.embed-v4", "Cohere Embed 4", 128_000, map[Class]money.Price{Input: 120_000}},
	{"aws", "cohere.embed-english-v3", "Cohere Embed 3, English", 512, map[Class]money.Price{Input: perMTok / 10}},
	{"aws", "cohere.embed-multilingual-v3", "Cohere Embed 3, multilingual", 512, map[Class]money.Price{Input: perMTok / 10}},
}

// addFacts puts them in front of a provider's own models.
func (c *Catalog) addFacts() {
	for _, d := range facts {
		p := c.byID(d.provider)
		if p == nil || p.has(d.id) {
			continue
		}
		m := &Model{ID: d.id, Provider: d.provider, Name: d.name, ContextWindow: d.window, match: contains(d.id)}
		var rates []rate
		for i := range units {
			if price, ok := d.prices[units[i].class]; ok {
				rates = append(rates, rate{unit: &units[i], base: price})
			}
		}
		m.set(c.version, rates)
		p.models = append([]*Model{m}, p.models...)
	}
}

// has reports whether the data knows a model under this very id, or the id with a version behind it.
func (p *supplier) has(id string) bool {
	for _, m := range p.models {
		if equals(id).match(m.ID) || startsWith(id+"-").match(m.ID) || startsWith(id+":").match(m.ID) {
			return true
		}
	}
	return false
}

package routeweb

import (
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// able is something that a model may take or do beside text.
type able struct {
	word string
	has  func(*catalog.Model) bool
}

var ables = []able{
	{"images", func(m *catalog.Model) bool { return m.Takes().Vision }},
	{"documents", func(m *catalog.Model) bool { return m.Takes().Files }},
	{"audio", func(m *catalog.Model) bool { return m.Takes().Audio }},
	{"tools", func(m *catalog.Model) bool { return m.Takes().Tools }},
	{"JSON schema", func(m *catalog.Model) bool { return m.Takes().Schema }},
	{"reasoning", func(m *catalog.Model) bool { return m.Takes().Reasoning }},
}

// abilities are what a model is known to take beside text, in words.
func abilities(m *catalog.Model) (out []string) {
	for _, a := range ables {
		if a.has(m) {
			out = append(out, a.word)
		}
	}
	return out
}

// factsJSON is what the catalogue knows of a model. Prices are USD per million tokens, or per request or search; a class that
// is missing is charged as the wider one that holds it. What is not said is not known.
type factsJSON struct {
	ContextWindow int64             `json:"context_window,omitempty"`
	MaxOutput     int64             `json:"max_output_tokens,omitempty"`
	Images        bool              `json:"takes_images"`
	Documents     bool              `json:"takes_documents"`
	Audio         bool              `json:"takes_audio"`
	Tools         bool              `json:"tools"`
	JSONSchema    bool              `json:"json_schema"`
	Reasoning     bool              `json:"reasoning"`
	Deprecated    bool              `json:"deprecated,omitempty"`
	Prices        map[string]string `json:"prices_usd,omitempty"`
	Tiers         []tierJSON        `json:"tiers,omitempty"`
}

// tierJSON is a price that replaces the base price of a class for the whole request once its input is longer.
type tierJSON struct {
	Class string `json:"class"`
	Above int64  `json:"above_input_tokens"`
	USD   string `json:"usd"`
}

func factsOut(l catalog.Listing) factsJSON {
	n := l.Takes()
	out := factsJSON{ContextWindow: l.ContextWindow, MaxOutput: l.MaxOutput, Images: n.Vision, Documents: n.Files, Audio: n.Audio, Tools: n.Tools,
		JSONSchema: n.Schema, Reasoning: n.Reasoning, Deprecated: l.Deprecated}
	for _, class := range catalog.Classes() {
		if p, ok := l.Prices[class]; ok {
			if out.Prices == nil {
				out.Prices = map[string]string{}
			}
			out.Prices[string(class)] = class.USD(p).String()
		}
		for _, s := range l.Steps[class] {
			out.Tiers = append(out.Tiers, tierJSON{string(class), s.Above, class.USD(s.Price).String()})
		}
	}
	return out
}

// offering finds which connections that take traffic offer each model of the catalogue, as "connection/model".
func (h *Handlers) offering(there []provider.ConnectionRecord) map[*catalog.Model][]string {
	out := map[*catalog.Model][]string{}
	for i := range there {
		if !there[i].Usable() {
			continue
		}
		kind := there[i].Catalogue(h.catalog)
		for _, name := range route.Offers(&there[i], h.catalog) {
			if m, ok := h.catalog.Find(kind, name); ok {
				out[m] = append(out[m], there[i].Name+"/"+name)
			}
		}
	}
	return out
}

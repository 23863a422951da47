package catalog

import "strings"

// unbilled are classes that a reseller does not bill apart, by the source's own rules for its answers: Azure charges what
// was written to OpenAI's cache as plain input, and no fee for Claude's searches. Where this is no longer true the refresh
// brings prices under Azure's own name, which need no fallback.
var unbilled = map[string]map[string]Class{
	"azure": {"openai": CacheWrite, "anthropic": PerSearch},
}

// resold is a model as a reseller sells it. It is the model itself unless the reseller bills it differently.
func (m *Model) resold(by string) *Model {
	class, ok := unbilled[by][m.Provider]
	if !ok || !m.has(class) && !m.has(PerSearch) {
		return m
	}
	out := *m
	out.seller = by
	out.prices = make([]dated, len(m.prices))
	for i, d := range m.prices {
		if d.offer != nil {
			o := &offer{model: &out, version: strings.Replace(d.offer.version, "/"+m.Provider+"/", "/"+by+":"+m.Provider+"/", 1)}
			for _, r := range d.offer.rates {
				if r.unit.class != class && !r.ours {
					o.rates = append(o.rates, r)
				}
			}
			arrange(o.rates)
			o.addSearch()
			d.offer = o
		}
		out.prices[i] = d
	}
	return &out
}

func (m *Model) has(class Class) bool {
	for _, d := range m.prices {
		if d.offer != nil && d.offer.prices(class) {
			return true
		}
	}
	return false
}

package catalog

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// fee is a list price of a provider's own web search. First match wins.
type fee struct {
	seller, prefix string // catalogue provider that sends the bill, and the start of the model's id
	price          money.Price
	once           bool // for a request that searched, however often
}

// searchFees are list prices that the data does not hold; what it holds wins. Read in November 2026 off OpenAI's pricing page and its
// community's thread 1363698 (web_search $10 per thousand calls on every model; web_search_preview and the search models $25 on those that
// do not reason: which version a call was is not in an answer, so the dearer is booked), ai.google.dev/gemini-api/docs/pricing ($35 per
// thousand grounded prompts up to Gemini 2.5, $14 per thousand queries since; Vertex AI the same), docs.x.ai/developers/pricing ($5), Anthropic's
// pricing ($10, on Vertex AI too), and for Azure, which searches with Grounding with Bing, Microsoft's Foundry-Agent-Solution-Templates
// ($14). What is free each month is not known here and taken as paid, which is never too little.
var searchFees = []fee{
	{"openai", "gpt-3.5", perThousandSearches * 25, false},
	{"openai", "gpt-4", perThousandSearches * 25, false},
	{"openai", "chatgpt-4o", perThousandSearches * 25, false},
	{"openai", "gpt-chat", perThousandSearches * 25, false},
	{"openai", "ft:gpt-", perThousandSearches * 25, false},
	{"openai", "", perThousandSearches * 10, false},
	{"azure", "claude", 0, false}, // see unbilled
	{"azure", "gpt-3.5", perThousandSearches * 25, false},
	{"azure", "gpt-4", perThousandSearches * 25, false},
	{"azure", "", perThousandSearches * 14, false},
	{"anthropic", "", perThousandSearches * 10, false},
	{"google", "claude", perThousandSearches * 10, false},
	{"google", "gemini-1", perThousandSearches * 35, true},
	{"google", "gemini-2", perThousandSearches * 35, true},
	{"google", "gemini-pro", perThousandSearches * 35, true},
	{"google", "gemini-flash-1", perThousandSearches * 35, true},
	{"google", "gemini-live-2", perThousandSearches * 35, true},
	{"google", "gemini-", perThousandSearches * 14, false},
	{"x-ai", "", perThousandSearches * 5, false},
	{sandbox, "", 0, false}, // it searches nothing
	{ollama, "", 0, false},  // nobody sends a bill
}

// perThousandSearches is one dollar per thousand searches.
const perThousandSearches money.Price = 1_000_000_000

// searchFee is the list price of a search, of whoever bills the model.
func (m *Model) searchFee() (fee, bool) {
	seller := m.Provider
	if m.seller != "" {
		seller = m.seller
	}
	for _, f := range searchFees {
		if f.seller == seller && strings.HasPrefix(m.ID, f.prefix) {
			return f, true
		}
	}
	return fee{}, false
}

// addSearch adds the list price of a search to an offer without one. What writes no tokens does not search.
func (o *offer) addSearch() {
	f, ok := o.model.searchFee()
	if !ok || f.price == 0 || !o.prices(Output) || o.prices(PerSearch) {
		return
	}
	o.rates = append(o.rates, rate{unit: unitFor(PerSearch), base: f.price, once: f.once, ours: true})
	arrange(o.rates)
}

// addSearches does it for every model.
func (c *Catalog) addSearches() {
	for _, p := range c.providers {
		for _, m := range p.models {
			for _, d := range m.prices {
				if d.offer != nil && !m.free() {
					d.offer.addSearch()
				}
			}
		}
	}
}

// unknownSearch prices searches for which there is no price at all, and which were made all the same: as the ceiling held them, so that
// they cost what was reserved and never nothing. A fee per request holds what Perplexity searches for it.
func (o *offer) unknownSearch() money.Price {
	if o.prices(PerSearch) || o.prices(PerRequest) {
		return 0
	}
	if f, ok := o.model.searchFee(); ok {
		return f.price
	}
	return searchPrice
}

func (o *offer) prices(class Class) bool {
	for i := range o.rates {
		if o.rates[i].unit.class == class {
			return true
		}
	}
	return false
}

package catalog

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// priorities are what priority processing costs as parts of the list price, by the start of the model's id; first match wins. Read in
// November 2026 off openai.com/api-priority-processing; what is not there is taken like the dearest, which is gpt-5.5.
var priorities = []struct {
	prefix     string
	times, per money.Price
}{
	{"gpt-4o-mini", 5, 3},
	{"gpt-4o", 17, 10},
	{"gpt-4.1-nano", 2, 1},
	{"gpt-4.1", 7, 4},
	{"o4-mini", 20, 11},
	{"o3", 7, 4},
	{"gpt-5-mini", 9, 5},
	{"gpt-5.1", 2, 1}, {"gpt-5.2", 2, 1}, {"gpt-5.3", 2, 1}, {"gpt-5.4", 2, 1},
	{"gpt-5.", 5, 2},
	{"gpt-5", 2, 1},
	{"", 5, 2},
}

// Served is the price of an answer by the service tier that it names: OpenAI and Azure bill by the tier that served, which need not be the
// one that was asked for. Flex costs what a batch does. Fees per request and per search stay as they are, and so does a price of one's
// own: it says what is paid.
func Served(q Quote, tier string) Quote {
	o, ok := q.(*offer)
	if !ok || o.own {
		return q
	}
	seller := o.model.Provider
	if o.model.seller != "" {
		seller = o.model.seller
	}
	if seller != "openai" && seller != "azure" {
		return q
	}
	switch tier {
	case llm.FlexTier:
		return o.times(tier, 1, 2)
	case llm.PriorityTier:
		for _, p := range priorities {
			if strings.HasPrefix(o.model.ID, p.prefix) {
				return o.times(tier, p.times, p.per)
			}
		}
	}
	return q
}

// times is an offer whose tokens cost so many parts of the list price, rounded up to the next pico-dollar.
func (o *offer) times(tier string, n, per money.Price) *offer {
	part := func(p money.Price) money.Price { return (p*n + per - 1) / per }
	out := &offer{model: o.model, version: o.version + "/" + tier, rates: slices.Clone(o.rates)}
	for i := range out.rates {
		r := &out.rates[i]
		if r.unit.side == feeSide {
			continue
		}
		r.base, r.tiers = part(r.base), slices.Clone(r.tiers)
		for j := range r.tiers {
			r.tiers[j].price = part(r.tiers[j].price)
		}
	}
	return out
}

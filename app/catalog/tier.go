package catalog

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Tier says how dear a model is, so that a policy can bound that without naming models. Tiers are ordered; the zero Tier
// is unknown.
type Tier uint8

// The tiers, from the cheapest.
const (
	NoTier Tier = iota
	Economy
	Standard
	Premium
)

// tiers are their names and the most that a million tokens of one costs, in dollars: what Blend makes of the list prices.
// The boundaries are ours. At the prices of August 2026 they put "mini", "flash" and "haiku" into economy, "sonnet", "pro"
// and plain "gpt" into standard, and "opus" and the large reasoning models into premium.
var tiers = [...]struct {
	tier Tier
	name string
	upTo int64 // dollars per million tokens; 0 = without end
}{{Economy, "economy", 2}, {Standard, "standard", 8}, {Premium, "premium", 0}}

// perMillionTokens is a dollar per million tokens in pico-dollars per token.
const perMillionTokens = money.Price(1_000_000)

// Blend is what a token of a model costs on average: three of input for one of output, which is what chats and agents
// have.
func Blend(input, output money.Price) money.Price { return (3*input + output) / 4 }

// String is the tier's name: "economy", "standard", "premium", or "" for none.
func (t Tier) String() string {
	for _, x := range tiers {
		if x.tier == t {
			return x.name
		}
	}
	return ""
}

// ReadTier reads what String printed.
func ReadTier(name string) (Tier, bool) {
	for _, x := range tiers {
		if x.name == name {
			return x.tier, true
		}
	}
	return NoTier, false
}

// UpTo is the most that a million tokens of the tier costs, in dollars; 0 for the last one, which has no end.
func (t Tier) UpTo() int64 {
	for _, x := range tiers {
		if x.tier == t {
			return x.upTo
		}
	}
	return 0
}

// Tiers are all tiers, from the cheapest.
func Tiers() []Tier { return []Tier{Economy, Standard, Premium} }

// TierOf is the tier of what a quote prices: by the list prices of its model where the catalogue knows it, so that a
// discount moves no model, else by the quote's own. What is not billed by the token has none.
func TierOf(q Quote, at time.Time) Tier {
	o, ok := q.(*offer)
	if !ok || o == nil {
		return NoTier
	}
	if o.model != nil {
		if list := o.model.at(at); list != nil {
			o = list
		}
	}
	return o.tier()
}

func (o *offer) tier() Tier {
	var input, output money.Price
	known, writes := false, false
	for i := range o.rates {
		switch o.rates[i].unit.class {
		case Input:
			input, known = o.rates[i].base, true
		case Output:
			output, writes = o.rates[i].base, true
		}
	}
	if !known {
		return NoTier
	}
	if !writes { // embeddings put out no tokens
		output = input
	}
	each := Blend(input, output)
	for _, x := range tiers {
		if x.upTo == 0 || each <= money.Price(x.upTo)*perMillionTokens {
			return x.tier
		}
	}
	return NoTier
}

package gateway

import (
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// beside adds what other models used for an answer to what the asked one did. Each costs by its own price, and by that of the asked one where
// none is known.
func (g *Gateway) beside(x *Exchange, a *attempt, bill *catalog.Bill, used *llm.Usage) {
	for _, other := range a.beside {
		quote, known := g.Prices.Quote(x.Grant.Chain.Org, pricedAs(a.target), other.Model, g.pricedWhen(x))
		switch {
		case !known:
			quote = a.quote
		case x.returned != nil:
			quote = catalog.Half(quote)
		}
		u := &other.Usage
		used.Input, used.CacheRead, used.CacheWrite5m, used.CacheWrite1h = used.Input+u.Input, used.CacheRead+u.CacheRead, used.CacheWrite5m+u.CacheWrite5m, used.CacheWrite1h+u.CacheWrite1h
		used.Output, used.Reasoning = used.Output+u.Output, used.Reasoning+u.Reasoning
		if quote == nil {
			continue
		}
		b, err := quote.Bill(*u)
		if err != nil {
			continue
		}
		raise(&bill.Input, b.Input)
		raise(&bill.Total, b.Total)
		x.note("beside it ", other.Model, ": ", b.Total.String(), " USD")
	}
}

func raise(sum *money.USD, by money.USD) {
	if n, err := sum.Add(by); err == nil {
		*sum = n
	}
}

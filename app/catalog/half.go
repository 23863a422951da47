package catalog

import (
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Half is a price at which providers answer what nobody waits for: half of it for every token, and the whole of fees per request and per
// search. OpenAI, Azure and Anthropic publish this discount for their batches; price lists do not hold it.
func Half(q Quote) Quote { return half{q} }

type half struct{ Quote }

// Version implements Quote.
func (h half) Version() string { return h.Quote.Version() + "/batch" }

// Bill implements Quote. Half of a sum that was rounded up, rounded up, is half of the exact sum rounded up: nothing is lost by halving
// the sums and not each price.
func (h half) Bill(u llm.Usage) (Bill, error) {
	b, err := h.Quote.Bill(u)
	if err != nil {
		return b, err
	}
	fees := max(b.Total-b.Input-b.Output, 0)
	b.Version = h.Version()
	b.Input, b.Output, b.Total = halved(b.Input), halved(b.Output), halved(b.Total-fees)+fees
	for i := range b.Lines {
		if c := b.Lines[i].Class; c != PerRequest && c != PerSearch {
			b.Lines[i].Price = (b.Lines[i].Price + 1) / 2
		}
	}
	b.Exact = Exact{} // it is for pages that show how list prices are applied
	return b, nil
}

// Ceiling implements Quote. Its fees are whole, as the bill's are.
func (h half) Ceiling(b llm.Bound) (Ceiling, error) {
	c, err := h.Quote.Ceiling(b)
	if err == nil {
		c.Input, c.PerOutput = halved(c.Input-c.Fees)+c.Fees, (c.PerOutput+1)/2
	}
	return c, err
}

func halved(n money.USD) money.USD { return n/2 + n%2 }

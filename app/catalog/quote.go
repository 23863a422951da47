package catalog

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// offer is the price of one model in one span of time. It implements Quote.
type offer struct {
	model   *Model
	version string
	rates   []rate
	own     bool // an override
}

var _ Quote = (*offer)(nil)

// Version implements Quote.
func (o *offer) Version() string { return o.version }

// Bill implements Quote. Each class is charged for what none of the more exact priced classes holds, as genai-prices
// computes it: a class without a price of its own is charged as the wider one. Where a provider's parts add up to more
// than their whole, genai-prices gives up; here the parts are charged and the rest of the whole is nothing, which is
// never too little.
func (o *offer) Bill(u llm.Usage) (Bill, error) { return o.bill(u, u.Input, 1) }

// bill prices the usage of one request, or of many whose inputs are all as long as each for the tiers' purpose.
func (o *offer) bill(u llm.Usage, each, requests int64) (Bill, error) {
	b := Bill{Version: o.version, Lines: make([]Line, 0, len(o.rates))}
	var sums [3]money.Sum
	var covered [3]bool
	var own [len(units)]int64
	for i := range o.rates {
		r := &o.rates[i]
		n := r.unit.count(&u)
		if r.unit.class == PerRequest {
			n = requests
		}
		if r.once {
			n = min(n, requests) // of many requests nobody knows which of them searched: never too little
		}
		for _, part := range r.parts {
			n -= own[part]
		}
		n = max(n, 0)
		own[i] = n
		covered[r.unit.side] = covered[r.unit.side] || r.unit.dims == 0
		if n == 0 {
			continue
		}
		price := r.at(each)
		if err := sums[r.unit.side].Add(price, n); err != nil {
			return Bill{}, fmt.Errorf("catalog: bill %s: %w", o.version, err)
		}
		b.Lines = append(b.Lines, Line{Class: r.unit.class, Quantity: n, Price: price})
	}
	if price := o.unknownSearch(); u.WebSearches > 0 && price > 0 {
		if err := sums[feeSide].Add(price, u.WebSearches); err != nil {
			return Bill{}, fmt.Errorf("catalog: bill %s: %w", o.version, err)
		}
		b.Lines = append(b.Lines, Line{Class: PerSearch, Quantity: u.WebSearches, Price: price})
	}
	if (u.Input > 0 && !covered[inputSide] || u.Output > 0 && !covered[outputSide]) && !o.byPiece() {
		return Bill{}, fmt.Errorf("catalog: bill %s: %w", o.version, errUncovered)
	}
	return b, o.round(&b, sums)
}

// round rounds each side for display, and the exact total once.
func (o *offer) round(b *Bill, sums [3]money.Sum) error {
	total := sums[feeSide]
	var err error
	for _, s := range [...]struct {
		sum  money.Sum
		into *money.USD
	}{{sums[inputSide], &b.Input}, {sums[outputSide], &b.Output}} {
		if *s.into, err = s.sum.Ceil(); err == nil {
			err = total.AddSum(s.sum)
		}
		if err != nil {
			return fmt.Errorf("catalog: bill %s: %w", o.version, err)
		}
	}
	b.Exact = Exact{Input: sums[inputSide], Output: sums[outputSide], Total: total}
	if b.Total, err = total.Ceil(); err != nil {
		return fmt.Errorf("catalog: bill %s: %w", o.version, err)
	}
	return nil
}

type pricingError string

func (e pricingError) Error() string { return string(e) }

// errUncovered says that a model put out tokens for which the catalogue has no price at all.
const errUncovered = pricingError("usage without a price")

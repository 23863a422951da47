package usageweb

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// Cheaper is usage that another connection of the organization has a lower price for, of the same model.
type Cheaper struct {
	Model, From, To string // connections by name
	// Here and There are what the usage costs at both, at the prices of one moment.
	Here, There money.USD
}

// Saves is the difference.
func (c Cheaper) Saves() money.USD { return c.Here - c.There }

// What a cheaper connection needs to be worth a word.
const (
	leastCheaper   = money.Dollar
	cheaperPercent = 5
)

// Cheaper finds usage, divided by connection and model, that another connection charges less for at a moment, now and not in the
// days of the usage, as one can only change what is to come: the most first.
// A model is the same only if it has the same name. Whether answers come as quickly and as reliably is not asked here.
func (p Pricing) Cheaper(ctx context.Context, actor org.Actor, r usage.Result, at time.Time) ([]Cheaper, error) {
	prices, err := p.read(ctx, actor)
	if err != nil {
		return nil, err
	}
	names := slices.Sorted(maps.Keys(prices.payees))
	var out []Cheaper
	for _, row := range r.Rows {
		if row.Others || len(row.Values) < 2 || row.Tokens() == 0 {
			continue
		}
		from, model := row.Values[0].ID, row.Values[1].ID
		now, ok := prices.rate(from, model, at)
		if !ok {
			continue
		}
		best := Cheaper{Model: model, From: from, Here: now.of(row.Totals)}
		best.There = best.Here
		for _, name := range names {
			if other, ok := prices.rate(name, model, at); ok && name != from && other.of(row.Totals) < best.There {
				best.To, best.There = name, other.of(row.Totals)
			}
		}
		if best.To != "" && best.There > 0 && best.Saves() >= leastCheaper && int64(best.Saves()) >= int64(best.Here)/100*cheaperPercent {
			out = append(out, best)
		}
	}
	slices.SortStableFunc(out, func(a, b Cheaper) int { return cmp.Compare(b.Saves(), a.Saves()) })
	return out, nil
}

package catalog

import (
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Listing is a model with its prices at a moment, for people to look at.
type Listing struct {
	*Model
	Provider string // its name for people
	// Prices are base prices, pico-dollars per token, request or search; nil when none is known.
	Prices map[Class]money.Price
	Tiered bool // long inputs cost more
	Steps  map[Class][]Step
	Dated  bool // the price changed at a date, or will
	Timed  bool // the price depends on the time of day
}

// Key is its own name: provider and model, unique in the catalogue.
func (l Listing) Key() string { return l.Model.Provider + "/" + l.Model.ID }

// Search lists models whose "provider/model" or name contains a text, in the data's order, beginning behind the one whose
// Key is after. It gives at most limit, and whether there are more.
func (c *Catalog) Search(text, provider, after string, limit int, at time.Time) (out []Listing, more bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	skipping := after != ""
	for _, p := range c.providers {
		for _, m := range p.models {
			key := p.id + "/" + m.ID
			switch {
			case provider != "" && p.id != provider,
				!strings.Contains(strings.ToLower(key), text) && !strings.Contains(strings.ToLower(m.Name), text):
				if key == after {
					skipping = false
				}
				continue
			case skipping:
				skipping = key != after
				continue
			case len(out) == limit:
				return out, true
			}
			out = append(out, m.listing(p.name, at))
		}
	}
	return out, false
}

// Suppliers are the providers of the catalogue: id and name, in the data's order.
func (c *Catalog) Suppliers() [][2]string {
	out := make([][2]string, len(c.providers))
	for i, p := range c.providers {
		out[i] = [2]string{p.id, p.name}
	}
	return out
}

func (m *Model) listing(provider string, at time.Time) Listing {
	l := Listing{Model: m, Provider: provider}
	for _, d := range m.prices {
		l.Dated = l.Dated || d.from != always
		l.Timed = l.Timed || d.end != 0
	}
	o := m.at(at)
	if o == nil {
		return l
	}
	l.Prices = map[Class]money.Price{}
	for _, r := range o.rates {
		l.Prices[r.unit.class] = r.base
		l.Tiered = l.Tiered || len(r.tiers) > 0
		for _, t := range r.tiers {
			if l.Steps == nil {
				l.Steps = map[Class][]Step{}
			}
			l.Steps[r.unit.class] = append(l.Steps[r.unit.class], Step{t.start, t.price})
		}
	}
	return l
}

// Rates are a model's base prices at a moment by class, pico-dollars per token, request or search; nil when none is known.
func (c *Catalog) Rates(kind, model string, at time.Time) map[Class]money.Price {
	m, ok := c.Find(kind, model)
	if !ok {
		return nil
	}
	return m.listing("", at).Prices
}

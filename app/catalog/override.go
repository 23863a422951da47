package catalog

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Override is a tenant's own price for one model of one connection's kind: a negotiated discount, a server of its own. It
// wins over the catalogue.
type Override struct {
	// Version is stored with every attempt priced by it; the override's id and the moment of its last change.
	Version string
	Prices  map[Class]money.Price // pico-dollars per token, call or search
}

// Quote makes the override a price. base is the catalogue's entry for the model, whose context window bounds its input;
// nil if the catalogue does not know the model. Classes that the override leaves out are charged as the wider class that
// holds them, so an override is never mixed with the catalogue's prices; but searches, which no wider class holds, cost
// what they are listed for.
func (o Override) Quote(base *Model) (Quote, error) {
	if base == nil {
		base = &Model{}
	}
	if _, ok := o.Prices[Input]; !ok {
		return nil, fault.Field("input", "A price needs at least the input price per million tokens.")
	}
	out := &offer{model: base, version: o.Version, own: true}
	for i := range units {
		u := &units[i]
		p, ok := o.Prices[u.class]
		if !ok {
			continue
		}
		if p < 0 || p > maxPrice {
			return nil, fault.Field(string(u.class), fmt.Sprintf("The price for %s is out of range: at least 0, at most a million dollars per million.", u.class))
		}
		out.rates = append(out.rates, rate{unit: u, base: p})
	}
	if len(out.rates) != len(o.Prices) {
		return nil, fault.Field("class", fmt.Sprintf("A price can be set for these classes only: %v.", Classes()))
	}
	arrange(out.rates)
	out.addSearch()
	return out, nil
}

// Classes are all classes that can have a price, widest first.
func Classes() []Class {
	out := make([]Class, len(units))
	for i := range units {
		out[i] = units[i].class
	}
	return slices.Clip(out)
}

// Widened are prices with what they charge for the classes that other has and they lack: as much as for the narrowest wider class
// that they have, and nothing where that is a fee. Searches are left out: what they cost then depends on the model.
func Widened(prices, other map[Class]money.Price) map[Class]money.Price {
	out := maps.Clone(prices)
	for class := range other {
		u := unitFor(class)
		if _, has := prices[class]; has || len(prices) == 0 || class == PerSearch {
			continue
		}
		if u.side == feeSide {
			out[class] = 0
			continue
		}
		most := -1
		for i := range units {
			w := &units[i]
			if p, ok := prices[w.class]; ok && u.within(w) && bits.OnesCount8(uint8(w.dims)) > most {
				most, out[class] = bits.OnesCount8(uint8(w.dims)), p
			}
		}
	}
	return out
}

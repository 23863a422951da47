package price

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
)

// Table quotes prices for one organization: its own first, then the catalogue's. It is on the path of every request, so it
// reads an immutable snapshot, takes no lock and allocates nothing once a price was asked for. It implements gateway.Prices.
type Table struct {
	shelf *Shelf
	cell  live.Cell[map[id.Org][]*own]
}

// NewTable makes a table without overrides.
func NewTable(shelf *Shelf) *Table { return &Table{shelf: shelf} }

// own is a compiled override.
type own struct {
	Override
	connection string // its id as text, "" if it is not for one
	prefix     bool
	name       string   // the model, or how its name begins
	quotes     sync.Map // *catalog.Model, or nil for a model that the catalogue does not know → catalog.Quote
}

// rank puts what is more exact first: a connection before a provider before any, a name before the start of one, a longer
// start before a shorter.
func (a *own) rank(b *own) int {
	exact := func(o *own) int {
		n := 0
		if o.connection != "" {
			n += 4
		}
		if o.Provider != "" {
			n += 2
		}
		if !o.prefix {
			n++
		}
		return n
	}
	return cmp.Or(cmp.Compare(exact(b), exact(a)), cmp.Compare(len(b.name), len(a.name)), cmp.Compare(a.ID.String(), b.ID.String()))
}

// is reports whether the override is for a call. supplier is the catalogue's name of the provider: a price for "google" is
// one for both of its kinds.
func (a *own) is(provider, supplier, connection, model string) bool {
	switch {
	case a.connection != "" && a.connection != connection, a.Provider != "" && a.Provider != provider && a.Provider != supplier:
		return false
	case a.prefix:
		return strings.HasPrefix(model, a.name)
	}
	return model == a.name
}

// Load compiles the overrides of all organizations and swaps them in.
func (t *Table) Load(all []Override) error {
	next := map[id.Org][]*own{}
	for i := range all {
		name, prefix := strings.CutSuffix(all[i].Model, "*")
		o := &own{Override: all[i], connection: all[i].Connection.String(), name: name, prefix: prefix}
		if _, err := o.quote(nil); err != nil {
			return err
		}
		next[o.Org] = append(next[o.Org], o)
	}
	for _, list := range next {
		slices.SortFunc(list, (*own).rank)
	}
	t.cell.Set(&next)
	return nil
}

// Quote is the price of a model for an organization at a moment. payee says who is paid, as a connection's PricedAs does:
// a provider, or "provider@connection id".
func (t *Table) Quote(o id.Org, payee, model string, at time.Time) (catalog.Quote, bool) {
	provider, connection, _ := strings.Cut(payee, "@")
	if tenants := t.cell.Get(); tenants != nil {
		if list := (*tenants)[o]; len(list) > 0 {
			model, supplier := strings.ToLower(model), catalog.ProviderID(provider)
			plain := catalog.Ungraded(model) // a price for a model is one for all its pictures
			for _, own := range list {
				if (own.is(provider, supplier, connection, model) || own.is(provider, supplier, connection, plain)) && own.Holds(at) {
					base, _ := t.shelf.Find(provider, model)
					q, err := own.quote(base)
					return q, err == nil
				}
			}
		}
	}
	return t.shelf.Quote(provider, model, at)
}

// quote is the override as a price of a catalogue's model, made once for each.
func (a *own) quote(base *catalog.Model) (catalog.Quote, error) {
	if q, ok := a.quotes.Load(base); ok {
		return q.(catalog.Quote), nil
	}
	q, err := catalog.Override{Version: a.PriceVersion(), Prices: a.Prices}.Quote(base)
	if err != nil {
		return nil, err
	}
	a.quotes.Store(base, q)
	return q, nil
}

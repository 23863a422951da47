package price

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Shelf holds the current catalogue, so that a refreshed one replaces it everywhere at once. It implements catalog.Book and
// what the route index asks of one. Readers never lock.
type Shelf struct{ cell live.Cell[catalog.Catalog] }

var _ catalog.Book = (*Shelf)(nil)

// NewShelf starts with a catalogue; there is never none.
func NewShelf(c *catalog.Catalog) *Shelf {
	s := &Shelf{}
	s.cell.Set(c)
	return s
}

// Set swaps the catalogue.
func (s *Shelf) Set(c *catalog.Catalog) { s.cell.Set(c) }

// Catalog is the current catalogue.
func (s *Shelf) Catalog() *catalog.Catalog { return s.cell.Get() }

// Find implements catalog.Book.
func (s *Shelf) Find(kind, model string) (*catalog.Model, bool) { return s.Catalog().Find(kind, model) }

// Quote implements catalog.Book.
func (s *Shelf) Quote(kind, model string, at time.Time) (catalog.Quote, bool) {
	return s.Catalog().Quote(kind, model, at)
}

// Models lists a kind's models.
func (s *Shelf) Models(kind string) []*catalog.Model { return s.Catalog().Models(kind) }

// ProviderOf names the provider behind a connection.
func (s *Shelf) ProviderOf(kind, baseURL string) string { return s.Catalog().ProviderOf(kind, baseURL) }

// Knows reports whether there is such a kind or provider of the catalogue.
func (s *Shelf) Knows(name string) bool {
	if _, ok := provider.OfferingOf(provider.Kind(name)); ok {
		return true
	}
	return len(s.Models(name)) > 0
}

package price

import (
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// whole refuses prices without one for output, unless the catalogue says that the model has none, as models for embeddings, or a fee for
// each piece stands in for it. What a model puts out without a price cannot be billed: whole holds would be instead.
func (s *Service) whole(in Input, at time.Time) error {
	for _, class := range []catalog.Class{catalog.Output, catalog.PerImage, catalog.PerAudioSecond, catalog.PerCharacter} {
		if _, ok := in.Prices[class]; ok {
			return nil
		}
	}
	if s.silent(in, at) {
		return nil
	}
	return fault.Field(string(catalog.Output), "Give the output price as well: what the model puts out could not be billed without one. Write 0 for a model that puts out no tokens, such as one for embeddings.")
}

// silent reports whether the catalogue knows the model, and no provider of it asks anything for output.
func (s *Service) silent(in Input, at time.Time) bool {
	book, known := s.Shelf.Catalog(), false
	for _, supplier := range book.Suppliers() {
		if in.Provider != "" && supplier[0] != catalog.ProviderID(in.Provider) || strings.HasSuffix(in.Model, "*") {
			continue
		}
		q, ok := book.Quote(supplier[0], in.Model, at)
		if !ok {
			continue
		}
		known = true
		if _, err := q.Bill(llm.Usage{Output: 1}); err == nil {
			return false
		}
	}
	return known
}

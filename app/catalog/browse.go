package catalog

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Filter narrows the catalogue for people who choose a model. Its zero fields do not narrow.
type Filter struct {
	Text     string // a part of "provider/model" or of the name
	Provider string // of the catalogue
	Needs    llm.Needs
	Context  int64       // at least so many tokens
	Input    money.Price // at most so much per token of input
	Priced   bool        // only with a price
	Current  bool        // only what its provider will keep
	Sort     Sort
}

// Sort is an order of models.
type Sort string

// The orders; ties and what has no such figure stay in the data's order, the latter behind.
const (
	ByProvider Sort = ""
	ByInput    Sort = "input"   // the cheapest to read first
	ByOutput   Sort = "output"  // the cheapest to write first
	ByContext  Sort = "context" // the largest first
)

// Step is a price that replaces a base price once the whole input is longer than Above, in tokens.
type Step struct {
	Above int64
	Price money.Price
}

// Browse lists all models that a filter lets through.
func (c *Catalog) Browse(f Filter, at time.Time) []Listing {
	var out []Listing
	text := strings.ToLower(strings.TrimSpace(f.Text))
	for _, p := range c.providers {
		if f.Provider != "" && p.id != f.Provider || p.id == ollama {
			continue // of one's own machine there is nothing to know ahead
		}
		for _, m := range p.models {
			if !strings.Contains(strings.ToLower(p.id+"/"+m.ID), text) && !strings.Contains(strings.ToLower(m.Name), text) {
				continue
			}
			if l := m.listing(p.name, at); f.lets(&l) {
				out = append(out, l)
			}
		}
	}
	slices.SortStableFunc(out, f.Sort.compare)
	return out
}

// Listing finds a model by its Key.
func (c *Catalog) Listing(key string, at time.Time) (Listing, bool) {
	provider, name, _ := strings.Cut(key, "/")
	if p := c.byID(provider); p != nil {
		for _, m := range p.models {
			if m.ID == name {
				return m.listing(p.name, at), true
			}
		}
	}
	return Listing{}, false
}

func (f *Filter) lets(l *Listing) bool {
	has := l.Takes()
	n := f.Needs
	switch {
	case n.Tools && !has.Tools, n.Vision && !has.Vision, n.Audio && !has.Audio, n.Files && !has.Files, n.Schema && !has.Schema, n.Reasoning && !has.Reasoning:
		return false
	case f.Context > 0 && l.ContextWindow < f.Context, f.Current && l.Deprecated, f.Priced && l.Prices == nil:
		return false
	case f.Input > 0:
		p, ok := l.Prices[Input]
		return ok && p <= f.Input
	}
	return true
}

func (s Sort) compare(a, b Listing) int {
	if s == ByContext {
		return cmp.Compare(b.ContextWindow, a.ContextWindow)
	}
	class := map[Sort]Class{ByInput: Input, ByOutput: Output}[s]
	if class == "" {
		return 0
	}
	p, ok := a.Prices[class]
	q, ok2 := b.Prices[class]
	switch {
	case ok && ok2:
		return cmp.Compare(p, q)
	case ok:
		return -1
	case ok2:
		return 1
	}
	return 0
}

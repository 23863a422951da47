package catalog

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Catalog is a loaded catalogue. It implements Book, is immutable to its callers and safe for concurrent use; answers are
// remembered, so asking again costs one map look-up.
type Catalog struct {
	version   string
	providers []*supplier // in the data's order, which decides between several that match

	mu    sync.RWMutex
	cache map[question]*Model // nil for models that are not there
}

// supplier is a provider of the data.
type supplier struct {
	id, name  string
	address   *regexp.Regexp // of its API; nil if it has none
	match     matcher        // models that are surely its own
	named     matcher        // spellings of its own name: "google-vertex"
	fallbacks []string
	models    []*Model
}

type question struct{ kind, model string }

// maxAnswers bounds the memory of answers. Names come from tenants' routes, which are fewer.
const maxAnswers = 20_000

// kinds maps provider kinds to the data's providers. Kinds that are not here name a provider of the data themselves, or,
// for compatible servers at unknown addresses, are told by the model's name.
var kinds = map[string]string{
	"openai":    "openai",
	"anthropic": "anthropic",
	"gemini":    "google",
	"vertex":    "google",
	"azure":     "azure",
	"bedrock":   "aws",
	"ollama":    ollama,
	"sandbox":   sandbox,
}

const compatible = "openai-compatible"

// Version names the snapshot.
func (c *Catalog) Version() string { return c.version }

// Find implements Book.
func (c *Catalog) Find(kind, model string) (*Model, bool) {
	q := question{kind, model}
	c.mu.RLock()
	m, known := c.cache[q]
	c.mu.RUnlock()
	if known {
		return m, m != nil
	}
	m = c.find(kind, strings.ToLower(model))
	c.mu.Lock()
	if len(c.cache) < maxAnswers {
		q.kind, q.model = strings.Clone(kind), strings.Clone(model) // they may be parts of a request's body
		c.cache[q] = m
	}
	c.mu.Unlock()
	return m, m != nil
}

// Quote implements Book.
func (c *Catalog) Quote(kind, model string, at time.Time) (Quote, bool) {
	m, ok := c.Find(kind, model)
	if !ok {
		return nil, false
	}
	o := m.at(at)
	return o, o != nil
}

// Models lists a kind's models in the data's order; nil for kinds that could be any provider.
func (c *Catalog) Models(kind string) []*Model {
	p := c.byID(ProviderID(kind))
	switch {
	case p == nil:
		return nil
	case kind == "gemini": // Google sells Anthropic's models too, on Vertex alone
		return slices.DeleteFunc(slices.Clone(p.models), func(m *Model) bool { return strings.HasPrefix(m.ID, "claude-") })
	}
	return p.models
}

// ProviderOf names the provider behind a connection, to be used in place of its kind: a compatible server at a known
// address is that provider. It is the kind itself where the address tells nothing.
func (c *Catalog) ProviderOf(kind, baseURL string) string {
	if kind != compatible || baseURL == "" {
		return kind
	}
	for _, p := range c.providers {
		if p.address != nil && p.address.MatchString(baseURL) {
			return p.id
		}
	}
	return kind
}

// ProviderID is the catalogue's provider behind a kind: "google" for "gemini" and "vertex". Names that are no kind are
// providers already.
func ProviderID(kind string) string {
	if id, ok := kinds[kind]; ok {
		return id
	}
	return kind
}

func (c *Catalog) byID(id string) *supplier {
	for _, p := range c.providers {
		if p.id == id {
			return p
		}
	}
	return nil
}

// byName finds the provider that a kind means: by the kinds that we know, by its id, or by a spelling of its name that the
// data knows.
func (c *Catalog) byName(kind string) *supplier {
	if p := c.byID(ProviderID(kind)); p != nil || kind == compatible {
		return p
	}
	kind = strings.ToLower(kind)
	for _, p := range c.providers {
		if p.named != nil && p.named.match(kind) {
			return p
		}
	}
	return nil
}

// find takes the model's name in lower case.
func (c *Catalog) find(kind, model string) *Model {
	if p := c.byName(kind); p != nil {
		return c.in(p, model)
	}
	if kind != compatible {
		return nil
	}
	for _, p := range c.providers {
		if p.match.match(model) {
			return c.in(p, model)
		}
	}
	return nil
}

// in looks among a provider's models, first match wins, and then among those of the providers whose models it resells.
// That is one step: their own fallbacks are not followed.
func (c *Catalog) in(p *supplier, model string) *Model {
	if m := p.find(model); m != nil {
		return m
	}
	for _, id := range p.fallbacks {
		if other := c.byID(id); other != nil {
			if m := other.find(model); m != nil {
				return m.resold(p.id)
			}
		}
	}
	return nil
}

func (p *supplier) find(model string) *Model {
	if p.id == sandbox {
		model, _, _ = strings.Cut(model, "+") // what follows scripts its behaviour
	}
	for _, m := range p.models {
		if m.match.match(model) {
			return m
		}
	}
	return nil
}

// Made is the day that the data states as its own; false if it states none.
func (c *Catalog) Made() (time.Time, bool) {
	d, _, _ := strings.Cut(c.version, ".")
	at, err := time.Parse(time.DateOnly, d)
	return at, err == nil
}

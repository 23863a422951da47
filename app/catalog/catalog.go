// Package catalog is facts about models: prices with their dates and tiers, context windows, what they can put out. The
// built-in data comes from genai-prices (see NOTICE); an installation refreshes it and a tenant overrides it.
//
// Prices are integers of pico-dollars per token; a bill is exact in 128 bits and rounded up once (decision D8). A model
// without a price is unknown, never free.
package catalog

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Model is one catalogue entry.
type Model struct {
	ID            string // catalogue id within its provider: "gpt-5.5"
	Provider      string // catalogue provider: "openai"
	Name          string // for people
	ContextWindow int64  // tokens, input and output together; 0 = unknown
	MaxOutput     int64  // tokens; 0 = unknown
	Deprecated    bool   // the provider will switch it off

	match  matcher
	prices []dated
	seller string // who sends the bill, where it is not Provider
}

// Bill is what a usage costs.
type Bill struct {
	Input, Output money.USD // rounded up on their own, for display; they may add up to one nano-dollar more than Total
	Total         money.USD // rounded up once; holds fees per request and per search, which are neither
	Lines         []Line
	Version       string
	// Exact are the same sums before they are rounded: what the calculation page and the price command show.
	Exact Exact
}

// Exact are a bill's sums to the pico-dollar.
type Exact struct{ Input, Output, Total money.Sum }

// Line is one class of usage on a bill.
type Line struct {
	Class    Class
	Quantity int64       // tokens or calls
	Price    money.Price // pico-dollars per unit, after tiers
}

// Ceiling is what a call can cost at most, before it is sent.
type Ceiling struct {
	Input     money.USD   // dearest reading of the whole input, Fees included
	Fees      money.USD   // per request, search or piece, whatever its tokens cost
	Tokens    int64       // the whole input's, at most
	PerOutput money.Price // dearest price of one output token
	MaxOutput int64       // output tokens per choice if the client set no cap
	Version   string
}

// Quote is the price of one model at one moment.
type Quote interface {
	// Version names the price: catalogue snapshot and the entry's date, stored with every attempt.
	Version() string
	// Bill prices a usage. It fails on usage that no price covers and on sums out of range; the caller then knows no
	// price and must not book nothing.
	Bill(u llm.Usage) (Bill, error)
	// Ceiling bounds a call's cost from above, given what is known before sending it.
	Ceiling(b llm.Bound) (Ceiling, error)
	// Serves reports whether the model is known to take a call with these needs and this size.
	Serves(n llm.Needs, b llm.Bound) bool
	// Window is the model's context window in tokens, 0 where it is not known.
	Window() int64
}

// Book finds models and their prices. It is an immutable snapshot.
//
// A kind is a provider's kind as in contract.md, or the name that ProviderOf gave for a connection, which is more exact
// for a compatible server at a known address.
type Book interface {
	// Find resolves a kind and an upstream model name by the catalogue's own matching rules.
	Find(kind, model string) (*Model, bool)
	// Quote is the model's price at a moment, or false when unknown.
	Quote(kind, model string, at time.Time) (Quote, bool)
}

var _ Book = (*Catalog)(nil)

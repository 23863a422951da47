package routeweb

import (
	"sort"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// offer is one model of one connection with its facts.
type offer struct {
	connection provider.ConnectionRecord
	model      string
	facts      *catalog.Model // nil when the catalogue does not know it
	// prices are per token and class; nil when none is known.
	prices map[catalog.Class]money.Price
}

func (o offer) name() string { return o.connection.Name + "/" + o.model }

// offers are the models of the connections that take traffic, by name, whose "connection/model" contains the query. At
// most limit are priced and returned; total counts all.
func (h *Handlers) offers(c *web.Context, there []provider.ConnectionRecord, query string, limit int) (out []offer, total int) {
	query = strings.ToLower(strings.TrimSpace(query))
	for i := range there {
		if !there[i].Usable() {
			continue
		}
		for _, m := range route.Offers(&there[i], h.catalog) {
			o := offer{connection: there[i], model: m}
			if strings.Contains(strings.ToLower(o.name()), query) {
				out = append(out, o)
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].model < out[j].model })
	total = len(out)
	out = out[:min(total, limit)]
	for i := range out {
		h.price(c, &out[i])
	}
	return out, total
}

func (h *Handlers) price(c *web.Context, o *offer) {
	kind := o.connection.Catalogue(h.catalog)
	o.facts, _ = h.catalog.Find(kind, o.model)
	quote, ok := h.prices.Quote(c.Actor().Org, provider.Payee(kind, o.connection.ID), o.model, h.clock.Now())
	if !ok {
		return
	}
	// What a token of each class costs is what the bill of the smallest call says.
	bill, err := quote.Bill(llm.Usage{Input: 2, CacheRead: 1, Output: 1})
	if err != nil { // embeddings have no output
		if bill, err = quote.Bill(llm.Usage{Input: 2, CacheRead: 1}); err != nil {
			return
		}
	}
	o.prices = map[catalog.Class]money.Price{}
	for _, l := range bill.Lines {
		o.prices[l.Class] = l.Price
	}
	for _, p := range catalog.Pieces() {
		if bill, err := quote.Bill(p.One); err == nil {
			for _, l := range bill.Lines {
				o.prices[l.Class] = l.Price
			}
		}
	}
}

// byPiece is the price of what a model bills that does not bill tokens, in words and with its unit; "" for all others.
func byPiece(prices map[catalog.Class]money.Price) string {
	for _, piece := range catalog.Pieces() {
		if p, ok := prices[piece.Class]; ok {
			return dollars(piece.Class, p) + " / " + piece.Per
		}
	}
	return ""
}

// perMillion is a price per token as dollars per million tokens.
func perMillion(p money.Price) money.USD { return money.USD(p) * 1000 }

package routeweb

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// candidate is a target that an alias could have, with what its traffic would have cost there.
type candidate struct {
	offer
	quote catalog.Quote
	// cost is at today's prices; known says whether there is one. A price that does not cover what was used is none.
	cost  money.USD
	known bool
	first bool // the alias's present target
	other bool // one of its further targets
}

// standing is an alias's traffic and its candidates, the present targets first, then the cheapest.
type standing struct {
	alias      route.Alias
	traffic    report.Traffic
	candidates []candidate
	total      int // of candidates, those included that are not shown
}

const maxCandidates = 30

// stand prices the last days' traffic of an alias on every target that there could be, whose name contains a text.
func (h *Handlers) stand(c *web.Context, query string) (s standing, err error) {
	if s.alias, err = h.get(c); err != nil {
		return s, err
	}
	there, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return s, err
	}
	all := h.possible(c, s.alias, there)
	quotes := make([]catalog.Quote, 0, len(all))
	for i := range all {
		if all[i].quote != nil {
			quotes = append(quotes, all[i].quote)
		}
	}
	if s.traffic, err = h.traffic.Traffic(c.Ctx(), c.Actor(), "alias "+s.alias.Name, catalog.Bounds(quotes...)); err != nil {
		return s, err
	}
	query = strings.ToLower(strings.TrimSpace(query))
	for _, k := range all {
		if k.quote != nil {
			if cost, err := catalog.Recost(k.quote, s.traffic.Loads); err == nil {
				k.cost, k.known = cost, true
			}
		}
		if k.first || k.other || strings.Contains(strings.ToLower(k.name()), query) {
			s.candidates = append(s.candidates, k)
		}
	}
	slices.SortStableFunc(s.candidates, candidate.rank)
	s.total = len(s.candidates)
	s.candidates = s.candidates[:min(s.total, maxCandidates)]
	return s, nil
}

// rank puts the present targets first, then what has a price, the cheapest first.
func (k candidate) rank(o candidate) int {
	place := func(k candidate) int {
		switch {
		case k.first:
			return 0
		case k.other:
			return 1
		case k.known:
			return 2
		}
		return 3
	}
	return cmp.Or(cmp.Compare(place(k), place(o)), cmp.Compare(k.cost, o.cost), cmp.Compare(k.name(), o.name()))
}

// possible are the alias's targets, and what connections that take traffic offer.
func (h *Handlers) possible(c *web.Context, a route.Alias, there []provider.ConnectionRecord) (out []candidate) {
	for i := range there {
		names := route.Offers(&there[i], h.catalog)
		for _, t := range a.Targets {
			if t.Connection == there[i].ID && !slices.Contains(names, t.Model) {
				names = append(names, t.Model)
			}
		}
		for _, m := range names {
			k := candidate{offer: offer{connection: there[i], model: m}}
			at := slices.IndexFunc(a.Targets, func(t route.TargetRef) bool { return t.Connection == there[i].ID && t.Model == m })
			k.first, k.other = at == 0, at > 0
			if at < 0 && !there[i].Usable() {
				continue
			}
			kind := there[i].Catalogue(h.catalog)
			k.facts, _ = h.catalog.Find(kind, m)
			if q, ok := h.prices.Quote(c.Actor().Org, provider.Payee(kind, there[i].ID), m, h.clock.Now()); ok {
				k.quote = q
			}
			out = append(out, k)
		}
	}
	return out
}

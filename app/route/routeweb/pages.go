package routeweb

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	root       = "/models"
	maxShown   = 50 // models on a page; the search finds the others
	maxSuggest = 300
)

func (h *Handlers) models(c *web.Context) error {
	page, err := h.modelsPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Models(page))
}

func (h *Handlers) modelsPage(c *web.Context) (page views.ModelsPage, err error) {
	there, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	names, err := h.aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	policy, err := h.aliases.Policy(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	page = views.ModelsPage{Shell: c.Shell("Models & aliases", "models"), Query: c.QueryParam("q"), Policy: presentPolicy(c, policy), Rules: len(policy.Rules),
		CanChange: c.Actor().Role.AtLeast(route.MayChange), HasConnections: len(there) > 0}
	for _, a := range names.Aliases {
		page.Aliases = append(page.Aliases, presentAlias(a, names))
	}
	found, total := h.offers(c, there, page.Query, maxShown)
	for _, o := range found {
		page.Offers = append(page.Offers, presentOffer(o))
	}
	if total > len(found) {
		page.Shown = fmt.Sprintf("%d of %s models. Search to find the others.", len(found), web.Count(int64(total)))
	}
	return page, nil
}

func presentAlias(a route.Alias, names route.Names) views.Alias {
	there := names.Connections
	out := views.Alias{ID: a.ID.String(), Name: a.Name, Delete: question(a), Ruled: ruled(a.Routing)}
	for i, name := range route.Spell(a.Targets, names) {
		t := views.Target{Name: name}
		at := slices.IndexFunc(there, func(c provider.ConnectionRecord) bool { return c.ID == a.Targets[i].Connection })
		switch {
		case !a.Targets[i].Alias.IsZero():
		case at < 0:
			t.Down = "Deleted"
		case there[at].Disabled:
			t.Down = "Switched off"
		case !there[at].Usable():
			t.Down = "No key"
		}
		out.Targets = append(out.Targets, t)
	}
	return out
}

// ruled says what is asked before an alias's own list.
func ruled(r route.Routing) string {
	var out []string
	switch n := len(r.Rules); {
	case n == 1:
		out = append(out, "one rule")
	case n > 1:
		out = append(out, fmt.Sprintf("%d rules", n))
	}
	if r.Canary != nil {
		out = append(out, fmt.Sprintf("a canary of %d %%", r.Canary.Percent))
	}
	if len(out) == 0 {
		return ""
	}
	return strings.Join(out, " and ") + " before it:"
}

func question(a route.Alias) ui.ConfirmProps {
	return ui.ConfirmProps{Label: "Delete", Icon: "trash", Small: true, Title: "Delete the alias “" + a.Name + "”?",
		Text: "Apps that ask for it get 404 model_not_found from then on.", Action: "/aliases/" + a.ID.String() + "/delete",
		Button: "Delete alias", Kind: ui.Destructive}
}

func presentOffer(o offer) views.Offer {
	out := views.Offer{Model: o.model, Name: o.name(), Connection: o.connection.Name, Unpriced: o.prices == nil,
		Input: price(o, catalog.Input), Cached: price(o, catalog.CacheRead), Output: price(o, catalog.Output)}
	if each := byPiece(o.prices); out.Output.Short == "" {
		out.Output = views.Price{Short: each, Exact: each}
	}
	if o.facts != nil {
		out.Context, out.Deprecated = tokens(o.facts.ContextWindow), o.facts.Deprecated
	}
	return out
}

func price(o offer, class catalog.Class) views.Price {
	p, ok := o.prices[class]
	if !ok {
		return views.Price{}
	}
	// Prices are short decimals and are compared digit by digit: nothing is rounded.
	exact := perMillion(p).String()
	whole, decimals, _ := strings.Cut(exact, ".")
	for len(decimals) < 2 {
		decimals += "0"
	}
	return views.Price{Short: "$" + whole + "." + decimals, Exact: "$" + exact + " per million tokens"}
}

// tokens is a context window as people write it: 128K, 1M. "" for unknown.
func tokens(n int64) string {
	switch {
	case n <= 0:
		return ""
	case n >= 1_000_000 && n/100_000%10 != 0:
		return fmt.Sprintf("%d.%dM", n/1_000_000, n/100_000%10)
	case n >= 1_000_000:
		return fmt.Sprintf("%dM", n/1_000_000)
	case n >= 1000:
		return fmt.Sprintf("%dK", n/1000)
	}
	return fmt.Sprint(n)
}

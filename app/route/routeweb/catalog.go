package routeweb

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	catalogPage = 25
	maxCompared = 4
)

// needs are the boxes of the filter, by the names that URLs have.
var needs = []struct{ name, label string }{
	{"images", "Images"}, {"documents", "Documents"}, {"audio", "Audio"}, {"tools", "Tools"}, {"schema", "JSON schema"}, {"reasoning", "Reasoning"},
}

// filter reads a URL's query; what cannot be read does not narrow, and is said.
func filter(q url.Values) (f catalog.Filter, wrong string) {
	f = catalog.Filter{Text: q.Get("q"), Provider: q.Get("provider"), Sort: catalog.Sort(q.Get("sort")), Current: q.Get("old") == "", Priced: q.Get("unpriced") == ""}
	for _, n := range q["takes"] {
		for _, one := range strings.Split(n, ",") {
			switch one {
			case "images":
				f.Needs.Vision = true
			case "documents":
				f.Needs.Files = true
			case "audio":
				f.Needs.Audio = true
			case "tools":
				f.Needs.Tools = true
			case "schema":
				f.Needs.Schema = true
			case "reasoning":
				f.Needs.Reasoning = true
			}
		}
	}
	if v := q.Get("context"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < 0 {
			wrong = "The context window must be a number of tokens."
		}
		f.Context = max(n, 0)
	}
	if v := strings.TrimSpace(q.Get("input")); v != "" {
		p, err := money.ParsePrice(v)
		if err != nil || p < 0 {
			wrong = "The highest input price must be dollars per million tokens, such as 2.50."
			p = 0
		}
		f.Input = p
	}
	return f, wrong
}

func (h *Handlers) browse(c *web.Context) error {
	q := c.QueryParams()
	f, wrong := filter(q)
	there, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	book := h.catalog.Catalog()
	all, offered := book.Browse(f, h.clock.Now()), h.offering(there)
	if q.Get("offered") != "" {
		all = slices.DeleteFunc(all, func(l catalog.Listing) bool { return len(offered[l.Model]) == 0 })
	}
	from := min(max(number(q.Get("from")), 0), len(all))
	page := views.CatalogPage{Shell: c.Shell("Catalogue", "catalog"), Query: f.Text, Provider: f.Provider, Context: q.Get("context"), Input: q.Get("input"), Sort: string(f.Sort),
		Offered: q.Get("offered") != "", Old: !f.Current, Unpriced: !f.Priced, Error: wrong, Suppliers: []ui.Option{{Label: "All providers"}}}
	for _, s := range book.Suppliers() {
		page.Suppliers = append(page.Suppliers, ui.Option{Value: s[0], Label: s[1]})
	}
	for _, n := range needs {
		page.Needs = append(page.Needs, views.Need{Name: n.name, Label: n.label, On: slices.Contains(q["takes"], n.name)})
	}
	for _, l := range all[from:min(from+catalogPage, len(all))] {
		page.Entries = append(page.Entries, presentEntry(l, offered[l.Model]))
	}
	page.Shown = fmt.Sprintf("%s to %s of %s models", web.Count(int64(min(from+1, len(all)))), web.Count(int64(min(from+catalogPage, len(all)))), web.Count(int64(len(all))))
	page.Before, page.After = turned(q, from, -catalogPage, len(all)), turned(q, from, catalogPage, len(all))
	return c.Render(views.Catalog(page))
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}

// turned is the URL of the page before or after; "" where there is none.
func turned(q url.Values, from, by, total int) string {
	if from+by >= total || from+by <= -catalogPage {
		return ""
	}
	other := url.Values{}
	for k, v := range q {
		other[k] = v
	}
	other.Set("from", strconv.Itoa(max(from+by, 0)))
	return "/catalog?" + other.Encode()
}

func presentEntry(l catalog.Listing, by []string) views.Entry {
	e := views.Entry{Key: l.Key(), ID: l.ID, Name: l.Name, Provider: l.Provider, Context: tokens(l.ContextWindow), Takes: strings.Join(abilities(l.Model), ", "), Offered: by,
		Deprecated: l.Deprecated, Unpriced: l.Prices == nil, Tiered: l.Tiered, Dated: l.Dated || l.Timed}
	for i, into := range []*string{&e.Input, &e.Cached, &e.Output} {
		class := []catalog.Class{catalog.Input, catalog.CacheRead, catalog.Output}[i]
		if p, ok := l.Prices[class]; ok {
			*into = dollars(class, p)
		}
	}
	if e.Output == "" {
		e.Output = byPiece(l.Prices)
	}
	return e
}

// dollars is a price for reading: nothing is rounded, and there are at least two decimals.
func dollars(class catalog.Class, p money.Price) string {
	whole, decimals, _ := strings.Cut(class.USD(p).String(), ".")
	for len(decimals) < 2 {
		decimals += "0"
	}
	return "$" + whole + "." + decimals
}

// entryJSON is one model of the catalogue and the connections that offer it.
type entryJSON struct {
	ID        string   `json:"id"` // provider/model
	Name      string   `json:"name"`
	Provider  string   `json:"provider"`
	OfferedAs []string `json:"offered_as"` // connection/model
	factsJSON
}

type entryList struct {
	Data  []entryJSON `json:"data"`
	Total int         `json:"total"`
}

// apiCatalog takes the page's filters, and limit and from.
func (h *Handlers) apiCatalog(c *web.Context) error {
	q := c.QueryParams()
	f, _ := filter(q)
	f.Current, f.Priced = q.Get("current") == "true", q.Get("priced") == "true"
	there, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	offered := h.offering(there)
	all := h.catalog.Catalog().Browse(f, h.clock.Now())
	from, limit := min(max(number(q.Get("from")), 0), len(all)), number(q.Get("limit"))
	if limit < 1 || limit > 500 {
		limit = 100
	}
	out := entryList{Data: []entryJSON{}, Total: len(all)}
	for _, l := range all[from:min(from+limit, len(all))] {
		out.Data = append(out.Data, entryJSON{l.Key(), l.Name, l.Model.Provider, append([]string{}, offered[l.Model]...), factsOut(l)})
	}
	return c.JSON(http.StatusOK, out)
}

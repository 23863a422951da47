package routeweb

import (
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
)

// compare puts two to four models side by side.
func (h *Handlers) compare(c *web.Context) error {
	there, err := h.connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	offered := h.offering(there)
	page := views.ComparePage{Shell: c.Shell("Compare models", "catalog")}
	var list []catalog.Listing
	for _, key := range c.QueryParams()["m"] {
		l, ok := h.catalog.Catalog().Listing(key, h.clock.Now())
		if ok && len(list) < maxCompared && !slices.ContainsFunc(list, func(o catalog.Listing) bool { return o.Model == l.Model }) {
			list = append(list, l)
		}
	}
	if len(list) < 2 {
		return c.Render(views.Compare(page))
	}
	for _, l := range list {
		page.Models = append(page.Models, views.Compared{Name: l.Name, Key: l.Key(), Offered: offered[l.Model]})
	}
	page.Rows = comparison(list)
	return c.Render(views.Compare(page))
}

// comparison is the table's rows: one for each fact that any of the models has.
func comparison(list []catalog.Listing) (rows []views.Line) {
	row := func(label string, cell func(catalog.Listing) string) {
		r := views.Line{Label: label}
		some := false
		for _, l := range list {
			v := cell(l)
			some = some || v != ""
			r.Cells = append(r.Cells, v)
		}
		if some {
			rows = append(rows, r)
		}
	}
	row("Provider", func(l catalog.Listing) string { return l.Provider })
	row("Context window", func(l catalog.Listing) string { return tokens(l.ContextWindow) })
	row("Longest answer", func(l catalog.Listing) string { return tokens(l.MaxOutput) })
	for _, a := range ables {
		row("Takes "+a.word, func(l catalog.Listing) string {
			if a.has(l.Model) {
				return "yes"
			}
			return ""
		})
	}
	for _, class := range catalog.Classes() {
		row(priceLabel(class), func(l catalog.Listing) string {
			p, ok := l.Prices[class]
			if !ok {
				return ""
			}
			out := dollars(class, p)
			for _, s := range l.Steps[class] {
				out += fmt.Sprintf("; %s above %s of input", dollars(class, s.Price), tokens(s.Above))
			}
			return out
		})
	}
	row("Prices change by date or hour", func(l catalog.Listing) string {
		if l.Dated || l.Timed {
			return "yes"
		}
		return ""
	})
	row("Will be switched off", func(l catalog.Listing) string {
		if l.Deprecated {
			return "yes"
		}
		return ""
	})
	return rows
}

func priceLabel(class catalog.Class) string {
	words := strings.ReplaceAll(string(class), "_", " ")
	if class.PerMillion() {
		return "Price of " + words + ", per million tokens"
	}
	return "Price per " + words
}

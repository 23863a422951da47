package reportweb

import (
	"net/url"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// shownAtFirst are the columns of the list for somebody who never chose.
var shownAtFirst = []string{"key", "status", "tokens", "cost", "took"}

// columns are those that one may choose, with the ones that are shown.
func columns(chosen []string) []views.ColumnChoice {
	if chosen == nil {
		chosen = shownAtFirst
	}
	var out []views.ColumnChoice
	for _, c := range views.RequestColumns {
		if c.Name != "" {
			out = append(out, views.ColumnChoice{Name: c.Name, Label: c.Label, Shown: slices.Contains(chosen, c.Name)})
		}
	}
	return out
}

// hidden are the numbers of the columns that are not shown.
func hidden(chosen []string) (out []int) {
	if chosen == nil {
		chosen = shownAtFirst
	}
	for i, c := range views.RequestColumns {
		if c.Name != "" && !slices.Contains(chosen, c.Name) {
			out = append(out, i+1)
		}
	}
	return out
}

// named are somebody's views as links, the one that is shown marked.
func named(list []report.View, query string) (out []views.NamedView) {
	for _, v := range list {
		n := views.NamedView{Name: v.Name, Tab: ui.Tab{Label: v.Name, Href: "/requests", Active: v.Query == query}}
		if v.Query != "" {
			n.Tab.Href += "?" + v.Query
		}
		out = append(out, n)
	}
	return out
}

// keepView is POST /requests/views: name, and query as the address has it.
func (h *Handlers) keepView(c *web.Context) error {
	query, err := h.cleanQuery(c, c.FormValue("query"))
	if err != nil {
		return err
	}
	if err := h.Reports.KeepView(c.Ctx(), c.Actor(), report.View{Name: c.FormValue("name"), Query: query}); err != nil {
		return err
	}
	c.Flash("View kept.")
	return c.See(back(query))
}

// dropView is POST /requests/views/delete.
func (h *Handlers) dropView(c *web.Context) error {
	query, err := h.cleanQuery(c, c.FormValue("query"))
	if err != nil {
		return err
	}
	if err := h.Reports.DropView(c.Ctx(), c.Actor(), c.FormValue("name")); err != nil {
		return err
	}
	c.Flash("View deleted.")
	return c.See(back(query))
}

// showColumns is POST /requests/columns: show for each column.
func (h *Handlers) showColumns(c *web.Context) error {
	query, err := h.cleanQuery(c, c.FormValue("query"))
	if err != nil {
		return err
	}
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	chosen := []string{}
	for _, offered := range columns(nil) {
		if slices.Contains(form["show"], offered.Name) {
			chosen = append(chosen, offered.Name)
		}
	}
	for _, name := range form["show"] {
		if !slices.Contains(chosen, name) {
			return fault.Field("show", "There is no column of that name.")
		}
	}
	if err := h.Reports.ShowColumns(c.Ctx(), c.Actor(), chosen); err != nil {
		return err
	}
	return c.See(back(query))
}

// cleanQuery reads the filters that a form carries along: only ones that make sense are kept or gone back to.
func (h *Handlers) cleanQuery(c *web.Context, text string) (string, error) {
	rd, err := h.reading(c)
	if err != nil {
		return "", err
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		return "", fault.Field("query", "The filters could not be read. Go back and set them again.")
	}
	if _, err := rd.query(values); err != nil {
		return "", err
	}
	return kept(values).Encode(), nil
}

func back(query string) string {
	if query == "" {
		return "/requests"
	}
	return "/requests?" + query
}

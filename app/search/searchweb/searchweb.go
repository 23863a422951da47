// Package searchweb is the search page and the command palette, which shows the page's results in a dialog.
package searchweb

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/search"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/layout"
	views "github.com/bodhi-gateway/bodhi/views/search"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Handlers answer for search.
type Handlers struct{ find *search.Service }

// New makes the handlers.
func New(s *search.Service) *Handlers { return &Handlers{s} }

// Routes are all URLs of search.
func (h *Handlers) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: layout.SearchPath, Name: "search.show", Guard: web.Person, Floor: org.Viewer, Handle: h.show},
	}
}

// show is the page at /search; the palette takes its results only.
func (h *Handlers) show(c *web.Context) error {
	text := strings.TrimSpace(c.QueryParam("q"))
	shell := c.Shell("Search", "search")
	page := views.SearchPage{Shell: shell, Text: text}
	hits, err := h.find.Find(c.Ctx(), c.Actor(), text)
	if wrong, ok := web.Refused(err); ok {
		page.Error = wrong.Fields["q"]
		return c.Render(views.Search(page))
	}
	if err != nil {
		return err
	}
	for _, hit := range hits {
		page.Groups = grouped(page.Groups, groups[hit.Kind], views.Result{Label: hit.Label, Sub: hit.Sub, Icon: icons[hit.Kind], Href: href(hit), Mono: hit.Kind == search.Request})
	}
	for _, d := range destinations(shell, text) {
		page.Groups = grouped(page.Groups, d.Group, views.Result{Label: d.Label, Icon: d.Icon, Href: d.Href})
	}
	if text != "" && len(page.Groups) == 0 {
		page.None = ui.EmptyProps{Kind: ui.FilteredOut, Title: "Nothing found", Text: "Nothing that you may see has that name. Search for a page, a key, a person, a team, a prompt, or paste the id of a request.", Label: "Show all pages", Href: layout.SearchPath}
	}
	if text != "" {
		page.Groups = grouped(page.Groups, "Look further", views.Result{Label: "Models called “" + text + "”", Icon: "book", Href: "/catalog?q=" + url.QueryEscape(text)})
	}
	return c.Render(views.Search(page))
}

var (
	groups = map[search.Kind]string{search.Request: "Request", search.Key: "Keys", search.Member: "People", search.Team: "Teams", search.Prompt: "Prompts"}
	icons  = map[search.Kind]string{search.Request: "activity", search.Key: "key", search.Member: "user", search.Team: "users", search.Prompt: "list-details"}
	roots  = map[search.Kind]string{search.Request: "/requests/", search.Key: "/keys/", search.Member: "/people/", search.Team: "/teams/", search.Prompt: "/prompts/"}
)

func href(h search.Hit) string { return roots[h.Kind] + h.ID }

// grouped puts a result under its heading; headings keep the order in which they came first.
func grouped(list []views.Group, title string, r views.Result) []views.Group {
	for i := range list {
		if list[i].Title == title {
			list[i].Results = append(list[i].Results, r)
			return list
		}
	}
	return append(list, views.Group{Title: title, Results: []views.Result{r}})
}

// destinations are the pages and actions that fit a text, those whose name begins with it first.
func destinations(s layout.Shell, text string) []layout.Destination {
	var first, rest []layout.Destination
	words := strings.Fields(strings.ToLower(text))
	for _, d := range layout.Destinations(s) {
		name := strings.ToLower(d.Label)
		switch {
		case text != "" && strings.HasPrefix(name, strings.ToLower(text)):
			first = append(first, d)
		case fits(name+" "+d.Words, words):
			rest = append(rest, d)
		}
	}
	return append(first, rest...)
}

// fits reports whether every word is the beginning of one of the text's.
func fits(text string, words []string) bool {
	have := strings.Fields(text)
	for _, w := range words {
		found := false
		for _, h := range have {
			found = found || strings.HasPrefix(h, w)
		}
		if !found {
			return false
		}
	}
	return true
}

package promptweb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

var seenBy = map[prompt.Visibility]string{prompt.Private: "its owner", prompt.Team: "a team", prompt.Everyone: "the organization"}

func (h *Handlers) list(c *web.Context) error {
	all, err := h.library.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	ratings, err := h.library.Ratings(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	p := views.ListPage{Shell: c.Shell("Prompts", "prompts"), Search: c.QueryParam("q"), Folder: c.QueryParam("folder"), Folders: []ui.Option{{Value: "", Label: "All folders"}}, CanCreate: c.Actor().Role.AtLeast(org.Developer)}
	p.Filtered = p.Search != "" || p.Folder != ""
	var names []string
	for i := range all {
		f := &all[i]
		if o := (ui.Option{Value: f.Folder, Label: f.Folder}); f.Folder != "" && !slices.Contains(p.Folders, o) {
			p.Folders = append(p.Folders, o)
		}
		if matches(f, p.Search, p.Folder) {
			names = append(names, asked(f)...)
		}
	}
	spent, err := h.spent(c, names)
	if err != nil {
		return err
	}
	for i := range all {
		f := &all[i]
		if !matches(f, p.Search, p.Folder) {
			continue
		}
		sum := spent.sum(asked(f))
		r := views.Row{Name: f.Name, Href: href(f), About: f.About, Folder: f.Folder, Seen: seenBy[f.Visibility], Rating: rated(ratings[f.ID])}
		for _, l := range f.Labels {
			r.Labels += ", " + l.Name + " v" + strconv.Itoa(l.Number)
		}
		if r.Labels = strings.TrimPrefix(r.Labels, ", "); sum.Requests > 0 {
			r.Requests = web.Count(sum.Requests)
			r.Cost, r.Exact = web.Dollars(sum.Cost)
		}
		p.Rows = append(p.Rows, r)
	}
	return c.Render(views.List(p))
}

func matches(f *prompt.Full, search, folder string) bool {
	if folder != "" && f.Folder != folder {
		return false
	}
	text := f.Name + "\n" + f.About + "\n" + f.Folder
	for _, m := range current(f).Content.Messages {
		text += "\n" + m.Text
	}
	return strings.Contains(strings.ToLower(text), strings.ToLower(strings.TrimSpace(search)))
}

func href(f *prompt.Full) string { return root + "/" + f.ID.String() }

func rated(r prompt.Rating) string {
	if r.Count == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d of 5 (%d)", r.Mean()/10, r.Mean()%10, r.Count)
}

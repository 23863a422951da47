package billingweb

import (
	"fmt"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/billing"
	views "github.com/bodhi-gateway/bodhi/views/billing"
)

// Front is the first page of a visitor without a session, for web.Deps. Its prices are those of the plans; on says whether they are
// sold here, trial what a trial is. Both are asked at every visit of everybody, so they answer from memory.
func Front(on func() bool, trial func() billing.Trials) func(*web.Context) error {
	return func(c *web.Context) error {
		page := views.FrontPage{Shell: c.Shell("One key, every model, no surprise bill", ""), Billed: on(), Base: c.PublicURL(), Trial: "A sandbox provider is built in: the first request needs no other account."}
		if page.Billed {
			t := trial()
			people := "1 person"
			if t.Seats != 1 {
				people = fmt.Sprintf("up to %d people", t.Seats)
			}
			page.Trial = web.Plural(t.Days, "day") + " free for " + people + ". No card."
		}
		for _, p := range billing.Plans {
			page.Plans = append(page.Plans, Offer(p))
		}
		return c.Render(views.Front(page))
	}
}

// texts are the pages that whoever runs an installation for others has to write: what stands here says so.
var texts = map[string]views.TextPage{
	"/terms": {Title: "Terms", Paragraphs: []string{"This is a placeholder. Whoever runs this installation puts their terms of service here before they sell it to others.",
		"For an installation that a company runs for itself, its own rules apply."}},
	"/privacy": {Title: "Privacy", Paragraphs: []string{"This is a placeholder. Whoever runs this installation says here who they are, which personal data they keep, for how long, and whom to ask.",
		"What the program itself does: names and e-mail addresses of members, who changed what, and what each request cost are kept in this installation's database. Prompts and answers are not kept unless an organization turns that on. Requests go to the providers that the organization connected, and to nobody else."}},
}

func (h *Handlers) textRoutes() (out []web.Route) {
	for _, path := range []string{"/terms", "/privacy"} {
		page := texts[path]
		out = append(out, web.Route{Method: http.MethodGet, Path: path, Name: "front." + path[1:], Guard: web.Open, Handle: func(c *web.Context) error {
			page := page
			page.Shell = c.Shell(page.Title, "")
			page.Shell.OrgName = "" // the same page for everybody
			return c.Render(views.Text(page))
		}})
	}
	return out
}

package reportweb

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const lastRequests = 10

// home is the page at /. Its parts poll themselves: for them only what they show is looked up.
func (h *Handlers) home(c *web.Context) error {
	page := views.HomePage{}
	var err error
	switch c.Part() {
	case "home-last":
		err = h.last(c, &page)
	case "home-figures":
		err = h.newOverview(c, "/").figures(&page)
	case "home-waiting":
		page.Start, err = h.start(c)
	default:
		if mine, err := h.onlyMine(c); err != nil || mine {
			if err != nil {
				return err
			}
			return h.minePage(c, "/", "home")
		}
		err = h.whole(c, &page)
	}
	if err != nil {
		return err
	}
	return c.Render(views.Home(page))
}

// onlyMine reports whether whoever looks sees nobody's requests but their own, and has some: the first page is then about
// them. Until their first request it is about how to send one.
func (h *Handlers) onlyMine(c *web.Context) (bool, error) {
	reach, err := h.Reports.Reach(c.Actor())
	if err != nil || reach.All || len(reach.Teams) > 0 || c.Actor().Member.IsZero() {
		return false, err
	}
	p, err := h.Reports.Requests(c.Ctx(), c.Actor(), report.Query{Limit: 1})
	return len(p.Requests) > 0, err
}

func (h *Handlers) whole(c *web.Context, page *views.HomePage) error {
	zone, err := h.Reports.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	reach, err := h.Reports.Reach(c.Actor())
	if err != nil {
		return err
	}
	page.Shell = c.Shell("Home", "home")
	page.Title = c.Organization().Name
	page.Sub = fmt.Sprintf("Figures of %s. Days and months begin at midnight in %s.", reach.Words(), zone)
	if err := h.last(c, page); err != nil {
		return err
	}
	found, ok, err := h.Connections.Discover(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	if ok {
		page.Found = found.Names(6)
	}
	if len(page.Last) == 0 {
		page.Title, page.Sub = "Welcome to Bodhi Gateway", "Three steps, and your app's requests are governed, metered and logged."
		page.Start, err = h.start(c)
		return err
	}
	o := h.newOverview(c, "/") // the figures and what stands below them ask much the same
	o.ahead(nil, []usage.Dim{usage.Member}, []usage.Dim{usage.Connection, usage.Model}, []usage.Dim{usage.Model}, []usage.Dim{usage.Team}, []usage.Dim{usage.Client}, []usage.Dim{usage.Connection})
	if err := o.figures(page); err != nil {
		return err
	}
	return o.company(page)
}

func (h *Handlers) last(c *web.Context, page *views.HomePage) error {
	p, err := h.Reports.Requests(c.Ctx(), c.Actor(), report.Query{Limit: lastRequests})
	if err != nil {
		return err
	}
	zone, err := h.Reports.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page.Last = rows(c, p.Requests, zone)
	return nil
}

func (o *overview) figures(page *views.HomePage) (err error) {
	page.Self = o.link(spans[o.span].name, parts[o.part].name)
	page.Figures, err = o.companyFigures()
	return err
}

// change compares a figure with the same part of the period before.
func change(p *ui.StatProps, now, before int64, words, when string) {
	if before <= 0 {
		p.Against = "nothing " + when
		return
	}
	p.Against = "vs " + words + " " + when
	points := percent(now-before, before)
	switch {
	case points == 0:
		p.Against = "about the same as " + when
	case points > 999:
		p.Change, p.ChangeUp = "over 10 ×", true
	case points >= 0:
		p.Change, p.ChangeUp = fmt.Sprintf("%d %%", points), true
	default:
		p.Change = fmt.Sprintf("%d %%", -points)
	}
}

// start is the way to the first request: what is there already, and what to do next.
func (h *Handlers) start(c *web.Context) (*views.Start, error) {
	first, err := h.Reports.Requests(c.Ctx(), c.Actor(), report.Query{Limit: 1})
	if err != nil {
		return nil, err
	}
	zone, err := h.Reports.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	s := &views.Start{Guide: c.Actor().Role.AtLeast(org.Admin)}
	if len(first.Requests) > 0 {
		s.Arrived = &rows(c, first.Requests, zone)[0]
		return s, nil
	}
	connections, err := h.Connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	keys, err := h.Keys.Count(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	own, err := h.Keys.Find(c.Ctx(), c.Actor(), key.Query{Of: org.OfMember(c.Actor().Org, c.Actor().Member), Limit: 1})
	if err != nil {
		return nil, err
	}
	s.BaseURL = c.PublicURL() + "/t/" + c.Organization().Slug + "/v1"
	s.Snippets = snippets(s.BaseURL)
	s.Steps = steps(c.Actor(), connections, keys.All, len(own.Keys) > 0)
	return s, nil
}

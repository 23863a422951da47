package bulletinweb

import (
	"errors"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/bulletin"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const active = "reports" // in the navigation

func tabs(on string) []ui.Tab {
	return []ui.Tab{{Label: "Regular", Href: root, Active: on == root}, {Label: "Sent", Href: archive, Active: on == archive}}
}

func (h *Handlers) list(c *web.Context) error {
	all, err := h.reports.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page := views.ListPage{Shell: c.Shell("Reports", active), Tabs: tabs(root), CanCreate: c.Actor().Role.AtLeast(org.Lead)}
	page.None = ui.EmptyProps{Kind: ui.NotAllowed, Title: "No reports to see", Text: "There is no regular report about anything whose costs you read. Team leads and above set them up."}
	if page.CanCreate {
		page.None = ui.EmptyProps{Kind: ui.NeverAny, Icon: "mail", Title: "No reports yet", Text: "Begin with a team's week: every Monday its leads read what was spent, on what, and what changed.", Label: "Set up the first report", Href: root + "/new"}
	}
	for _, l := range all {
		page.Rows = append(page.Rows, row(c, l))
	}
	return c.Render(views.List(page))
}

func (h *Handlers) new(c *web.Context) error {
	kind := bulletin.Weekly
	if asked := bulletin.Kind(c.QueryParam("kind")); asked.Valid() {
		kind = asked
	}
	f := views.Fields{Kind: string(kind), Scope: c.QueryParam("scope"), Hour: strconv.Itoa(bulletin.DefaultHour), Answering: true, PDF: true}
	if teams := c.Actor().Teams; f.Scope == "" && kind == bulletin.Weekly && len(teams) > 0 && bulletin.MayChange(c.Actor(), teams[0]) {
		f.Scope = teams[0].String() // the weekly report is a team's
	}
	return h.renderNew(c, f)
}

func (h *Handlers) renderNew(c *web.Context, f views.Fields) error {
	if c.Typed() {
		f = typed(c)
	}
	page, err := h.newPage(c, f, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func (h *Handlers) newPage(c *web.Context, f views.Fields, wrong web.Refusal) (templ.Component, error) {
	place, err := h.places().Pick(c, f.Scope)
	if err != nil {
		return nil, err
	}
	place.Label, place.Page, place.Error = "About", root+"/new", wrong.Fields["scope"]
	page := form(c, f, wrong)
	page.Shell, page.Title, page.Action, page.Submit, page.Back, page.Place = c.Shell("Set up a report", active), "Set up a report", root, "Set up", root, &place
	return views.Edit(page), nil
}

func (h *Handlers) create(c *web.Context) error {
	f := typed(c)
	if _, searching := c.Sought(); searching {
		return h.renderNew(c, f)
	}
	in, err := h.input(c, bulletin.Report{}, f)
	var wrongPlace error
	in.Team, wrongPlace = about(c.Actor(), f.Scope)
	var l bulletin.Listed
	if err = errors.Join(wrongPlace, err); err == nil {
		l, err = h.reports.Create(c.Ctx(), c.Actor(), in)
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.newPage(c, f, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	c.Flash("Report set up. Below is what it would say now.")
	return c.See(reportPath(l.ID))
}

// changeable is a report that the actor may change.
func (h *Handlers) changeable(c *web.Context) (bulletin.Listed, error) {
	l, err := h.get(c)
	if err == nil && !l.CanChange {
		err = fault.New(fault.Forbidden, "forbidden", "You can read this report, but not change it. Ask somebody above it.")
	}
	return l, err
}

func (h *Handlers) edit(c *web.Context) error {
	l, err := h.changeable(c)
	if err != nil {
		return err
	}
	f, err := h.again(c, l)
	if err != nil {
		return err
	}
	return c.Render(editPage(c, l, f, web.Refusal{}))
}

// again is a report as its form shows it.
func (h *Handlers) again(c *web.Context, l bulletin.Listed) (views.Fields, error) {
	addresses, err := h.reports.Addresses(c.Ctx(), c.Actor(), l.Report)
	return views.Fields{Kind: string(l.Kind), Hour: strconv.Itoa(l.Hour), Answering: l.Answering, CSV: l.CSV, PDF: l.PDF, Paused: l.Paused, Members: strings.Join(addresses, "\n"), Version: web.Version(l.UpdatedAt)}, err
}

func editPage(c *web.Context, l bulletin.Listed, f views.Fields, wrong web.Refusal) templ.Component {
	page := form(c, f, wrong)
	page.Shell, page.Title, page.Action, page.Submit, page.Back, page.Where = c.Shell("Change a report", active), "Change a report", reportPath(l.ID), "Save", reportPath(l.ID), l.Title()
	return views.Edit(page)
}

func (h *Handlers) update(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	f := typed(c)
	in, err := h.input(c, l.Report, f)
	if err == nil {
		_, err = h.reports.Update(c.Ctx(), c.Actor(), l.ID, in)
	}
	if wrong, ok := web.Refused(err); ok {
		if l, err = h.changeable(c); err != nil {
			return err
		}
		return c.Invalid(editPage(c, l, f, wrong))
	}
	if err != nil {
		return err
	}
	c.Flash("Report saved.")
	return c.See(reportPath(l.ID))
}

func (h *Handlers) send(c *web.Context) error {
	which, err := reportID(c)
	if err != nil {
		return err
	}
	e, err := h.reports.SendNow(c.Ctx(), c.Actor(), which)
	if fault.Is(err, fault.Conflict) {
		c.Flash("No budget is more than 90 % used, so this report has nothing to say now.")
		return c.See(reportPath(which))
	}
	if err != nil {
		return err
	}
	c.Flash("On its way. Below is how each copy fares.")
	return c.See(editionPath(e.ID))
}

func (h *Handlers) delete(c *web.Context) error {
	which, err := reportID(c)
	if err != nil {
		return err
	}
	if err := h.reports.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Report ended. What was sent stays in the archive.")
	return c.See(root)
}

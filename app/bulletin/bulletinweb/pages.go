package bulletinweb

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
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

// typed are the form's fields, word for word.
func typed(c *web.Context) views.Fields {
	return views.Fields{Kind: c.FormValue("kind"), Scope: c.FormValue("scope"), Hour: c.FormValue("hour"), Members: c.FormValue("members"),
		Answering: c.FormValue("answering") != "", CSV: c.FormValue("csv") != "", PDF: c.FormValue("pdf") != "", Paused: c.FormValue("paused") != ""}
}

// input reads what was typed; scope is what the report is about.
func (h *Handlers) input(c *web.Context, f views.Fields) (in bulletin.Input, err error) {
	in = bulletin.Input{Kind: bulletin.Kind(f.Kind), Answering: f.Answering, CSV: f.CSV, PDF: f.PDF, Paused: f.Paused}
	var errs []error
	if in.Hour, err = strconv.Atoi(f.Hour); err != nil {
		in.Hour = -1
	}
	if in.Members, err = h.members(c, strings.FieldsFunc(f.Members, func(r rune) bool { return strings.ContainsRune("\r\n,; ", r) })); err != nil {
		errs = append(errs, err)
	}
	return in, errors.Join(errs...)
}

// members finds people by their addresses.
func (h *Handlers) members(c *web.Context, addresses []string) (out []id.Member, err error) {
	if len(addresses) > bulletin.MaxMembers {
		return nil, fault.Field("members", fmt.Sprintf("Choose at most %d people.", bulletin.MaxMembers))
	}
	for _, a := range addresses {
		m, err := h.reports.ByAddress(c.Ctx(), c.Actor(), a)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// about is what a form or an API call says a report is about: a team, or the organization.
func about(actor org.Actor, text string) (id.Team, error) {
	s := org.ReadScope(actor.Org, text)
	switch s.Kind() {
	case org.OrgScope:
		return id.Team{}, nil
	case org.TeamScope:
		return id.ParseTeam(s.Node())
	}
	if text == "" {
		return id.Team{}, fault.Field("scope", "Choose whose figures the report holds.")
	}
	return id.Team{}, org.MissingTeam()
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

func (h *Handlers) places() web.Places {
	return web.Places{People: h.people, Keys: h.keys, May: func(a org.Actor, s org.Scope, _ org.Place) bool {
		if s.Kind() == org.OrgScope {
			return bulletin.MayChange(a, id.Team{})
		}
		t, err := id.ParseTeam(s.Node())
		return s.Kind() == org.TeamScope && err == nil && bulletin.MayChange(a, t)
	}}
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

// form is what both forms show.
func form(c *web.Context, f views.Fields, wrong web.Refusal) views.EditPage {
	page := views.EditPage{Fields: f, Zone: c.Zone().String(), Form: wrong.Form, Errors: wrong.Fields}
	for _, k := range bulletin.Kinds {
		if k.Evidence() && !c.Actor().Everywhere(org.Admin) {
			continue // only admins read it
		}
		page.Kinds = append(page.Kinds, ui.Option{Value: string(k), Label: k.Title(), Hint: hints[k]})
	}
	for hour := range 24 {
		page.Hours = append(page.Hours, ui.Option{Value: strconv.Itoa(hour), Label: clockTime(hour)})
	}
	return page
}

// hints say what each kind holds.
var hints = map[bulletin.Kind]string{
	bulletin.Weekly:                "Every Monday: a team's last week by person and model, its budgets, what changed.",
	bulletin.Monthly:               "On the 1st: the organization's last month by team, model and person, budgets, savings, reliability.",
	bulletin.Daily:                 "Every day, but only while a budget is more than 90 % used: how it stands, and what was spent the day before.",
	bulletin.ProcessingEvidence:    "On the 1st, to admins: what was processed where last month, what is kept how long, holds and erasures.",
	bulletin.AccessEvidence:        "On the 1st, to admins: who may do what, and which keys they and the services hold.",
	bulletin.CostsEvidence:         "On the 1st, to admins: last month's costs by department, team, project and client.",
	bulletin.PurposesEvidence:      "On the 1st, to admins: what models were used for last month.",
	bulletin.SubprocessorsEvidence: "On the 1st, to admins: who else processes the data, in which region, on which terms.",
	bulletin.Quarterly:             "On the first day of a quarter: what could be saved, computed from your own figures.",
}

func (h *Handlers) create(c *web.Context) error {
	f := typed(c)
	if _, searching := c.Sought(); searching {
		return h.renderNew(c, f)
	}
	in, err := h.input(c, f)
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
	return views.Fields{Kind: string(l.Kind), Hour: strconv.Itoa(l.Hour), Answering: l.Answering, CSV: l.CSV, PDF: l.PDF, Paused: l.Paused, Members: strings.Join(addresses, "\n")}, err
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
	in, err := h.input(c, f)
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

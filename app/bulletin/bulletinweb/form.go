package bulletinweb

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/bulletin"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// typed are the form's fields, word for word.
func typed(c *web.Context) views.Fields {
	return views.Fields{Kind: c.FormValue("kind"), Scope: c.FormValue("scope"), Hour: c.FormValue("hour"), Members: c.FormValue("members"),
		Answering: c.FormValue("answering") != "", CSV: c.FormValue("csv") != "", PDF: c.FormValue("pdf") != "", Paused: c.FormValue("paused") != "", Version: c.FormValue("version")}
}

// input reads what was typed for a report, zero for a new one; scope is what the report is about.
func (h *Handlers) input(c *web.Context, r bulletin.Report, f views.Fields) (in bulletin.Input, err error) {
	in = bulletin.Input{Kind: bulletin.Kind(f.Kind), Answering: f.Answering, CSV: f.CSV, PDF: f.PDF, Paused: f.Paused, Seen: c.Seen()}
	var errs []error
	if in.Hour, err = strconv.Atoi(f.Hour); err != nil {
		in.Hour = -1
	}
	if in.Members, err = h.members(c, r, strings.FieldsFunc(f.Members, func(r rune) bool { return strings.ContainsRune("\r\n,; ", r) })); err != nil {
		errs = append(errs, err)
	}
	return in, errors.Join(errs...)
}

// members finds people by their addresses.
func (h *Handlers) members(c *web.Context, r bulletin.Report, addresses []string) (out []id.Member, err error) {
	if len(addresses) > bulletin.MaxMembers {
		return nil, fault.Field("members", fmt.Sprintf("Choose at most %d people.", bulletin.MaxMembers))
	}
	for _, a := range addresses {
		m, err := h.reports.ByAddress(c.Ctx(), c.Actor(), r, a)
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

func (h *Handlers) places() web.Places {
	return web.Places{People: h.people, Keys: h.keys, May: func(a org.Actor, s org.Scope, _ org.Place) bool {
		if s.Kind() == org.OrgScope {
			return bulletin.MayChange(a, id.Team{})
		}
		t, err := id.ParseTeam(s.Node())
		return s.Kind() == org.TeamScope && err == nil && bulletin.MayChange(a, t)
	}}
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

package budgetweb

import (
	"errors"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/budget"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const root = "/budgets"

// list is the page at /budgets.
func (h *Handlers) list(c *web.Context) error {
	all, err := h.budgets.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	f, err := h.forest(c)
	if err != nil {
		return err
	}
	q := ask(c)
	f.tree(c, all, q, nil) // which rows are there? Forecasting all budgets of 500 teams would take longer than the rest
	forecasts, err := h.budgets.Forecasts(c.Ctx(), c.Actor(), f.shown)
	if err != nil {
		return err
	}
	page := views.ListPage{Shell: c.Shell("Budgets", "budgets"), Filter: filter(c, f, q), CanCreate: c.Actor().Role.AtLeast(org.Lead), Zone: zone(c)}
	t := f.tree(c, all, q, forecasts)
	page.Groups = t.groups
	switch {
	case len(all) == 0:
		page.None = none(page.CanCreate)
	case len(t.groups) == 0:
		page.None = ui.EmptyProps{Kind: ui.FilteredOut, Title: "Nothing matches", Text: "No budget that you may see fits these filters.", Label: "Clear filters", Href: root}
	}
	page.Pager = pager(c, q, t.teams)
	if len(all) > 1 {
		waiting, err := h.waiting(c)
		if err != nil {
			return err
		}
		page.Figures = figures(all, waiting)
	}
	return c.Render(views.List(page))
}

func none(canCreate bool) ui.EmptyProps {
	if canCreate {
		return ui.EmptyProps{Kind: ui.NeverAny, Icon: "wallet", Title: "No budgets yet", Text: "Without one, spending is counted and never stopped. Start with a hard limit for the whole organization.", Label: "Set the first budget", Href: root + "/new"}
	}
	return ui.EmptyProps{Kind: ui.NotAllowed, Title: "No budgets to see", Text: "Nothing limits you or your teams. Team leads and above can set budgets."}
}

func filter(c *web.Context, f *forest, q question) views.Filter {
	out := views.Filter{Search: c.QueryParam("q"), Measure: c.QueryParam("measure"), Near: q.near, Active: q.narrowed(), Measures: []ui.Option{
		{Value: "", Label: "Anything"}, {Value: "usd", Label: "Money"}, {Value: "tokens", Label: "Tokens"}, {Value: "requests", Label: "Requests"}}}
	if q.measure == nil {
		out.Measure = ""
	}
	for _, t := range f.teams {
		if t.ID == q.team {
			out.Team, out.TeamName = t.ID.String(), "Team "+t.Name
		}
	}
	return out
}

func pager(c *web.Context, q question, teams int) ui.PagerProps {
	at := func(page int) string {
		v := url.Values{}
		for _, name := range []string{"q", "measure", "near", "team"} {
			if s := c.QueryParam(name); s != "" {
				v.Set(name, s)
			}
		}
		v.Set("page", strconv.Itoa(page))
		return root + "?" + v.Encode()
	}
	p := ui.PagerProps{Note: plural(teams, "team", "teams") + ", " + strconv.Itoa(teamsPerPage) + " a page", NewerLabel: "First", OlderLabel: "More teams"}
	if q.page > 0 {
		p.Newer = at(0)
	}
	if teams > (q.page+1)*teamsPerPage {
		p.Older = at(q.page + 1)
	}
	return p
}

// new is the form of a new budget.
func (h *Handlers) new(c *web.Context) error {
	fields := views.Fields{Scope: c.QueryParam("scope"), Measure: ledger.Money.String(), Period: string(budget.Monthly), Enforce: string(budget.Hard),
		Thresholds: percents(budget.DefaultThresholds)}
	if c.Typed() {
		fields = typed(c)
	}
	page, err := h.newPage(c, fields, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func (h *Handlers) create(c *web.Context) error {
	fields := typed(c)
	if _, searching := c.Sought(); searching {
		page, err := h.newPage(c, fields, web.Refusal{})
		if err != nil {
			return err
		}
		return c.Render(page)
	}
	in, err := input(c, fields, nil)
	if where := placed(c, fields); where != nil {
		err = errors.Join(where, err)
	}
	var e budget.Entry
	if err == nil {
		e, err = h.budgets.Create(c.Ctx(), c.Actor(), in)
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.newPage(c, fields, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	c.Flash("Budget of " + e.Label + " set. It binds from the next request on.")
	return c.See(root)
}

func (h *Handlers) newPage(c *web.Context, fields views.Fields, wrong web.Refusal) (templ.Component, error) {
	place, err := web.Places{People: h.people, Keys: h.keys, Pools: true}.Pick(c, fields.Scope)
	if err != nil {
		return nil, err
	}
	errs := sorted(wrong)
	place.Page, place.Error = root+"/new", errs.Scope
	if tag, err := org.OfTag(c.Actor().Org, "project=x"); err == nil && c.Actor().Role.AtLeast(org.Lead) && c.Actor().MayLimit(tag, org.Place{}) == nil {
		place.Options = append(place.Options, ui.Option{Group: "Across teams", Label: "A tag, such as project=apollo", Value: tagChoice})
	}
	return views.Edit(views.EditPage{Shell: c.Shell("Set a budget", "budgets"), Title: "Set a budget", Action: root, Submit: "Set budget", Back: root,
		Place: &place, Fields: fields, Errors: errs, Zone: zone(c), CanReserve: c.Actor().Role.AtLeast(org.Admin), CanStrict: c.Actor().Role.AtLeast(org.Manager)}), nil
}

func (h *Handlers) get(c *web.Context) (budget.Entry, error) {
	which, err := budgetID(c)
	if err != nil {
		return budget.Entry{}, err
	}
	return h.budgets.Get(c.Ctx(), c.Actor(), which)
}

// edit is the form of an existing budget: a page of its own, or in the place of its row.
func (h *Handlers) edit(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	if !budget.Changeable(c.Actor(), e) {
		return fault.New(fault.Forbidden, "forbidden", "You can see this budget, but not change it. Ask somebody above it.")
	}
	return c.Render(h.editPage(c, e, fields(e), web.Refusal{}, nil))
}

func (h *Handlers) update(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	typed := typed(c)
	in, err := input(c, typed, &e.Measure)
	if c.FormValue("reserve") == "" && !c.Actor().Role.AtLeast(org.Admin) {
		in.Reserve = e.Reserve // its input is not shown to those who may not change it
	}
	var effect *views.Effect
	if err == nil && budget.Changeable(c.Actor(), e) {
		if effect, err = h.effect(c, e, in); err != nil {
			return err
		}
	}
	if err == nil && effect == nil {
		_, err = h.budgets.Update(c.Ctx(), c.Actor(), e.ID, in)
	}
	wrong, ok := web.Refused(err)
	if ok || effect != nil {
		return c.Invalid(h.editPage(c, e, typed, wrong, effect))
	}
	if err != nil {
		return err
	}
	c.Flash("Budget of " + e.Label + " saved. It binds from the next request on.")
	return c.See(web.Local(c.FormValue("back"), root))
}

func (h *Handlers) editPage(c *web.Context, e budget.Entry, fields views.Fields, wrong web.Refusal, effect *views.Effect) templ.Component {
	now, ask := stand(e, budget.Forecast{}), deletion(e)
	k := e.Scope.Kind()
	return views.Edit(views.EditPage{Shell: c.Shell(e.Label, "budgets"), Title: "Edit the budget of " + e.Label, Action: root + "/" + e.ID.String(), Submit: "Save",
		ID: e.ID.String(), Back: web.Local(c.FormValue("back"), root), Where: e.Label, Fields: fields, Errors: sorted(wrong), Zone: zone(c), Measure: e.Measure.String(), Stand: &now, Effect: effect, Delete: &ask,
		CanReserve: c.Actor().Role.AtLeast(org.Admin), CanStrict: k == org.OrgScope || k == org.DepartmentScope || k == org.TeamScope})
}

func (h *Handlers) delete(c *web.Context) error {
	which, err := budgetID(c)
	if err != nil {
		return err
	}
	if err := h.budgets.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Budget deleted. What was spent stays in the reports.")
	return c.See(root)
}

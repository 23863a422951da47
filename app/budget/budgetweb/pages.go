package budgetweb

import (
	"errors"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/budget"
)

const root = "/budgets"

func (h *Handlers) list(c *web.Context) error {
	all, err := h.budgets.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	f, err := h.forest(c)
	if err != nil {
		return err
	}
	return c.Render(views.List(views.ListPage{Shell: c.Shell("Budgets", "budgets"), Rows: f.rows(c, all),
		CanCreate: c.Actor().Role.AtLeast(org.Lead), Zone: zone(c)}))
}

func (h *Handlers) new(c *web.Context) error {
	fields := views.Fields{Scope: c.QueryParam("scope"), Period: string(budget.Monthly), Enforce: string(budget.Hard)}
	page, err := h.newPage(c, fields, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

// typed is what the form said, word for word.
func typed(c *web.Context) views.Fields {
	return views.Fields{Scope: c.FormValue("scope"), Name: c.FormValue("name"), Limit: c.FormValue("limit"),
		Period: c.FormValue("period"), Enforce: c.FormValue("enforce")}
}

// input reads what was typed. What it cannot read it reports beside what the service would refuse.
func input(c *web.Context, f views.Fields) (budget.Input, error) {
	in := budget.Input{Scope: parseScope(c.Actor().Org, f.Scope), Name: f.Name, Period: budget.Period(f.Period), Enforce: budget.Enforcement(f.Enforce)}
	limit, err := dollars(f.Limit)
	in.Limit = limit
	return in, err
}

// dollars reads an amount as people type it.
func dollars(text string) (money.USD, error) {
	v, err := money.Parse(strings.TrimPrefix(strings.TrimSpace(text), "$"))
	switch {
	case errors.Is(err, money.ErrOverflow):
		return 0, fault.Field("limit", "Enter a limit of at most $1,000,000,000.")
	case err != nil:
		return 0, fault.Field("limit", "Enter an amount in USD such as 500 or 12.50, without a sign or separators.")
	}
	return v, nil
}

func (h *Handlers) create(c *web.Context) error {
	fields := typed(c)
	in, err := input(c, fields)
	if err == nil && fields.Scope == "" { // an unknown place is the service's to refuse, like another tenant's
		err = fault.Field("scope", "Choose where the budget sits.")
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
	f, err := h.forest(c)
	if err != nil {
		return nil, err
	}
	return views.Edit(views.EditPage{Shell: c.Shell("Set a budget", "budgets"), Title: "Set a budget", Action: root, Submit: "Set budget",
		Scopes: f.options(c), Fields: fields, Errors: sorted(wrong), Zone: zone(c)}), nil
}

func sorted(wrong web.Refusal) views.Errors {
	return views.Errors{Form: wrong.Form, Scope: wrong.Fields["scope"], Name: wrong.Fields["name"], Limit: wrong.Fields["limit"], Period: wrong.Fields["period"], Enforce: wrong.Fields["enforce"]}
}

func (h *Handlers) get(c *web.Context) (budget.Entry, error) {
	which, err := budgetID(c)
	if err != nil {
		return budget.Entry{}, err
	}
	return h.budgets.Get(c.Ctx(), c.Actor(), which)
}

func (h *Handlers) show(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	page, err := h.changePage(c, e)
	if err != nil {
		return err
	}
	return c.Render(views.Edit(page))
}

// changePage is the page of a budget as it stands.
func (h *Handlers) changePage(c *web.Context, e budget.Entry) (page views.EditPage, err error) {
	if !budget.Changeable(c.Actor(), e) {
		return page, fault.New(fault.Forbidden, "forbidden", "You can see this budget, but not change it. Ask somebody above it.")
	}
	fields := views.Fields{Limit: e.Limit.String(), Period: string(e.Period), Enforce: string(e.Enforce)}
	if e.Name != e.Label {
		fields.Name = e.Name
	}
	page = h.editPage(c, e, fields, web.Refusal{})
	if page.Suspended, err = h.suspended(c, e); err != nil {
		return page, err
	}
	return page, nil
}

func (h *Handlers) update(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	fields := typed(c)
	in, err := input(c, fields)
	if err == nil {
		_, err = h.budgets.Update(c.Ctx(), c.Actor(), e.ID, in)
	}
	if wrong, ok := web.Refused(err); ok {
		return c.Invalid(views.Edit(h.editPage(c, e, fields, wrong)))
	}
	if err != nil {
		return err
	}
	c.Flash("Budget of " + e.Label + " saved. It binds from the next request on.")
	return c.See(root)
}

func (h *Handlers) editPage(c *web.Context, e budget.Entry, fields views.Fields, wrong web.Refusal) views.EditPage {
	now, ask := present(c, e, 0), question(e)
	ask.Small = false
	return views.EditPage{Shell: c.Shell(e.Label, "budgets"), Title: e.Label, Action: root + "/" + e.ID.String(), Submit: "Save",
		Where: e.Label, Fields: fields, Errors: sorted(wrong), Zone: zone(c), Standing: &now, Delete: &ask}
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

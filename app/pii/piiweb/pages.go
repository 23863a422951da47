package piiweb

import (
	"errors"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/pii"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const title = "Data rules"

func tabs(active string) []ui.Tab {
	return []ui.Tab{{Label: "Rules", Href: root, Active: active == root}, {Label: "Incidents", Href: incidents, Active: active == incidents},
		{Label: "Try a text", Href: root + "/try", Active: active == "try"}}
}

func (h *Handlers) list(c *web.Context) error {
	page, err := h.listPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.List(page))
}

func (h *Handlers) listPage(c *web.Context) (views.ListPage, error) {
	all, err := h.rules.List(c.Ctx(), c.Actor())
	if err != nil {
		return views.ListPage{}, err
	}
	page := views.ListPage{Shell: c.Shell(title, "pii"), Tabs: tabs(root), CanCreate: c.Actor().Role.AtLeast(org.Lead)}
	for _, l := range all {
		page.Rows = append(page.Rows, row(c, l))
	}
	page.Cap, err = h.capForm(c)
	return page, err
}

func (h *Handlers) new(c *web.Context) error {
	f := typed{scope: c.QueryParam("scope"), actions: make([]string, len(pii.Kinds)), answers: make([]string, len(pii.Kinds))}
	for i, k := range pii.Kinds {
		if f.actions[i] = pii.Log.String(); k.Recognized() {
			f.actions[i] = pii.Off.String() // it takes a model
		}
	}
	return h.renderNew(c, f)
}

func (h *Handlers) renderNew(c *web.Context, f typed) error {
	if c.Typed() {
		var err error
		if f, err = filled(c); err != nil {
			return err
		}
	}
	page, err := h.newPage(c, f, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func (h *Handlers) create(c *web.Context) error {
	f, err := filled(c)
	if err != nil {
		return err
	}
	if _, searching := c.Sought(); searching {
		return h.renderNew(c, f)
	}
	in, err := f.input(c.Actor())
	if f.scope == "" { // an unknown place is the service's to refuse, like another tenant's
		err = errors.Join(err, fault.Field("scope", "Choose where the rule sits."))
	}
	var l pii.Listed
	if err == nil {
		l, err = h.rules.Create(c.Ctx(), c.Actor(), in)
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
	c.Flash("Data rule set. It binds within a second.")
	return c.See(path(l))
}

func (h *Handlers) newPage(c *web.Context, f typed, wrong web.Refusal) (templ.Component, error) {
	place, err := h.places().Pick(c, f.scope)
	if err != nil {
		return nil, err
	}
	place.Page, place.Error = root+"/new", wrong.Fields["scope"]
	page := form(f, wrong)
	page.Shell, page.Title, page.Action, page.Submit, page.Back = c.Shell("Set a data rule", "pii"), "Set a data rule", root, "Set rule", root
	page.Place = &place
	return views.Edit(page), nil
}

// changeable is a rule that the actor may change.
func (h *Handlers) changeable(c *web.Context) (pii.Listed, error) {
	l, err := h.get(c)
	if err == nil && !pii.Changeable(c.Actor(), l) {
		err = fault.New(fault.Forbidden, "forbidden", "You can see this rule, but not change it. Ask somebody above it.")
	}
	return l, err
}

func (h *Handlers) edit(c *web.Context) error {
	l, err := h.changeable(c)
	if err != nil {
		return err
	}
	return c.Render(editPage(c, l, again(l), web.Refusal{}))
}

func (h *Handlers) update(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	f, err := filled(c)
	if err != nil {
		return err
	}
	in, err := f.input(c.Actor())
	in.Seen = c.Seen()
	if err == nil {
		_, err = h.rules.Update(c.Ctx(), c.Actor(), l.ID, in)
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
	c.Flash("Data rule saved. It binds within a second.")
	return c.See(path(l))
}

func editPage(c *web.Context, l pii.Listed, f typed, wrong web.Refusal) templ.Component {
	name := "Data rule of " + l.Place.Label
	page := form(f, wrong)
	page.Shell, page.Title, page.Action, page.Submit, page.Back, page.Where = c.Shell(name, "pii"), name, path(l), "Save", path(l), l.Place.Label
	return views.Edit(page)
}

func (h *Handlers) show(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	return c.Render(views.Show(showPage(c, l)))
}

func (h *Handlers) delete(c *web.Context) error {
	which, err := ruleID(c)
	if err != nil {
		return err
	}
	if err := h.rules.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Data rule deleted.")
	return c.See(root)
}

package policyweb

import (
	"errors"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/policy"
)

const title = "Model policies"

func (h *Handlers) list(c *web.Context) error {
	all, err := h.policies.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page := views.ListPage{Shell: c.Shell(title, "policies"), CanCreate: c.Actor().Role.AtLeast(org.Lead)}
	for _, l := range all {
		page.Rows = append(page.Rows, row(c, l))
	}
	return c.Render(views.List(page))
}

func (h *Handlers) new(c *web.Context) error {
	fields := views.Fields{Scope: c.QueryParam("scope"), Approver: string(org.Manager)}
	if c.Typed() {
		fields = filled(c)
	}
	page, err := h.newPage(c, fields, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

// filled is what the form said, word for word.
func filled(c *web.Context) views.Fields {
	return views.Fields{Scope: c.FormValue("scope"), Allow: c.FormValue("allow"), Deny: c.FormValue("deny"), MayAsk: c.FormValue("may_ask") != "",
		Highest: c.FormValue("highest_tier"), MaxCost: c.FormValue("max_cost_usd"), AskAbove: c.FormValue("ask_above_usd"), Approver: c.FormValue("approver"),
		Regions: c.FormValue("regions"), ZeroRetention: c.FormValue("zero_retention") != "", NoTraining: c.FormValue("no_training") != "", Version: c.FormValue("version")}
}

// input reads what was typed.
func input(c *web.Context, f views.Fields) (policy.Input, error) {
	terms, err := words{lines(f.Allow), lines(f.Deny), f.MayAsk, f.Highest, f.MaxCost, f.AskAbove, f.Approver, strings.FieldsFunc(f.Regions, func(r rune) bool { return strings.ContainsRune(" ,\r\n", r) }), f.ZeroRetention, f.NoTraining}.terms()
	return policy.Input{Scope: org.ReadScope(c.Actor().Org, f.Scope), Terms: terms, Seen: c.Seen()}, err
}

func (h *Handlers) create(c *web.Context) error {
	fields := filled(c)
	if _, searching := c.Sought(); searching {
		page, err := h.newPage(c, fields, web.Refusal{})
		if err != nil {
			return err
		}
		return c.Render(page)
	}
	in, err := input(c, fields)
	if fields.Scope == "" { // an unknown place is the service's to refuse, like another tenant's
		err = errors.Join(err, fault.Field("scope", "Choose where the policy sits."))
	}
	var l policy.Listed
	if err == nil {
		l, err = h.policies.Create(c.Ctx(), c.Actor(), in)
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
	c.Flash("Policy set. It binds within a second; below you see what remains.")
	return c.See(path(l))
}

func (h *Handlers) newPage(c *web.Context, fields views.Fields, wrong web.Refusal) (templ.Component, error) {
	place, err := web.Places{People: h.people, Keys: h.keys}.Pick(c, fields.Scope)
	if err != nil {
		return nil, err
	}
	place.Page, place.Error = root+"/new", wrong.Fields["scope"]
	return views.Edit(views.EditPage{Shell: c.Shell("Set a policy", "policies"), Title: "Set a policy", Action: root, Submit: "Set policy",
		Back: root, Place: &place, Tiers: tierOptions("Any tier"), Approvers: approvers(), Fields: fields, Form: wrong.Form, Errors: wrong.Fields}), nil
}

// changeable is a policy that the actor may change.
func (h *Handlers) changeable(c *web.Context) (policy.Listed, error) {
	l, err := h.get(c)
	if err == nil && !policy.Changeable(c.Actor(), l) {
		err = fault.New(fault.Forbidden, "forbidden", "You can see this policy, but not change it. Ask somebody above it.")
	}
	return l, err
}

func (h *Handlers) edit(c *web.Context) error {
	l, err := h.changeable(c)
	if err != nil {
		return err
	}
	return c.Render(editPage(c, l, views.Fields{Allow: strings.Join(l.Allow, "\n"), Deny: strings.Join(l.Deny, "\n"), MayAsk: l.MayAsk, Highest: l.Highest.String(),
		MaxCost: typed(l.MaxCost), AskAbove: typed(l.AskAbove), Approver: string(l.Approver),
		Regions: strings.Join(l.Regions, ", "), ZeroRetention: l.ZeroRetention, NoTraining: l.NoTraining, Version: web.Version(l.UpdatedAt)}, web.Refusal{}))
}

func (h *Handlers) update(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	fields := filled(c)
	in, err := input(c, fields)
	if err == nil {
		_, err = h.policies.Update(c.Ctx(), c.Actor(), l.ID, in)
	}
	if wrong, ok := web.Refused(err); ok {
		if l, err = h.changeable(c); err != nil {
			return err
		}
		return c.Invalid(editPage(c, l, fields, wrong))
	}
	if err != nil {
		return err
	}
	c.Flash("Policy saved. It binds within a second.")
	return c.See(path(l))
}

func editPage(c *web.Context, l policy.Listed, fields views.Fields, wrong web.Refusal) templ.Component {
	name := "Policy of " + l.Place.Label
	return views.Edit(views.EditPage{Shell: c.Shell(name, "policies"), Title: name, Action: path(l), Submit: "Save", Back: path(l),
		Where: l.Place.Label, Tiers: tierOptions("Any tier"), Approvers: approvers(), Fields: fields, Form: wrong.Form, Errors: wrong.Fields})
}

func (h *Handlers) show(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	chain, note, err := h.chain(c, l)
	if err != nil {
		return err
	}
	verdicts, err := h.policies.Preview(c.Ctx(), c.Actor(), chain, h.offered(c.Actor().Org))
	if err != nil {
		return err
	}
	return c.Render(views.Show(showPage(c, l, verdicts, note)))
}

func (h *Handlers) delete(c *web.Context) error {
	which, err := policyID(c)
	if err != nil {
		return err
	}
	if err := h.policies.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Policy deleted.")
	return c.See(root)
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' })
}

package onboardweb

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/onboard"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

var periods = []ui.Option{{Value: "monthly", Label: "month"}, {Value: "weekly", Label: "week"}, {Value: "daily", Label: "day"}, {Value: "quarterly", Label: "quarter"}}

var enforcements = []ui.Option{
	{Value: string(budget.Hard), Label: "Refuse further requests", Hint: "Nothing above the limit is spent, ever."},
	{Value: string(budget.Soft), Label: "Warn, and let them through", Hint: "Nobody is stopped; you are told."},
}

func (h *Handlers) budget(c *web.Context) error {
	page, err := h.budgetPage(c, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(views.Budget(page))
}

func (h *Handlers) budgetPage(c *web.Context, wrong web.Refusal) (views.BudgetPage, error) {
	frame, _, err := h.page(c, onboard.Budget, wrong)
	if err != nil {
		return views.BudgetPage{}, err
	}
	page := views.BudgetPage{Page: frame, Limit: cmp.Or(c.FormValue("limit"), "500"), Period: cmp.Or(c.FormValue("period"), "monthly"), Enforce: cmp.Or(c.FormValue("enforce"), string(budget.Hard)),
		Periods: periods, Enforcements: enforcements}
	all, err := h.Budgets.List(c.Ctx(), c.Actor())
	for _, e := range all {
		if e.Scope == org.OfOrg(c.Actor().Org) {
			page.There = append(page.There, fmt.Sprintf("The organization has a %s budget of %s, %s.", e.Period, e.Measure.Plain(e.Limit), e.Enforce))
		}
	}
	return page, err
}

func (h *Handlers) setBudget(c *web.Context) error {
	limit, err := money.Parse(strings.TrimPrefix(strings.TrimSpace(c.FormValue("limit")), "$"))
	if err != nil || limit <= 0 {
		err = fault.Field("limit", "Enter an amount in USD above 0, such as 500 or 25.50.")
	}
	if err == nil {
		_, err = h.Budgets.Create(c.Ctx(), c.Actor(), budget.Input{Scope: org.OfOrg(c.Actor().Org), Limit: ledger.Units(limit), Period: budget.Period(c.FormValue("period")), Enforce: budget.Enforcement(c.FormValue("enforce"))})
	}
	if fault.Is(err, fault.Conflict) {
		c.Flash("There is such a budget already: somebody was faster. Change it under Budgets if it should be another.")
		return c.See(after(onboard.Budget))
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.budgetPage(c, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(views.Budget(page))
	}
	if err != nil {
		return err
	}
	c.Flash("The budget is set.")
	return c.See(after(onboard.Budget))
}

// mostInvited is how many one form invites; a whole company comes another way.
const mostInvited = 50

func (h *Handlers) invite(c *web.Context) error {
	page, err := h.invitePage(c, web.Refusal{}, nil)
	if err != nil {
		return err
	}
	return c.Render(views.Invite(page))
}

func (h *Handlers) invitePage(c *web.Context, wrong web.Refusal, sent []string) (views.InvitePage, error) {
	frame, _, err := h.page(c, onboard.Invite, wrong)
	page := views.InvitePage{Page: frame, Emails: c.FormValue("emails"), Role: cmp.Or(c.FormValue("role"), string(org.Developer)), Sent: sent, DevMail: h.DevMail}
	if page.NoTeam = len(c.Member().Teams) == 0; !page.NoTeam { // there is no team of theirs to invite into
		page.Roles = []ui.Option{{Value: string(org.Developer), Label: "Developer, in your team"}, {Value: string(org.Lead), Label: "Team lead, of your team"}}
	}
	page.Roles = append(page.Roles, ui.Option{Value: string(org.Admin), Label: "Organization admin"})
	return page, err
}

// ask invites one after the other. Who cannot be invited stays in the form with the reason; the others are.
func (h *Handlers) ask(c *web.Context) error {
	grant, err := h.grant(c)
	var left, sent []string
	var errs []error
	emails := strings.FieldsFunc(c.FormValue("emails"), func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ';' || r == ' ' })
	switch {
	case err != nil:
	case len(emails) == 0:
		err = fault.Field("emails", "Enter at least one address.")
	case len(emails) > mostInvited:
		err = fault.Field("emails", fmt.Sprintf("%d addresses are too many for one go; enter at most %d.", len(emails), mostInvited))
	default:
		for _, e := range emails {
			_, err := h.Joining.Invite(c.Ctx(), c.Actor(), join.Invite{Email: e, Grant: grant})
			wrong, ok := web.Refused(err)
			switch {
			case err == nil:
				sent = append(sent, e)
			case ok:
				left = append(left, e)
				errs = append(errs, fault.Field("emails", e+": "+cmp.Or(wrong.Form, wrong.Fields["email"], wrong.Fields["role"], wrong.Fields["teams"])))
			default:
				return err
			}
		}
		err = errors.Join(errs...)
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.invitePage(c, wrong, sent)
		if err != nil {
			return err
		}
		if len(sent) > 0 {
			page.Emails = strings.Join(left, "\n")
		}
		return c.Invalid(views.Invite(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Invited: " + strings.Join(sent, ", ") + ".")
	return c.See(after(onboard.Invite))
}

func (h *Handlers) grant(c *web.Context) (identity.Grant, error) {
	g := identity.Grant{Role: org.Role(c.FormValue("role"))}
	switch g.Role {
	case org.Admin:
	case org.Developer, org.Lead:
		if g.Teams = c.Member().Teams; len(g.Teams) > 1 {
			g.Teams = g.Teams[:1]
		}
		if len(g.Teams) == 0 {
			return g, fault.Field("role", "You are in no team, so there is none to invite them into here. Write their invitations under Joining.")
		}
	default:
		return g, fault.Field("role", "Choose one of the roles of the list.")
	}
	return g, nil
}

package approvalweb

import (
	"errors"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/approval"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// tabs are what the inbox can be narrowed to. Budget's and limit's states are a part of ours.
var tabs = []struct {
	label, name string
	states      []approval.State
}{
	{"Waiting", "pending", []approval.State{approval.Pending}},
	{"Approved", "approved", []approval.State{approval.Approved}},
	{"Denied", "denied", []approval.State{approval.Denied}},
	{"Ended", "ended", []approval.State{approval.Expired, approval.Withdrawn, approval.Revoked, approval.Over}},
	{"All", "all", nil},
}

// inbox is the page of all requests, budget's and limit's among them.
func (h *Handlers) inbox(c *web.Context) error {
	page, err := h.inboxPage(c, c.QueryParam("state"))
	if err != nil {
		return err
	}
	return c.Render(views.Inbox(page))
}

func (h *Handlers) inboxPage(c *web.Context, name string) (views.InboxPage, error) {
	if !slices.ContainsFunc(tabs, func(t struct {
		label, name string
		states      []approval.State
	}) bool {
		return t.name == name
	}) {
		name = "pending"
	}
	page := views.InboxPage{Shell: c.Shell("Approvals", "approvals"), None: ui.EmptyProps{Kind: ui.NeverAny, Icon: "inbox", Title: "Nothing here",
		Text: "No request that you made, or that is of your part of the organization, is in this state. Where a policy refuses something that can be approved, the error says where to ask."}}
	var wanted []approval.State
	q := approval.Query{}
	for _, t := range tabs {
		page.Tabs = append(page.Tabs, ui.Tab{Label: t.label, Href: root + "?state=" + t.name, Active: t.name == name})
		if t.name == name {
			wanted = t.states
		}
	}
	if len(wanted) == 1 { // so that what is in other states does not crowd it out
		q.State = wanted[0]
	}
	mine, err := h.approvals.List(c.Ctx(), c.Actor(), q)
	if err != nil {
		return page, err
	}
	more, err := h.approvals.Budgets.Requests(c.Ctx(), c.Actor(), budget.RequestQuery{State: budget.RequestState(q.State)})
	if err != nil {
		return page, err
	}
	faster, err := h.approvals.Limits.Requests(c.Ctx(), c.Actor(), limit.RequestState(q.State))
	if err != nil {
		return page, err
	}
	page.Items = items(c, mine, more, faster, wanted)
	return page, nil
}

// approve grants what was asked for, or what the decider typed.
func (h *Handlers) approve(c *web.Context) error {
	v, err := h.present(c)
	if err != nil {
		return err
	}
	verdict := approval.Verdict{Note: c.FormValue("note")}
	until := c.FormValue("until")
	if until == lastDay(c, v) { // untouched: to the second, as it was asked for
		until = ""
	}
	if verdict.Bounds, err = bounds(c, c.FormValue("amount"), c.FormValue("times"), until); err == nil {
		_, err = h.approvals.Approve(c.Ctx(), c.Actor(), v.ID, verdict)
	}
	if err != nil {
		return h.undecided(c, v, err)
	}
	c.Flash("Approved. The same request of " + v.AskedBy + " passes within seconds.")
	return c.See(root)
}

// undecided shows the request with what its decider typed, or the inbox where there is nothing to decide any more.
func (h *Handlers) undecided(c *web.Context, v approval.View, err error) error {
	wrong, ok := web.Refused(err)
	item := policyItem(c, v)
	if !ok || item.Decide == nil {
		return h.refused(c, err)
	}
	page := views.VerdictPage{Decision: *item.Decide, Shell: c.Shell("Decide", "approvals"), Who: v.AskedBy, What: "the model " + v.Model, Note: c.FormValue("note"), Form: wrong.Form, Errors: wrong.Fields,
		Facts: []ui.Fact{{Label: "For", Value: item.For}, {Label: "Why", Value: v.Reason}, {Label: "Refused because", Value: item.Against}, {Label: "Asked", Body: ui.Time(item.At)}}}
	page.Amount, page.Times, page.Until = c.FormValue("amount"), c.FormValue("times"), c.FormValue("until")
	if says, ok := page.Errors["amount_usd"]; ok { // which the form calls amount
		page.Errors["amount"] = says
		delete(page.Errors, "amount_usd")
	}
	return c.Invalid(views.Verdict(page))
}

// refused shows the inbox again with what was wrong.
func (h *Handlers) refused(c *web.Context, err error) error {
	wrong, ok := web.Refused(err)
	var f *fault.Error
	if !ok || !errors.As(err, &f) {
		return err
	}
	page, failed := h.inboxPage(c, "pending")
	if failed != nil {
		return failed
	}
	page.Error = wrong.Form
	for _, text := range wrong.Fields {
		page.Error = strings.TrimSpace(page.Error + " " + text)
	}
	return c.Invalid(views.Inbox(page))
}

func (h *Handlers) deny(c *web.Context) error {
	v, err := h.present(c)
	if err != nil {
		return err
	}
	if _, err = h.approvals.Deny(c.Ctx(), c.Actor(), v.ID, c.FormValue("note")); err != nil {
		return h.undecided(c, v, err)
	}
	c.Flash("Denied. " + v.AskedBy + " gets a letter.")
	return c.See(root)
}

func (h *Handlers) revoke(c *web.Context) error {
	which, err := approvalID(c)
	if err != nil {
		return err
	}
	v, err := h.approvals.Revoke(c.Ctx(), c.Actor(), which)
	if err != nil {
		return h.refused(c, err)
	}
	if v.State == approval.Withdrawn {
		c.Flash("Withdrawn.")
	} else {
		c.Flash("Ended. The policies bind again within a second.")
	}
	return c.See(root)
}

package budgetweb

import (
	"errors"
	"fmt"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/budget"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const asksRoot = "/budget-requests"

// ask is the form of a request for more. A refused request that led here says how much was lacking.
func (h *Handlers) ask(c *web.Context) error {
	e, err := h.asking(c)
	if err != nil {
		return err
	}
	page := views.AskPage{Request: c.QueryParam("request")}
	if which, err := id.ParseRequest(page.Request); err == nil {
		d, err := h.reports.Request(c.Ctx(), c.Actor(), which)
		if err == nil && d.Refusal.Budget == e.ID {
			page.Why, page.Reason = d.Message, fmt.Sprintf("Request %s to %s was refused. ", d.ID, d.Asked)
		} else if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return c.Render(h.askPage(c, e, page))
}

func (h *Handlers) asking(c *web.Context) (budget.Entry, error) {
	which, err := budgetID(c)
	if err != nil {
		return budget.Entry{}, err
	}
	return h.budgets.Asking(c.Ctx(), c.Actor(), which)
}

func (h *Handlers) askPage(c *web.Context, e budget.Entry, p views.AskPage) templ.Component {
	p.Shell, p.Title, p.Where = c.Shell("Ask for more", "budgets"), "Ask for more of "+e.Label, e.Label
	p.Back, p.Unit, p.Stand = root+"/"+e.ID.String(), unit(e.Measure), stand(e, budget.Forecast{})
	p.Action = p.Back + "/ask"
	p.Ends = "Empty: for good."
	if !e.Standing.ResetsAt.IsZero() {
		p.Ends = "Empty: until the period ends, " + c.When(e.Standing.ResetsAt).Text + "."
	}
	return views.AskForMore(p)
}

// asked sends a request for more.
func (h *Handlers) asked(c *web.Context) error {
	e, err := h.asking(c)
	if err != nil {
		return err
	}
	p := views.AskPage{Amount: c.FormValue("amount"), Until: c.FormValue("until"), Reason: c.FormValue("reason"), Request: c.FormValue("request")}
	in := budget.RequestInput{Reason: p.Reason}
	var unread, late error
	in.Amount, unread = units(e.Measure, "amount", p.Amount)
	in.Until, late = lastDay(c, p.Until)
	if err = errors.Join(unread, late); err == nil {
		_, err = h.budgets.Ask(c.Ctx(), c.Actor(), e.ID, in)
	}
	if wrong, ok := web.Refused(err); ok {
		p.Errors.Form, p.Errors.Amount, p.Errors.Until, p.Errors.Reason = wrong.Form, wrong.Fields["amount"], wrong.Fields["until"], wrong.Fields["reason"]
		return c.Invalid(h.askPage(c, e, p))
	}
	if err != nil {
		return err
	}
	c.Flash("Request sent. You see here what becomes of it.")
	return c.See(asksRoot)
}

// tabs are the states that the list of requests can be narrowed to.
var tabs = []struct {
	label string
	state budget.RequestState
}{{"Waiting", budget.Pending}, {"Approved", budget.Approved}, {"Denied", budget.Denied}, {"Expired", budget.Expired}, {"All", ""}}

// asks is the page of all requests for more.
func (h *Handlers) asks(c *web.Context) error {
	name := or(c.QueryParam("state"), string(budget.Pending))
	page := views.AsksPage{Shell: c.Shell("Requests for more", "budgets"), None: ui.EmptyProps{Kind: ui.NeverAny, Icon: "send", Title: "Nothing here",
		Text: "No request for more that you made, or may decide, is in this state.", Label: "Budgets", Href: root}}
	var state budget.RequestState
	for _, t := range tabs {
		value := or(string(t.state), "all")
		if value == name {
			state = t.state
		}
		page.Tabs = append(page.Tabs, ui.Tab{Label: t.label, Href: asksRoot + "?state=" + value, Active: value == name})
	}
	list, err := h.budgets.Requests(c.Ctx(), c.Actor(), budget.RequestQuery{State: state})
	if err != nil {
		return err
	}
	page.Asks = requests(c, list)
	return c.Render(views.Asks(page))
}

// waiting is how many requests the reader may decide now.
func (h *Handlers) waiting(c *web.Context) (int, error) {
	list, err := h.budgets.Requests(c.Ctx(), c.Actor(), budget.RequestQuery{State: budget.Pending})
	n := 0
	for _, r := range list {
		if r.CanDecide {
			n++
		}
	}
	return n, err
}

var askStates = map[budget.RequestState]ui.StatusProps{
	budget.Pending:  {Tone: ui.Warn, Icon: "hourglass", Label: "Waiting"},
	budget.Approved: {Tone: ui.Good, Label: "Approved"},
	budget.Denied:   {Tone: ui.Bad, Icon: "x", Label: "Denied"},
	budget.Expired:  {Tone: ui.Neutral, Icon: "clock", Label: "Expired", Title: "Nobody decided in time."},
}

func requests(c *web.Context, list []budget.Request) []views.Ask {
	var out []views.Ask
	for _, r := range list {
		v := views.Ask{ID: r.ID.String(), Budget: r.Label, Href: root + "/" + r.Budget.String(), Amount: budget.Amount(r.Measure, r.Amount), Plain: r.Measure.Plain(r.Amount),
			Unit: unit(r.Measure), Reason: r.Reason, By: r.AskedBy, At: c.When(r.AskedAt), State: askStates[r.State], CanDecide: r.CanDecide, Until: "Until the period ends."}
		if r.Name != r.Label {
			v.Budget += ", " + r.Name
		}
		if !r.Until.IsZero() {
			v.Until = "Until " + c.When(r.Until).Text + "."
		}
		if !r.DecidedAt.IsZero() {
			v.Decided = "Decided by " + r.DecidedBy + ", " + c.When(r.DecidedAt).Text + "."
			if r.Note != "" {
				v.Decided += " “" + r.Note + "”"
			}
		}
		out = append(out, v)
	}
	return out
}

func askID(c *web.Context) (id.Ask, error) {
	return web.Param(c, "id", id.ParseAsk, error(fault.New(fault.NotFound, "not_found", "There is no such request for more.")))
}

// approve grants what was asked for, or the amount that the decider typed.
func (h *Handlers) approve(c *web.Context) error {
	which, err := askID(c)
	if err != nil {
		return err
	}
	r, err := h.budgets.Request(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	v := budget.Verdict{Note: c.FormValue("note")}
	if text := c.FormValue("amount"); text != "" {
		if v.Amount, err = units(r.Measure, "amount", text); err != nil {
			return err
		}
	}
	done, err := h.budgets.Approve(c.Ctx(), c.Actor(), which, v)
	if err != nil {
		return err
	}
	c.Flash("Approved. " + done.AskedBy + " can spend it from the next request on.")
	return c.See(asksRoot)
}

// deny refuses a request for more.
func (h *Handlers) deny(c *web.Context) error {
	which, err := askID(c)
	if err != nil {
		return err
	}
	r, err := h.budgets.Deny(c.Ctx(), c.Actor(), which, c.FormValue("note"))
	if err != nil {
		return err
	}
	c.Flash("Denied. " + r.AskedBy + " sees it here.")
	return c.See(asksRoot)
}

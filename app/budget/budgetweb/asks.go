package budgetweb

import (
	"errors"
	"fmt"
	"net/url"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	approvals "github.com/bodhi-gateway/bodhi/views/approval"
	views "github.com/bodhi-gateway/bodhi/views/budget"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// inbox is the page that lists requests, with those for approvals.
const inbox = "/approvals"

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
	if p.Kind == "" {
		p.Kind = string(budget.Increase)
	}
	if !e.Standing.ResetsAt.IsZero() {
		p.Kinds = []ui.Option{{Value: string(budget.Increase), Label: "More for this period", Hint: "For a while, beside what the next period has."},
			{Value: string(budget.Borrow), Label: "Borrow from the next period", Hint: "It has that much less then. The last day is the period's."}}
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
	p := views.AskPage{Kind: c.FormValue("kind"), Amount: c.FormValue("amount"), Until: c.FormValue("until"), Reason: c.FormValue("reason"), Request: c.FormValue("request")}
	in := budget.RequestInput{Kind: budget.GrantKind(p.Kind), Reason: p.Reason}
	var unread, late error
	in.Amount, unread = units(e.Measure, "amount", p.Amount)
	in.Until, late = lastDay(c, p.Until)
	if err = errors.Join(unread, late); err == nil {
		_, err = h.budgets.Ask(c.Ctx(), c.Actor(), e.ID, in)
	}
	if wrong, ok := web.Refused(err); ok {
		p.Errors.Kind, p.Errors.Form, p.Errors.Amount, p.Errors.Until, p.Errors.Reason = wrong.Fields["kind"], wrong.Form, wrong.Fields["amount"], wrong.Fields["until"], wrong.Fields["reason"]
		return c.Invalid(h.askPage(c, e, p))
	}
	if err != nil {
		return err
	}
	c.Flash("Request sent. You see here what becomes of it.")
	return c.See(inbox)
}

// asks leads to the inbox, which has these requests and those for approvals: links in old mails and bookmarks.
func (h *Handlers) asks(c *web.Context) error {
	state := c.QueryParam("state")
	if state == string(budget.Expired) {
		state = "ended"
	}
	if state == "" {
		return c.See(inbox)
	}
	return c.See(inbox + "?" + url.Values{"state": {state}}.Encode())
}

// waiting is how many requests the reader may decide now.
func (h *Handlers) waiting(c *web.Context) (int, error) { return h.budgets.Waiting(c.Ctx(), c.Actor()) }

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
		if r.Kind == budget.Borrow {
			v.Until = "Borrowed from the next period."
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
	return h.decide(c, func(r budget.Request) (string, error) {
		v := budget.Verdict{Note: c.FormValue("note")}
		var err error
		if text := c.FormValue("amount"); text != "" {
			if v.Amount, err = units(r.Measure, "amount", text); err != nil {
				return "", err
			}
		}
		_, err = h.budgets.Approve(c.Ctx(), c.Actor(), r.ID, v)
		return "Approved. " + r.AskedBy + " can spend it from the next request on.", err
	})
}

// deny refuses a request for more.
func (h *Handlers) deny(c *web.Context) error {
	return h.decide(c, func(r budget.Request) (string, error) {
		_, err := h.budgets.Deny(c.Ctx(), c.Actor(), r.ID, c.FormValue("note"))
		return "Denied. " + r.AskedBy + " sees it here.", err
	})
}

// decide does it, says so in the inbox, and shows the request with what was typed where that was a mistake.
func (h *Handlers) decide(c *web.Context, do func(budget.Request) (done string, err error)) error {
	which, err := askID(c)
	if err != nil {
		return err
	}
	r, err := h.budgets.Request(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	done, err := do(r)
	if wrong, ok := web.Refused(err); ok && r.CanDecide {
		one := "/budget-requests/" + r.ID.String()
		return c.Invalid(approvals.Verdict(approvals.VerdictPage{Shell: c.Shell("Decide", "approvals"), Who: r.AskedBy, What: budget.Amount(r.Measure, r.Amount) + " more of " + r.Label,
			Facts:    []ui.Fact{{Label: "Why", Value: r.Reason}, {Label: "Asked", Body: ui.Time(c.When(r.AskedAt))}},
			Decision: approvals.Decision{Approve: one + "/approve", Deny: one + "/deny", Amount: c.FormValue("amount"), Unit: unit(r.Measure)},
			Note:     c.FormValue("note"), Form: wrong.Form, Errors: wrong.Fields}))
	}
	if err != nil {
		return err
	}
	c.Flash(done)
	return c.See(inbox)
}

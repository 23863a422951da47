package budgetweb

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/budget"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// gift is what was typed into a form that adds to a period, and what was wrong with it.
type gift struct {
	kind, amount, until, reason, id string
	fields                          map[string]string
	form                            string
}

// gives are the forms for what the reader may add now.
func (h *Handlers) gives(c *web.Context, e budget.Entry, given gift) ([]views.Give, error) {
	room, err := h.budgets.Room(c.Ctx(), c.Actor(), e.ID)
	if err != nil {
		return nil, err
	}
	m := e.Measure
	ends := "Empty: until it is taken back."
	if !room.Ends.IsZero() {
		ends = "Empty: until the period ends, " + c.When(room.Ends).Text + "."
	}
	var out []views.Give
	add := func(g views.Give) {
		g.Action, g.Unit, g.Ends, g.ID = root+"/"+e.ID.String()+"/grants", unit(m), ends, id.NewAllowance(h.budgets.IDs).String()
		if g.Kind == given.kind {
			g.Amount, g.Until, g.Reason, g.ID, g.Open = given.amount, given.until, given.reason, given.id, true
			g.AmountError, g.UntilError, g.ReasonError = given.fields["amount"], given.fields["until"], given.fields["reason"]
		}
		out = append(out, g)
	}
	if room.Increase > 0 {
		add(views.Give{Kind: string(budget.Increase), Label: "Raise it for a while", Icon: "plus", Button: "Raise", WithUntil: true,
			Hint: fmt.Sprintf("The limit goes back by itself. At most %s.", budget.Amount(m, room.Increase))})
	}
	if room.Borrow > 0 {
		add(views.Give{Kind: string(budget.Borrow), Label: "Borrow from the next period", Icon: "arrow-back-up", Button: "Borrow",
			Hint: fmt.Sprintf("The next period begins with as much less. At most %s.", budget.Amount(m, room.Borrow))})
	}
	if room.Reserve > 0 && c.Actor().Role.AtLeast(org.Admin) {
		add(views.Give{Kind: string(budget.Opened), Label: "Open the reserve", Icon: "lock-open", Button: "Open",
			Hint: fmt.Sprintf("%s of the reserve is still closed.", budget.Amount(m, room.Reserve))})
	}
	return out, nil
}

// grant adds to the present period.
func (h *Handlers) grant(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	given := gift{kind: c.FormValue("kind"), amount: c.FormValue("amount"), until: c.FormValue("until"), reason: c.FormValue("reason"), id: c.FormValue("grant")}
	in := budget.GrantInput{Kind: budget.GrantKind(given.kind), Reason: given.reason}
	_ = in.ID.UnmarshalText([]byte(given.id)) // what is none is what no form of ours says
	var unread, late error
	in.Amount, unread = units(e.Measure, "amount", given.amount)
	in.Until, late = lastDay(c, given.until)
	err = errors.Join(unread, late)
	var g budget.Grant
	if err == nil {
		g, err = h.budgets.Grant(c.Ctx(), c.Actor(), e.ID, in)
	}
	if wrong, ok := web.Refused(err); ok {
		given.fields, given.form = wrong.Fields, wrong.Form
		forms, err := h.gives(c, e, given)
		if err != nil {
			return err
		}
		offered := slices.ContainsFunc(forms, func(g views.Give) bool { return g.Kind == given.kind })
		for field, says := range wrong.Fields { // what no input shows, of a form that may be gone: somebody else gave what was left
			if !offered || field != "amount" && field != "until" && field != "reason" {
				given.form = says
			}
		}
		page, err := h.showPage(c, e, given)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	c.Flash(budget.Amount(e.Measure, g.Amount) + " added to " + e.Label + ". It can be spent from the next request on.")
	return c.See(root + "/" + e.ID.String())
}

// lastDay is the end of a day that was typed, in the organization's zone; zero for an empty field.
func lastDay(c *web.Context, text string) (time.Time, error) {
	if text = strings.TrimSpace(text); text == "" {
		return time.Time{}, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, text, c.Zone())
	if err != nil {
		return day, fault.Field("until", "Enter a day such as "+c.Now().In(c.Zone()).Format(time.DateOnly)+".")
	}
	_, end := budget.Daily.Window(day.Add(12*time.Hour), c.Zone())
	return end, nil
}

var kinds = map[budget.GrantKind]ui.StatusProps{
	budget.Increase: {Tone: ui.Info, Icon: "plus", Label: "Raised"},
	budget.Borrow:   {Tone: ui.Warn, Icon: "arrow-back-up", Label: "Borrowed"},
	budget.Repay:    {Tone: ui.Neutral, Icon: "minus", Label: "Repaid"},
	budget.Opened:   {Tone: ui.Info, Icon: "lock-open", Label: "Reserve opened"},
}

var grantStates = map[budget.GrantState]string{budget.Due: "due in the next period", budget.Active: "counts now", budget.Ended: "ended", budget.Closed: "its period is over"}

func granted(c *web.Context, e budget.Entry, list []budget.Grant) []views.Grant {
	var out []views.Grant
	for _, g := range list {
		v := views.Grant{Kind: kinds[g.Kind], Amount: budget.Amount(e.Measure, g.Amount), State: grantStates[g.State], When: c.When(g.CreatedAt), By: g.DecidedBy, Reason: g.Reason}
		if g.AskedBy != "" && g.AskedBy != g.DecidedBy {
			v.By += ", asked by " + g.AskedBy
		}
		if g.State == budget.Active && !g.Until.IsZero() {
			v.Until = "until " + c.When(g.Until).Text
		}
		out = append(out, v)
	}
	return out
}

package approvalweb

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/approval"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// new is the form that a refusal leads to: with what was refused filled in, or choosing it first.
func (h *Handlers) new(c *web.Context) error {
	p := views.AskPage{Key: c.QueryParam("key"), Model: c.QueryParam("model"), Cost: c.QueryParam("cost"), Errors: map[string]string{}}
	if p.Key == "" || p.Model == "" {
		return h.choose(c, p)
	}
	if cost, err := amountIn("cost_usd", p.Cost); err == nil && cost > 0 {
		p.Amount, p.Times = upToCents(cost), "1"
	}
	known, err := h.draft(c, &p)
	if wrong, ok := web.Refused(err); ok {
		p.Form, p.Errors = wrong.Form, wrong.Fields
		return h.choose(c, p)
	}
	if err != nil {
		return err
	}
	p.Known = known
	return c.Render(views.Ask(p))
}

// upToCents is an amount that covers a cost, as people write it.
func upToCents(v money.USD) string {
	return ((v + money.Cent - 1) / money.Cent * money.Cent).Format(2)
}

// draft fills in what policies have against the call.
func (h *Handlers) draft(c *web.Context, p *views.AskPage) (bool, error) {
	in, err := described(p)
	if err != nil {
		return false, err
	}
	d, err := h.approvals.Draft(c.Ctx(), c.Actor(), in)
	if err != nil {
		return false, err
	}
	p.Shell = c.Shell("Ask for an approval", "approvals")
	p.KeyName, p.Team, p.Against, p.AmountRequired = d.Subject.Name, d.Subject.Team, d.Case.Reasons(), in.Cost > 0
	p.Until7 = c.Now().In(c.Zone()).Add(7 * 24 * time.Hour).Format("2 January")
	return true, nil
}

// described reads what is asked for, but not how far.
func described(p *views.AskPage) (in approval.Input, err error) {
	var errs [2]error
	in.Model = strings.ToLower(strings.TrimSpace(p.Model))
	if in.Key, err = id.ParseKey(p.Key); err != nil {
		errs[0] = fault.New(fault.NotFound, "not_found", "There is no such key.")
	}
	in.Cost, errs[1] = amountIn("cost_usd", p.Cost)
	return in, errors.Join(errs[:]...)
}

// mostKeys is how many keys of the reader's, and of services, are offered at most; a refusal's link names any other.
const mostKeys = 200

// choose offers the reader's keys.
func (h *Handlers) choose(c *web.Context, p views.AskPage) error {
	p.Shell, p.Known = c.Shell("Ask for an approval", "approvals"), false
	actor := c.Actor()
	for _, q := range []key.Query{{Of: org.OfMember(actor.Org, actor.Member), Limit: mostKeys}, {Services: true, Limit: mostKeys}} {
		found, err := h.keys.Find(c.Ctx(), actor, q)
		if err != nil {
			return err
		}
		for _, k := range found.Keys {
			if k.Status(c.Now()) == "active" && (k.Member == actor.Member || actor.InTeam(k.Team, org.Developer)) {
				p.Keys = append(p.Keys, ui.Option{Value: k.ID.String(), Label: k.Name + " (" + k.Hint() + ")"})
			}
		}
	}
	if len(p.Keys) == 0 {
		p.None = &ui.EmptyProps{Kind: ui.NeverAny, Icon: "key", Title: "No key to ask for", Text: "An approval is for one key. You have none that works; create one first.", Label: "Keys", Href: "/keys"}
	}
	if p.Form != "" || len(p.Errors) > 0 {
		return c.Invalid(views.Ask(p))
	}
	return c.Render(views.Ask(p))
}

// ask sends the request.
func (h *Handlers) ask(c *web.Context) error {
	p := views.AskPage{Key: c.FormValue("key"), Model: c.FormValue("model"), Cost: c.FormValue("cost"), Reason: c.FormValue("reason"), Amount: c.FormValue("amount"),
		Times: c.FormValue("times"), Until: c.FormValue("until")}
	in, err := described(&p)
	if err != nil {
		return err
	}
	in.Reason = p.Reason
	if in.Bounds, err = bounds(c, p.Amount, p.Times, p.Until); err == nil {
		_, err = h.approvals.Ask(c.Ctx(), c.Actor(), in)
	}
	if wrong, ok := web.Refused(err); ok {
		if p.Known, err = h.draft(c, &p); err != nil {
			if again, ok := web.Refused(err); ok { // not even the call can be asked for any more
				p.Form, p.Errors = again.Form, again.Fields
				return h.choose(c, p)
			}
			return err
		}
		p.Form, p.Errors = wrong.Form, wrong.Fields
		return c.Invalid(views.Ask(p))
	}
	if err != nil {
		return err
	}
	c.Flash("Request sent. You see here what becomes of it, and get a letter.")
	return c.See(root)
}

// bounds reads how far an approval goes; everything empty leaves it open.
func bounds(c *web.Context, amount, times, until string) (b approval.Bounds, err error) {
	var errs [3]error
	b.Amount, errs[0] = amountIn("amount_usd", amount)
	if times = strings.TrimSpace(times); times != "" {
		if b.Times, err = strconv.ParseInt(times, 10, 64); err != nil || b.Times <= 0 {
			errs[1] = fault.Field("times", "Enter a whole number of requests above 0, or leave it empty for any number.")
		}
	}
	if until != "" {
		day, err := time.ParseInLocation(time.DateOnly, until, c.Zone())
		if err != nil {
			errs[2] = fault.Field("until", "Enter a day such as 2026-12-31, or leave it empty.")
		} else {
			b.Until = day.AddDate(0, 0, 1).UTC() // the last day counts whole
		}
	}
	return b, errors.Join(errs[:]...)
}

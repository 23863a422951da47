package reconcileweb

import (
	"fmt"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/reconcile"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/reconcile"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	root     = "/reconcile"
	lastDays = 30
	maxDays  = 500
	// gone is the name of every connection that was deleted: its own went with it.
	gone = "A deleted connection"
)

func (h *Handlers) list(c *web.Context) error {
	accounts, err := h.books.Accounts(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page := views.ListPage{Shell: c.Shell("Reconcile", "reconcile"), CanChange: c.Actor().Role.AtLeast(reconcile.MayChange)}
	names := map[id.Connection]string{}
	for _, a := range accounts {
		page.Accounts = append(page.Accounts, presentAccount(c, a))
		page.Ready = page.Ready || a.Credential != nil
		names[a.Connection.ID] = a.Connection.Name
	}
	days, err := h.books.Days(c.Ctx(), c.Actor(), id.Connection{}, since(c), maxDays)
	if err != nil {
		return err
	}
	page.Ready = page.Ready || len(days) > 0
	for _, d := range days {
		name := names[d.Connection]
		if name == "" {
			name = gone
		}
		page.Days = append(page.Days, presentDay(d, name))
	}
	return c.Render(views.List(page))
}

// since is the first day that pages show.
func since(c *web.Context) reconcile.Date {
	return reconcile.DateOf(c.Now().AddDate(0, 0, -lastDays))
}

func (h *Handlers) show(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	page, err := h.showPage(c, which, nil, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

// showPage is the account's page; typed is what a refused form said of the account's part.
func (h *Handlers) showPage(c *web.Context, which id.Connection, typed *string, wrong web.Refusal) (templ.Component, error) {
	a, err := h.books.Account(c.Ctx(), c.Actor(), which)
	if err != nil {
		return nil, err
	}
	if a.Gone {
		a.Connection.Name = gone
	}
	days, err := h.books.Days(c.Ctx(), c.Actor(), which, since(c), maxDays)
	if err != nil {
		return nil, err
	}
	page := views.ShowPage{Shell: c.Shell(a.Connection.Name, "reconcile"), Account: presentAccount(c, a), CanChange: !a.Gone && c.Actor().Role.AtLeast(reconcile.MayChange),
		Form: views.Form{Action: root + "/" + which.String(), KeyTitle: a.KeyTitle, NarrowBy: a.NarrowBy,
			Errors: views.Errors{Form: wrong.Form, Credential: wrong.Fields["credential"], Narrow: wrong.Fields["narrow"]}}}
	for _, d := range days {
		page.Days = append(page.Days, presentDay(d, a.Connection.Name))
	}
	if a.Credential != nil {
		page.Trouble, page.Form.Narrow = a.Credential.Trouble, a.Credential.Narrow
		page.Form.Placeholder, page.Form.KeyHint = "…"+a.Credential.KeyHint, "Leave it empty to keep the key there is."
		page.Remove = &ui.ConfirmProps{Label: "Remove key", Icon: "trash", Title: "Remove the key of this report?", Text: "Reports are read no more. What was read stays.",
			Action: root + "/" + which.String() + "/remove", Button: "Remove key", Kind: ui.Destructive}
	}
	if typed != nil {
		page.Form.Narrow = *typed
	}
	if text := c.QueryParam("day"); text != "" {
		d, err := h.books.Day(c.Ctx(), c.Actor(), which, reconcile.Date(text))
		if err != nil {
			return nil, err
		}
		if d.Day != "" {
			page.Day = detail(c, d, a.Connection.Name)
		}
	}
	return views.Show(page), nil
}

func (h *Handlers) set(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	narrow := c.FormValue("narrow")
	err = h.books.SetCredential(c.Ctx(), c.Actor(), which, reconcile.Input{Credential: secret.New(c.FormValue("credential")), Narrow: narrow})
	if wrong, ok := web.Refused(err); ok {
		page, err := h.showPage(c, which, &narrow, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	c.Flash("Saved. The report is read every night; “Read now” tries it at once.")
	return c.See(root + "/" + which.String())
}

func (h *Handlers) read(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	if err := h.books.ReadNow(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("The report was read.")
	return c.See(root + "/" + which.String())
}

func (h *Handlers) remove(c *web.Context) error {
	which, err := connectionID(c)
	if err != nil {
		return err
	}
	if err := h.books.RemoveCredential(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("The key was removed.")
	return c.See(root + "/" + which.String())
}

func presentAccount(c *web.Context, a reconcile.Account) views.Account {
	o, _ := provider.OfferingOf(a.Connection.Kind)
	out := views.Account{ID: a.Connection.ID.String(), Name: a.Connection.Name, Kind: o.Title}
	k := a.Credential
	switch {
	case a.Gone:
		out.State = ui.StatusProps{Label: "Deleted", Title: "The connection is gone. What was read of its report stays."}
		return out
	case k == nil:
		out.State = ui.StatusProps{Label: "No key", Title: "Nothing is read without a key for the report."}
		return out
	case k.Trouble != "":
		out.State = ui.StatusProps{Tone: ui.Bad, Label: "Not read", Title: k.Trouble}
	case k.ReadAt.IsZero():
		out.State = ui.StatusProps{Tone: ui.Info, Label: "Waits for the night"}
	default:
		out.State = ui.StatusProps{Tone: ui.Good, Label: "Read"}
	}
	out.Key, out.Read = "…"+k.KeyHint, c.When(k.ReadAt)
	return out
}

var states = map[reconcile.Verdict]ui.StatusProps{
	reconcile.Agrees:  {Tone: ui.Good, Label: "Agrees"},
	reconcile.Missing: {Tone: ui.Bad, Label: "Missing", Title: "Less than 98 % of it is in our books: something spends past the gateway, or a price is wrong."},
	reconcile.Excess:  {Tone: ui.Warn, Label: "Excess", Title: "Our books have more than 102 % of it: a price of ours is too high, or the report is not complete yet."},
	reconcile.Nothing: {Label: "Nothing spent"},
}

func presentDay(d reconcile.Day, name string) views.Day {
	out := views.Day{Date: string(d.Day), Connection: name, Href: root + "/" + d.Connection.String() + "?day=" + string(d.Day) + "#day",
		Ours: amount(d.Ours), Theirs: amount(d.Theirs), Difference: amount(d.Difference()), State: states[d.Verdict()], Attempts: fmt.Sprint(d.Attempts)}
	switch captured := d.Captured(); {
	case d.Verdict() == reconcile.Nothing:
	case captured >= 9999:
		out.Captured = "over 999 %"
	default:
		out.Captured = fmt.Sprintf("%d.%d %%", captured/10, captured%10)
	}
	return out
}

func amount(a money.USD) views.Amount {
	short, exact := web.Dollars(a)
	return views.Amount{Short: short, Exact: exact}
}

func detail(c *web.Context, d reconcile.Day, name string) *views.Detail {
	day := presentDay(d, name)
	out := &views.Detail{Day: day, Facts: []ui.Fact{
		{Label: "State", Body: ui.Status(day.State)},
		{Label: "Ours", Value: day.Ours.Exact, Title: day.Attempts + " attempts"},
		{Label: "Theirs", Value: day.Theirs.Exact},
		{Label: "Difference", Value: day.Difference.Exact},
		{Label: "Corrections", Value: fmt.Sprint(d.Corrections), Title: "How often the difference became known or changed; together they are the difference."},
		{Label: "Attempts", Value: day.Attempts},
		{Label: "Read", Body: ui.Time(c.When(d.ReadAt))},
	}}
	for _, side := range []struct {
		lines []reconcile.Line
		into  *[]views.Line
	}{{d.OurLines, &out.Ours}, {d.TheirLines, &out.Theirs}} {
		for _, l := range side.lines {
			*side.into = append(*side.into, views.Line{Item: l.Item, Cost: amount(l.Cost)})
		}
	}
	return out
}

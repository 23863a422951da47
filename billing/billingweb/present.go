package billingweb

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/billing"
	views "github.com/bodhi-gateway/bodhi/views/billing"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func present(c *web.Context, v billing.Overview) views.ShowPage {
	page := views.ShowPage{Billed: v.State != billing.Off, State: states[v.State], Period: period(c, v), Seats: v.Usage.Seats, Active: v.Usage.Active, Providers: v.Usage.Providers,
		MaxPeople: v.Limits.People, MaxProviders: v.Limits.Providers, Portal: v.Customer != "", Says: says(c, v)}
	if page.Billed {
		page.Plan = "No plan"
		if v.State == billing.Trial {
			page.Plan = "Trial"
		}
	}
	if v.Plan.Name != "" {
		page.Plan = v.Plan.Title
	}
	if v.Plan.Name != "" && v.Status.Runs() {
		page.Monthly, page.PaidSeats = web.USD(v.Monthly), web.Plural(v.Plan.Billed(v.Usage.Seats), "seat")
		page.Each = web.USD(v.Plan.PerSeat) + " a seat"
	}
	if v.Session.Open(c.Now()) {
		page.Checkout = "A checkout is open. Finish it before " + c.When(v.Session.Until).Text + "."
	}
	for _, p := range billing.Plans {
		page.Plans = append(page.Plans, offer(v, p))
	}
	return page
}

// offer is a plan's card, with what is against choosing it.
func offer(v billing.Overview, p billing.Plan) views.Offer {
	out := Offer(p)
	monthly, err := p.Monthly(v.Usage.Seats)
	if err == nil {
		out.Yours = fmt.Sprintf("%s a month for %s", web.USD(monthly), web.Plural(p.Billed(v.Usage.Seats), "seat"))
	}
	runs := v.Status.Runs()
	switch {
	case v.State == billing.Off:
		out.Yours = ""
	case runs && v.Plan.Name == p.Name:
		out.Current = true
	case v.Usage.Active > p.MaxSeats:
		out.Against = fmt.Sprintf("You are %d people.", v.Usage.Active)
	case p.Providers > 0 && v.Usage.Providers > p.Providers:
		out.Against = fmt.Sprintf("You have %d connections.", v.Usage.Providers)
	default:
		out.Href = root + "/plan?plan=" + string(p.Name)
	}
	return out
}

// Offer is a plan's card for anybody: the first page shows the same.
func Offer(p billing.Plan) views.Offer {
	return views.Offer{Title: p.Title, Price: "$" + p.PerSeat.Format(0), People: p.People(), Providers: p.Connections(), Support: p.Support,
		Least: fmt.Sprintf("from %s a month", web.USD(least(p)))}
}

var states = map[billing.State]ui.StatusProps{
	billing.Trial:      {Tone: ui.Info, Label: "Trial"},
	billing.TrialOver:  {Tone: ui.Warn, Label: "Trial over"},
	billing.Active:     {Tone: ui.Good, Label: "Active"},
	billing.Ending:     {Tone: ui.Warn, Label: "Cancelled"},
	billing.Due:        {Tone: ui.Bad, Label: "Payment failed"},
	billing.Restricted: {Tone: ui.Bad, Label: "Payment open"},
	billing.Ended:      {Tone: ui.Warn, Label: "Ended"},
	billing.Off:        {Tone: ui.Good, Label: "Everything on"},
}

// says is what the state means, in a sentence.
func says(c *web.Context, v billing.Overview) string {
	on := func(w ui.When) string { return w.Text }
	switch v.State {
	case billing.Off:
		return "This installation does not bill: every feature is on, and nobody counts people or connections."
	case billing.Trial:
		return fmt.Sprintf("Everything is on until %s, for up to %d people. There is no card, and nothing is charged unless you choose a plan.", on(c.When(v.TrialEndsAt)), v.Limits.People)
	case billing.TrialOver:
		return "Requests are answered as before, and everything that is there works. People and connections can be added again as soon as you choose a plan."
	case billing.Ending:
		return "The subscription ends on " + on(c.When(v.EndsAt)) + ". Until then nothing changes; afterwards people and connections cannot be added."
	case billing.Due:
		return "The last payment failed. Requests go on. Until " + on(c.When(v.DueSince.Add(billing.Grace))) + " nothing else changes; then people and connections cannot be added until it is paid."
	case billing.Restricted:
		return "An invoice is open since " + on(c.When(v.DueSince)) + ". Requests go on; people and connections cannot be added until it is paid."
	case billing.Ended:
		return "The subscription has ended. Requests are answered as before; people and connections can be added again with a plan."
	}
	return ""
}

func period(c *web.Context, v billing.Overview) string {
	return v.From.In(c.Zone()).Format("2 Jan") + " – " + v.To.Add(-time.Second).In(c.Zone()).Format("2 Jan 2006")
}

func invoice(c *web.Context, i billing.Invoice) views.Invoice {
	out := views.Invoice{Number: i.Number, At: c.When(i.At), Total: web.USD(i.Total) + " " + i.Currency, URL: i.URL, PDF: i.PDF}
	switch i.State {
	case "paid":
		out.State = ui.StatusProps{Tone: ui.Good, Label: "Paid"}
	case "open":
		out.State = ui.StatusProps{Tone: ui.Warn, Label: "Open"}
	case "uncollectible":
		out.State = ui.StatusProps{Tone: ui.Bad, Label: "Not paid"}
	case "void":
		out.State = ui.StatusProps{Label: "Void"}
	default:
		out.State = ui.StatusProps{Label: "Draft"}
	}
	return out
}

// taxNumber is one with what its owner has to know: a number that the register does not know makes invoices wrong.
func taxNumber(n billing.TaxNumber) string {
	switch n.State {
	case "verified":
		return n.Value + " (verified)"
	case "pending":
		return n.Value + " (being verified)"
	case "unverified":
		return n.Value + " (the register does not know it; correct it at Stripe)"
	}
	return n.Value
}

func quoted(c *web.Context, q billing.Quote) views.PlanPage {
	page := views.PlanPage{Shell: c.Shell("Plan "+q.Plan.Title, "billing"), Name: string(q.Plan.Name), Title: q.Plan.Title, Change: q.Change, Same: q.Same,
		People: web.Plural(q.People, "person"), Seats: web.Plural(q.Seats, "seat"), Each: web.USD(q.Plan.PerSeat), Monthly: web.USD(q.Monthly), Due: web.USD(q.Due), DueAt: "today"}
	if q.People != 1 {
		page.People = fmt.Sprintf("%d people", q.People)
	}
	if q.Seats > q.People {
		page.Least = fmt.Sprintf("%s has at least %d seats.", q.Plan.Title, q.Plan.MinSeats)
	}
	if !q.FirstAt.IsZero() {
		page.DueAt = "on " + q.FirstAt.In(c.Zone()).Format("2 Jan 2006") + ", when the trial ends"
	}
	for _, l := range q.Lines {
		page.Lines = append(page.Lines, views.Line{Text: l.Text, Amount: web.USD(l.Amount)})
	}
	return page
}

// least is what a plan costs with as few people as it is for.
func least(p billing.Plan) money.USD {
	m, err := p.Monthly(0)
	if err != nil {
		return p.PerSeat
	}
	return m
}

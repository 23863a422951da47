package billingweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/billing"
)

// billingJSON is what an organization pays for and uses.
type billingJSON struct {
	State       string     `json:"state"` // off, trial, trial_over, active, ending, past_due, restricted, ended
	Plan        string     `json:"plan"`  // starter, growth, scale; "" = none
	Seats       int64      `json:"seats"` // people who were active at any moment of the period
	PaidSeats   int64      `json:"paid_seats"`
	Active      int64      `json:"active"`      // people who are active now
	MaxPeople   int64      `json:"max_people"`  // 0 = any number
	Connections int64      `json:"connections"` // besides sandboxes
	MaxProvider int64      `json:"max_connections"`
	Monthly     money.USD  `json:"monthly_usd"` // at today's count, before tax
	PeriodFrom  time.Time  `json:"period_from"`
	PeriodTo    time.Time  `json:"period_to"`
	TrialEndsAt *time.Time `json:"trial_ends_at"`
	EndsAt      *time.Time `json:"ends_at"`   // when a cancelled subscription ends
	DueSince    *time.Time `json:"due_since"` // since when an invoice is open
}

// planJSON is one row of the price list.
type planJSON struct {
	Name      string    `json:"name"`
	PerSeat   money.USD `json:"per_seat_usd"` // for a month, before tax
	MinSeats  int64     `json:"min_seats"`    // paid for at least
	MaxPeople int64     `json:"max_people"`
	Providers int64     `json:"max_connections"` // 0 = any number
}

type planList struct {
	Data []planJSON `json:"data"`
}

// seatJSON is one person who counts.
type seatJSON struct {
	Member string     `json:"member"`
	Name   string     `json:"name"`
	Email  string     `json:"email"`
	Since  time.Time  `json:"since"`
	Left   *time.Time `json:"left"` // when they left within the period; null = active
}

type seatList struct {
	Data []seatJSON `json:"data"`
}

// invoiceJSON is one invoice at Stripe.
type invoiceJSON struct {
	Number   string    `json:"number"`
	At       time.Time `json:"at"`
	Total    money.USD `json:"total"`
	Currency string    `json:"currency"` // ISO 4217
	State    string    `json:"state"`    // draft, open, paid, void, uncollectible
	URL      string    `json:"url,omitempty"`
	PDF      string    `json:"pdf,omitempty"`
}

type invoiceList struct {
	Data []invoiceJSON `json:"data"`
}

// quoteJSON is what choosing a plan would cost.
type quoteJSON struct {
	Plan    string     `json:"plan"`
	People  int64      `json:"people"`      // who count
	Seats   int64      `json:"paid_seats"`  // at least the plan's fewest
	Monthly money.USD  `json:"monthly_usd"` // before tax
	Due     money.USD  `json:"due_usd"`     // at due_at, before tax; below zero it is credited
	DueAt   *time.Time `json:"due_at"`      // null = at once
	Change  bool       `json:"change"`      // of a running subscription
	Lines   []lineJSON `json:"lines"`
}

type lineJSON struct {
	Text   string    `json:"text"`
	Amount money.USD `json:"amount_usd"`
}

// planInput names a plan.
type planInput struct {
	Plan string `json:"plan"` // starter, growth, scale
}

// linkJSON is a page at Stripe for an admin's browser.
type linkJSON struct {
	URL string `json:"url"`
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func overviewOut(v billing.Overview) billingJSON {
	out := billingJSON{State: string(v.State), Plan: string(v.Plan.Name), Seats: v.Usage.Seats, Active: v.Usage.Active, MaxPeople: v.Limits.People,
		Connections: v.Usage.Providers, MaxProvider: v.Limits.Providers, Monthly: v.Monthly, PeriodFrom: v.From, PeriodTo: v.To, EndsAt: optional(v.EndsAt), DueSince: optional(v.DueSince)}
	if v.State == billing.Trial || v.State == billing.TrialOver {
		out.TrialEndsAt = optional(v.TrialEndsAt)
	}
	if v.Status.Runs() {
		out.PaidSeats = v.Subscription.Seats
	}
	return out
}

func (h *Handlers) apiShow(c *web.Context) error {
	v, err := h.billing.Overview(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, overviewOut(v))
}

func (h *Handlers) apiPlans(c *web.Context) error {
	out := planList{}
	for _, p := range billing.Plans {
		out.Data = append(out.Data, planJSON{string(p.Name), p.PerSeat, p.MinSeats, p.MaxSeats, p.Providers})
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiSeats(c *web.Context) error {
	all, err := h.billing.Seats(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := seatList{Data: make([]seatJSON, len(all))}
	for i, s := range all {
		out.Data[i] = seatJSON{s.Member.String(), s.Name, s.Email, s.Since, optional(s.Left)}
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiInvoices(c *web.Context) error {
	all, err := h.billing.Invoices(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := invoiceList{Data: make([]invoiceJSON, len(all))}
	for i, v := range all {
		out.Data[i] = invoiceJSON(v)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiPreview(c *web.Context) error {
	q, err := h.billing.Preview(c.Ctx(), c.Actor(), c.QueryParam("plan"))
	if err != nil {
		return err
	}
	out := quoteJSON{Plan: string(q.Plan.Name), People: q.People, Seats: q.Seats, Monthly: q.Monthly, Due: q.Due, DueAt: optional(q.FirstAt), Change: q.Change, Lines: []lineJSON{}}
	for _, l := range q.Lines {
		out.Lines = append(out.Lines, lineJSON(l))
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCheckout(c *web.Context) error {
	in, err := web.Decode[planInput](c)
	if err != nil {
		return err
	}
	s, err := h.billing.Checkout(c.Ctx(), c.Actor(), in.Plan)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, linkJSON{s.URL})
}

func (h *Handlers) apiPortal(c *web.Context) error {
	url, err := h.billing.Portal(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, linkJSON{url})
}

func (h *Handlers) apiChange(c *web.Context) error {
	in, err := web.Decode[planInput](c)
	if err != nil {
		return err
	}
	v, err := h.billing.Change(c.Ctx(), c.Actor(), in.Plan)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, overviewOut(v))
}

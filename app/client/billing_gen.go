// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// BillingAPI is what the API can do with billing.
type BillingAPI struct{ c *Client }

// Billing is what the API can do with billing.
func (c *Client) Billing() BillingAPI { return BillingAPI{c} }

// Show: Show the plan, what it allows and what is used of it.
func (a BillingAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Billing, err error) {
	err = a.c.do(ctx, http.MethodGet, "/billing", query, nil, &out, calls)
	return out, err
}

// Plans: List the plans there are.
func (a BillingAPI) Plans(ctx context.Context, query url.Values, calls ...Call) (out PlanList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/billing/plans", query, nil, &out, calls)
	return out, err
}

// AllPlans is Plans over all pages.
func (a BillingAPI) AllPlans(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Plan, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PlanList, error) { return a.Plans(ctx, query, calls...) }, func(p PlanList) ([]Plan, string) { return p.Data, p.Next })
}

// Seats: List the people who count in the running period, by name.
func (a BillingAPI) Seats(ctx context.Context, query url.Values, calls ...Call) (out SeatList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/billing/seats", query, nil, &out, calls)
	return out, err
}

// AllSeats is Seats over all pages.
func (a BillingAPI) AllSeats(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Seat, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (SeatList, error) { return a.Seats(ctx, query, calls...) }, func(p SeatList) ([]Seat, string) { return p.Data, p.Next })
}

// Invoices: List the invoices, newest first.
func (a BillingAPI) Invoices(ctx context.Context, query url.Values, calls ...Call) (out InvoiceList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/billing/invoices", query, nil, &out, calls)
	return out, err
}

// AllInvoices is Invoices over all pages.
func (a BillingAPI) AllInvoices(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Invoice, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (InvoiceList, error) {
		return a.Invoices(ctx, query, calls...)
	}, func(p InvoiceList) ([]Invoice, string) { return p.Data, p.Next })
}

// Preview: Show what choosing a plan would cost, without choosing it.
func (a BillingAPI) Preview(ctx context.Context, query url.Values, calls ...Call) (out BillingQuote, err error) {
	err = a.c.do(ctx, http.MethodGet, "/billing/preview", query, nil, &out, calls)
	return out, err
}

// Checkout: Make a page at Stripe where a subscription begins.
func (a BillingAPI) Checkout(ctx context.Context, in PlanInput, calls ...Call) (out BillingLink, err error) {
	err = a.c.do(ctx, http.MethodPost, "/billing/checkout", nil, in, &out, calls)
	return out, err
}

// Portal: Make a page at Stripe for cards, tax numbers and cancelling.
func (a BillingAPI) Portal(ctx context.Context, calls ...Call) (out BillingLink, err error) {
	err = a.c.do(ctx, http.MethodPost, "/billing/portal", nil, nil, &out, calls)
	return out, err
}

// Change: Give the running subscription another plan.
func (a BillingAPI) Change(ctx context.Context, in PlanInput, calls ...Call) (out Billing, err error) {
	err = a.c.do(ctx, http.MethodPut, "/billing/plan", nil, in, &out, calls)
	return out, err
}

// Billing is what an organization pays for and uses.
type Billing struct {
	State       string     `json:"state"` // off, trial, trial_over, active, ending, past_due, restricted, ended
	Plan        string     `json:"plan"`  // starter, growth, scale; "" = none
	Seats       int64      `json:"seats"` // people who were active at any moment of the period
	PaidSeats   int64      `json:"paid_seats"`
	Active      int64      `json:"active"`      // people who are active now
	MaxPeople   int64      `json:"max_people"`  // 0 = any number
	Connections int64      `json:"connections"` // besides sandboxes
	MaxProvider int64      `json:"max_connections"`
	Monthly     string     `json:"monthly_usd"` // at today's count, before tax
	PeriodFrom  time.Time  `json:"period_from"`
	PeriodTo    time.Time  `json:"period_to"`
	TrialEndsAt *time.Time `json:"trial_ends_at"`
	EndsAt      *time.Time `json:"ends_at"`   // when a cancelled subscription ends
	DueSince    *time.Time `json:"due_since"` // since when an invoice is open
}

// BillingLine is a body of the API.
type BillingLine struct {
	Text   string `json:"text"`
	Amount string `json:"amount_usd"`
}

// BillingLink is a page at Stripe for an admin's browser.
type BillingLink struct {
	URL string `json:"url"`
}

// BillingQuote is what choosing a plan would cost.
type BillingQuote struct {
	Plan    string        `json:"plan"`
	People  int64         `json:"people"`      // who count
	Seats   int64         `json:"paid_seats"`  // at least the plan's fewest
	Monthly string        `json:"monthly_usd"` // before tax
	Due     string        `json:"due_usd"`     // at due_at, before tax; below zero it is credited
	DueAt   *time.Time    `json:"due_at"`      // null = at once
	Change  bool          `json:"change"`      // of a running subscription
	Lines   []BillingLine `json:"lines"`
}

// Invoice is one invoice at Stripe.
type Invoice struct {
	Number   string    `json:"number"`
	At       time.Time `json:"at"`
	Total    string    `json:"total"`
	Currency string    `json:"currency"` // ISO 4217
	State    string    `json:"state"`    // draft, open, paid, void, uncollectible
	URL      string    `json:"url,omitempty"`
	PDF      string    `json:"pdf,omitempty"`
}

// InvoiceList is a body of the API.
type InvoiceList struct {
	Data    []Invoice `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}

// Plan is one row of the price list.
type Plan struct {
	Name      string `json:"name"`
	PerSeat   string `json:"per_seat_usd"` // for a month, before tax
	MinSeats  int64  `json:"min_seats"`    // paid for at least
	MaxPeople int64  `json:"max_people"`
	Providers int64  `json:"max_connections"` // 0 = any number
}

// PlanInput names a plan.
type PlanInput struct {
	Plan string `json:"plan,omitempty"` // starter, growth, scale
}

// PlanList is a body of the API.
type PlanList struct {
	Data    []Plan `json:"data"`
	HasMore bool   `json:"has_more"`       // whether there are more pages
	Next    string `json:"next,omitempty"` // give it as after
}

// Seat is one person who counts.
type Seat struct {
	Member string     `json:"member"`
	Name   string     `json:"name"`
	Email  string     `json:"email"`
	Since  time.Time  `json:"since"`
	Left   *time.Time `json:"left"` // when they left within the period; null = active
}

// SeatList is a body of the API.
type SeatList struct {
	Data    []Seat `json:"data"`
	HasMore bool   `json:"has_more"`       // whether there are more pages
	Next    string `json:"next,omitempty"` // give it as after
}

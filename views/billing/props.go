// Package billing holds the pages of plans and payments, and the first page of visitors, which shows the same price list.
package billing

import (
	"strconv"

	"github.com/bodhi-gateway/bodhi/views/layout"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ShowPage is /billing.
type ShowPage struct {
	Shell  layout.Shell
	Billed bool // this installation bills
	Error  string
	State  ui.StatusProps
	Says   string // what the state means
	Plan   string // "Growth", "Trial"
	// Monthly, Each and PaidSeats are of a plan; "" without one.
	Monthly, Each, PaidSeats string
	Period                   string
	Seats, Active, Providers int64
	MaxPeople, MaxProviders  int64 // 0 = any number
	Portal                   bool  // there is something at Stripe
	Checkout                 string
	Plans                    []Offer
	Invoices                 []Invoice
	InvoicesAway             bool     // Stripe does not answer
	Tax                      []string // tax numbers, with what is to say of them
}

// Offer is a plan's card.
type Offer struct {
	Title, Price, People, Providers, Support string
	Least                                    string // with as few people as it is for
	Yours                                    string // what it would cost them
	Against                                  string // why it cannot be chosen
	Href                                     string // where it is chosen; "" = nowhere
	Current                                  bool
}

// Invoice is one row.
type Invoice struct {
	Number   string
	At       ui.When
	Total    string
	State    ui.StatusProps
	URL, PDF string
}

// SeatsPage is who counts.
type SeatsPage struct {
	Shell  layout.Shell
	Period string
	Seats  []Seat
}

// Seat is one person.
type Seat struct {
	Name, Email, Href string
	Since, Left       ui.When
}

// PlanPage is what a choice would mean.
type PlanPage struct {
	Shell       layout.Shell
	Name, Title string
	Change      bool // of a running subscription
	Same        bool // it is the plan they have
	People      string
	Seats, Each string
	Least       string // why more seats than people are paid for
	Monthly     string
	Due, DueAt  string
	Lines       []Line
}

// Line is one line of what is charged.
type Line struct{ Text, Amount string }

// CheckoutPage is the last page before Stripe's.
type CheckoutPage struct {
	Shell                layout.Shell
	Plan, Seats, Monthly string
	URL                  string
	Until                ui.When
}

// of is how much of a limit is used, in words.
func of(n, most int64, one, several string) string {
	number := strconv.FormatInt(n, 10)
	if most > 0 {
		number += " of " + strconv.FormatInt(most, 10)
	}
	if n == 1 && most == 0 {
		return number + " " + one
	}
	return number + " " + several
}

func (s Seat) state() ui.StatusProps {
	if s.Left.Text != "" {
		return ui.StatusProps{Label: "Left", Title: "Counts until the end of the period"}
	}
	return ui.StatusProps{Tone: ui.Good, Label: "Active"}
}

func (p PlanPage) facts() []ui.Fact {
	out := []ui.Fact{
		{Label: "People who count", Value: p.People},
		{Label: "Seats that are paid for", Value: p.Seats, Title: p.Least},
		{Label: "A seat and month", Value: p.Each},
		{Label: "A month", Value: p.Monthly + ", before tax"},
	}
	if !p.Same {
		out = append(out, ui.Fact{Label: "Charged first", Value: p.Due + ", " + p.DueAt})
	}
	return out
}

func (p ShowPage) tax() (out []ui.Fact) {
	for _, n := range p.Tax {
		out = append(out, ui.Fact{Label: "Tax number", Value: n})
	}
	return out
}

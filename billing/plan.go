// Package billing is what an organization pays for and what that allows: plans, the people who count, and the state that Stripe
// reports. It is off without a Stripe key: then everything is on, and nobody counts.
//
// A plan limits what may be added: people and provider connections. It never stands in the data plane: nothing here is asked by a
// request of the proxy, whatever was not paid.
package billing

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Name is a plan's name in programs. It is stored, and part of a price's key at Stripe, so it never changes.
type Name string

// The plans.
const (
	Starter Name = "starter"
	Growth  Name = "growth"
	Scale   Name = "scale"
)

// Plan is one row of the price list.
type Plan struct {
	Name    Name
	Title   string
	PerSeat money.USD // for a seat and a month
	// MinSeats are paid for at least; MaxSeats people may be active at once.
	MinSeats, MaxSeats int64
	// Providers are how many provider connections there may be besides the sandbox's; 0 = any number.
	Providers int64
	// Support is what the owner promises besides the program.
	Support string
}

// Plans are all plans, from few people to many: the price list of the page, of the API and of the first page.
var Plans = []Plan{
	{Starter, "Starter", 49 * money.Dollar, 5, 25, 3, "Support by e-mail"},
	{Growth, "Growth", 39 * money.Dollar, 26, 100, 5, "Priority support"},
	{Scale, "Scale", 29 * money.Dollar, 101, 500, 0, "A success manager of your own"},
}

// The trial: everything of a plan for a small team, without a card, unless the operator says another number.
const (
	TrialDays  = 14
	TrialSeats = 25
)

// Trials are what a trial is. Days count when it begins, Seats while it runs.
type Trials struct{ Days, Seats int64 }

func (t Trials) life() time.Duration { return time.Duration(t.Days) * 24 * time.Hour }

// Find is the plan of a name.
func Find(n Name) (Plan, bool) {
	for _, p := range Plans {
		if p.Name == n {
			return p, true
		}
	}
	return Plan{}, false
}

// Read is Find for what somebody sent.
func Read(text string) (Plan, error) {
	if p, ok := Find(Name(text)); ok {
		return p, nil
	}
	return Plan{}, fault.Field("plan", "Choose a plan: starter, growth or scale.")
}

// Billed are the seats that are paid for when people count.
func (p Plan) Billed(people int64) int64 { return max(people, p.MinSeats) }

// Monthly is what a month costs when people count.
func (p Plan) Monthly(people int64) (money.USD, error) {
	seats := p.Billed(people)
	if seats > int64(money.Max)/int64(p.PerSeat) {
		return 0, money.ErrOverflow
	}
	return money.USD(seats) * p.PerSeat, nil
}

// People is the range of a plan in words.
func (p Plan) People() string { return fmt.Sprintf("%d–%d people", p.MinSeats, p.MaxSeats) }

// Connections is the plan's number of providers in words.
func (p Plan) Connections() string {
	if p.Providers == 0 {
		return "Any number of providers"
	}
	return fmt.Sprintf("%d providers", p.Providers)
}

// next is the smallest plan with more room for people; false above Scale.
func (p Plan) next() (Plan, bool) {
	for _, q := range Plans {
		if q.MaxSeats > p.MaxSeats {
			return q, true
		}
	}
	return Plan{}, false
}

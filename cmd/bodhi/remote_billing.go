package main

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/client"
)

type billingCmd struct {
	Status billingStatusCmd `cmd:"" help:"Show the plan, what it allows and what is used of it."`
	Seats  billingSeatsCmd  `cmd:"" help:"List the people who count in the running period."`
}

type billingStatusCmd struct{ remoteFlags }

func (c billingStatusCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	b, err := api.Billing().Show(e.ctx, nil)
	if err != nil {
		return err
	}
	facts := []string{"State", b.State, "Plan", b.Plan, "People", ofLimit(b.Active, b.MaxPeople), "Connections", ofLimit(b.Connections, b.MaxProvider),
		"Seats", fmt.Sprintf("%d in %s to %s", b.Seats, b.PeriodFrom.UTC().Format(time.DateOnly), b.PeriodTo.UTC().Format(time.DateOnly))}
	if b.Plan != "" {
		facts = append(facts, "Paid seats", fmt.Sprint(b.PaidSeats), "A month", b.Monthly+" USD before tax")
	}
	return c.printOne(e.out, b, append(facts, "Trial ends", momentOf(b.TrialEndsAt), "Ends", momentOf(b.EndsAt), "Invoice open since", momentOf(b.DueSince))...)
}

// ofLimit is how much of a limit is used; 0 is none.
func ofLimit(used, most int64) string {
	if most == 0 {
		return fmt.Sprint(used)
	}
	return fmt.Sprintf("%d of %d", used, most)
}

type billingSeatsCmd struct{ remoteFlags }

func (c billingSeatsCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.Billing().AllSeats(e.ctx, nil), "Nobody counts.", []string{"MEMBER", "NAME", "E-MAIL", "SINCE", "LEFT"}, func(s client.Seat) []string {
		return []string{s.Member, s.Name, s.Email, momentOf(&s.Since), momentOf(s.Left)}
	})
}

package app

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
)

// promptOffers are those who would answer a request for a model now, in the data plane's own order and at its own prices. What a rule
// of the route makes of a request's content is not known beforehand.
func (a *App) promptOffers(_ context.Context, actor org.Actor, model string) (out []prompt.Offer) {
	plan, err := a.table.Plan(actor.Org, &llm.Call{Operation: llm.Chat, Model: model})
	if err != nil {
		return nil
	}
	for _, t := range plan.Targets {
		o := prompt.Offer{Target: t.Connection.Name + "/" + t.Model}
		payee := string(t.Connection.Kind)
		if t.Connection.PricedAs != "" {
			payee = t.Connection.PricedAs
		}
		if q, ok := a.prices.Quote(actor.Org, payee, t.Model, a.clock.Now()); ok {
			o.Bill = func(input, output int64) (money.USD, error) {
				bill, err := q.Bill(llm.Usage{Input: input, Output: output})
				return bill.Total, err
			}
		}
		out = append(out, o)
	}
	return out
}

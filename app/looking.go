package app

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
)

// looking bounds what looking for names and addresses costs: by a budget of the purpose that such requests have.
type looking struct{ *core }

var _ pii.Caps = looking{}

var lookCap = budget.Cap{Tag: "purpose=" + pii.Purpose, Name: "Looking for names and addresses", Action: "recognition.capped"}

// Cap implements pii.Caps.
func (l looking) Cap(ctx context.Context, actor org.Actor) (pii.Cap, error) {
	e, there, err := l.budgets(nil).Capped(ctx, actor, lookCap)
	if err != nil || !there {
		return pii.Cap{}, err
	}
	return pii.Cap{Most: money.USD(e.Limit), Spent: money.USD(e.Standing.Spent), Ends: e.Standing.ResetsAt}, nil
}

// SetCap implements pii.Caps.
func (l looking) SetCap(ctx context.Context, actor org.Actor, most money.USD) error {
	return l.budgets(nil).SetCap(ctx, actor, lookCap, most)
}

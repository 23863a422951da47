package pii

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Purpose is what requests to a Recognizer's model are for; money is divided, and bounded, by it.
const Purpose = "pii"

// Cap is what an organization lets looking for names and addresses cost a day. When it is used up nobody can be asked: what becomes of
// a request then is what Recognizer.Failing says.
type Cap struct {
	Most  money.USD // 0 = nobody bounded it
	Spent money.USD // of the present day in the organization's zone; 0 where nobody bounded it
	Ends  time.Time // when the next one begins; zero likewise
}

// Caps keep it. app draws the edge to budgets.
type Caps interface {
	Cap(ctx context.Context, actor org.Actor) (Cap, error)
	SetCap(ctx context.Context, actor org.Actor, most money.USD) error
}

// Cap says what a day of looking may cost and has cost. For admins.
func (s *Service) Cap(ctx context.Context, actor org.Actor) (Cap, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Cap{}, err
	}
	return s.Caps.Cap(ctx, actor)
}

// SetCap bounds it, or takes the bound away with 0.
func (s *Service) SetCap(ctx context.Context, actor org.Actor, most money.USD) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	if most < 0 {
		return fault.Field("max_cost_usd_per_day", "What a day may cost is an amount in USD above 0, such as 5, or nothing.")
	}
	return s.Caps.SetCap(ctx, actor, most)
}

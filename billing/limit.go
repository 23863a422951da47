package billing

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Limits are what may be there at most; 0 = any number.
type Limits struct{ People, Providers int64 }

// limits are those of a state and a plan.
func limits(s State, n Name, t Trials) Limits {
	if s == Off {
		return Limits{}
	}
	if p, ok := Find(n); ok && s != TrialOver {
		return Limits{p.MaxSeats, p.Providers}
	}
	return Limits{People: t.Seats}
}

// RoomForMember refuses one more active person where the plan has no room, inside the transaction that has just added them: the
// count includes them. It is asked where people are added and enabled, by whatever door, and nowhere else.
func (s *Service) RoomForMember(ctx context.Context, o id.Org) error {
	v, err := s.room(ctx, o)
	if err != nil || v.State == Off {
		return err
	}
	if !v.State.Adds() {
		return frozen(v, "people")
	}
	if v.Limits.People > 0 && v.Usage.Active > v.Limits.People {
		return full(v, "people", v.Usage.Active-1, v.Limits.People, "disable or remove somebody under People")
	}
	if v.Limits.People > 0 && v.Usage.Active == v.Limits.People {
		return s.lastSeat(ctx, v)
	}
	return nil
}

// RoomForConnection is RoomForMember for one more provider connection. The sandbox's count for nothing.
func (s *Service) RoomForConnection(ctx context.Context, o id.Org) error {
	v, err := s.room(ctx, o)
	if err != nil || v.State == Off {
		return err
	}
	if !v.State.Adds() {
		return frozen(v, "connections")
	}
	if v.Limits.Providers > 0 && v.Usage.Providers > v.Limits.Providers {
		return full(v, "provider connections", v.Usage.Providers-1, v.Limits.Providers, "delete one that is not used")
	}
	return nil
}

// room holds the organization, so that two who add the last one at once do not both see room.
func (s *Service) room(ctx context.Context, o id.Org) (Overview, error) {
	if !s.On() {
		return Overview{State: Off}, nil
	}
	if err := s.Orgs.Hold(ctx, o); err != nil {
		return Overview{}, err
	}
	return s.overview(ctx, o)
}

// MayDelete refuses to let an organization be deleted while a subscription would run on: nobody of it gets to the portal any
// more, and Stripe would charge for good. It asks what was read last; no network inside the transaction that deletes.
func (s *Service) MayDelete(ctx context.Context, o id.Org) error {
	if !s.On() {
		return nil
	}
	a, err := s.account(ctx, o)
	if err != nil || !a.Status.Runs() || !a.EndsAt.IsZero() {
		return err
	}
	return fault.New(fault.Conflict, "subscribed", "The plan still runs, and Stripe would go on charging for it. An organization admin can cancel it under Billing, by Cards, tax number, cancelling. Then delete the organization.").
		With("subscription", a.Subscription.ID)
}

// LimitCode is the code of these refusals.
const LimitCode = "plan_limit"

func full(v Overview, what string, used, most int64, instead string) error {
	plan, more := "The trial", "choose a plan"
	if v.Plan.Name != "" {
		plan = "Your plan " + v.Plan.Title
		if next, ok := v.Plan.next(); ok {
			more = "change to " + next.Title
		} else {
			more = "ask us for more"
		}
	}
	return fault.Newf(fault.Conflict, "plan_limit", "%s has room for %d %s, and %d are there. An organization admin can %s under Billing, or %s. What runs goes on.", plan, most, what, used, more, instead).
		With("limit", fmt.Sprint(most)).With("used", fmt.Sprint(used))
}

func frozen(v Overview, what string) error {
	why := "The trial is over"
	do := "choose a plan"
	switch v.State {
	case Restricted:
		why, do = fmt.Sprintf("A payment has been open for more than %d days", int(Grace.Hours()/24)), "pay the open invoice"
	case Ended:
		why = "The subscription has ended"
	}
	return fault.Newf(fault.Conflict, "plan_limit", "%s, so no %s can be added. An organization admin can %s under Billing. What is there goes on working.", why, what, do)
}

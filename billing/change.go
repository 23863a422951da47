package billing

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Quote is what choosing a plan would mean, before it is chosen.
type Quote struct {
	Plan    Plan
	People  int64 // who count now
	Seats   int64 // paid for: at least the plan's fewest
	Monthly money.USD
	// First says when and how much is charged first: after the trial, now for the rest of the period, or now for a month.
	FirstAt time.Time // zero = at once
	Due     money.USD // at that moment, before tax; below zero it is credited
	Lines   []Line    // of a change's proration; nil at the beginning
	Change  bool      // a running subscription changes, else one begins
	Same    bool      // it is the plan they have
}

// Preview is what choosing a plan would cost, for admins.
func (s *Service) Preview(ctx context.Context, actor org.Actor, plan string) (Quote, error) {
	if err := actor.Require(MayRead); err != nil {
		return Quote{}, err
	}
	v, q, err := s.quote(ctx, actor, plan)
	if err != nil || !q.Change {
		return q, err
	}
	now := s.Clock.Now()
	e, err := s.Cashier.Preview(ctx, v.Customer, v.Subscription, q.Plan, q.Seats, now)
	if err != nil {
		return q, s.away(ctx, "preview", err)
	}
	q.Due, q.Lines = e.DueNow, e.Lines
	return q, nil
}

// quote is Preview without Stripe. Where nothing is billed it says what would be.
func (s *Service) quote(ctx context.Context, actor org.Actor, plan string) (Overview, Quote, error) {
	p, err := Read(plan)
	if err != nil {
		return Overview{}, Quote{}, err
	}
	v, err := s.overview(ctx, actor.Org)
	if err != nil {
		return v, Quote{}, err
	}
	if err := fitting(p, v.Usage); err != nil {
		return v, Quote{}, err
	}
	q := Quote{Plan: p, People: v.Usage.Seats, Seats: p.Billed(v.Usage.Seats), Change: v.Status.Runs(), Same: v.Status.Runs() && v.Plan.Name == p.Name}
	if q.Monthly, err = p.Monthly(q.People); err != nil {
		return v, q, fmt.Errorf("billing: %w", err)
	}
	q.Due = q.Monthly
	if end := s.trialEnd(v.Account); !end.IsZero() && !q.Change {
		q.FirstAt = end
	}
	return v, q, nil
}

// fitting refuses a plan that is too small for what is there.
func fitting(p Plan, u Usage) error {
	if u.Active > p.MaxSeats {
		return fault.Field("plan", fmt.Sprintf("%s is for up to %d people, and you are %d. Choose a larger plan.", p.Title, p.MaxSeats, u.Active))
	}
	if p.Providers > 0 && u.Providers > p.Providers {
		return fault.Field("plan", fmt.Sprintf("%s has %d providers, and you have %d connections. Choose a larger plan, or delete connections first.", p.Title, p.Providers, u.Providers))
	}
	return nil
}

// trialEnd is when an order is paid first: Stripe wants at least 48 hours until then.
func (s *Service) trialEnd(a Account) time.Time {
	if a.TrialEndsAt.After(s.Clock.Now().Add(49 * time.Hour)) {
		return a.TrialEndsAt.Truncate(time.Second)
	}
	return time.Time{}
}

// Change gives a running subscription another plan. What follows for the running period is charged or credited at once.
func (s *Service) Change(ctx context.Context, actor org.Actor, plan string) (Overview, error) {
	if err := actor.Require(MayChange); err != nil {
		return Overview{}, err
	}
	if !s.On() {
		return Overview{}, off()
	}
	v, q, err := s.quote(ctx, actor, plan)
	if err != nil {
		return v, err
	}
	if !q.Change {
		return v, fault.New(fault.Conflict, "not_subscribed", "There is no subscription yet. Begin one with a checkout.")
	}
	if q.Same {
		return v, nil
	}
	if v.Order.Kind == Changing { // what was begun is finished first, under its own key
		if _, err := s.perform(ctx, v.Account); err != nil {
			return v, err
		}
	}
	a, err := s.order(ctx, actor, Order{Kind: Changing, Plan: q.Plan.Name, Seats: q.Seats}, "billing.plan_changed")
	if err != nil {
		return v, err
	}
	if _, err := s.perform(ctx, a); err != nil {
		return v, err
	}
	return s.overview(ctx, actor.Org)
}

// order writes down what is about to be done at Stripe, with its audit entry.
func (s *Service) order(ctx context.Context, actor org.Actor, want Order, action string) (a Account, err error) {
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		a, err = s.update(ctx, actor.Org, func(a *Account) error {
			if a.Order.Kind == Changing && want.Kind == Changing {
				return fault.New(fault.Conflict, "change_running", "Another change is under way. Reload the page and look at what came of it.")
			}
			want.At = s.Clock.Now().UTC().Truncate(time.Second)
			a.Order, a.Sequence = want, a.Sequence+1
			return nil
		})
		if err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: actor.Org.String(), TargetName: string(want.Plan),
			Before: map[string]any{"plan": string(a.Subscription.Plan), "seats": a.Subscription.Seats}, After: map[string]any{"plan": string(want.Plan), "seats": want.Seats}})
	})
	return a, err
}

// perform makes the call of the order that is written down, and writes down what came of it. A second time it is the same call
// under the same key.
func (s *Service) perform(ctx context.Context, a Account) (Account, error) {
	p, ok := Find(a.Order.Plan)
	if !ok {
		return a, fmt.Errorf("billing: an order for the plan %q", a.Order.Plan)
	}
	switch a.Order.Kind {
	case Checking:
		made, err := s.Cashier.Checkout(ctx, Checkout{Org: a.Org, Customer: a.Customer, Plan: p, Seats: a.Order.Seats, TrialEnd: a.Order.TrialEnd,
			Back: s.PublicURL + "/billing", Done: s.PublicURL + "/billing/done"}, a.key())
		if err != nil {
			return a, s.undone(ctx, a, "make a checkout", err)
		}
		made.Plan, made.Seats = p.Name, a.Order.Seats
		return s.settle(ctx, a, func(b *Account) { b.Session = made })
	case Changing:
		if err := s.Cashier.Change(ctx, a.Subscription, p, a.Order.Seats, a.Order.At, a.key()); err != nil {
			return a, s.undone(ctx, a, "change the subscription", err)
		}
		if _, err := s.settle(ctx, a, func(*Account) {}); err != nil {
			return a, err
		}
		return s.Reconcile(ctx, a.Org)
	}
	return a, nil
}

// undone is an order that was not carried out. A final no takes it off the books; anything else is tried again.
func (s *Service) undone(ctx context.Context, a Account, what string, err error) error {
	if !errors.Is(err, ErrRefused) {
		return s.away(ctx, what, err)
	}
	s.Log.WarnContext(ctx, "stripe refused", "what", what, "organization", a.Org.String(), "error", err.Error())
	if _, err := s.settle(ctx, a, func(*Account) {}); err != nil {
		return err
	}
	return fault.New(fault.Conflict, "stripe_refused", "Stripe refused this, most likely because of the card. Look at the payment method in Stripe's portal, and try again.").Because(err)
}

// key is the order's idempotency key: it is another order's never.
func (a Account) key() string {
	return string(a.Order.Kind) + " " + a.Org.UUID() + " " + strconv.FormatInt(a.Sequence, 10)
}

// settle takes the order off the books, unless it is another one by now.
func (s *Service) settle(ctx context.Context, done Account, and func(*Account)) (Account, error) {
	return s.update(ctx, done.Org, func(a *Account) error {
		if a.Sequence == done.Sequence {
			a.Order = Order{}
		}
		and(a)
		return nil
	})
}

// update reads, changes and writes the account until nobody else was faster.
func (s *Service) update(ctx context.Context, o id.Org, change func(*Account) error) (Account, error) {
	const tries = 10
	for range tries {
		a, err := s.account(ctx, o)
		if err != nil {
			return a, err
		}
		if err := change(&a); err != nil {
			return a, err
		}
		a.UpdatedAt = s.Clock.Now().UTC()
		ok, err := s.Store.Save(ctx, a)
		if err != nil {
			return a, fmt.Errorf("billing: save: %w", err)
		}
		if ok {
			a.Version++
			return a, nil
		}
	}
	return Account{}, fault.New(fault.Conflict, "changed", "Several changes came at once. Reload the page and try again.")
}

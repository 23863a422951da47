package billing

import (
	"context"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Checkout makes a page at Stripe where the admin begins a subscription. Asked again for the same plan, it is the same page;
// for another, the first is closed, so that nobody pays twice.
func (s *Service) Checkout(ctx context.Context, actor org.Actor, plan string) (Session, error) {
	if err := actor.Require(MayChange); err != nil {
		return Session{}, err
	}
	if !s.On() {
		return Session{}, off()
	}
	v, q, err := s.quote(ctx, actor, plan)
	if err != nil {
		return Session{}, err
	}
	if q.Change {
		return Session{}, fault.New(fault.Conflict, "subscribed", "There is a subscription already. Change its plan instead.")
	}
	if v.Session.Open(s.Clock.Now()) {
		if v.Session.Plan == q.Plan.Name && v.Session.Seats == q.Seats {
			return v.Session, nil
		}
		if err := s.closeCheckout(ctx, v.Account); err != nil {
			return Session{}, err
		}
		closed := v.Session.ID // offered to nobody any more, whatever comes of the next one
		if v.Account, err = s.update(ctx, actor.Org, func(a *Account) error {
			if a.Session.ID == closed {
				a.Session = Session{}
			}
			return nil
		}); err != nil {
			return Session{}, err
		}
	}
	if _, err := s.customer(ctx, actor); err != nil {
		return Session{}, err
	}
	if again := v.Order; again.Kind == Checking && again.Plan == q.Plan.Name && again.Seats == q.Seats { // its answer never came
		a, err := s.perform(ctx, v.Account)
		return a.Session, err
	}
	a, err := s.order(ctx, actor, Order{Kind: Checking, Plan: q.Plan.Name, Seats: q.Seats, TrialEnd: q.FirstAt}, "billing.checkout_started")
	if err != nil {
		return Session{}, err
	}
	if a, err = s.perform(ctx, a); err != nil {
		return Session{}, err
	}
	return a.Session, nil
}

// closeCheckout closes the open page. One that was just paid at turns into a subscription instead.
func (s *Service) closeCheckout(ctx context.Context, a Account) error {
	err := s.Cashier.Expire(ctx, a.Session.ID)
	if errors.Is(err, ErrSettled) {
		read, err := s.Reconcile(ctx, a.Org)
		if err == nil && read.Status.Runs() {
			return fault.New(fault.Conflict, "subscribed", "The subscription has just begun. Reload the page to see it.")
		}
		return err
	}
	if err != nil {
		return s.away(ctx, "close the checkout", err)
	}
	return nil
}

// customer makes the organization's customer at Stripe, once: its key is the organization.
func (s *Service) customer(ctx context.Context, actor org.Actor) (Account, error) {
	a, err := s.account(ctx, actor.Org)
	if err != nil || a.Customer != "" {
		return a, err
	}
	o, err := s.Orgs.Organization(ctx, actor.Org)
	if err != nil {
		return a, err
	}
	email, err := s.payer(ctx, actor)
	if err != nil {
		return a, err
	}
	made, err := s.Cashier.Customer(ctx, o.ID, o.Name, email, "customer "+o.ID.UUID())
	if err != nil {
		return a, s.away(ctx, "make a customer", err)
	}
	return s.update(ctx, actor.Org, func(a *Account) error {
		if a.Customer == "" {
			a.Customer = made
		}
		return nil
	})
}

// payer is the address that Stripe writes to first. It is the first admin's, and not whoever clicks: the call must be the same
// when it is repeated.
func (s *Service) payer(ctx context.Context, actor org.Actor) (string, error) {
	all, err := s.admins(ctx, actor.Org)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0].Email, nil
}

// Portal makes a page at Stripe where cards, addresses, tax numbers and cancellations are dealt with.
func (s *Service) Portal(ctx context.Context, actor org.Actor) (string, error) {
	if err := actor.Require(MayChange); err != nil {
		return "", err
	}
	if !s.On() {
		return "", off()
	}
	a, err := s.account(ctx, actor.Org)
	if err != nil {
		return "", err
	}
	if a.Customer == "" {
		return "", fault.New(fault.Conflict, "not_subscribed", "There is no subscription yet. Begin one with a checkout.")
	}
	url, err := s.Cashier.Portal(ctx, a.Customer, s.PublicURL+"/billing")
	if err != nil {
		return "", s.away(ctx, "open the portal", err)
	}
	return url, nil
}

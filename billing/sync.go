package billing

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// SyncAll brings Stripe's number of seats to the number of people who count, in every organization, and orders the letters that
// are due. For the nightly job; running it twice changes nothing the second time. One organization's failure stops no other.
func (s *Service) SyncAll(ctx context.Context) error {
	if !s.On() {
		return nil
	}
	all, err := s.Store.Organizations(ctx)
	if err != nil {
		return fmt.Errorf("billing: organizations: %w", err)
	}
	var errs []error
	for _, o := range all {
		if err := s.Sync(ctx, o); err != nil {
			errs = append(errs, fmt.Errorf("billing of %s: %w", o, err))
		}
	}
	return errors.Join(errs...)
}

// Sync is SyncAll for one organization.
func (s *Service) Sync(ctx context.Context, o id.Org) error {
	a, err := s.account(ctx, o)
	if err != nil {
		return err
	}
	if a.Order.Kind == Changing { // a process died before it heard what came of it
		if a, err = s.perform(ctx, a); err != nil {
			return err
		}
	}
	if a, err = s.Reconcile(ctx, o); err != nil {
		return err
	}
	if err := s.seat(ctx, o); err != nil {
		return err
	}
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		a, err := s.account(ctx, o)
		if err != nil {
			return err
		}
		return s.remind(ctx, a)
	})
}

// seat orders the number of seats that people take, where Stripe has another.
func (s *Service) seat(ctx context.Context, o id.Org) error {
	v, err := s.overview(ctx, o)
	if err != nil || v.Plan.Name == "" {
		return err
	}
	if st := v.Status; st != Live && st != Trialing { // what is owed is not made larger meanwhile
		return nil
	}
	want := v.Plan.Billed(v.Usage.Seats)
	if want == v.Subscription.Seats {
		return nil
	}
	a, err := s.order(ctx, org.System(o, "seats"), Order{Kind: Changing, Plan: v.Plan.Name, Seats: want}, "billing.seats_changed")
	if err != nil {
		return err
	}
	_, err = s.perform(ctx, a)
	return err
}

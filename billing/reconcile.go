package billing

import (
	"context"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Reconcile reads what Stripe has and writes it down. It is the only way a subscription's state gets in: what events, answers and
// pages say is no more than a reason to look. So events may come twice, late or in any order.
func (s *Service) Reconcile(ctx context.Context, o id.Org) (Account, error) {
	return s.reconcile(ctx, o, nil)
}

// reconcile does it for an event too, which is written down in the same transaction.
//
// Two that run at once cannot leave the older state: the account's version is read before Stripe is, so whoever read first and
// writes last is refused, and looks again.
func (s *Service) reconcile(ctx context.Context, o id.Org, because *Event) (Account, error) {
	const tries = 10
	for range tries {
		a, err := s.account(ctx, o)
		if err != nil || a.Customer == "" {
			return a, err
		}
		all, err := s.Cashier.Subscriptions(ctx, a.Customer)
		if err != nil {
			return a, s.away(ctx, "read the subscription", err)
		}
		now, others := choose(all)
		for _, extra := range others {
			s.Log.ErrorContext(ctx, "a second subscription runs; it is cancelled and given back", "organization", o.String(), "subscription", extra.ID)
			if err := s.Cashier.Cancel(ctx, extra.ID, "cancel "+extra.ID); err != nil {
				return a, s.away(ctx, "cancel a second subscription", err)
			}
		}
		saved, err := s.write(ctx, &a, now, because)
		if err != nil || saved {
			return a, err
		}
	}
	return Account{}, fault.New(fault.Conflict, "changed", "Several changes came at once. Try again.")
}

// write puts what was read over the account, the caller's as well: it asks what came of it. false if somebody wrote it since it
// was read.
func (s *Service) write(ctx context.Context, a *Account, now Subscription, because *Event) (saved bool, err error) {
	was := a.Subscription
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if because != nil {
			fresh, err := s.Store.Heard(ctx, a.Org, *because)
			if err != nil {
				return err
			}
			saved = !fresh
			if saved { // the same event, delivered twice at once
				return nil
			}
		}
		a.Subscription, a.UpdatedAt = now, s.Clock.Now().UTC()
		if now.Status.Runs() {
			a.Session = Session{}
			if a.Order.Kind == Checking {
				a.Order = Order{}
			}
		}
		ok, err := s.Store.Save(ctx, *a)
		if err != nil {
			return err
		}
		if !ok {
			return errStale
		}
		saved = true
		return s.told(ctx, *a, was, now)
	})
	if err == errStale {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("billing: write down the subscription: %w", err)
	}
	return saved, nil
}

// errStale rolls a write back that was based on an older version.
var errStale = fault.New(fault.Conflict, "changed", "Somebody was faster.")

// told leaves an entry in the audit log, and tells admins, where a state changed.
func (s *Service) told(ctx context.Context, a Account, was, now Subscription) error {
	if was.Plan == now.Plan && was.Status == now.Status && was.Seats == now.Seats && was.EndsAt.Equal(now.EndsAt) {
		return nil
	}
	err := s.Audit.Append(ctx, org.System(a.Org, "Stripe"), audit.Entry{Action: "billing.updated", Target: a.Org.String(), TargetName: now.ID,
		Before: stated(was), After: stated(now)})
	if err != nil {
		return err
	}
	return s.remind(ctx, a)
}

func stated(s Subscription) map[string]any {
	if s.ID == "" {
		return nil
	}
	return map[string]any{"plan": string(s.Plan), "status": string(s.Status), "seats": s.Seats}
}

// choose is the subscription that counts: the oldest that runs, or else the newest that ran. All others that run are extra.
func choose(all []Found) (Subscription, []Found) {
	slices.SortFunc(all, func(a, b Found) int {
		if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
			return c
		}
		return slices.Compare([]byte(a.ID), []byte(b.ID))
	})
	var running []Found
	last := Subscription{}
	for _, f := range all {
		if f.Status.Runs() {
			running = append(running, f)
		}
		if f.Status != Incomplete && f.Status != Expired { // an order that never was paid is none
			last = f.Subscription
		}
	}
	if len(running) == 0 {
		return last, nil
	}
	return running[0].Subscription, running[1:]
}

// Hear deals with an event of Stripe whose signature was checked: it looks at Stripe again. An event that is about nobody here
// is somebody else's on the same Stripe account, and one that was dealt with is done.
func (s *Service) Hear(ctx context.Context, e Event) error {
	if !s.On() || e.Customer == "" {
		return nil
	}
	o, ok, err := s.Store.OfCustomer(ctx, e.Customer)
	if err != nil {
		return fmt.Errorf("billing: whose event: %w", err)
	}
	if !ok {
		s.Log.InfoContext(ctx, "an event about a customer that is not ours", "event", e.ID)
		return nil
	}
	known, err := s.Store.Known(ctx, o, e.ID)
	if err != nil || known {
		return err
	}
	_, err = s.reconcile(ctx, o, &e)
	return err
}

// Look is Reconcile for an admin who comes back from Stripe's pages.
func (s *Service) Look(ctx context.Context, actor org.Actor) error {
	if err := actor.Require(MayRead); err != nil {
		return err
	}
	if !s.On() {
		return nil
	}
	_, err := s.Reconcile(ctx, actor.Org)
	return err
}

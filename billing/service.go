package billing

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Trials are what a trial is now.
func (s *Service) Trials(ctx context.Context) (Trials, error) {
	if s.Trial == nil {
		return Trials{TrialDays, TrialSeats}, nil
	}
	return s.Trial(ctx)
}

// Service is the room.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// On reports whether this installation bills.
func (s *Service) On() bool { return s.Cashier != nil }

// MayRead and MayChange: what is paid is the admins' business.
const (
	MayRead   = org.Admin
	MayChange = org.Admin
)

// off is the answer to a change where nothing is billed.
func off() error {
	return fault.New(fault.Conflict, "billing_off", "This installation does not bill: everything is on and nobody counts. Whoever runs it can set STRIPE_SECRET_KEY.")
}

// Overview is what an organization has and uses.
type Overview struct {
	Account
	State    State
	Plan     Plan // zero without one; of a subscription that is over, what it was
	Usage    Usage
	Limits   Limits
	From, To time.Time // the period in which people count
	Monthly  money.USD // at today's count; 0 where no subscription runs
}

// Overview is what the organization has and uses, for admins. Where billing is off only Usage is filled.
func (s *Service) Overview(ctx context.Context, actor org.Actor) (Overview, error) {
	if err := actor.Require(MayRead); err != nil {
		return Overview{}, err
	}
	return s.overview(ctx, actor.Org)
}

func (s *Service) overview(ctx context.Context, o id.Org) (v Overview, err error) {
	now := s.Clock.Now()
	v.State = Off
	if s.On() {
		if v.Account, err = s.account(ctx, o); err != nil {
			return v, err
		}
		v.State = v.Account.State(now)
	}
	v.From, v.To = v.Account.Period(now)
	if v.Usage, err = s.Store.Usage(ctx, o, v.From, v.To); err != nil {
		return v, fmt.Errorf("billing: count: %w", err)
	}
	var t Trials
	if _, paid := Find(v.Account.Subscription.Plan); s.On() && (!paid || v.State == TrialOver) {
		if t, err = s.Trials(ctx); err != nil {
			return v, fmt.Errorf("billing: what a trial is: %w", err)
		}
	}
	v.Limits = limits(v.State, v.Account.Subscription.Plan, t)
	if p, ok := Find(v.Account.Subscription.Plan); ok {
		v.Plan = p
		if v.Status.Runs() {
			v.Monthly, err = p.Monthly(v.Usage.Seats)
		}
	}
	return v, err
}

// Seats are the people who count in the running period, for admins.
func (s *Service) Seats(ctx context.Context, actor org.Actor) ([]Seat, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	var a Account
	if s.On() {
		var err error
		if a, err = s.account(ctx, actor.Org); err != nil {
			return nil, err
		}
	}
	from, to := a.Period(s.Clock.Now())
	out, err := s.Store.Seats(ctx, actor.Org, from, to)
	if err != nil {
		return nil, fmt.Errorf("billing: seats: %w", err)
	}
	return out, nil
}

// account is an organization's; the first look begins its trial.
func (s *Service) account(ctx context.Context, o id.Org) (Account, error) {
	a, ok, err := s.Store.Account(ctx, o)
	if err != nil {
		return a, fmt.Errorf("billing: account: %w", err)
	}
	if ok {
		return a, nil
	}
	t, err := s.Trials(ctx)
	if err != nil {
		return a, fmt.Errorf("billing: what a trial is: %w", err)
	}
	now := s.Clock.Now().UTC()
	if err := s.Store.Open(ctx, Account{Org: o, TrialEndsAt: now.Add(t.life()), Version: 1, UpdatedAt: now}); err != nil {
		return a, fmt.Errorf("billing: begin a trial: %w", err)
	}
	if a, _, err = s.Store.Account(ctx, o); err != nil {
		return a, fmt.Errorf("billing: account: %w", err)
	}
	return a, nil
}

// Invoices are the organization's, newest first, for admins.
func (s *Service) Invoices(ctx context.Context, actor org.Actor) ([]Invoice, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	if !s.On() {
		return nil, nil
	}
	a, err := s.account(ctx, actor.Org)
	if err != nil || a.Customer == "" {
		return nil, err
	}
	out, err := s.Cashier.Invoices(ctx, a.Customer)
	if err != nil {
		return nil, s.away(ctx, "list invoices", err)
	}
	return out, nil
}

// TaxNumbers are those on the organization's invoices, for admins. They are kept at Stripe alone.
func (s *Service) TaxNumbers(ctx context.Context, actor org.Actor) ([]TaxNumber, error) {
	if err := actor.Require(MayRead); err != nil {
		return nil, err
	}
	if !s.On() {
		return nil, nil
	}
	a, err := s.account(ctx, actor.Org)
	if err != nil || a.Customer == "" {
		return nil, err
	}
	out, err := s.Cashier.TaxNumbers(ctx, a.Customer)
	if err != nil {
		return nil, s.away(ctx, "list tax numbers", err)
	}
	return out, nil
}

// away is a failure of Stripe, as people read it.
func (s *Service) away(ctx context.Context, what string, err error) error {
	s.Log.WarnContext(ctx, "stripe did not do it", "what", what, "error", err.Error())
	return fault.New(fault.Upstream, "stripe_failed", "Stripe did not answer as expected. Nothing was changed here; try again in a minute.").Because(fmt.Errorf("%s: %w", what, err))
}

package budget

import (
	"context"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// This file holds signatures whose bodies follow in the next commits; it disappears with the last of them.

var errPending = fault.New(fault.Unavailable, "unavailable", "This is being built.")

// Grant adds to the present period of a budget: a temporary increase or a borrowing by whoever may change the budget,
// though never of their own limit; an opened reserve by admins.
func (s *Service) Grant(ctx context.Context, actor org.Actor, b id.Budget, in GrantInput) (Grant, error) {
	return Grant{}, errPending
}

// Grants are a budget's grants, newest first, for who may see it.
func (s *Service) Grants(ctx context.Context, actor org.Actor, b id.Budget) ([]Grant, error) {
	return nil, errPending
}

// Room is how much the actor could grant now.
func (s *Service) Room(ctx context.Context, actor org.Actor, b id.Budget) (Room, error) {
	return Room{}, errPending
}

// Asking is the budget that somebody wants more of: one that they see, or spend under.
func (s *Service) Asking(ctx context.Context, actor org.Actor, b id.Budget) (Entry, error) {
	return Entry{}, errPending
}

// Ask requests more of a budget that the actor sees or spends under.
func (s *Service) Ask(ctx context.Context, actor org.Actor, b id.Budget, in RequestInput) (Request, error) {
	return Request{}, errPending
}

// Requests are those that the actor may decide and their own, newest first.
func (s *Service) Requests(ctx context.Context, actor org.Actor, q RequestQuery) ([]Request, error) {
	return nil, errPending
}

// Request is one of them.
func (s *Service) Request(ctx context.Context, actor org.Actor, r id.Override) (Request, error) {
	return Request{}, errPending
}

// Approve grants what was asked for, or what the verdict says. Approving twice does nothing the second time.
func (s *Service) Approve(ctx context.Context, actor org.Actor, r id.Override, v Verdict) (Request, error) {
	return Request{}, errPending
}

// Deny refuses a request. Denying twice does nothing the second time.
func (s *Service) Deny(ctx context.Context, actor org.Actor, r id.Override, note string) (Request, error) {
	return Request{}, errPending
}

// Alerts are the thresholds that a budget crossed, newest first.
func (s *Service) Alerts(ctx context.Context, actor org.Actor, b id.Budget) ([]Alert, error) {
	return nil, errPending
}

// Statements are a budget's periods, newest first, at most the last 100.
func (s *Service) Statements(ctx context.Context, actor org.Actor, b id.Budget) ([]Statement, error) {
	return nil, errPending
}

// Forecast says where a budget will stand at the end of its present period.
func (s *Service) Forecast(ctx context.Context, actor org.Actor, b id.Budget) (Forecast, error) {
	return Forecast{}, errPending
}

// Forecasts are the forecasts of many budgets, without Days. Those of tags are left out: they cost a reading of the
// facts each.
func (s *Service) Forecasts(ctx context.Context, actor org.Actor, of []Entry) (map[id.Budget]Forecast, error) {
	return nil, errPending
}

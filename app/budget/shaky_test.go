package budget_test

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// shaky fails one call of all that a service makes: of its store, of what lost nodes left behind, of the audit log and of the herald.
type shaky struct {
	budget.Store
	held  budget.SuspenseStore
	diary *diary
	fails int // the call that fails, counted down; below 1 none does
	last  string
}

func (s *shaky) ok(call string) error {
	if s.fails--; s.fails == 0 {
		s.last = call
		return errDown
	}
	return nil
}

// try makes a call unless it is the one that fails.
func try[T any](s *shaky, call string, do func() (T, error)) (T, error) {
	if err := s.ok(call); err != nil {
		var none T
		return none, err
	}
	return do()
}

// run is try of a call that answers nothing.
func (s *shaky) run(call string, do func() error) error {
	if err := s.ok(call); err != nil {
		return err
	}
	return do()
}

func (s *shaky) Append(ctx context.Context, a org.Actor, e audit.Entry) error {
	return s.run("Append", func() error { return s.diary.Append(ctx, a, e) })
}

func (s *shaky) Asked(context.Context, id.Org, budget.Request, func(org.Actor) bool) error {
	return s.ok("Asked")
}

func (s *shaky) Decided(context.Context, id.Org, budget.Request) error { return s.ok("Decided") }

func (s *shaky) Suspended(ctx context.Context, o id.Org, b id.Budget) ([]budget.Suspended, error) {
	return try(s, "Suspended", func() ([]budget.Suspended, error) { return s.held.Suspended(ctx, o, b) })
}

func (s *shaky) AddRelease(ctx context.Context, r budget.Release) error {
	return s.run("AddRelease", func() error { return s.held.AddRelease(ctx, r) })
}

func (s *shaky) Place(ctx context.Context, x org.Scope) (budget.Place, error) {
	return try(s, "Place", func() (budget.Place, error) { return s.Store.Place(ctx, x) })
}

func (s *shaky) Insert(ctx context.Context, b budget.Budget, now time.Time) error {
	return s.run("Insert", func() error { return s.Store.Insert(ctx, b, now) })
}

func (s *shaky) Update(ctx context.Context, b budget.Budget, now time.Time) error {
	return s.run("Update", func() error { return s.Store.Update(ctx, b, now) })
}

func (s *shaky) Delete(ctx context.Context, o id.Org, b id.Budget) error {
	return s.run("Delete", func() error { return s.Store.Delete(ctx, o, b) })
}

func (s *shaky) Get(ctx context.Context, o id.Org, b id.Budget, now time.Time) (budget.Listed, error) {
	return try(s, "Get", func() (budget.Listed, error) { return s.Store.Get(ctx, o, b, now) })
}

func (s *shaky) List(ctx context.Context, o id.Org, now time.Time) ([]budget.Listed, error) {
	return try(s, "List", func() ([]budget.Listed, error) { return s.Store.List(ctx, o, now) })
}

func (s *shaky) Count(ctx context.Context, o id.Org) (int64, error) {
	return try(s, "Count", func() (int64, error) { return s.Store.Count(ctx, o) })
}

func (s *shaky) Present(ctx context.Context, b budget.Budget, now time.Time) (budget.Present, error) {
	return try(s, "Present", func() (budget.Present, error) { return s.Store.Present(ctx, b, now) })
}

func (s *shaky) AddGrants(ctx context.Context, b budget.Budget, now time.Time, g ...budget.Grant) error {
	return s.run("AddGrants", func() error { return s.Store.AddGrants(ctx, b, now, g...) })
}

func (s *shaky) Grants(ctx context.Context, o id.Org, b id.Budget) ([]budget.Grant, error) {
	return try(s, "Grants", func() ([]budget.Grant, error) { return s.Store.Grants(ctx, o, b) })
}

func (s *shaky) AddRequest(ctx context.Context, o id.Org, r budget.Request) error {
	return s.run("AddRequest", func() error { return s.Store.AddRequest(ctx, o, r) })
}

func (s *shaky) Requests(ctx context.Context, o id.Org, q budget.RequestQuery) ([]budget.Request, error) {
	return try(s, "Requests", func() ([]budget.Request, error) { return s.Store.Requests(ctx, o, q) })
}

func (s *shaky) Request(ctx context.Context, o id.Org, r id.Ask) (budget.Request, error) {
	return try(s, "Request", func() (budget.Request, error) { return s.Store.Request(ctx, o, r) })
}

func (s *shaky) Decide(ctx context.Context, o id.Org, r budget.Request) (bool, error) {
	return try(s, "Decide", func() (bool, error) { return s.Store.Decide(ctx, o, r) })
}

func (s *shaky) Alerts(ctx context.Context, o id.Org, b id.Budget) ([]budget.Alert, error) {
	return try(s, "Alerts", func() ([]budget.Alert, error) { return s.Store.Alerts(ctx, o, b) })
}

func (s *shaky) Statements(ctx context.Context, o id.Org, b id.Budget) ([]budget.Statement, error) {
	return try(s, "Statements", func() ([]budget.Statement, error) { return s.Store.Statements(ctx, o, b) })
}

func (s *shaky) Above(ctx context.Context, x org.Scope, m ledger.Measure, now time.Time) ([]budget.Listed, error) {
	return try(s, "Above", func() ([]budget.Listed, error) { return s.Store.Above(ctx, x, m, now) })
}

func (s *shaky) Below(ctx context.Context, x org.Scope, m ledger.Measure, now time.Time) ([]budget.Listed, error) {
	return try(s, "Below", func() ([]budget.Listed, error) { return s.Store.Below(ctx, x, m, now) })
}

func (s *shaky) Lock(ctx context.Context, o id.Org, b id.Budget) error {
	return s.run("Lock", func() error { return s.Store.Lock(ctx, o, b) })
}

func (s *shaky) Uses(ctx context.Context, o id.Org, k org.ScopeKind, nodes []string, m ledger.Measure, from time.Time) (map[string][]budget.Use, error) {
	return try(s, "Uses", func() (map[string][]budget.Use, error) { return s.Store.Uses(ctx, o, k, nodes, m, from) })
}

func (s *shaky) Used(ctx context.Context, x org.Scope, m ledger.Measure, from, to time.Time) (ledger.Units, error) {
	return try(s, "Used", func() (ledger.Units, error) { return s.Store.Used(ctx, x, m, from, to) })
}

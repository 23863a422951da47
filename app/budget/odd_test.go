package budget_test

import (
	"context"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// odd is a store in which something is as it rarely is.
type odd struct {
	budget.Store
	count    int64                     // how many budgets there are, if not 0
	archived bool                      // every place
	beaten   bool                      // somebody else decides each request a moment earlier
	due      func() (time.Time, error) // what ends next
	since    time.Time                 // how far back the last forecast looked
}

func (s *odd) Count(ctx context.Context, o id.Org) (int64, error) {
	if s.count > 0 {
		return s.count, nil
	}
	return s.Store.Count(ctx, o)
}

func (s *odd) Place(ctx context.Context, x org.Scope) (budget.Place, error) {
	p, err := s.Store.Place(ctx, x)
	p.Archived = p.Archived || s.archived
	return p, err
}

func (s *odd) Decide(ctx context.Context, o id.Org, r budget.Request) (bool, error) {
	first, err := s.Store.Decide(ctx, o, r)
	return first && !s.beaten, err
}

func (s *odd) EndDue(ctx context.Context, now time.Time) (bool, time.Time, error) {
	if s.due == nil {
		return s.Store.EndDue(ctx, now)
	}
	next, err := s.due()
	return false, next, err
}

func (s *odd) Uses(ctx context.Context, o id.Org, k org.ScopeKind, nodes []string, m ledger.Measure, from time.Time) (map[string][]budget.Use, error) {
	s.since = from
	return s.Store.Uses(ctx, o, k, nodes, m, from)
}

// strange is an office on an odd store.
func strange(t *testing.T) (*office, *odd) {
	t.Helper()
	o := newOffice(t, dbtest.SQLite(t), nil)
	s := &odd{Store: o.store}
	o.service.Store = s
	return o, s
}

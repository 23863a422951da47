package budget

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Statement is one period of a budget as it stands in the books. Periods that nobody spent in may be missing; where the
// calendar was changed, the old period and the one that took over overlap.
type Statement struct {
	From, To   time.Time    // [From, To), in the organization's zone; To is zero for Forever
	Limit      ledger.Units // with what was rolled over and granted, without what of the reserve stayed closed
	RolledOver ledger.Units
	Granted    ledger.Units // Σ of the grants that count; negative where more was repaid than added
	Opening    ledger.Units // part of Spent: what was spent before the budget began to count
	Spent      ledger.Units // without suspense
	Suspense   ledger.Units
}

// Statements are the periods of a budget that the actor may see, newest first.
func (s *Service) Statements(ctx context.Context, actor org.Actor, b id.Budget) ([]Statement, error) {
	if _, err := s.Get(ctx, actor, b); err != nil {
		return nil, err
	}
	out, err := s.Store.Statements(ctx, actor.Org, b)
	if err != nil {
		return nil, fmt.Errorf("budget: statements: %w", err)
	}
	return out, nil
}

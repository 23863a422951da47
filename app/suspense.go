package app

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// SuspenseLine is what one lost node may have spent of one budget, for an operator.
type SuspenseLine struct {
	Organization string    `json:"organization"` // its slug
	Budget       string    `json:"budget"`
	Node         string    `json:"node"`
	Host         string    `json:"host"`
	Since        time.Time `json:"since"`
	PeriodStart  time.Time `json:"period_start"`
	Measure      string    `json:"measure"`
	Amount       string    `json:"amount"`
	Damaged      bool      `json:"journal_damaged"`
}

// Suspense lists what lost nodes may have spent, of all organizations.
func Suspense(ctx context.Context, cfg Config, log *slog.Logger) ([]SuspenseLine, error) {
	c, err := openKept(ctx, cfg, log, false)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.db.Close() }()
	out := []SuspenseLine{}
	err = c.eachSuspense(ctx, func(o org.Organization, x budget.Suspended) error {
		out = append(out, SuspenseLine{Organization: o.Slug, Budget: x.Budget.String(), Node: x.Node.String(), Host: x.Host, Since: x.Since,
			PeriodStart: x.Start, Measure: x.Measure.String(), Amount: x.Measure.Plain(x.Amount), Damaged: x.Damaged})
		return nil
	})
	return out, err
}

// ReleaseSuspense releases what a lost node left, on one budget or with a zero budget on all, and says on how many
// budgets that was. The note is for the audit log of each organization concerned.
func ReleaseSuspense(ctx context.Context, cfg Config, log *slog.Logger, node id.Node, only id.Budget, note string) (int, error) {
	c, err := openKept(ctx, cfg, log, false)
	if err != nil {
		return 0, err
	}
	defer func() { _ = c.db.Close() }()
	service, released := c.budgets(nil), map[id.Budget]bool{}
	err = c.eachSuspense(ctx, func(o org.Organization, x budget.Suspended) error {
		if x.Node != node || !only.IsZero() && x.Budget != only {
			return nil
		}
		if _, err := service.Release(ctx, org.System(o.ID, "operator"), x.Budget, budget.ReleaseInput{Node: node, Start: x.Start, Amount: x.Amount, Note: note}); err != nil {
			return err
		}
		released[x.Budget] = true // in two periods it is one budget
		return nil
	})
	if err == nil && len(released) == 0 {
		err = fault.New(fault.NotFound, "nothing_suspended", "Nothing of this node is in suspense there. bodhi suspense list shows what is.")
	}
	return len(released), err
}

func (c *core) eachSuspense(ctx context.Context, fn func(org.Organization, budget.Suspended) error) error {
	orgs, err := c.orgs.All(ctx)
	if err != nil {
		return err
	}
	for _, o := range orgs {
		all, err := c.budgets(nil).AllSuspense(ctx, org.System(o.ID, "operator"))
		if err != nil {
			return fmt.Errorf("suspense of %s: %w", o.Slug, err)
		}
		for _, x := range all {
			if err := fn(o, x); err != nil {
				return err
			}
		}
	}
	return nil
}

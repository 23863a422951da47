package db

import (
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// verifyGrants compares what was added to each period with its grants, row by row. A period that has an heir keeps its
// figure, but its grants moved on, so it is left out.
func verifyGrants(tx *gorm.DB, r *budget.Report) error {
	rows, err := tx.Raw(`SELECT p.org_id, p.budget_id, p.starts_at, p.granted_nanos, COALESCE(g.amount_nanos, 0) FROM budget_periods p
		LEFT JOIN (SELECT org_id, budget_id, starts_at, SUM(amount_nanos) AS amount_nanos FROM budget_grants WHERE state IN ('active', 'closed')
			GROUP BY org_id, budget_id, starts_at) g
		ON g.org_id = p.org_id AND g.budget_id = p.budget_id AND g.starts_at = p.starts_at
		WHERE p.heir_at IS NULL AND p.granted_nanos <> COALESCE(g.amount_nanos, 0)`).Rows()
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var o id.Org
		var b id.Budget
		var from time.Time
		var says, sum ledger.Units
		if err := rows.Scan(&o, &b, &from, &says, &sum); err != nil {
			return err
		}
		r.Violate("budget %s from %s says that %d was granted, but its grants come to %d", b, from.UTC().Format(time.DateOnly), says, sum)
		return nil
	})
}

package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Verify adds the books up from the facts and compares: for each budget period spent = opening + Σ attempts, for each
// request cost = Σ attempts, for each organization and tag the hourly sums = the facts as far back as those are kept, for each day
// its sheets = its hours, and no lease or cost is negative. It
// reads every attempt once, and posting waits meanwhile; on SQLite leases wait as well.
func (s *LedgerStore) Verify(ctx context.Context) (budget.Report, error) {
	var r budget.Report
	err := s.books(ctx, "verify the books", func(tx *gorm.DB) error {
		r = budget.Report{}
		if s.db.Postgres() {
			// Adding up a large book takes longer than a transaction may idle (postgres.go); this one holds no account's row.
			if err := tx.Exec("SET LOCAL idle_in_transaction_session_timeout = 0").Error; err != nil {
				return err
			}
			// Posting waits until we are done: every post moves a mark in this table.
			if err := tx.Exec("LOCK TABLE journal_positions IN SHARE MODE").Error; err != nil {
				return err
			}
		}
		sums, err := verifyAttempts(tx, &r)
		if err != nil {
			return fmt.Errorf("attempts: %w", err)
		}
		for _, check := range []struct {
			name string
			run  func(*gorm.DB, *budget.Report) error
		}{
			{"periods", func(tx *gorm.DB, r *budget.Report) error { return verifyPeriods(tx, r, sums) }},
			{"levels", func(tx *gorm.DB, r *budget.Report) error { return verifyLevels(tx, r, sums) }},
			{"suspense", verifySuspense},
			{"grants", verifyGrants},
			{"requests", verifyRequests},
			{"hours", verifyHours},
			{"tags", verifyTags},
			{"days", verifyDays},
		} {
			if err := check.run(tx, &r); err != nil {
				return fmt.Errorf("%s: %w", check.name, err)
			}
		}
		return nil
	})
	if err != nil {
		return budget.Report{}, fmt.Errorf("verify: %w", err)
	}
	return r, nil
}

// verifyAttempts adds up every attempt on every account that its cost was booked on.
func verifyAttempts(tx *gorm.DB, r *budget.Report) (sums map[ledger.Account]ledger.Units, err error) {
	sums = map[ledger.Account]ledger.Units{}
	rows, err := tx.Model(&attemptRow{}).Select("id, state, cost_nanos, booked_tokens, booked_requests, accounts").Rows()
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var attempt id.Attempt
		var state string
		var used ledger.Amounts
		var raw []byte
		if err := rows.Scan(&attempt, &state, &used.Money, &used.Tokens, &used.Requests, &raw); err != nil {
			return nil, err
		}
		var accounts []accountRow
		if err := json.Unmarshal(raw, &accounts); err != nil {
			return nil, fmt.Errorf("%s: accounts: %w", attempt, err)
		}
		cost := used.Money
		r.Attempts++
		r.Cost += cost
		if cost < 0 && ledger.State(state) != ledger.Returned { // which gives back what a Handed one was booked with
			r.Violate("attempt %s has a negative cost, $%s", attempt, cost)
		}
		switch ledger.State(state) {
		case ledger.Complete, ledger.Returned:
		case ledger.Voided:
			if cost != 0 {
				r.Violate("attempt %s is voided but costs $%s", attempt, cost)
			}
		case ledger.Counted, ledger.Cut, ledger.Ambiguous, ledger.Interrupted, ledger.Handed:
			r.Flagged += cost
		default:
			r.Violate("attempt %s has the unknown state %q", attempt, state)
		}
		for _, a := range accounts {
			sums[ledger.Account{Budget: a.Budget, Start: a.Start}] += used.Of(a.Measure)
		}
	}
	return sums, rows.Err()
}

func verifyPeriods(tx *gorm.DB, r *budget.Report, sums map[ledger.Account]ledger.Units) error {
	var hard []budgetRow
	if err := tx.Find(&hard).Error; err != nil {
		return err
	}
	budgets := make(map[id.Budget]budgetRow, len(hard))
	for _, b := range hard {
		budgets[b.ID] = b
	}
	var leases []leaseRow
	if err := tx.Find(&leases).Error; err != nil {
		return err
	}
	leased := map[ledger.Account]ledger.Units{}
	for _, l := range leases {
		r.Leases++
		leased[ledger.Account{Budget: l.BudgetID, Start: l.StartsAt.Unix()}] += l.outstanding()
		if l.Granted < 0 || l.Posted < 0 {
			r.Violate("the lease of node %s on budget %s has a negative figure: granted $%s, posted $%s", l.NodeID, l.BudgetID, l.Granted, l.Posted)
		}
	}
	var periods []periodRow
	if err := tx.Find(&periods).Error; err != nil {
		return err
	}
	for _, p := range periods {
		r.Periods++
		m := budgets[p.BudgetID].Measure
		if m == ledger.Money {
			r.Suspense += p.Suspense
		}
		a := ledger.Account{Budget: p.BudgetID, Start: p.StartsAt.Unix()}
		day := p.StartsAt.UTC().Format(time.DateOnly)
		if want := p.Opening + sums[a]; p.Spent != want {
			r.Violate("budget %s from %s: %s %s spent, but opening %s and attempts %s make %s", p.BudgetID, day, m.Plain(p.Spent), m, m.Plain(p.Opening),
				m.Plain(sums[a]), m.Plain(want))
		}
		if p.Suspense < 0 || p.Opening < 0 {
			r.Violate("budget %s from %s has a negative figure: opening $%s, suspense $%s", p.BudgetID, day, p.Opening, p.Suspense)
		}
		if b := budgets[p.BudgetID]; b.Enforce != string(budget.Soft) && b.Measure == ledger.Money {
			r.Over += max(0, p.Spent+p.Suspense-p.Limit)
		}
	}
	return nil
}

// verifyRequests compares each request's cost with its attempts, as far back as both are kept: the attempts of a day go first.
func verifyRequests(tx *gorm.DB, r *budget.Report) error {
	if err := tx.Model(&requestRow{}).Count(&r.Requests).Error; err != nil {
		return err
	}
	err := tx.Raw(`SELECT COUNT(*) FROM attempts a WHERE NOT EXISTS
		(SELECT 1 FROM requests r WHERE r.org_id = a.org_id AND r.id = a.request_id) AND ` + kept("a", "at")).Scan(&r.Orphans).Error
	if err != nil {
		return err
	}
	// Summed before they are joined: joined row by row, SQLite without statistics reads all attempts for each request.
	rows, err := tx.Raw(`SELECT r.id, r.cost_nanos, COALESCE(a.cost_nanos, 0) FROM requests r
		LEFT JOIN (SELECT org_id, request_id, SUM(cost_nanos) AS cost_nanos FROM attempts GROUP BY org_id, request_id) a
		ON a.org_id = r.org_id AND a.request_id = r.id WHERE r.cost_nanos <> COALESCE(a.cost_nanos, 0) AND ` + kept("r", "at")).Rows()
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var q id.Request
		var cost, sum money.USD
		if err := rows.Scan(&q, &cost, &sum); err != nil {
			return err
		}
		r.Violate("request %s says that it cost $%s, but its attempts cost $%s", q, cost, sum)
		return nil
	})
}

// verifyHours compares each organization's hourly sums with its facts.
func verifyHours(tx *gorm.DB, r *budget.Report) error {
	for _, rollup := range []string{"usage_hours", "usage_totals"} {
		if err := verifyRollup(tx, r, rollup); err != nil {
			return err
		}
	}
	return nil
}

func verifyRollup(tx *gorm.DB, r *budget.Report, rollup string) error {
	rows, err := tx.Raw(`SELECT o.org_id, SUM(o.hours_cost), SUM(o.facts_cost), SUM(o.hours_requests), SUM(o.facts_requests) FROM (
		SELECT org_id, cost_nanos AS hours_cost, 0 AS facts_cost, requests AS hours_requests, 0 AS facts_requests FROM ` + rollup + ` x WHERE ` + kept("x", "hour") + `
		UNION ALL SELECT org_id, 0, cost_nanos, 0, 0 FROM attempts x WHERE ` + kept("x", "at") + `
		UNION ALL SELECT org_id, 0, 0, 0, 1 FROM requests x WHERE ` + kept("x", "at") + `) o
		GROUP BY o.org_id`).Rows()
	if err != nil {
		return err
	}
	return each(rows, func() error {
		var o id.Org
		var hoursCost, factsCost money.USD
		var hoursRequests, factsRequests int64
		if err := rows.Scan(&o, &hoursCost, &factsCost, &hoursRequests, &factsRequests); err != nil {
			return err
		}
		if hoursCost != factsCost || hoursRequests != factsRequests {
			r.Violate("organization %s: the hourly sums (%s) say %d requests for $%s, the facts %d for $%s", o, rollup, hoursRequests, hoursCost, factsRequests, factsCost)
		}
		return nil
	})
}

// kept is the condition that a row's time is one whose facts are all there. Where they are gone, sums are all there is, and
// what budgets counted of them stands in their opening.
func kept(table, at string) string {
	return "NOT EXISTS (SELECT 1 FROM usage_settings g WHERE g.org_id = " + table + ".org_id AND g.gone_before > " + table + "." + at + ")"
}

// each calls fn for every row and closes them.
func each(rows *sql.Rows, fn func() error) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(); err != nil {
			return err
		}
	}
	return rows.Err()
}

package db_test

import (
	"context"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// increase grants an amount for an hour.
func (b *books) increase(amount ledger.Units) budget.Grant {
	b.t.Helper()
	from, _ := budget.Monthly.Window(may, time.UTC)
	g := budget.Grant{ID: id.NewAllowance(ids), Budget: b.budget.ID, Start: from, Kind: budget.Increase, Amount: amount, State: budget.Active,
		Until: may.Add(time.Hour).UTC(), Reason: "x", CreatedAt: may.UTC()}
	must(b.t, b.d.Do(b.t.Context(), func(ctx context.Context) error { return b.store.AddGrants(ctx, b.budget, may, g) }))
	return g
}

func TestTheBankLendsNothingOutOfAnIncreaseThatHasEnded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooks(t, d, 100)
		b.increase(50)
		node := id.NewNode(ids)
		ask := func(now time.Time, need ledger.Units) budget.Lease {
			return b.lease(node, budget.LeaseAsk{Op: op(), Now: now, Ask: ledger.Ask{Need: need}})
		}
		if l := ask(may, 110); l.Granted != 110 || l.Pool.Limit != 150 {
			t.Errorf("within the increase: %+v", l)
		}
		if l := ask(may.Add(time.Hour-time.Microsecond), 10); l.Granted != 10 {
			t.Errorf("a moment before its end: %+v", l)
		}
		// Nobody has ended it yet; 120 are out of a limit that is 100 again.
		if l := ask(may.Add(time.Hour), 30); l.Granted != 0 || l.Pool.Limit != 100 || l.Pool.Free() != -20 {
			t.Errorf("at its end: %+v", l)
		}
		if changed, next, err := b.store.EndDue(t.Context(), may.Add(2*time.Hour)); err != nil || changed || !next.IsZero() {
			t.Errorf("the keeper finds something to do: %v, %s, %v", changed, next, err)
		}
		if p := b.period(b.account); p.Granted != 0 || p.Limit != 100 {
			t.Errorf("the period %+v", p)
		}
		b.verify(0)
	})
}

func TestVerifyFindsAGrantThatIsNotInItsPeriod(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooks(t, d, 100)
		g := b.increase(50)
		b.verify(0)
		must(t, d.System(t.Context(), func(tx *gorm.DB) error {
			return tx.Exec("UPDATE budget_grants SET amount_nanos = 60 WHERE id = ?", g.ID).Error
		}))
		r, err := b.s.Verify(t.Context())
		if err != nil || len(r.Violations) != 1 {
			t.Errorf("%v\n%s", err, r.String())
		}
	})
}

// A keeper that is told of periods that it could not begin would come again at once, on a disk that is full.
func TestAPeriodThatCannotBeBegunIsNotSaidToBe(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	b := newBooks(t, d, 100)
	sql := func(statement string) {
		t.Helper()
		must(t, d.System(t.Context(), func(tx *gorm.DB) error { return tx.Exec(statement).Error }))
	}
	sql("UPDATE budgets SET rollover_nanos = 10")
	june := may.AddDate(0, 1, 0)
	sql("CREATE TRIGGER full BEFORE INSERT ON budget_periods BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
	if begun, err := b.store.BeginDue(t.Context(), june); begun || err == nil {
		t.Errorf("begun: %v, %v", begun, err)
	}
	sql("DROP TRIGGER full")
	for _, want := range []bool{true, false} {
		if begun, err := b.store.BeginDue(t.Context(), june); begun != want || err != nil {
			t.Errorf("begun: %v and not %v, %v", begun, want, err)
		}
	}
}

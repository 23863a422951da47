package db_test

import (
	"context"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// What was spent stays spent when the requests are deleted: on periods that run, on budgets that are made afterwards, and for a
// journal so late that its day is gone.
func TestBudgetsRememberWhatWasDeleted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, node := newBooks(t, d, money.Max/4), id.NewNode(ids)
		begun := may.UTC().Truncate(24 * time.Hour)
		book := func(tags string, postings ...budget.Posting) {
			for i := range postings {
				postings[i].Attempt.Tags, postings[i].End.Tokens, postings[i].End.Requests = tags, 12, 1
			}
			x := b.batch(node, postings...)
			for i := range x.Requests {
				x.Requests[i].Tags = tags
			}
			b.post(node, x)
		}
		post := func(at time.Time, cost money.USD) { book("project=apollo,team=x", b.posting(cost, at, b.account)) }
		many := make([]budget.Posting, 2500) // more than one transaction deletes
		for i := range many {
			many[i] = b.posting(3, begun.Add(time.Duration(i)*time.Second), b.account)
		}
		book("project=apollo,team=x", many[:5]...)
		book("project=apollo", many[5:]...)
		post(begun.AddDate(0, 0, 10), 7)
		spent := func(a ledger.Account) (sum ledger.Units) {
			t.Helper()
			if err := d.System(t.Context(), func(tx *gorm.DB) error {
				return tx.Raw("SELECT spent_nanos FROM budget_periods WHERE org_id = ? AND budget_id = ?", b.chain.Org, a.Budget).Scan(&sum).Error
			}); err != nil {
				t.Fatal(err)
			}
			return sum
		}
		before := spent(b.account)
		retain := usage.NewRetention(db.NewUsageStore(d), nil, nil)
		now := begun.AddDate(0, 0, usage.DefaultDays+5)
		for range 2 { // a run that is repeated takes nothing more
			if err := retain.ForgetAll(t.Context(), now); err != nil {
				t.Fatal(err)
			}
			b.verify(1)
		}
		if d.Postgres() {
			var there bool
			if err := d.System(t.Context(), func(tx *gorm.DB) error {
				return tx.Raw("SELECT to_regclass(?) IS NOT NULL", begun.Format("requests_20060102")).Scan(&there).Error
			}); err != nil || there {
				t.Errorf("the day's partition is still there, %v", err)
			}
		}
		if after := spent(b.account); after != before || before != 2500*3+7 {
			t.Errorf("%d spent before, %d after", before, after)
		}
		tag := func(pair string) org.Scope {
			s, err := org.OfTag(b.chain.Org, pair)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		// Budgets that are made now open with what is deleted.
		for name, c := range map[string]struct {
			scope   org.Scope
			measure ledger.Measure
			want    ledger.Units
		}{
			"organization":             {org.OfOrg(b.chain.Org), ledger.Money, 2500*3 + 7},
			"team, tokens":             {org.OfTeam(b.chain.Org, b.chain.Team), ledger.Tokens, 2501 * 12},
			"key, requests":            {org.OfKey(b.chain.Org, b.chain.Key), ledger.Requests, 2501},
			"tag":                      {tag("project=apollo"), ledger.Money, 2500*3 + 7},
			"another tag":              {tag("team=x"), ledger.Money, 5*3 + 7},
			"the pool, which has none": {org.OfPool(b.chain.Org, b.chain.Team), ledger.Money, 0},
		} {
			x := budget.Budget{ID: id.NewBudget(ids), Org: b.chain.Org, Scope: c.scope, Measure: c.measure, Name: "late", Limit: money.Max / 4, Period: budget.Forever, Enforce: budget.Hard,
				CreatedAt: now, UpdatedAt: now}
			if err := d.Do(t.Context(), func(ctx context.Context) error { return b.store.Insert(ctx, x, now) }); err != nil {
				t.Fatal(err)
			}
			if got := spent(ledger.Account{Budget: x.ID}); got != c.want {
				t.Errorf("a budget of the %s opens with %d, want %d", name, got, c.want)
			}
		}
		post(begun.Add(time.Hour), 5)
		if got := spent(b.account); got != before+5 {
			t.Errorf("a late journal: %d spent, want %d", got, before+5)
		}
		b.verify(2)
		if err := retain.ForgetAll(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		b.verify(1)
		if got := spent(b.account); got != before+5 {
			t.Errorf("after it was deleted: %d spent, want %d", got, before+5)
		}
	})
}

// The attempts of a day go before its requests do. Whoever compares meanwhile finds nothing wrong.
func TestTheBooksBalanceWhileADayIsDeleted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, node, store := newBooks(t, d, money.Max/4), id.NewNode(ids), db.NewUsageStore(d)
		b.post(node, b.batch(node, b.posting(3, may, b.account)))
		before := may.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
		if err := store.Going(t.Context(), b.chain.Org, usage.DefaultDays, before); err != nil {
			t.Fatal(err)
		}
		for {
			more, err := store.Forget(t.Context(), b.chain.Org, before, before)
			if err != nil {
				t.Fatal(err)
			}
			if r, err := b.s.Verify(t.Context()); err != nil || !r.Balanced() {
				t.Errorf("%s, %v", r.String(), err)
			}
			if !more {
				return
			}
		}
	})
}

// An organization that keeps its requests longer, or for ever, loses none to its neighbour's run.
func TestEachOrganizationKeepsAsLongAsItSays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		short, long, ever := newBooks(t, d, 1000), newBooks(t, d, 1000), newBooks(t, d, 1000)
		store := db.NewUsageStore(d)
		for b, days := range map[*books]int{long: 60, ever: 0} {
			if err := store.SetKeepFacts(t.Context(), b.chain.Org, days); err != nil {
				t.Fatal(err)
			}
		}
		for _, b := range []*books{short, long, ever} {
			n := id.NewNode(ids)
			x := b.batch(n, b.posting(1, may, b.account))
			x.Requests[0].Screened = ledger.Screened{Incident: id.NewFinding(ids), Action: "log", Found: `[{"detector":"email","action":"log","count":1}]`}
			b.post(n, x)
		}
		left := func() (n [3]int64) {
			for i, b := range []*books{short, long, ever} {
				if err := d.System(t.Context(), func(tx *gorm.DB) error {
					return tx.Raw("SELECT (SELECT COUNT(*) FROM requests WHERE org_id = ?) + (SELECT COUNT(*) FROM attempts WHERE org_id = ?) + (SELECT COUNT(*) FROM data_incidents WHERE org_id = ?)", b.chain.Org, b.chain.Org, b.chain.Org).Scan(&n[i]).Error
				}); err != nil {
					t.Fatal(err)
				}
			}
			return n
		}
		retain := usage.NewRetention(store, nil, nil)
		for _, c := range []struct {
			days int
			want [3]int64
		}{{29, [3]int64{3, 3, 3}}, {40, [3]int64{0, 3, 3}}, {70, [3]int64{0, 0, 3}}, {4000, [3]int64{0, 0, 3}}} {
			if err := retain.ForgetAll(t.Context(), may.AddDate(0, 0, c.days)); err != nil {
				t.Fatal(err)
			}
			if got := left(); got != c.want {
				t.Errorf("after %d days %v facts are left, want %v", c.days, got, c.want)
			}
		}
	})
}

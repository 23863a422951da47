package db_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// An organization that moves begins its month anew, some hours off: what lies in both months counts in both, what was in
// flight comes after, and the old row stays.
func TestATimeZoneThatChangesInTheMiddleOfAPeriod(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, zone := range map[string]string{"to the west": "America/New_York", "to the east": "Asia/Tokyo"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b := newBooks(t, d, 1000)
				node := id.NewNode(ids)
				first := time.Date(may.Year(), may.Month(), 1, 0, 0, 0, 0, time.UTC)
				for _, at := range []time.Time{first, first.Add(3 * time.Hour), first.Add(5 * time.Hour), may} { // before and after New York's month begins
					b.post(node, b.batch(node, b.posting(1, at, b.account)))
				}
				old := b.period(b.account)
				inFlight := b.batch(node, b.posting(10, may, b.account), b.posting(100, first.Add(time.Hour), b.account))
				b.move(zone)
				where, err := time.LoadLocation(zone)
				if err != nil {
					t.Fatal(err)
				}
				from, to := budget.Monthly.Window(may, where)
				account := ledger.Account{Budget: b.budget.ID, Start: from.Unix()}
				got, err := b.s.Lease(t.Context(), node, []budget.LeaseAsk{{Op: op(), Org: b.chain.Org, Account: account, Now: may, Ask: ledger.Ask{Need: 1}}})
				if err != nil || got[0].Granted != 1 {
					t.Fatalf("%+v, %v", got, err)
				}
				exact := func(when string) {
					t.Helper()
					facts, err := b.store.Used(t.Context(), b.budget.Scope, ledger.Money, from, to)
					if p := b.period(account); err != nil || p.Spent != facts {
						t.Errorf("%s: the row says %d, the facts %d, %v", when, p.Spent, facts, err)
					}
				}
				exact("at once")
				b.post(node, inFlight)
				exact("after what was in flight")
				b.post(node, b.batch(node, b.posting(1000, may, account)))
				exact("after a new request")
				if p := b.period(b.account); p.Spent != old.Spent+110 || p.Opening != old.Opening || p.Limit != old.Limit {
					t.Errorf("the old row was %+v and is %+v", old, p)
				}
				b.move("UTC")
				if _, err := b.s.Lease(t.Context(), node, []budget.LeaseAsk{{Op: op(), Org: b.chain.Org, Account: b.account, Now: may, Ask: ledger.Ask{Need: 1}}}); err != nil {
					t.Fatal(err)
				}
				if p := b.period(b.account); p.Spent != 1114 {
					t.Errorf("moved back: %+v", p)
				}
				r, err := b.s.Verify(t.Context())
				if err != nil || !r.Balanced() {
					t.Errorf("%v\n%s", err, r.String())
				}
			})
		}
	})
}

// move changes the organization's zone.
func (b *books) move(zone string) {
	b.t.Helper()
	err := b.d.System(b.t.Context(), func(tx *gorm.DB) error {
		return tx.Exec("UPDATE organizations SET zone = ? WHERE id = ?", zone, b.chain.Org).Error
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// period is an account's statement.
func (b *books) period(a ledger.Account) budget.Statement {
	b.t.Helper()
	all, err := b.store.Statements(b.t.Context(), b.chain.Org, b.budget.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, s := range all {
		if s.From.Unix() == a.Start {
			return s
		}
	}
	b.t.Fatalf("no period from %s", time.Unix(a.Start, 0).UTC())
	return budget.Statement{Spent: money.Max}
}

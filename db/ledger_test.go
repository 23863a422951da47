package db_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// books is one organization with one budget, and two nodes that write its books.
type books struct {
	t       *testing.T
	d       *db.DB
	s       *db.LedgerStore
	store   *db.BudgetStore
	chain   org.Chain
	budget  budget.Budget
	account ledger.Account
	marks   map[id.Node]budget.Mark
}

func newBooks(t *testing.T, d *db.DB, limit money.USD) *books {
	t.Helper()
	o := newOrg(t, d)
	b := &books{t: t, d: d, s: db.NewLedgerStore(d), store: db.NewBudgetStore(d), marks: map[id.Node]budget.Mark{},
		chain: org.Chain{Org: o, Department: id.NewDepartment(ids), Team: id.NewTeam(ids), Member: id.NewMember(ids), Key: id.NewKey(ids)}}
	b.budget, b.account = b.add(org.OfOrg(o), limit)
	return b
}

func (b *books) add(s org.Scope, limit money.USD) (budget.Budget, ledger.Account) {
	b.t.Helper()
	x := budget.Budget{ID: id.NewBudget(ids), Org: b.chain.Org, Scope: s, Name: "b", Limit: limit, Period: budget.Monthly, Enforce: budget.Hard,
		CreatedAt: may.UTC(), UpdatedAt: may.UTC()}
	if err := b.d.Do(b.t.Context(), func(ctx context.Context) error { return b.store.Insert(ctx, x, may) }); err != nil {
		b.t.Fatal(err)
	}
	from, _ := budget.Monthly.Window(may, time.UTC)
	return x, ledger.Account{Budget: x.ID, Start: from.Unix()}
}

func (b *books) lease(n id.Node, a budget.LeaseAsk) budget.Lease {
	b.t.Helper()
	a.Org, a.Account = b.chain.Org, b.account
	got, err := b.s.Lease(b.t.Context(), n, []budget.LeaseAsk{a})
	if err != nil {
		b.t.Fatal(err)
	}
	return got[0]
}

func (b *books) posting(cost money.USD, at time.Time, on ...ledger.Account) budget.Posting {
	var stakes []ledger.Stake
	for _, account := range on {
		stakes = append(stakes, ledger.Stake{Account: account})
	}
	a := ledger.Attempt{ID: id.NewAttempt(ids), Request: id.NewRequest(ids), Number: 1, Chain: b.chain, At: at.UTC(), Held: ledger.Amounts{Money: cost}, Stakes: stakes,
		Connection: id.NewConnection(ids), Provider: "up", Kind: "openai", Model: "gpt-5.5", PriceVersion: "v1"}
	return budget.Posting{Attempt: a, End: ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Cost: cost, At: at.UTC(),
		Usage: llm.Usage{Input: 10, CacheRead: 4, CacheWrite5m: 3, Output: 2}}}
}

// batch wraps postings and the facts of their requests, at the node's mark.
func (b *books) batch(n id.Node, ps ...budget.Posting) budget.Batch {
	from := b.marks[n]
	x := budget.Batch{From: from, To: budget.Mark{At: journal.Position{Segment: 1, Offset: from.At.Offset + 10}, Low: from.At}, Attempts: ps}
	for _, p := range ps {
		x.Requests = append(x.Requests, ledger.Request{ID: p.Attempt.Request, Chain: b.chain, At: p.Attempt.At, Model: p.Attempt.Model,
			Provider: p.Attempt.Provider, Attempts: 1, Status: 200, Usage: p.End.Usage, Cost: p.End.Cost})
	}
	return x
}

func (b *books) post(n id.Node, x budget.Batch) []budget.Lease {
	b.t.Helper()
	got, err := b.s.Post(b.t.Context(), n, x)
	if err != nil {
		b.t.Fatal(err)
	}
	b.marks[n] = x.To
	return got
}

func (b *books) verify(want int64) budget.Report {
	b.t.Helper()
	r, err := b.s.Verify(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	if !r.Balanced() || r.Attempts != want || r.Requests != want {
		b.t.Errorf("%d attempts expected:\n%s", want, r.String())
	}
	return r
}

func op() id.Grant { return id.NewGrant(ids) }

func TestLeasesNeverPassTheLimit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooks(t, d, 100)
		one, two := id.NewNode(ids), id.NewNode(ids)
		first := budget.LeaseAsk{Op: op(), Ask: ledger.Ask{Need: 60}}
		if l := b.lease(one, first); l.Granted != 60 || l.Pool.Free() != 40 {
			t.Errorf("first: %+v", l)
		}
		if l := b.lease(one, first); l.Granted != 60 || l.Pool.Free() != 40 {
			t.Errorf("the same ask again must be answered again and not lent again: %+v", l)
		}
		if l := b.lease(two, budget.LeaseAsk{Op: op(), Ask: ledger.Ask{Least: 50, Need: 50}}); l.Granted != 0 || l.Pool.Leased != 60 {
			t.Errorf("more than is free: %+v", l)
		}
		if l := b.lease(two, budget.LeaseAsk{Op: op(), Ask: ledger.Ask{Least: 10, Need: 50}}); l.Granted != 40 || l.Pool.Free() != 0 {
			t.Errorf("what is left: %+v", l)
		}
		if l := b.lease(one, budget.LeaseAsk{Op: op(), Back: 25}); l.Granted != 0 || l.Pool.Free() != 25 {
			t.Errorf("given back: %+v", l)
		}
		if l := b.lease(one, first); l.Granted != 0 || l.Pool.Free() != 25 {
			t.Errorf("an ask that a newer one overtook: %+v", l)
		}
		if l := b.lease(one, budget.LeaseAsk{}); l.Granted != 0 || l.Pool != (ledger.Pool{Limit: 100, Leased: 75}) {
			t.Errorf("a look: %+v", l)
		}
	})
}

func TestCostsMoveFromLeasedToSpentOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, n := newBooks(t, d, 100), id.NewNode(ids)
		b.lease(n, budget.LeaseAsk{Op: op(), Ask: ledger.Ask{Need: 50}})
		x := b.batch(n, b.posting(20, may, b.account), b.posting(15, may, b.account))
		got := b.post(n, x)
		if want := (ledger.Pool{Limit: 100, Spent: 35, Leased: 15}); len(got) != 1 || got[0].Pool != want || got[0].Posted != 35 {
			t.Errorf("posted: %+v", got)
		}
		if _, err := b.s.Post(t.Context(), n, x); !errors.Is(err, budget.ErrMoved) {
			t.Errorf("the same batch again: %v", err)
		}
		mark, err := b.s.Mark(t.Context(), n)
		if err != nil || mark != x.To {
			t.Errorf("mark %+v, %v; want %+v", mark, err, x.To)
		}
		// A journal that was copied to another node, with one attempt of its own.
		copied := id.NewNode(ids)
		b.post(copied, b.batch(copied, append(x.Attempts, b.posting(5, may, b.account))...))
		b.verify(3)
		if l := b.lease(n, budget.LeaseAsk{}); l.Pool.Spent != 40 {
			t.Errorf("an attempt was booked twice: %+v", l.Pool)
		}
	})
}

func TestAnOverrunIsPaidBackBeforeNewMoneyIsLent(t *testing.T) {
	t.Parallel()
	b, n := newBooks(t, dbtest.SQLite(t), 100), id.NewNode(ids)
	b.lease(n, budget.LeaseAsk{Op: op(), Ask: ledger.Ask{Need: 10}})
	b.post(n, b.batch(n, b.posting(30, may, b.account))) // 20 more than was leased
	b.lease(id.NewNode(ids), budget.LeaseAsk{Op: op(), Ask: ledger.Ask{Need: 65}})
	// The node's book is 20 below zero, so a hold of 5 needs 25 there, and takes the 5 that the pool still has.
	if l := b.lease(n, budget.LeaseAsk{Op: op(), Ask: ledger.Ask{Least: 25, Need: 25}}); l.Granted != 25 || l.Pool != (ledger.Pool{Limit: 100, Spent: 30, Leased: 70}) {
		t.Errorf("lease %+v", l)
	}
}

func TestSurrenderedMoneyIsFreeUnlessTheJournalIsDamaged(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooks(t, d, 100)
		good, bad := id.NewNode(ids), id.NewNode(ids)
		for n, damaged := range map[id.Node]bool{good: false, bad: true} {
			b.lease(n, budget.LeaseAsk{Op: op(), Ask: ledger.Ask{Need: 30}})
			b.post(n, b.batch(n, b.posting(10, may, b.account)))
			if err := b.s.Surrender(t.Context(), n, damaged); err != nil {
				t.Fatal(err)
			}
		}
		if l := b.lease(good, budget.LeaseAsk{}); l.Posted != 0 || l.Pool != (ledger.Pool{Limit: 100, Spent: 20, Suspense: 20}) {
			t.Errorf("pool %+v", l)
		}
		if r := b.verify(2); r.Suspense != 20 || r.Leases != 0 {
			t.Errorf("report:\n%s", r.String())
		}
	})
}

func TestFactsOfDeletedBudgetsAndOtherDaysArePosted(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, n := newBooks(t, d, 100), id.NewNode(ids)
		gone, account := b.add(org.OfKey(b.chain.Org, b.chain.Key), 50)
		if err := b.store.Delete(t.Context(), b.chain.Org, gone.ID); err != nil {
			t.Fatal(err)
		}
		got := b.post(n, b.batch(n, b.posting(7, may, b.account, account), b.posting(1, may.AddDate(0, 0, 12)), b.posting(1, may.AddDate(0, 0, -3))))
		if len(got) != 1 || got[0].Account != b.account {
			t.Errorf("posted: %+v", got)
		}
		ask := budget.LeaseAsk{Op: op(), Org: b.chain.Org, Account: account, Ask: ledger.Ask{Need: 1}}
		if l, err := b.s.Lease(t.Context(), n, []budget.LeaseAsk{ask}); err != nil || !l[0].Gone {
			t.Errorf("a lease on a deleted budget: %+v, %v", l, err)
		}
		b.verify(3)
		var hours, tokens int64
		err := d.Scoped(t.Context(), b.chain.Org, func(tx *gorm.DB) error {
			return tx.Raw("SELECT COUNT(*), SUM(input_tokens) FROM usage_hours WHERE org_id = ?", b.chain.Org).Row().Scan(&hours, &tokens)
		})
		if err != nil || hours != 3 || tokens != 30 {
			t.Errorf("%d hours with %d tokens, %v", hours, tokens, err)
		}
	})
}

func TestANewPeriodOpensWithWhatItsScopeSpent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, n := newBooks(t, d, 100), id.NewNode(ids)
		b.post(n, b.batch(n, b.posting(7, may), b.posting(11, may.AddDate(0, -1, 0))))
		strangers := b.chain
		b.chain = org.Chain{Org: strangers.Org, Department: id.NewDepartment(ids), Team: id.NewTeam(ids), Key: id.NewKey(ids)}
		b.post(n, b.batch(n, b.posting(30, may)))
		b.chain = strangers
		for _, s := range strangers.Scopes()[1:] {
			_, account := b.add(s, 100)
			b.account = account
			if l := b.lease(n, budget.LeaseAsk{}); l.Pool.Spent != 7 {
				t.Errorf("a budget on the %s opened with %s", s.Kind(), l.Pool.Spent)
			}
		}
		// A period that nobody began, of a budget that was there: April, seen by a node whose clock is behind.
		april, _ := budget.Monthly.Window(may.AddDate(0, -1, 0), time.UTC)
		b.account = ledger.Account{Budget: b.budget.ID, Start: april.Unix()}
		if l := b.lease(n, budget.LeaseAsk{Op: op(), Ask: ledger.Ask{Need: 1}}); l.Pool.Spent != 11 || l.Granted != 1 {
			t.Errorf("April: %+v", l)
		}
		ask := budget.LeaseAsk{Op: op(), Org: b.chain.Org, Account: ledger.Account{Budget: b.budget.ID, Start: april.Unix() + 5}}
		if l, err := b.s.Lease(t.Context(), n, []budget.LeaseAsk{ask}); err != nil || !l[0].Stray || l[0].Gone || l[0].Granted != 0 {
			t.Errorf("a period that does not exist: %+v, %v", l, err)
		}
	})
}

func TestConcurrentNodesShareOneLimit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b := newBooks(t, d, 1000)
		other, account := b.add(org.OfKey(b.chain.Org, b.chain.Key), 1000)
		_ = other
		type result struct {
			granted money.USD
			err     error
		}
		results := make(chan result)
		for range 8 {
			go func() {
				var r result
				n := id.NewNode(ids)
				mark := budget.Mark{}
				for range 20 {
					asks := []budget.LeaseAsk{{Op: op(), Org: b.chain.Org, Account: b.account, Ask: ledger.Ask{Need: 10}}, {Op: op(), Org: b.chain.Org, Account: account, Ask: ledger.Ask{Need: 10}}}
					got, err := b.s.Lease(t.Context(), n, asks)
					if err != nil {
						r.err = err
						break
					}
					granted := min(got[0].Granted, got[1].Granted)
					r.granted += granted
					if granted == 0 {
						continue
					}
					next := budget.Mark{At: journal.Position{Segment: 1, Offset: mark.At.Offset + 1}}
					p := b.posting(granted, may, b.account, account)
					if _, err := b.s.Post(t.Context(), n, budget.Batch{From: mark, To: next, Attempts: []budget.Posting{p}}); err != nil {
						r.err = err
						break
					}
					mark = next
				}
				results <- r
			}()
		}
		var sum money.USD
		for range 8 {
			r := <-results
			if r.err != nil {
				t.Error(r.err)
			}
			sum += r.granted
		}
		if l := b.lease(id.NewNode(ids), budget.LeaseAsk{}); l.Pool.Spent != sum || l.Pool.Spent+l.Pool.Leased > 1000 || sum < 990 {
			t.Errorf("granted %s, pool %+v", sum, l.Pool)
		}
	})
}

func TestVerifyFindsEveryKindOfTampering(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		b, n := newBooks(t, d, 100), id.NewNode(ids)
		b.lease(n, budget.LeaseAsk{Op: op(), Ask: ledger.Ask{Need: 50}})
		b.post(n, b.batch(n, b.posting(20, may, b.account)))
		b.verify(1)
		for statement, finding := range map[string]string{
			"UPDATE budget_periods SET spent_nanos = spent_nanos + 1":       "but opening",
			"UPDATE requests SET cost_nanos = cost_nanos + 1":               "its attempts cost",
			"UPDATE usage_hours SET requests = requests + 1":                "the hourly sums (usage_hours) say",
			"UPDATE usage_hours SET cost_nanos = cost_nanos - 1":            "the hourly sums (usage_hours) say",
			"UPDATE usage_totals SET cost_nanos = cost_nanos - 1":           "the hourly sums (usage_totals) say",
			"UPDATE leases SET granted_nanos = -1":                          "negative figure",
			"UPDATE attempts SET state = 'voided'":                          "is voided but costs",
			"UPDATE attempts SET state = 'lost'":                            "unknown state",
			"UPDATE attempts SET cost_nanos = cost_nanos - 1":               "but opening",
			"DELETE FROM attempts":                                          "but opening",
			"UPDATE budget_periods SET suspense_nanos = -1":                 "negative figure",
			"UPDATE attempts SET accounts = '[]'":                           "but opening",
			"UPDATE budget_periods SET opening_nanos = 1, spent_nanos = 20": "but opening",
		} {
			errBack := errors.New("back")
			err := d.Do(t.Context(), func(ctx context.Context) error {
				if err := d.System(ctx, func(tx *gorm.DB) error { return tx.Exec(statement).Error }); err != nil {
					return err
				}
				r, err := b.s.Verify(ctx)
				if err != nil {
					return err
				}
				if !strings.Contains(r.String(), "VIOLATION") || !strings.Contains(r.String(), finding) {
					t.Errorf("%s:\n%s", statement, r.String())
				}
				return errBack
			})
			if !errors.Is(err, errBack) {
				t.Errorf("%s: %v", statement, err)
			}
		}
		b.verify(1)
	})
}

func TestPartitionsAreNoWayAroundTheTenantWall(t *testing.T) {
	t.Parallel()
	d := dbtest.Postgres(t)
	b, n := newBooks(t, d, 100), id.NewNode(ids)
	b.post(n, b.batch(n, b.posting(20, may, b.account)))
	var direct, through int64
	err := d.System(t.Context(), func(tx *gorm.DB) error {
		if err := tx.Raw("SELECT COUNT(*) FROM attempts").Scan(&through).Error; err != nil {
			return err
		}
		return tx.Raw("SELECT COUNT(*) FROM attempts_20260501").Scan(&direct).Error
	})
	if err != nil || through != 1 || direct != 0 {
		t.Errorf("%d rows through the parent, %d past it, %v", through, direct, err)
	}
}

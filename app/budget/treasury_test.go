package budget_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var ids = id.NewSource(clock.System{}.Now, nil)

// november is in the middle of a month, a week and a quarter, in every zone.
var november = time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)

// house is one organization with a team, a member and a key, on a real database.
type house struct {
	t     *testing.T
	d     *db.DB
	clock *clock.Fake
	chain org.Chain
	store *db.BudgetStore
	books *db.LedgerStore
	// public is where treasuries tell people to ask for more.
	public string
}

func newHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{t: t, d: d, clock: clock.NewFake(november), store: db.NewBudgetStore(d), books: db.NewLedgerStore(d)}
	orgs := db.NewOrgStore(d)
	o := org.Organization{ID: id.NewOrg(ids), Name: "Acme", Zone: "Europe/Berlin", CreatedAt: november}
	o.Slug = "acme-" + o.ID.UUID()
	team := org.Team{ID: id.NewTeam(ids), Org: o.ID, Name: "Payments", CreatedAt: november}
	member := org.Member{ID: id.NewMember(ids), Org: o.ID, Email: "ada@acme.test", Name: "Ada", CreatedAt: november,
		Assignments: []org.Assignment{{Role: org.Developer, At: org.OfTeam(o.ID, team.ID)}}}
	h.must(orgs.AddOrganization(t.Context(), o))
	h.must(orgs.AddTeam(t.Context(), team))
	h.must(orgs.AddMember(t.Context(), member))
	h.chain = org.Chain{Org: o.ID, Team: team.ID, Member: member.ID, Key: id.NewKey(ids)}
	h.must(db.NewKeyStore(d).Insert(t.Context(), key.Key{ID: h.chain.Key, Org: o.ID, Name: "ci-bot", Team: team.ID, Public: o.ID.UUID(), CreatedAt: november}))
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) budget(s org.Scope, limit money.USD, p budget.Period, e budget.Enforcement) budget.Budget {
	h.t.Helper()
	b := budget.Budget{ID: id.NewBudget(ids), Org: h.chain.Org, Scope: s, Name: string(s.Kind()), Limit: limit, Period: p, Enforce: e,
		CreatedAt: h.clock.Now(), UpdatedAt: h.clock.Now()}
	h.must(h.d.Do(h.t.Context(), func(ctx context.Context) error { return h.store.Insert(ctx, b, h.clock.Now()) }))
	return b
}

func (h *house) rules(ctx context.Context) ([]budget.Rule, error) {
	return h.store.Rules(ctx, h.clock.Now())
}

var silent = slog.New(slog.DiscardHandler)

func (h *house) load(t *budget.Treasury) {
	h.t.Helper()
	rules, err := h.rules(h.t.Context())
	h.must(err)
	h.must(t.Load(rules))
}

// treasury starts one on dir and stops it with the test, unless stop was called before.
func (h *house) treasury(dir string, bank budget.Bank) (*budget.Treasury, func()) {
	h.t.Helper()
	j, err := journal.Open(dir, journal.Options{Clock: h.clock, IDs: ids})
	h.must(err)
	t := budget.NewTreasury(budget.TreasuryConfig{Bank: bank, Journal: j, Clock: h.clock, IDs: ids, Log: silent, PublicURL: h.public})
	ctx, cancel := context.WithCancel(context.WithoutCancel(h.t.Context()))
	done := make(chan error, 1)
	go func() { done <- t.Run(ctx) }()
	var once sync.Once
	stop := func() {
		once.Do(func() {
			closing, end := context.WithTimeout(ctx, 20*time.Second)
			defer end()
			if err := t.Close(closing); err != nil {
				h.t.Errorf("close: %v", err)
			}
			cancel()
			if err := <-done; err != nil {
				h.t.Errorf("run: %v", err)
			}
		})
	}
	h.t.Cleanup(stop)
	return t, stop
}

func ready(t *testing.T, tr *budget.Treasury) {
	t.Helper()
	eventually(t, "the treasury is ready", func() bool { return tr.Stats().Ready })
}

// eventually waits for something that happens by itself.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("not in time: %s", what)
		case <-tick.C:
		}
	}
}

func (h *house) want(ceiling, floor money.USD) budget.Want {
	return budget.Want{Attempt: id.NewAttempt(ids), Chain: h.chain, Ceiling: ledger.Amounts{Money: ceiling}, Floor: ledger.Amounts{Money: floor}}
}

// spend makes one request of one attempt that costs what was held, or less.
func (h *house) spend(t *budget.Treasury, hold *ledger.Hold, cost money.USD) {
	h.t.Helper()
	req := id.NewRequest(ids)
	a := &ledger.Attempt{Request: req, Number: 1, Chain: h.chain, Connection: id.NewConnection(ids), Provider: "up", Kind: "sandbox", Model: "sandbox-chat"}
	h.must(t.Open(hold, a))
	t.Settle(hold, &ledger.Settlement{State: ledger.Complete, Cost: cost, Status: 200})
	t.Record(&ledger.Request{ID: req, Chain: h.chain, Model: a.Model, Provider: a.Provider, Attempts: 1, Status: 200, Cost: cost})
}

func (h *house) verify() budget.Report {
	h.t.Helper()
	r, err := h.books.Verify(h.t.Context())
	h.must(err)
	if !r.Balanced() {
		h.t.Errorf("the books do not balance:\n%s", r.String())
	}
	return r
}

// Two hundred requests that begin within a moment, and go on, go to the bank a few times. Asking for twice what waits would be
// a hundred trips; a sweep in between begins the growth anew, so the bound leaves room for a slow machine.
func TestABurstMakesFewTrips(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.budget(org.OfOrg(h.chain.Org), 1000*money.Dollar, budget.Monthly, budget.Hard)
	tr, _ := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	var holds []*ledger.Hold
	for range 200 {
		hold, err := tr.Reserve(t.Context(), h.want(money.Cent, money.Cent))
		h.must(err)
		holds = append(holds, hold)
	}
	if n := tr.Stats().LeaseTrips; n > 60 {
		t.Errorf("%d trips to the bank", n)
	}
	for _, hold := range holds {
		h.spend(tr, hold, money.Cent)
	}
}

func TestTwoHundredRequestsNeverPassACent(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		o, k := h.chain.Org, h.chain.Key
		h.budget(org.OfOrg(o), 5*money.Dollar, budget.Monthly, budget.Hard)
		h.budget(org.OfTeam(o, h.chain.Team), money.Dollar, budget.Weekly, budget.Hard)
		h.budget(org.OfMember(o, h.chain.Member), 10*money.Cent, budget.Daily, budget.Hard)
		cent := h.budget(org.OfKey(o, k), money.Cent, budget.Forever, budget.Hard)
		bank := &countingBank{Bank: h.books}
		tr, stop := h.treasury(t.TempDir(), bank)
		h.load(tr)
		ready(t, tr)

		var billed, taken atomic.Int64 // nano-dollars; taken is spent and held together, and never more than they are
		codes := sync.Map{}
		var wg sync.WaitGroup
		for i := range 200 {
			wg.Go(func() {
				w := h.want(150*1000*money.Nano, 150*1000*money.Nano)
				if i%2 == 0 {
					w.Ceiling.Money = 5 * money.Cent // no max_tokens
				}
				hold, err := tr.Reserve(t.Context(), w)
				if err != nil {
					f := fault.From(err)
					codes.Store(f.Code, f)
					return
				}
				if hold.Amount() < w.Floor.Money || hold.Amount() > w.Ceiling.Money {
					t.Errorf("held %s, between %s and %s expected", hold.Amount(), w.Floor.Money, w.Ceiling.Money)
				}
				if now := money.USD(taken.Add(int64(hold.Amount()))); now > cent.Limit {
					t.Errorf("spent and held are %s together", now)
				}
				cost := min(hold.Amount(), 120*1000*money.Nano)
				billed.Add(int64(cost))
				taken.Add(int64(cost - hold.Amount()))
				h.spend(tr, hold, cost)
			})
		}
		wg.Wait()
		codes.Range(func(code, f any) bool {
			if code != "budget_exhausted" && code != "budget_reserved" {
				t.Errorf("refused with %s: %v", code, f)
			}
			return true
		})
		if n := bank.leases.Load(); n > 60 {
			t.Errorf("%d trips to the bank for 200 requests", n)
		}
		stop()
		r := h.verify()
		if r.Cost != money.USD(billed.Load()) || r.Cost > cent.Limit || r.Over != 0 || r.Leases != 0 {
			t.Errorf("booked %s, billed %s:\n%s", r.Cost, money.USD(billed.Load()), r.String())
		}
		if r.Attempts < 5 {
			t.Errorf("only %d attempts got through", r.Attempts)
		}
	})
}

// countingBank counts trips, and can fail.
type countingBank struct {
	budget.Bank
	leases atomic.Int64
	down   atomic.Bool
}

var errDown = errors.New("the database is down")

func (b *countingBank) Lease(ctx context.Context, n id.Node, asks []budget.LeaseAsk) ([]budget.Lease, error) {
	b.leases.Add(1)
	if b.down.Load() {
		return nil, errDown
	}
	return b.Bank.Lease(ctx, n, asks)
}

func (b *countingBank) Post(ctx context.Context, n id.Node, batch budget.Batch) ([]budget.Lease, error) {
	if b.down.Load() {
		return nil, errDown
	}
	return b.Bank.Post(ctx, n, batch)
}

func (b *countingBank) Mark(ctx context.Context, n id.Node) (budget.Mark, error) {
	if b.down.Load() {
		return budget.Mark{}, errDown
	}
	return b.Bank.Mark(ctx, n)
}

func (b *countingBank) Begin(ctx context.Context, n id.Node, o budget.Opening) (int64, error) {
	if b.down.Load() {
		return 0, errDown
	}
	return b.Bank.Begin(ctx, n, o)
}

func (b *countingBank) Beat(ctx context.Context, n id.Node, epoch int64, now time.Time) (budget.Pulse, error) {
	if b.down.Load() {
		return budget.Pulse{}, errDown
	}
	return b.Bank.Beat(ctx, n, epoch, now)
}

func (b *countingBank) Surrender(ctx context.Context, n id.Node, damaged bool) error {
	if b.down.Load() {
		return errDown
	}
	return b.Bank.Surrender(ctx, n, damaged)
}

// done is a settlement that the provider reported.
func done(cost money.USD) *ledger.Settlement {
	return &ledger.Settlement{State: ledger.Complete, Cost: cost, Status: 200}
}

// fact is a request of one attempt.
func fact(h *house, req id.Request, cost money.USD) *ledger.Request {
	return &ledger.Request{ID: req, Chain: h.chain, Model: "sandbox-chat", Provider: "up", Attempts: 1, Status: 200, Cost: cost}
}

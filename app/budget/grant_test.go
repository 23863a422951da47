package budget_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/org/orgtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// monthly is a budget of the organization, in the store.
func (o *office) monthly(limit ledger.Units, change ...func(*budget.Budget)) budget.Budget {
	b := budget.Budget{Scope: org.OfOrg(o.chain.Org), Limit: limit, Period: budget.Monthly, Enforce: budget.Hard}
	for _, c := range change {
		c(&b)
	}
	return o.add(b)
}

func (o *office) get(b id.Budget) budget.Entry {
	o.t.Helper()
	e, err := o.service.Get(o.t.Context(), o.actor(org.Admin), b)
	o.must(err)
	return e
}

func (o *office) grant(b id.Budget, in budget.GrantInput) budget.Grant {
	o.t.Helper()
	in.Reason = "a launch"
	g, err := o.service.Grant(o.t.Context(), o.actor(org.Admin), b, in)
	o.must(err)
	return g
}

// cents makes one request that costs so many cents, and says why not if it is refused.
func (o *office) cents(tr *budget.Treasury, n int64) *fault.Error {
	o.t.Helper()
	a := ledger.Amounts{Money: money.USD(n) * money.Cent, Tokens: ledger.Units(n), Requests: 1}
	return o.use(tr, budget.Want{Attempt: id.NewAttempt(ids), Chain: o.chain, Ceiling: a, Floor: a}, llm.Usage{Input: n}, a.Money)
}

// alive is a treasury that follows the office's changes, as a serving process does.
func (o *office) alive(bank budget.Bank) (*budget.Treasury, func()) {
	o.t.Helper()
	tr, stop := o.treasury(o.t.TempDir(), bank)
	m := &live.Mirror[[]budget.Rule]{Name: "budgets", Topic: budget.Topic, Poll: time.Hour, Log: silent, Apply: tr.Load}
	m.Read = o.rules
	heard := o.bus.Subscribe(o.t.Context())
	o.must(m.Start(o.t.Context()))
	go m.Run(o.t.Context(), heard)
	ready(o.t, tr)
	return tr, stop
}

func TestAnIncreaseCountsUntilItEnds(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		b := o.monthly(20 * money.Cent)
		tr, stop := o.alive(o.books)
		for range 2 {
			if f := o.cents(tr, 10); f != nil {
				t.Fatalf("within the limit: %v", f)
			}
		}
		if f := o.cents(tr, 10); f == nil {
			t.Fatal("above the limit: let through")
		}
		g := o.grant(b.ID, budget.GrantInput{Kind: budget.Increase, Amount: 50 * money.Cent, Until: november.Add(time.Hour)})
		if e := o.get(b.ID); e.Standing.Limit != 70*money.Cent || e.Granted != 50*money.Cent || e.Limit != 20*money.Cent {
			t.Errorf("with the increase: %+v", e)
		}
		eventually(t, "the increase is in force", func() bool { return o.cents(tr, 10) == nil })
		o.clock.Advance(time.Hour)
		// Nobody has ended it in the books, and the node still has the old rules: the bank lends nothing all the same.
		eventually(t, "the increase is over", func() bool { return o.cents(tr, 5) != nil })
		next, err := o.service.Expire(t.Context())
		o.must(err)
		if !next.IsZero() {
			t.Errorf("something more is to end at %s", next)
		}
		if e := o.get(b.ID); e.Standing.Limit != 20*money.Cent || e.Granted != 0 {
			t.Errorf("after the increase: %+v", e.Standing)
		}
		all, err := o.service.Grants(t.Context(), o.actor(org.Viewer), b.ID)
		if o.must(err); len(all) != 1 || all[0].ID != g.ID || all[0].State != budget.Ended {
			t.Errorf("grants %+v", all)
		}
		stop()
		if r := o.verify(); r.Over == 0 {
			t.Error("what was spent within the increase is above the limit now, and the report should say so")
		}
	})
}

func TestTheKeeperEndsAnIncreaseOnEveryNode(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	b := o.monthly(10 * money.Cent)
	one, _ := o.alive(o.books)
	two, _ := o.alive(db.NewLedgerStore(o.d))
	o.grant(b.ID, budget.GrantInput{Kind: budget.Increase, Amount: money.Dollar, Until: november.Add(time.Hour)})
	eventually(t, "both nodes spend", func() bool { return o.cents(one, 10) == nil && o.cents(two, 10) == nil })
	go func() { _ = o.service.Keep(t.Context()) }()
	o.clock.Advance(time.Hour)
	o.must(o.bus.Publish(t.Context(), live.All)) // a fake clock wakes nobody
	eventually(t, "the limit is the old one", func() bool { return o.get(b.ID).Standing.Limit == 10*money.Cent })
	eventually(t, "no node lends", func() bool { return o.cents(one, 1) != nil && o.cents(two, 1) != nil })
}

func TestABorrowingIsTakenFromTheNextPeriod(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		b := o.monthly(money.Dollar)
		o.grant(b.ID, budget.GrantInput{Kind: budget.Borrow, Amount: 40 * money.Cent})
		if l := o.get(b.ID).Standing.Limit; l != 140*money.Cent {
			t.Errorf("this month $%s", l)
		}
		if _, err := o.service.Grant(t.Context(), o.actor(org.Admin), b.ID, budget.GrantInput{Kind: budget.Borrow, Amount: 1, Reason: "more"}); code(err) != "borrowing_open" {
			t.Errorf("a second one: %v", err)
		}
		o.clock.Set(time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC))
		_, err := o.service.Expire(t.Context()) // begins the period, nobody has spent yet
		o.must(err)
		if l := o.get(b.ID).Standing.Limit; l != 60*money.Cent {
			t.Errorf("next month $%s", l)
		}
		o.grant(b.ID, budget.GrantInput{Kind: budget.Borrow, Amount: 50 * money.Cent})
		if l := o.get(b.ID).Standing.Limit; l != 110*money.Cent {
			t.Errorf("borrowed again $%s", l)
		}
		o.clock.Set(time.Date(2027, 2, 1, 12, 0, 0, 0, time.UTC)) // January was idle: the debt is due in the first that begins
		tr, _ := o.alive(o.books)
		if f := o.cents(tr, 50); f != nil {
			t.Errorf("50 cents are there: %v", f)
		}
		if f := o.cents(tr, 1); f == nil {
			t.Error("the debt was not taken")
		}
		past, err := o.service.Statements(t.Context(), o.actor(org.Admin), b.ID)
		o.must(err)
		var limits []string
		for _, p := range past {
			limits = append(limits, p.From.Format("Jan")+" "+p.Limit.String())
		}
		if got := strings.Join(limits, ", "); got != "Feb 0.5, Dec 1.1, Nov 1.4" {
			t.Errorf("periods: %s", got)
		}
	})
}

func TestTheReserveIsOpenedByAdminsForThisPeriod(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		b := o.add(budget.Budget{Scope: org.OfTeam(o.chain.Org, o.chain.Team), Limit: money.Dollar, Reserve: 30 * money.Cent, Period: budget.Monthly, Enforce: budget.Hard})
		if l := o.get(b.ID).Standing.Limit; l != 70*money.Cent {
			t.Errorf("with the reserve closed: $%s", l)
		}
		in := budget.GrantInput{Kind: budget.Opened, Amount: 20 * money.Cent, Reason: "an incident"}
		if _, err := o.service.Grant(t.Context(), o.actor(org.Manager), b.ID, in); code(err) != "forbidden" {
			t.Errorf("a manager opens it: %v", err)
		}
		o.grant(b.ID, in)
		if _, err := o.service.Grant(t.Context(), o.actor(org.Admin), b.ID, in); fault.From(err).Field != "amount" || !strings.Contains(fault.From(err).Public, "$0.10") {
			t.Errorf("more than is left of it: %v", err)
		}
		if r, err := o.service.Room(t.Context(), o.actor(org.Admin), b.ID); err != nil || r.Reserve != 10*money.Cent || r.Borrow != 35*money.Cent {
			t.Errorf("room %+v, %v", r, err)
		}
		less := budget.Input{Limit: money.Dollar, Reserve: 10 * money.Cent, Period: budget.Monthly, Enforce: budget.Hard}
		if _, err := o.service.Update(t.Context(), o.actor(org.Admin), b.ID, less); fault.From(err).Field != "reserve" {
			t.Errorf("a reserve below what is open: %v", err)
		}
		o.clock.Set(time.Date(2026, 12, 24, 12, 0, 0, 0, time.UTC))
		if e := o.get(b.ID); e.Standing.Limit != 70*money.Cent {
			t.Errorf("in the next period: $%s", e.Standing.Limit)
		}
		o.grant(b.ID, budget.GrantInput{Kind: budget.Opened, Amount: 30 * money.Cent})
	})
}

func TestBadGrantsNameTheirField(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	b := o.monthly(money.Dollar)
	total := o.monthly(money.Dollar, func(b *budget.Budget) { b.Period = budget.Forever })
	ends := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC).Add(-time.Hour) // in Berlin
	fine := budget.GrantInput{Kind: budget.Increase, Amount: money.Cent, Reason: "because"}
	for name, c := range map[string]struct {
		of    id.Budget
		spoil func(*budget.GrantInput)
		field string
	}{
		"nothing":                       {b.ID, func(in *budget.GrantInput) { in.Amount = 0 }, "amount"},
		"less than nothing":             {b.ID, func(in *budget.GrantInput) { in.Amount = -money.Cent }, "amount"},
		"more than a budget may have":   {b.ID, func(in *budget.GrantInput) { in.Amount = money.Max }, "amount"},
		"an unknown kind":               {b.ID, func(in *budget.GrantInput) { in.Kind = "gift" }, "kind"},
		"a repayment by hand":           {b.ID, func(in *budget.GrantInput) { in.Kind = budget.Repay }, "kind"},
		"no reason":                     {b.ID, func(in *budget.GrantInput) { in.Reason = "  " }, "reason"},
		"a novel as the reason":         {b.ID, func(in *budget.GrantInput) { in.Reason = strings.Repeat("x", 501) }, "reason"},
		"until a moment ago":            {b.ID, func(in *budget.GrantInput) { in.Until = november.Add(-time.Second) }, "until"},
		"until now":                     {b.ID, func(in *budget.GrantInput) { in.Until = november }, "until"},
		"until after the period":        {b.ID, func(in *budget.GrantInput) { in.Until = ends.Add(time.Second) }, "until"},
		"until its end":                 {b.ID, func(in *budget.GrantInput) { in.Until = ends }, ""},
		"more than half of the next":    {b.ID, func(in *budget.GrantInput) { in.Kind, in.Amount = budget.Borrow, 51*money.Cent }, "amount"},
		"a borrowing for an hour":       {b.ID, func(in *budget.GrantInput) { in.Kind, in.Until = budget.Borrow, november.Add(time.Hour) }, "until"},
		"a borrowing of a total":        {total.ID, func(in *budget.GrantInput) { in.Kind = budget.Borrow }, "kind"},
		"a reserve where there is none": {b.ID, func(in *budget.GrantInput) { in.Kind = budget.Opened }, "amount"},
		"an increase of a total":        {total.ID, func(*budget.GrantInput) {}, ""},
		"a total's for ever and a day":  {total.ID, func(in *budget.GrantInput) { in.Until = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, "until"},
	} {
		in := fine
		c.spoil(&in)
		_, err := o.service.Grant(t.Context(), o.actor(org.Admin), c.of, in)
		if f := fault.From(err); c.field == "" && err != nil || c.field != "" && (f.Kind != fault.Invalid || f.Field != c.field) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAGrantWithoutItsAuditEntryIsNone(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	b := o.monthly(money.Dollar)
	o.diary.broken = errDown
	if _, err := o.service.Grant(t.Context(), o.actor(org.Admin), b.ID, budget.GrantInput{Kind: budget.Increase, Amount: 1, Reason: "x"}); !errors.Is(err, errDown) {
		t.Errorf("granted: %v", err)
	}
	o.diary.broken = nil
	if e := o.get(b.ID); e.Granted != 0 || e.Standing.Limit != money.Dollar {
		t.Errorf("left behind: %+v", e)
	}
}

func TestWhoMayGrant(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	b := o.budget(org.OfMember(o.chain.Org, o.chain.Member), money.Dollar, budget.Monthly, budget.Hard)
	stranger := newOffice(t, o.d, nil)
	for name, c := range map[string]struct {
		who  org.Actor
		want string
	}{
		"an admin":                         {o.actor(org.Admin), ""},
		"a lead of the team":               {o.actor(org.Lead, o.chain.Team), ""},
		"a lead of another team":           {o.actor(org.Lead, id.NewTeam(ids)), "not_found"},
		"the member, as a lead":            {orgtest.Actor(o.chain.Org, o.chain.Member, org.Lead, o.chain.Team), "forbidden"},
		"a developer":                      {o.actor(org.Developer, o.chain.Team), "forbidden"},
		"an admin of another organization": {stranger.actor(org.Admin), "not_found"},
		"nobody":                           {org.Actor{}, "unauthenticated"},
	} {
		if _, err := o.service.Grant(t.Context(), c.who, b.ID, budget.GrantInput{Kind: budget.Increase, Amount: 1, Reason: "x"}); code(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

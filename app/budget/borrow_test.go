package budget

import (
	"errors"
	"slices"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Of the budgets that are too tight the one is named that is used up, then the one with the least left, then the outermost.
func TestTheRefusalNamesTheTightest(t *testing.T) {
	t.Parallel()
	d := counter()
	// with is a purse of so much, of which so much is spent and held.
	with := func(limit, spent, held ledger.Units) *purse {
		p := d.lend(Hard, limit, held)
		p.pool.Spent = spent
		if held > 0 {
			d.book.Hold(id.NewAttempt(testIDs), amount(held), []ledger.Claim{{Stake: ledger.Stake{Account: p.account}}})
		}
		return p
	}
	roomy, gone, less, held := with(100, 0, 0), with(100, 95, 0), with(100, 97, 0), with(100, 0, 100)
	d.book.Grant(id.NewGrant(testIDs), roomy.account, 50)
	twin := with(100, 97, 0)
	soft := d.lend(Soft, 1, 0)
	for name, c := range map[string]struct {
		bind []*purse
		want *purse
		code string
	}{
		"one is used up, the other has room": {[]*purse{roomy, gone}, gone, "budget_exhausted"},
		"used up before held":                {[]*purse{held, gone}, gone, "budget_exhausted"},
		"whatever their order":               {[]*purse{gone, held}, gone, "budget_exhausted"},
		"of two the one with less":           {[]*purse{gone, less}, less, "budget_exhausted"},
		"whatever their order, too":          {[]*purse{less, gone}, less, "budget_exhausted"},
		"of two alike the outer one":         {[]*purse{less, twin}, less, "budget_exhausted"},
		"or the other, where that is outer":  {[]*purse{twin, less}, twin, "budget_exhausted"},
		"what is held comes back":            {[]*purse{soft, held, roomy}, held, "budget_reserved"},
		"a soft one refuses nobody":          {[]*purse{soft, gone}, gone, "budget_exhausted"},
		"one that has room refuses nobody":   {[]*purse{roomy}, nil, "budget_unavailable"},
	} {
		_, err := d.settleFor(c.bind, Want{Ceiling: amount(10), Floor: amount(10)}, nil)
		if f := fault.From(err); f.Code != c.code || c.want != nil && f.Detail["budget_id"] != c.want.rule.ID.String() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := d.settleFor([]*purse{held}, Want{Ceiling: amount(10), Floor: amount(10)}, errShut); !errors.Is(err, errShut) {
		t.Errorf("what is held is no reason while the bank cannot be asked: %v", err)
	}
	held.fresh = true
	if _, err := d.settleFor([]*purse{held}, Want{Ceiling: amount(10), Floor: amount(10)}, errPatience); fault.From(err).Code != "budget_reserved" {
		t.Errorf("what the bank said a moment ago counts while it is slow: %v", err)
	}
}

// For a moment after the bank failed nobody goes there: a queue before a database that is away helps nobody.
func TestABankThatFailedIsLeftAloneForAMoment(t *testing.T) {
	t.Parallel()
	tr, b, _ := puppets(t)
	o := id.NewOrg(testIDs)
	rule := Rule{ID: id.NewBudget(testIDs), Org: o, Kind: org.OrgScope, Node: o.UUID(), Limit: 100, Period: Daily, Enforce: Hard}
	if err := tr.Load([]Rule{rule}); err != nil {
		t.Fatal(err)
	}
	close(tr.ready)
	d := tr.desk(o)
	d.shut = true
	w := Want{Attempt: id.NewAttempt(testIDs), Chain: org.Chain{Org: o}, Ceiling: amount(10), Floor: amount(10)}
	if _, err := tr.Reserve(t.Context(), w); !errors.Is(err, errShut) || b.asked != 0 || tr.refusals.Load() != 1 {
		t.Errorf("%v after %d trips", err, b.asked)
	}
}

// What is asked for is in the order of accounts, whatever the order of those who ask: two nodes must not lock each other out.
func TestAsksAreInTheOrderOfAccounts(t *testing.T) {
	t.Parallel()
	d := counter()
	var want []ledger.Account
	for range 5 {
		want = append(want, d.lend(Hard, 100, 0).account)
	}
	later := d.purse(d.purses[want[0]].rule, noon.AddDate(0, 0, 1))
	want = slices.Insert(want, 1, later.account)
	slices.SortFunc(want, func(a, b ledger.Account) int {
		if c := a.Budget.Compare(b.Budget); c != 0 {
			return c
		}
		return int(a.Start - b.Start)
	})
	for _, a := range slices.Backward(want) {
		d.want(d.purses[a])
	}
	var got []ledger.Account
	for _, a := range d.collect(testIDs, noon) {
		got = append(got, a.Account)
	}
	if !slices.Equal(got, want) || d.asking != nil {
		t.Errorf("%v\nwant %v", got, want)
	}
}

// An ask says what is missing: the least and the most that somebody waits for, less what is free, and as much again ahead of need.
func TestAnAskSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change            func(d *desk, p *purse)
		least, need, more ledger.Units
		back              ledger.Units
		looks             bool
	}{
		"nothing":                      {func(*desk, *purse) {}, 0, 0, 0, 0, true},
		"somebody waits":               {func(_ *desk, p *purse) { p.ask, p.least = 30, 10 }, 10, 30, 30, 0, false},
		"and a part of it is free":     {func(d *desk, p *purse) { p.ask, p.least = 30, 10; d.book.Grant(id.NewGrant(testIDs), p.account, 12) }, 0, 18, 18, 0, false},
		"while others call for it":     {func(_ *desk, p *purse) { p.ask, p.least, p.scarce = 30, 10, noon.Add(1) }, 10, 30, 0, 0, false},
		"something goes back":          {func(_ *desk, p *purse) { p.ask, p.least, p.back = 30, 10, 7 }, 0, 0, 0, 7, false},
		"a soft one only looks":        {func(_ *desk, p *purse) { p.ask, p.least, p.gone = 30, 10, true }, 0, 0, 0, 0, true},
		"ahead of need up to its peak": {func(_ *desk, p *purse) { p.peak = 9 }, 0, 0, 9, 0, false},
	} {
		d := counter()
		p := d.lend(Hard, 100, 0)
		c.change(d, p)
		d.want(p)
		asks := d.collect(testIDs, noon)
		if a := asks[0]; len(asks) != 1 || a.Least != c.least || a.Need != c.need || a.Spare != c.more || a.Back != c.back || a.Op.IsZero() != c.looks {
			t.Errorf("%s: %+v", name, a)
		}
		if p.ask != 0 || p.least != 0 || p.back != 0 || p.asking {
			t.Errorf("%s: it is asked for twice", name)
		}
		first := asks[0]
		p.ask = 99
		if d.want(p); d.collect(testIDs, noon)[0] != first {
			t.Errorf("%s: what was not answered is said in other words", name)
		}
	}
}

// On a trip ahead of need those come along that would soon make their own: of half of their target to all of it.
func TestATripAheadOfNeedTakesItsNeighboursAlong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(p *purse)
		along  bool
	}{
		"is below its target":        {func(*purse) {}, true},
		"has its target":             {func(p *purse) { p.peak = 100 }, false},
		"is soft":                    {func(p *purse) { p.gone = true }, false},
		"asked since the last sweep": {func(p *purse) { p.topped = true }, false},
		"was called back":            {func(p *purse) { p.scarce = noon.Add(1) }, false},
		"was called back long ago":   {func(p *purse) { p.scarce = noon }, true},
	} {
		d := counter()
		p := d.lend(Hard, 1000, 100)
		p.peak = 101 // what it aims at: a little more than it has
		c.change(p)
		if d.join([]*purse{p}, noon); p.asking != c.along || len(d.asking) > 0 != c.along {
			t.Errorf("one that %s comes along: %v", name, p.asking)
		}
	}
}

// What waits for the next trip is added up and never wraps.
func TestAsksAddUp(t *testing.T) {
	t.Parallel()
	tr := &Treasury{}
	tr.closing.Store(true) // no trip begins
	d := counter()
	p := d.lend(Hard, 1000, 5)
	for _, c := range []struct{ ceiling, floor, ask, least money.USD }{
		{20, 10, 20, 10}, {30, 7, 50, 7}, {1, 9, 51, 7}, {money.Max, 8, money.Max, 7}, {money.Max, 1, money.Max, 1},
	} {
		tr.register(t.Context(), d, []ledger.Shortage{{Account: p.account, Free: 5}}, Want{Ceiling: amount(c.ceiling), Floor: amount(c.floor)})
		if p.ask != c.ask || p.least != c.least || len(d.asking) != 1 {
			t.Errorf("after %s: %s are asked for, at least %s", c.ceiling, p.ask, p.least)
		}
	}
}

// Whom the bank told a moment ago that there is not so much is not sent to it again.
func TestNobodyIsSentForWhatIsNotThere(t *testing.T) {
	t.Parallel()
	tr := &Treasury{}
	tr.closing.Store(true)
	for name, c := range map[string]struct {
		fresh        bool
		limit, floor ledger.Units
		asked        bool
	}{
		"the bank has not said":            {false, 5, 100, true},
		"nothing is left":                  {true, 5, 1, false},
		"with what is here it is enough":   {true, 15, 15, true},
		"with what is here it is one less": {true, 15, 16, false},
	} {
		d := counter()
		p := d.lend(Hard, c.limit, 5)
		p.fresh, p.pool.Leased = c.fresh, 5
		tr.register(t.Context(), d, []ledger.Shortage{{Account: p.account, Free: 5}}, Want{Ceiling: amount(200), Floor: amount(c.floor)})
		if p.asking != c.asked {
			t.Errorf("%s: asked %v", name, p.asking)
		}
	}
}

// The bank's answers are taken as they are, but an older one is no news, and one about nobody is nobody's.
func TestOlderAnswersAreDropped(t *testing.T) {
	t.Parallel()
	d := counter()
	p := d.lend(Hard, 100, 0)
	for _, c := range []struct {
		posted, spent, want ledger.Units
	}{{5, 50, 50}, {4, 40, 50}, {5, 51, 51}, {6, 60, 60}} {
		d.receive(Lease{Account: p.account, Posted: c.posted, Pool: ledger.Pool{Limit: 100, Spent: c.spent}})
		if p.pool.Spent != c.want || !p.fresh {
			t.Errorf("posted %d: %d are spent, want %d", c.posted, p.pool.Spent, c.want)
		}
	}
	d.receive(Lease{Account: ledger.Account{Budget: id.NewBudget(testIDs)}, Granted: 7})
	if len(d.purses) != 1 || d.book.Balance(p.account).Granted != 0 {
		t.Error("an answer about a purse that is gone was booked")
	}
	if d.receive(Lease{Account: p.account, Gone: true, Posted: 7}); !p.gone || !p.soft() || p.pool.Spent != 60 {
		t.Errorf("a deleted budget still binds: %+v", p)
	}
}

// An ask that moves money is repeated word for word until it is answered; one that only looked is forgotten, so that the next one says
// what is needed by then.
func TestAfterAnOutageOnlyWhatMovesMoneyIsRepeated(t *testing.T) {
	t.Parallel()
	d := counter()
	looked, moved, gone := d.lend(Hard, 100, 0), d.lend(Hard, 100, 0), d.lend(Hard, 100, 0)
	looked.op, moved.op = &LeaseAsk{Account: looked.account}, &LeaseAsk{Account: moved.account, Op: id.NewGrant(testIDs)}
	delete(d.purses, gone.account)
	d.repent([]LeaseAsk{*looked.op, *moved.op, {Account: gone.account}})
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.shut || looked.op != nil || moved.op == nil {
		t.Errorf("shut %v, looked %v, moved %v", d.shut, looked.op, moved.op)
	}
}

// Where no budget is too tight it is the bank that failed, by the reason there is.
func TestWhatNoBudgetRefusesTheBankDid(t *testing.T) {
	t.Parallel()
	d := counter()
	if _, err := d.settleFor(nil, Want{}, nil); !errors.Is(err, errPatience) {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := d.settleFor([]*purse{d.lend(Soft, 0, 0)}, Want{}, errShut); !errors.Is(err, errShut) || fault.From(err).Code != "budget_unavailable" {
		t.Errorf("with one: %v", err)
	}
}

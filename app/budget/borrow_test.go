package budget

import (
	"errors"
	"slices"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
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

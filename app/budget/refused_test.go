package budget

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// What is counted above a soft limit is above it, not at it; and a lease is filled up ahead of need once it is half of what it should be.
func TestWhatAHoldIsCountedAs(t *testing.T) {
	t.Parallel()
	tr, _, _ := puppets(t)
	tr.closing.Store(true) // no trip begins
	d := counter()
	soft := d.lend(Soft, 100, 0)
	soft.pool.Spent = 40
	for _, c := range []struct {
		held ledger.Units
		over int64
	}{{60, 0}, {1, 1}} {
		d.take(soft, c.held)
		if tr.taken(t.Context(), d, []*purse{soft}, noon); tr.softOver.Load() != c.over || soft.used != noon {
			t.Errorf("%d more: %d are above the limit", c.held, tr.softOver.Load())
		}
	}
	for name, c := range map[string]struct {
		change func(p *purse)
		topped bool
	}{
		"less than half of its target": {func(p *purse) { p.peak = 22 }, true},
		"half of it":                   {func(p *purse) { p.peak = 20 }, false},
		"called back":                  {func(p *purse) { p.peak, p.scarce = 22, noon.Add(1) }, false},
		"topped up already":            {func(p *purse) { p.peak, p.topped = 22, true }, false},
	} {
		p := d.lend(Hard, 1000, 10)
		c.change(p)
		was := p.topped
		d.asking = nil
		if tr.taken(t.Context(), d, []*purse{p}, noon); (len(d.asking) > 0) != c.topped || p.topped != (c.topped || was) {
			t.Errorf("%s: it asks %v", name, p.asking)
		}
	}
	d.shut = true
	p := d.lend(Hard, 1000, 10)
	p.peak, d.asking = 22, nil
	if tr.taken(t.Context(), d, []*purse{p}, noon); len(d.asking) > 0 {
		t.Error("it asks a bank that failed a moment ago")
	}
}

// Others are called only for what they may have: lease of theirs that the pool still counts, on a budget that is too tight here.
func TestOthersAreCalledForWhatTheyMayHave(t *testing.T) {
	t.Parallel()
	tr, _, _ := puppets(t)
	tr.Bus = nil // counted, not said
	for name, c := range map[string]struct {
		change func(p *purse)
		waits  bool
	}{
		"they have something":          {func(*purse) {}, true},
		"all that is lent is ours":     {func(p *purse) { p.pool.Leased = 5 }, false},
		"ours is partly posted":        {func(p *purse) { p.pool.Leased, p.posted = 3, 2 }, false},
		"and a little of it is not":    {func(p *purse) { p.pool.Leased, p.posted = 4, 2 }, true},
		"it was never seen":            {func(p *purse) { p.seen = false }, false},
		"it is soft":                   {func(p *purse) { p.gone = true }, false},
		"what is here would be enough": {func(p *purse) { p.rule.Measure = ledger.Requests }, false},
	} {
		d := counter()
		p := d.lend(Hard, 100, 5)
		p.pool.Leased = 50
		c.change(p)
		var asked call
		topics, wait := tr.recall(d, []*purse{p}, Want{Floor: ledger.Amounts{Money: 6, Requests: 5}}, &asked)
		if (wait == recallPauses[0]*time.Millisecond) != c.waits || (wait == 0) == c.waits || len(topics) != 0 || asked.tries > 0 != c.waits || p.scarce.IsZero() == c.waits {
			t.Errorf("%s: wait %s, %d tries", name, wait, asked.tries)
		}
	}
	last := call{tries: len(recallPauses)}
	d := counter()
	p := d.lend(Hard, 100, 5)
	p.pool.Leased = 50
	if _, wait := tr.recall(d, []*purse{p}, Want{Floor: amount(6)}, &last); wait != 0 {
		t.Errorf("it waits once more: %s", wait)
	}
}

// Figures for metrics add up over organizations and accounts.
func TestStatsAddUp(t *testing.T) {
	t.Parallel()
	tr, _, _ := puppets(t)
	for range 2 {
		d := tr.desk(id.NewOrg(testIDs))
		for range 2 {
			p := d.lend(Hard, 1000, 100)
			d.use(p, 30)
			d.take(p, 20)
		}
	}
	if s := tr.Stats(); s.Organizations != 2 || s.Accounts != 4 || s.Leased != 4*70 || s.Held != 4*20 || s.Nodes != 1 || s.Ready || s.LagSegments != 1 || s.LagBytes != 0 {
		t.Errorf("%+v", s)
	}
	at := tr.Journal.End()
	tr.posted.Store(&at)
	if _, err := tr.Journal.Append(journal.Record{Request: &ledger.Request{ID: id.NewRequest(testIDs), At: noon}}); err != nil {
		t.Fatal(err)
	}
	if s := tr.Stats(); s.LagSegments != 0 || s.LagBytes != tr.Journal.End().Offset-at.Offset || s.LagBytes <= 0 {
		t.Errorf("%+v", s)
	}
}

// A budget that is nearly used up is shown before one that has more, and money before tokens.
func TestTheOrderOfStandings(t *testing.T) {
	t.Parallel()
	at := func(m ledger.Measure, left ledger.Units) Standing { return Standing{Measure: m, Left: left} }
	ordered := []Standing{at(ledger.Money, -5), at(ledger.Money, 0), at(ledger.Requests, 0), at(ledger.Money, 1), at(ledger.Money, money.Dollar), at(ledger.Tokens, 1), at(ledger.Requests, 1)}
	for i, a := range ordered {
		for j, b := range ordered {
			if got := tighter(a, b); got < 0 != (i < j) || got > 0 != (i > j) {
				t.Errorf("%v of %v and %v of %v: %d", a.Left, a.Measure, b.Left, b.Measure, got)
			}
		}
	}
}

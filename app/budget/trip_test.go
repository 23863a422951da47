package budget

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/org/orgtest"
)

// The log has the beginning and the end of a bank's outage, not each trip of it.
func TestAnOutageOfTheBankIsLoggedOnce(t *testing.T) {
	t.Parallel()
	tr, bank, log := puppets(t)
	close(tr.ready)
	d := tr.desk(id.NewOrg(testIDs))
	for _, c := range []struct {
		err  error
		says int
	}{{nil, 0}, {errAway, 1}, {errAway, 1}, {nil, 2}, {nil, 2}} {
		bank.leaseIs = c.err
		going := &trip{done: make(chan struct{})}
		tr.visit(t.Context(), d, going, []LeaseAsk{{}}, 0)
		if n := strings.Count(log.String(), "the bank stopped or began to answer"); n != c.says || going.err != c.err || d.failing != (c.err != nil) {
			t.Errorf("after %v it was said %d times, want %d; the trip says %v, failing %v", c.err, n, c.says, going.err, d.failing)
		}
	}
	if !strings.Contains(log.String(), "failing=true") || !strings.Contains(log.String(), "failing=false") {
		t.Error(log.String())
	}
}

// What was taken out of the book while an ask was on its way is asked about next, and nothing else is.
func TestWhatGoesBackMeanwhileIsTheNextBusiness(t *testing.T) {
	t.Parallel()
	for back, asks := range map[ledger.Units]bool{0: false, 5: true} {
		d := counter()
		p := d.lend(Hard, 100, 0)
		p.op, p.back = &LeaseAsk{Op: id.NewGrant(testIDs)}, back
		if d.receive(Lease{Account: p.account, Granted: 10}); p.asking != asks || p.op != nil || d.book.Balance(p.account).Granted != 10 {
			t.Errorf("%d goes back: asking %v, granted %d", back, p.asking, d.book.Balance(p.account).Granted)
		}
	}
}

// A budget that runs low takes its neighbours along, where the trip begins at once; one under way has left without them.
func TestNeighboursComeAlongWhereATripBegins(t *testing.T) {
	t.Parallel()
	tr, _, _ := puppets(t)
	tr.closing.Store(true) // no trip begins
	for _, running := range []*trip{nil, {}} {
		d := counter()
		d.running = running
		low, near := d.lend(Hard, 1000, 10), d.lend(Hard, 1000, 10)
		low.peak, near.peak = 22, 15
		tr.taken(t.Context(), d, []*purse{low, near}, noon)
		if !low.topped || near.topped != (running == nil) {
			t.Errorf("under way %v: low asks %v, its neighbour %v", running != nil, low.topped, near.topped)
		}
	}
}

// What is taken ahead of need grows by what a burst has taken since the last sweep.
func TestABurstAsksForAsMuchAgain(t *testing.T) {
	t.Parallel()
	spare := func(before ledger.Units) ledger.Units {
		d := counter()
		p := d.lend(Hard, 1000, 30)
		d.take(p, 30)
		p.before = before
		d.want(p)
		return d.collect(testIDs, noon)[0].Spare
	}
	if quiet, burst := spare(30), spare(20); burst-quiet != 10 {
		t.Errorf("%d, with 10 more since the last sweep %d", quiet, burst)
	}
}

// A refusal names the budget that has too little free, not one from which the floor could be taken to the unit.
func TestARefusalDoesNotNameABudgetThatFits(t *testing.T) {
	t.Parallel()
	d := counter()
	fits, short := d.lend(Hard, 10, 5), d.lend(Hard, 100, 0)
	fits.pool.Limit, short.pool.Limit = 10, 100
	fits.rule.Label, short.rule.Label = "Fits", "Short"
	h, err := d.settleFor([]*purse{fits, short}, Want{Attempt: id.NewAttempt(testIDs), Floor: amount(5), Ceiling: amount(5)}, nil)
	if f := fault.From(err); h != nil || f == nil || f.Code != "budget_reserved" || !strings.Contains(f.Public, "Short's") {
		t.Errorf("%v", err)
	}
}

// A reason of as many characters as may be is one.
func TestAReasonHasALength(t *testing.T) {
	t.Parallel()
	for n, ok := range map[int]bool{0: false, 1: true, maxReason: true, maxReason + 1: false} {
		if _, err := reason(strings.Repeat("ä", n)); (err == nil) != ok {
			t.Errorf("%d characters: %v", n, err)
		}
	}
}

// usage is a store with so much of a tag on each day.
type usage struct {
	Store
	tag  ledger.Units
	read int
}

func (u *usage) Used(context.Context, org.Scope, ledger.Measure, time.Time, time.Time) (ledger.Units, error) {
	return u.tag, nil
}

func (u *usage) Uses(context.Context, id.Org, org.ScopeKind, []string, ledger.Measure, time.Time) (map[string][]Use, error) {
	u.read++
	return nil, nil
}

// A day on which nothing was used is no first use of a tag, and a page of forecasts leaves tags out.
func TestADayWithoutUseIsNoUse(t *testing.T) {
	t.Parallel()
	o := id.NewOrg(testIDs)
	tag, err := org.OfTag(o, "project=apollo")
	if err != nil {
		t.Fatal(err)
	}
	e := Entry{Budget: Budget{ID: id.NewBudget(testIDs), Org: o, Scope: tag, Period: Monthly}}
	for used, days := range map[ledger.Units]int{0: 0, 1: profileDays + 2} {
		s := &Service{Parts: Parts{Store: &usage{tag: used}}}
		if uses, err := s.tagUses(t.Context(), e, outlook{now: noon, zone: time.UTC}); err != nil || len(uses) != days {
			t.Errorf("%d a day: %d days, %v", used, len(uses), err)
		}
	}
	u := &usage{}
	s := &Service{Parts: Parts{Store: u, Clock: clock.NewFake(noon)}}
	if got, err := s.Forecasts(t.Context(), orgtest.Actor(o, id.NewMember(testIDs), org.Viewer), []Entry{e}); err != nil || len(got) != 0 || u.read != 0 {
		t.Errorf("forecasts of a tag: %v, %d readings, %v", got, u.read, err)
	}
}

package budget

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

var testIDs = id.NewSource(clock.System{}.Now, nil)

// noon is half of a day that is twelve hours from its end.
var noon = time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)

// counter is a desk at noon.
func counter() *desk { return newDesk(id.NewOrg(testIDs)) }

// lend adds a purse of a daily budget to a desk, of which so much is leased.
func (d *desk) lend(e Enforcement, limit, leased ledger.Units) *purse {
	p := d.purse(&rule{Rule: Rule{ID: id.NewBudget(testIDs), Label: "Acme", Limit: limit, Period: Daily, Enforce: e, Ladder: Ladder{From: 50}}, zone: time.UTC}, noon)
	p.seen = true
	d.book.Grant(id.NewGrant(testIDs), p.account, leased)
	return p
}

func amount(n money.USD) ledger.Amounts { return ledger.Amounts{Money: n} }

// What is held before midnight and sent after it counts before, and what is sent before the period of its hold counts in it.
func TestAnAttemptCountsInThePeriodOfItsHold(t *testing.T) {
	t.Parallel()
	d := counter()
	p := d.lend(Hard, 10, 10)
	stake := []ledger.Stake{{Account: p.account}}
	total := &purse{account: ledger.Account{Budget: id.NewBudget(testIDs)}, from: time.Unix(0, 0)}
	d.purses[total.account] = total
	for name, c := range map[string]struct {
		on       []ledger.Stake
		at, want time.Time
	}{
		"within it":                   {stake, noon, noon},
		"at its first moment":         {stake, p.from, p.from},
		"before it":                   {stake, p.from.Add(-time.Hour), p.from},
		"at its last moment":          {stake, p.to.Add(-time.Microsecond), p.to.Add(-time.Microsecond)},
		"at the next one's beginning": {stake, p.to, p.to.Add(-time.Microsecond)},
		"long after it":               {stake, p.to.Add(time.Hour), p.to.Add(-time.Microsecond)},
		"on an account that is gone":  {[]ledger.Stake{{Account: ledger.Account{Budget: id.NewBudget(testIDs)}}}, p.to, p.to},
		"of a total":                  {[]ledger.Stake{{Account: total.account}}, p.to, p.to},
	} {
		if got := d.inPeriod(c.on, c.at); !got.Equal(c.want) {
			t.Errorf("%s: %s, want %s", name, got, c.want)
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

// A hold that shrinks takes half of what the tightest hard budget has left; soft ones have no say.
func TestSoftBudgetsDoNotShrinkAHold(t *testing.T) {
	t.Parallel()
	d := counter()
	w := Want{Ceiling: amount(1000), Floor: amount(10)}
	bind := []*purse{d.lend(Soft, 1, 0), d.lend(Hard, 1000, 100), d.lend(Hard, 1000, 500)}
	if got, ok := d.shrunk(bind, w); !ok || got.Money != 50 {
		t.Errorf("%v, %v", got, ok)
	}
	if got, ok := d.shrunk(bind, Want{Ceiling: amount(1000), Floor: amount(101)}); ok {
		t.Errorf("not even the floor fits: %v", got)
	}
	for w, want := range map[Want]bool{{}: true, {Floor: amount(1), Ceiling: amount(1)}: true, {Floor: amount(-1)}: false, {Floor: amount(2), Ceiling: amount(1)}: false,
		{Floor: ledger.Amounts{Tokens: 1}}: false, {Floor: ledger.Amounts{Requests: -1}}: false} {
		if w.valid() != want {
			t.Errorf("floor %v and ceiling %v: %v", w.Floor, w.Ceiling, w.valid())
		}
	}
}

// A throttled purse of which all is used has no pace, and says to wait as long as waits may be.
func TestAPurseAtItsLimitHasNoPace(t *testing.T) {
	t.Parallel()
	d := counter()
	p := d.lend(Throttle, 100, 100)
	for used, want := range map[ledger.Units]ledger.Units{100: 0, 101: 0, 99: 0, 88: 1, 40: 5} { // per hour, of twelve
		p.pool.Spent = used
		if got := d.pace(p, noon, 1); got != want {
			t.Errorf("%d of 100 used: %d an hour, want %d", used, got, want)
		}
	}
	p.pool.Spent, p.tap = 100, &tap{at: noon}
	if w := d.wait(p, 1, noon, 1); w != burst {
		t.Errorf("at the limit: wait %s", w)
	}
	p.pool.Spent, p.tap = 49, nil
	if w := d.wait(p, 1, noon, 1); w != 0 || p.tap != nil {
		t.Errorf("before the ladder: wait %s", w)
	}
}

// A purse whose period is over is dropped once nothing is held, leased or unposted, and not before; a new one takes its place.
func TestAnEndedPeriodIsDroppedWhenAllIsBooked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(d *desk, p *purse)
		gone   bool
	}{
		"all is booked":           {func(*desk, *purse) {}, true},
		"something is asked":      {func(_ *desk, p *purse) { p.asking = true }, false},
		"something goes back":     {func(_ *desk, p *purse) { p.back = 1 }, false},
		"something is leased":     {func(d *desk, p *purse) { d.book.Grant(id.NewGrant(testIDs), p.account, 5) }, false},
		"something is not posted": {func(d *desk, p *purse) { d.posted[p.account] = -1 }, false},
	} {
		d := counter()
		p := d.lend(Hard, 100, 0)
		c.change(d, p)
		active := d.tend(p, p.to)
		_, there := d.purses[p.account]
		if there == c.gone || (d.current[p.account.Budget] == nil) != c.gone || c.gone && active {
			t.Errorf("%s: there %v, current %v, active %v", name, there, d.current[p.account.Budget] != nil, active)
		}
	}
	d := counter()
	old := d.lend(Hard, 100, 0)
	next := d.purse(old.rule, old.to)
	if d.tend(old, old.to); d.purses[old.account] != nil || d.current[old.account.Budget] != next {
		t.Error("with the old purse the new one went")
	}
}

// Calls for idle leases come from other nodes, over a bus that others may write to: what is none is not answered.
func TestOnlyACallIsACall(t *testing.T) {
	t.Parallel()
	node, o, a := id.NewNode(testIDs), id.NewOrg(testIDs), ledger.Account{Budget: id.NewBudget(testIDs), Start: 5}
	topic := recallOf(node, o, a)
	if from, of, on, ok := parseRecall(topic); !ok || from != node || of != o || on != a {
		t.Errorf("%s is read as %v %v %v, %v", topic, from, of, on, ok)
	}
	for _, bad := range []live.Topic{"", Topic, live.All, topic + ":1", "x" + topic, "recall::::", topic + "x"} {
		if _, _, _, ok := parseRecall(bad); ok {
			t.Errorf("%q is a call", bad)
		}
	}
	tr := &Treasury{TreasuryConfig: TreasuryConfig{Clock: clock.NewFake(noon)}}
	tr.closing.Store(true)
	tr.yield(t.Context(), o, a) // an organization that this node does not serve
	d := tr.desk(o)
	tr.yield(t.Context(), o, a) // an account that it does not
	if len(d.purses) != 0 {
		t.Error("a call made a purse")
	}
	p := d.lend(Hard, 100, 30)
	if tr.yield(t.Context(), o, p.account); p.back != 30 || !p.scarce.Equal(noon.Add(scarceFor)) || !slices.Equal(d.asking, []*purse{p}) {
		t.Errorf("%d of 30 go back", p.back)
	}
}

// Waiting ends with its context, with the news that is waited for, and with a bus that is gone.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	over, cancel := context.WithCancel(t.Context())
	cancel()
	rest(over, time.Hour)
	if sleep(over, time.Hour, nil) {
		t.Error("what was cancelled goes on")
	}
	if !sleep(t.Context(), 0, nil) {
		t.Error("the time has come, and it ends")
	}
	heard := make(chan live.Topic, 3)
	heard <- AlertTopic
	if heard <- Topic; !sleep(t.Context(), time.Hour, heard) || len(heard) != 0 {
		t.Error("a change of budgets does not wake, or something else does")
	}
	if heard <- live.All; !sleep(t.Context(), time.Hour, heard) {
		t.Error("after missed news it sleeps on")
	}
	if close(heard); sleep(t.Context(), time.Hour, heard) {
		t.Error("without a bus it goes on")
	}
}

// What cannot be written waits in its order; facts of requests so many, what ends a hold always.
func TestWhatIsLateKeepsItsOrder(t *testing.T) {
	t.Parallel()
	var l latePile
	for range maxLate {
		if !l.add(lateRecord{}) {
			t.Fatal("there was room")
		}
	}
	if l.add(lateRecord{}) || l.len() != maxLate {
		t.Error("there is no end to it")
	}
	if h := (&ledger.Hold{}); !l.add(lateRecord{hold: h}) {
		t.Error("the end of a hold was lost")
	}
	wrote, left := 0, maxLate/2
	l.flush(func(journal.Record) error {
		if wrote == left {
			return errors.New("the disk is full again")
		}
		return nil
	}, func(lateRecord) { wrote++ })
	if wrote != left || l.len() != maxLate+1-left {
		t.Errorf("%d written, %d left", wrote, l.len())
	}
	var last lateRecord
	if l.flush(func(journal.Record) error { return nil }, func(r lateRecord) { last = r }); last.hold == nil || l.len() != 0 {
		t.Errorf("%d are left", l.len())
	}
}

// A threshold is crossed when it is reached, and by something.
func TestThresholdsAreCrossedWhenReached(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit, used ledger.Units
		crossed     []int
		next        ledger.Units
	}{
		"nothing of nothing":  {0, 0, nil, 1},
		"something of it":     {0, 1, []int{50, 100}, money.Max},
		"one less than half":  {101, 50, nil, 51},
		"half, rounded up":    {101, 51, []int{50}, 101},
		"all":                 {101, 101, []int{50, 100}, money.Max},
		"one of the smallest": {1, 0, nil, 1},
	} {
		if crossed, next := Crossed([]int{50, 100}, c.limit, c.used); !slices.Equal(crossed, c.crossed) || next != c.next {
			t.Errorf("%s: %v, next at %d", name, crossed, next)
		}
	}
	if (TellOfAlerts{}).Kind() != "budget_tell" {
		t.Error("the queued jobs of older versions are found by their kind")
	}
}

// A record that comes twice, as after a seek, is one attempt.
func TestAnAttemptReadTwiceIsOne(t *testing.T) {
	t.Parallel()
	k, r := newTracker(), id.NewRequest(testIDs)
	a, b := &ledger.Attempt{ID: id.NewAttempt(testIDs), Request: r, At: noon}, &ledger.Attempt{ID: id.NewAttempt(testIDs), Request: r, At: noon}
	for _, x := range []*ledger.Attempt{a, b, a} {
		k.attempt(x, journal.Position{Segment: 1})
	}
	if open := k.unfinished()[0].open; !slices.Equal(open, []*ledger.Attempt{b, a}) {
		t.Errorf("%d are open", len(open))
	}
}

// Only a refusal of a budget explains itself as one.
func TestOnlyABudgetsRefusalIsExplained(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"none": nil, "another error": errShut, "a fault without a budget": unavailable(errShut),
		"no budget's id": fault.New(fault.Exhausted, "x", "x").With("budget_id", "bud_x")} {
		if r, ok := Explain(err); ok || r != (ledger.Refusal{}) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// A chain is bound by what sits on each of its nodes, outermost first, and by nothing of another one's.
func TestEachNodeOfAChainBinds(t *testing.T) {
	t.Parallel()
	c := org.Chain{Org: id.NewOrg(testIDs), Department: id.NewDepartment(testIDs), Team: id.NewTeam(testIDs), Member: id.NewMember(testIDs), Key: id.NewKey(testIDs)}
	other := id.NewDepartment(testIDs)
	var set []Rule
	for _, s := range []org.Scope{org.OfKey(c.Org, c.Key), org.OfMember(c.Org, c.Member), org.OfPool(c.Org, c.Team), org.OfTeam(c.Org, c.Team),
		org.OfDepartment(c.Org, other), org.OfDepartment(c.Org, c.Department), org.OfOrg(c.Org)} {
		set = append(set, Rule{ID: id.NewBudget(testIDs), Org: c.Org, Kind: s.Kind(), Node: s.Node(), Period: Daily, Enforce: Hard})
	}
	x, err := compile(set)
	if err != nil {
		t.Fatal(err)
	}
	bound := func(c org.Chain) (out []org.ScopeKind) {
		for _, r := range x.binding(c, "", nil) {
			out = append(out, r.Kind)
		}
		return out
	}
	if got := bound(c); !slices.Equal(got, []org.ScopeKind{org.OrgScope, org.DepartmentScope, org.TeamScope, org.MemberScope, org.KeyScope}) {
		t.Errorf("a person's key: %v", got)
	}
	c.Department, c.Member = id.Department{}, id.Member{}
	if got := bound(c); !slices.Equal(got, []org.ScopeKind{org.OrgScope, org.TeamScope, org.PoolScope, org.KeyScope}) {
		t.Errorf("a team's key: %v", got)
	}
	set[0].Node = "not-a-uuid-but-of-the-same-length-xx"
	if _, err := compile(set); err == nil {
		t.Error("a node that is none was accepted")
	}
}

// The team of a budget is where what it limits belongs; what is above teams has none.
func TestTheTeamOfABudget(t *testing.T) {
	t.Parallel()
	o, team := id.NewOrg(testIDs), id.NewTeam(testIDs)
	in := Place{Teams: []id.Team{team, id.NewTeam(testIDs)}}
	for name, c := range map[string]struct {
		e    Entry
		want id.Team
	}{
		"a key":          {Entry{Budget: Budget{Scope: org.OfKey(o, id.NewKey(testIDs))}, place: in}, team},
		"a team":         {Entry{Budget: Budget{Scope: org.OfTeam(o, team)}, place: in}, team},
		"a department":   {Entry{Budget: Budget{Scope: org.OfDepartment(o, id.NewDepartment(testIDs))}, place: in}, id.Team{}},
		"the whole":      {Entry{Budget: Budget{Scope: org.OfOrg(o)}, place: in}, id.Team{}},
		"one of no team": {Entry{Budget: Budget{Scope: org.OfMember(o, id.NewMember(testIDs))}}, id.Team{}},
	} {
		if got := c.e.Team(); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// What a node with a fast clock wrote for an hour that has not come is on no day yet.
func TestWhatIsAheadOfTimeIsOnNoDay(t *testing.T) {
	t.Parallel()
	o := outlook{now: noon, zone: time.UTC, uses: []Use{{noon.AddDate(0, 0, -3), 1}, {noon.AddDate(0, 0, -1), 2}, {noon, 4}, {noon.AddDate(0, 0, 1), 8}}}
	var got []ledger.Units
	for _, d := range o.days(noon.AddDate(0, 0, -2)) {
		got = append(got, d.Used)
	}
	if !slices.Equal(got, []ledger.Units{0, 2, 4}) {
		t.Errorf("from the day before yesterday on: %v", got)
	}
}

// Under load a batch's room is used again; what was once large is let go when it is no longer needed.
func TestTheRoomOfABatchIsUsedAgainWhileItIsNeeded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ length, room, kept int }{{0, 0, 0}, {0, 16, 16}, {0, 17, 0}, {10, 36, 36}, {10, 37, 0}, {36, 36, 36}} {
		if got := reused(make([]int, c.length, c.room)); len(got) != 0 || cap(got) != c.kept {
			t.Errorf("of %d in room for %d: room for %d", c.length, c.room, cap(got))
		}
	}
}

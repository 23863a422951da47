package budget_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// odd is a store in which something is as it rarely is.
type odd struct {
	budget.Store
	count    int64                     // how many budgets there are, if not 0
	archived bool                      // every place
	beaten   bool                      // somebody else decides each request a moment earlier
	due      func() (time.Time, error) // what ends next
	since    time.Time                 // how far back the last forecast looked
}

func (s *odd) Count(ctx context.Context, o id.Org) (int64, error) {
	if s.count > 0 {
		return s.count, nil
	}
	return s.Store.Count(ctx, o)
}

func (s *odd) Place(ctx context.Context, x org.Scope) (budget.Place, error) {
	p, err := s.Store.Place(ctx, x)
	p.Archived = p.Archived || s.archived
	return p, err
}

func (s *odd) Decide(ctx context.Context, o id.Org, r budget.Request) (bool, error) {
	first, err := s.Store.Decide(ctx, o, r)
	return first && !s.beaten, err
}

func (s *odd) EndDue(ctx context.Context, now time.Time) (bool, time.Time, error) {
	if s.due == nil {
		return s.Store.EndDue(ctx, now)
	}
	next, err := s.due()
	return false, next, err
}

func (s *odd) Uses(ctx context.Context, o id.Org, k org.ScopeKind, nodes []string, m ledger.Measure, from time.Time) (map[string][]budget.Use, error) {
	s.since = from
	return s.Store.Uses(ctx, o, k, nodes, m, from)
}

// strange is an office on an odd store.
func strange(t *testing.T) (*office, *odd) {
	t.Helper()
	o := newOffice(t, dbtest.SQLite(t), nil)
	s := &odd{Store: o.store}
	o.service.Store = s
	return o, s
}

// Whoever may not change a budget, or says nonsense about it, changes nothing and leaves no entry; pages ask the same question before
// they show a button.
func TestWhoMayNotChangeABudgetChangesNothing(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	c := o.chain
	whole, team, key := o.monthly(money.Dollar), o.budget(org.OfTeam(c.Org, c.Team), money.Dollar, budget.Monthly, budget.Hard), o.budget(org.OfKey(c.Org, c.Key), money.Dollar, budget.Monthly, budget.Hard)
	admin, manager, lead := o.actor(org.Admin), o.actor(org.Manager), o.actor(org.Lead, c.Team)
	fine := input(org.Scope{}, 2*money.Dollar, budget.Monthly)
	reserving, bad := fine, fine
	reserving.Reserve, bad.Period = money.Cent, "fortnightly"
	before, err := o.service.List(t.Context(), admin)
	o.must(err)
	for name, x := range map[string]struct {
		who  org.Actor
		b    budget.Budget
		in   budget.Input
		want string
	}{
		"a manager the organization's":      {manager, whole, fine, "forbidden"},
		"a lead their team's":               {lead, team, fine, "forbidden"},
		"a lead of another team what hides": {o.actor(org.Lead, id.NewTeam(ids)), key, fine, "not_found"},
		"a lead a reserve":                  {lead, key, reserving, "forbidden"},
		"a manager a reserve":               {manager, team, reserving, "forbidden"},
		"an admin to nonsense":              {admin, whole, bad, "invalid_request"},
	} {
		if _, err := o.service.Update(t.Context(), x.who, x.b.ID, x.in); code(err) != x.want {
			t.Errorf("%s: %v", name, err)
		}
		if strings.HasPrefix(name, "a manager the") || strings.HasPrefix(name, "a lead their") || x.want == "not_found" {
			if err := o.service.Delete(t.Context(), x.who, x.b.ID); code(err) != x.want {
				t.Errorf("%s: deletes: %v", name, err)
			}
		}
	}
	reserving.Scope = org.OfMember(c.Org, c.Member)
	if _, err := o.service.Create(t.Context(), lead, reserving); code(err) != "forbidden" {
		t.Errorf("a lead makes a reserve: %v", err)
	}
	after, err := o.service.List(t.Context(), admin)
	o.must(err)
	if len(after) != 3 || len(o.diary.entries) != 0 {
		t.Errorf("%d budgets, %d entries", len(after), len(o.diary.entries))
	}
	for i, e := range after {
		if e.Limit != before[i].Limit || e.Reserve != 0 {
			t.Errorf("changed: %+v", e)
		}
		k := e.Scope.Kind()
		if !budget.Changeable(admin, e) || budget.Changeable(manager, e) != (k != org.OrgScope) || budget.Changeable(lead, e) != (k == org.KeyScope) || budget.Changeable(o.actor(org.Developer, c.Team), e) {
			t.Errorf("who may change that of the %s is shown otherwise", k)
		}
	}
}

func TestWhatIsArchivedGetsNoBudget(t *testing.T) {
	t.Parallel()
	o, s := strange(t)
	s.archived = true
	if _, err := o.service.Create(t.Context(), o.actor(org.Admin), o.onKey(money.Dollar)); fault.From(err).Field != "scope" || !strings.Contains(err.Error(), "archived") {
		t.Errorf("made: %v", err)
	}
	s.archived = false
	if _, err := o.service.Create(t.Context(), o.actor(org.Admin), o.onKey(money.Dollar)); err != nil {
		t.Error(err)
	}
}

// One tenant cannot fill the memory of all nodes with budgets.
func TestAnOrganizationHasSoManyBudgetsAtMost(t *testing.T) {
	t.Parallel()
	o, s := strange(t)
	s.count = 100_000
	if _, err := o.service.Create(t.Context(), o.actor(org.Admin), o.onKey(money.Dollar)); code(err) != "too_many" {
		t.Errorf("one more: %v", err)
	}
	s.count--
	if _, err := o.service.Create(t.Context(), o.actor(org.Admin), o.onKey(money.Dollar)); err != nil {
		t.Errorf("the last one: %v", err)
	}
}

// The audit log has all that a budget says.
func TestTheAuditLogHasAllOfABudget(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	in := input(org.OfOrg(o.chain.Org), 100*money.Dollar, budget.Weekly)
	in.Starts, in.Enforce, in.Ladder, in.Rollover, in.Reserve, in.Strict = 3, budget.Downgrade, budget.Ladder{From: 70, Model: "small"}, 5*money.Dollar, 7*money.Dollar, true
	e, err := o.service.Create(t.Context(), o.actor(org.Admin), in)
	o.must(err)
	got := o.diary.entries[0].After
	for field, want := range map[string]any{"scope": "organization", "of": "Acme", "measure": "usd", "limit": "100", "period": "weekly", "enforce": "downgrade", "starts": 3,
		"from_percent": 70, "downgrade_to": "small", "rollover": "5", "reserve": "7", "strict": true} {
		if got[field] != want {
			t.Errorf("%s is %v, want %v", field, got[field], want)
		}
	}
	o.must(o.service.Delete(t.Context(), o.actor(org.Admin), e.ID))
	in = o.onKey(money.Dollar)
	_, err = o.service.Create(t.Context(), o.actor(org.Admin), in)
	o.must(err)
	for _, field := range []string{"starts", "from_percent", "downgrade_to", "rollover", "reserve", "strict"} {
		if v, said := o.diary.entries[2].After[field]; said {
			t.Errorf("a plain budget says %s: %v", field, v)
		}
	}
}

// dumb is a bus over which nothing goes.
type dumb struct{ live.Local }

func (*dumb) Publish(context.Context, live.Topic) error { return errDown }

// A change that listeners cannot be told of has happened all the same: they poll as well.
func TestAChangeNobodyHearsOfIsMade(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	var log bytes.Buffer
	o.service.Bus, o.service.Log = &dumb{}, slog.New(slog.NewTextHandler(&log, nil))
	e, err := o.service.Create(t.Context(), o.actor(org.Admin), o.onKey(money.Dollar))
	if err != nil || o.get(e.ID).Limit != money.Dollar || !strings.Contains(log.String(), "listeners could not be told") {
		t.Errorf("%+v, %v, log %q", e, err, log.String())
	}
}

// Of two who decide a request the second is told so, and what they granted is not there.
func TestWhoDecidesSecondGrantsNothing(t *testing.T) {
	t.Parallel()
	o, s := strange(t)
	b := o.monthly(money.Dollar)
	r := o.ask(o.ada(org.Developer), b.ID, money.Cent)
	s.beaten = true
	if _, err := o.service.Approve(t.Context(), o.actor(org.Admin), r.ID, budget.Verdict{}); code(err) != "already_decided" || !strings.Contains(err.Error(), "at this moment") {
		t.Errorf("the second: %v", err)
	}
	if e := o.get(b.ID); e.Granted != 0 || e.Standing.Limit != money.Dollar {
		t.Errorf("granted all the same: %+v", e)
	}
}

// herald notes who it would call to decide.
type herald struct{ may func(org.Actor) bool }

func (h *herald) Asked(_ context.Context, _ id.Org, _ budget.Request, may func(org.Actor) bool) error {
	h.may = may
	return nil
}

func (*herald) Decided(context.Context, id.Org, budget.Request) error { return nil }

// Those who are called to decide a request are those who may.
func TestOnlyWhoMayDecideIsCalled(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	h := &herald{}
	o.service.Herald = h
	o.ask(o.ada(org.Admin), o.monthly(money.Dollar).ID, money.Cent)
	if !h.may(o.actor(org.Admin)) || h.may(o.ada(org.Admin)) || h.may(o.actor(org.Manager)) || h.may(o.actor(org.Developer)) {
		t.Error("not an admin, or the asker, or somebody who may not")
	}
}

// Opening a part of the reserve lasts as long as the period does.
func TestAnOpenedReserveLastsUntilThePeriodEnds(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	b := o.monthly(money.Dollar, func(b *budget.Budget) { b.Reserve = 50 * money.Cent })
	in := budget.GrantInput{Kind: budget.Opened, Amount: money.Cent, Until: november.Add(time.Hour), Reason: "a launch"}
	if _, err := o.service.Grant(t.Context(), o.actor(org.Admin), b.ID, in); fault.From(err).Field != "until" {
		t.Errorf("for an hour: %v", err)
	}
	in.Until = o.get(b.ID).Standing.ResetsAt
	if g, err := o.service.Grant(t.Context(), o.actor(org.Admin), b.ID, in); err != nil || !g.Until.Equal(in.Until) {
		t.Errorf("until the end: %+v, %v", g, err)
	}
}

// left is what lost nodes left behind, as a test says.
type left struct {
	all      []budget.Suspended
	released []ledger.Units
}

func (l *left) Suspended(context.Context, id.Org, id.Budget) ([]budget.Suspended, error) {
	return append([]budget.Suspended(nil), l.all...), nil
}

func (l *left) AddRelease(_ context.Context, r budget.Release) error {
	l.released = append(l.released, r.Amount)
	return nil
}

// A part of what is in suspense is taken from the oldest on, and no more than was said.
func TestAPartIsReleasedOldestFirst(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	b, n := o.monthly(money.Dollar), id.NewNode(ids)
	in := budget.ReleaseInput{Node: n, Note: "the disk is shredded"}
	for amount, want := range map[ledger.Units][]ledger.Units{0: {5, 7, 9}, 3: {3}, 5: {5}, 6: {5, 1}, 21: {5, 7, 9}} {
		l := &left{}
		for i, v := range []ledger.Units{5, 7, 9} {
			l.all = append(l.all, budget.Suspended{Budget: b.ID, Node: n, Start: november.AddDate(0, i-3, 0), Amount: v})
		}
		o.service.Held, in.Amount = l, amount
		made, err := o.service.Release(t.Context(), o.actor(org.Admin), b.ID, in)
		if o.must(err); len(made) != len(want) || len(l.released) != len(want) {
			t.Errorf("of %d: %v", amount, l.released)
			continue
		}
		for i := range want {
			if l.released[i] != want[i] || made[i].Amount != want[i] {
				t.Errorf("of %d: %v", amount, l.released)
			}
		}
	}
	o.service.Held = nil // a gateway that keeps none
	if all, err := o.service.Suspense(t.Context(), o.actor(org.Admin), b.ID); len(all) != 0 || err != nil {
		t.Errorf("without a store of it: %v, %v", all, err)
	}
	if _, err := o.service.Release(t.Context(), o.actor(org.Admin), b.ID, in); code(err) != "nothing_suspended" {
		t.Errorf("without a store of it: %v", err)
	}
}

// A forecast looks back as far as its chart does, and no further, however old the period is.
func TestAForecastLooksBackAsFarAsItsChart(t *testing.T) {
	t.Parallel()
	o, s := strange(t)
	b := o.monthly(money.Dollar, func(b *budget.Budget) { b.Period = budget.Forever })
	if _, err := o.service.Forecast(t.Context(), o.actor(org.Admin), b.ID); err != nil || !s.since.Equal(november.AddDate(0, 0, -100)) {
		t.Errorf("since %s, %v", s.since, err)
	}
	tag, err := org.OfTag(o.chain.Org, "project=apollo")
	o.must(err)
	b = o.monthly(money.Dollar, func(b *budget.Budget) { b.Scope = tag })
	h, _ := o.alive(o.books)
	w := o.want(money.Cent, money.Cent)
	w.Tags = "project=apollo"
	hold, err := h.Reserve(t.Context(), w)
	o.must(err)
	req := id.NewRequest(ids)
	o.must(h.Open(hold, &ledger.Attempt{Request: req, Number: 1, Chain: o.chain, Tags: w.Tags}))
	h.Settle(hold, done(money.Cent))
	r := fact(o.house, req, money.Cent)
	r.Tags = w.Tags
	h.Record(r)
	posted(t, h)
	f, err := o.service.Forecast(t.Context(), o.actor(org.Admin), b.ID)
	if o.must(err); len(f.Days) == 0 || f.Days[len(f.Days)-1].Used != money.Cent {
		t.Errorf("a tag's use is not on its day: %+v", f)
	}
}

// The keeper comes when something ends, at the latest in a minute, and when it failed at the next change or soon by itself.
func TestTheKeeperComesWhenSomethingEnds(t *testing.T) {
	t.Parallel()
	o, s := strange(t)
	var came atomic.Int64
	s.due = func() (time.Time, error) {
		switch came.Add(1) {
		case 1:
			return time.Time{}, errDown
		case 2:
			return november, nil // now: it comes again at once
		}
		return time.Time{}, nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.service.Keep(ctx) }()
	eventually(t, "after an outage it comes again, and where something ends once more", func() bool { return came.Load() == 3 })
	o.must(o.bus.Publish(t.Context(), budget.Topic))
	eventually(t, "a change wakes it", func() bool { return came.Load() == 4 })
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	broken, cancel := context.WithCancel(t.Context())
	s.due = func() (time.Time, error) { cancel(); return time.Time{}, errDown }
	if err := o.service.Keep(broken); err != nil {
		t.Errorf("stopped in the middle: %v", err)
	}
}

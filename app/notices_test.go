package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// moment is a clock that stands.
type moment time.Time

// Now implements clock.Clock.
func (m moment) Now() time.Time { return time.Time(m) }

// told is what the inboxes of an organization's people say of a kind of event: one title, by role.
func (a *App) told(t *testing.T, x webtest.Tenant, kind notify.Kind) map[org.Role]string {
	t.Helper()
	out := map[org.Role]string{}
	for role := range x.Members {
		all, _, err := a.inbox.List(t.Context(), x.Actor(role), notify.Query{})
		must(t, err)
		all = slices.DeleteFunc(all, func(n notify.Notice) bool { return n.Kind != kind })
		if len(all) > 1 {
			t.Errorf("%s is told twice: %+v", role, all)
		}
		if len(all) > 0 {
			out[role] = all[0].Title
		}
	}
	return out
}

func TestPeopleAreToldOfWhatTheyAnswerFor(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	ctx, admin, dev := t.Context(), x.Actor(org.Admin), x.Members[org.Developer]
	spend := func(scope org.Scope) budget.Entry {
		b, err := a.budgets(nil).Create(ctx, admin, budget.Input{Scope: scope, Limit: 100 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
		must(t, err)
		return b
	}
	own := spend(org.OfMember(x.Org.ID, dev.ID))
	crossed := budget.Alert{Org: x.Org.ID, Budget: own.ID, Threshold: 80, Spent: 80 * money.Dollar, Limit: 100 * money.Dollar, At: a.clock.Now()}
	must(t, a.budgetNotice(ctx, crossed))
	must(t, a.budgetNotice(ctx, crossed)) // one event
	got := a.told(t, x, notify.Budget)
	if len(got) != 2 || !strings.Contains(got[org.Lead], "has used 80 % of its budget: $80.00 of $100.00") || got[org.Developer] != got[org.Lead] {
		t.Errorf("a budget: %v", got)
	}

	names, err := a.connectionNames(ctx, admin)
	must(t, err)
	var c id.Connection
	for c = range names {
	}
	away := health.Event{ID: id.NewOutage(a.ids), Change: health.Change{Target: health.Target{Org: x.Org.ID, Connection: c, Model: "m"}, To: health.Open, Cause: health.Failures, At: a.clock.Now()}}
	must(t, a.alarm().Tell(ctx, away, false))
	must(t, a.alarm().Tell(ctx, away, false)) // another node says so too
	if got := a.told(t, x, notify.Away); len(got) != 1 || got[org.Admin] != names[c]+"/m is out of service: no requests are sent to it" {
		t.Errorf("a target: %v", got)
	}
	must(t, a.alarm().Tell(ctx, away, true))
	if got := a.told(t, x, notify.Back); len(got) != 1 || got[org.Admin] != names[c]+"/m takes requests again" {
		t.Errorf("a target that is back: %v", got)
	}
}

// Whose key a batch is of hears when it is over, with what it cost, by mail unless they chose otherwise; a service's batch tells nobody.
func TestPeopleAreToldThatTheirBatchIsOver(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	dev := x.Members[org.Developer]
	b := batch.Batch{Org: x.Org.ID, ID: id.NewBatch(a.ids), Member: dev.ID, State: batch.Completed, Total: 100, Body: batch.Body{Name: "Reviews"}}
	tally := batch.Tally{Steps: map[batch.Step]int{batch.Done: 97, batch.Refused: 3}, Cost: 2*money.Dollar + 50*money.Cent}
	a.batchNotice(t.Context(), b, tally)
	a.batchNotice(t.Context(), b, tally) // another node says so too
	service := b
	service.ID, service.Member = id.NewBatch(a.ids), id.Member{}
	a.batchNotice(t.Context(), service, tally)
	if got := a.told(t, x, notify.Batched); len(got) != 1 || got[org.Developer] != "The batch “Reviews” is completed: 97 of 100 requests answered, for $2.50" {
		t.Errorf("told: %v", got)
	}
	if !(notify.Preferences{}).ByMail(notify.Batched) {
		t.Error("no mail says so to those who chose nothing")
	}
}

// What pauses again after somebody resumed it is news again.
func TestPeopleAreToldEachTimeThatTheirBatchOrScheduleIsPaused(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	ctx, dev := t.Context(), x.Members[org.Developer]
	count := func() int {
		t.Helper()
		all, err := db.NewNoticeStore(a.db).List(ctx, x.Org.ID, dev.ID, notify.Query{Limit: 50})
		must(t, err)
		return len(all)
	}
	b := batch.Batch{Org: x.Org.ID, ID: id.NewBatch(a.ids), Member: dev.ID, State: batch.Paused, Why: "Its cost limit of $1 is reached.", Total: 100, Body: batch.Body{Name: "Reviews"}}
	a.batchNotice(ctx, b, batch.Tally{Steps: map[batch.Step]int{batch.Done: 20}})
	a.batchNotice(ctx, b, batch.Tally{Steps: map[batch.Step]int{batch.Done: 50}})
	if n := count(); n != 2 {
		t.Errorf("a batch that was paused, resumed, went on and was paused again: %d notices", n)
	}
	s := batch.Schedule{Org: x.Org.ID, ID: id.NewSchedule(a.ids), Owner: dev.ID, Name: "Nightly", Paused: true, UpdatedAt: a.clock.Now()}
	for range 2 {
		a.scheduleNotice(ctx, s, "The schedule “Nightly” is paused", "Its key opens nothing any more.")
		a.scheduleNotice(ctx, s, "The schedule “Nightly” is paused", "Its key opens nothing any more.") // said twice
		s.UpdatedAt = s.UpdatedAt.Add(30 * 24 * time.Hour)
	}
	if n := count(); n != 4 {
		t.Errorf("a schedule that was paused in two months: %d notices", n-2)
	}
}

func TestPeopleAreToldOfKeysThatStop(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	ctx, now, day := t.Context(), a.clock.Now(), 24*time.Hour
	for name, in := range map[string]key.Input{
		"mine":  {Member: x.Members[org.Developer].ID, ExpiresAt: now.Add(10 * day)},
		"build": {Account: "build", ExpiresAt: now.Add(10 * day)},
		"later": {Member: x.Members[org.Manager].ID, ExpiresAt: now.Add(20 * day)},
		"short": {Member: x.Members[org.Admin].ID, ExpiresAt: now.Add(6 * day)},
		"never": {Member: x.Members[org.Manager].ID},
	} {
		in.Name, in.Team = name, x.Team
		if _, err := a.keys.Create(ctx, x.Actor(org.Admin), in); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	must(t, a.keyNotices(ctx))
	if got := a.told(t, x, notify.Expiring); len(got) != 0 {
		t.Errorf("ten days before: %v", got)
	}
	a.clock = moment(now.Add(5 * day))
	must(t, a.keyNotices(ctx))
	must(t, a.keyNotices(ctx))
	got := a.told(t, x, notify.Expiring)
	if len(got) != 2 || !strings.HasPrefix(got[org.Developer], "Your key mine stops on ") || !strings.HasPrefix(got[org.Lead], "A service account's key, build, stops on ") {
		t.Errorf("five days before: %v", got)
	}
}

// A channel that hears of one team hears of the team's pool and of its keys too.
func TestAThingIsTheMatterOfItsTeam(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Delta")
	for what, c := range map[string]struct {
		at   org.Scope
		want id.Team
	}{
		"the team":         {org.OfTeam(x.Org.ID, x.Team), x.Team},
		"its pool":         {org.OfPool(x.Org.ID, x.Team), x.Team},
		"its department":   {org.OfDepartment(x.Org.ID, x.Department), id.Team{}},
		"the organization": {org.OfOrg(x.Org.ID), id.Team{}},
	} {
		if got, err := a.teamOf(t.Context(), c.at); err != nil || got != c.want {
			t.Errorf("%s: %v, %v", what, got, err)
		}
	}
}

package app

import (
	"cmp"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// books posts what a team spent.
type books struct {
	a    *App
	node id.Node
	mark budget.Mark
	// model is what was used; "" is m.
	model string
}

func (b *books) spend(t *testing.T, x webtest.Tenant, team id.Team, cost money.USD, at time.Time, on ...budget.Entry) {
	t.Helper()
	must(t, b.a.ledgerStore.EnsureDays(t.Context(), at, at))
	must(t, b.post(t.Context(), x, team, cost, at, on...))
}

// post is spend for a day that is there.
func (b *books) post(ctx context.Context, x webtest.Tenant, team id.Team, cost money.USD, at time.Time, on ...budget.Entry) error {
	chain := org.Chain{Org: x.Org.ID, Department: x.Department, Team: team, Key: id.NewKey(b.a.ids)}
	q := ledger.Request{ID: id.NewRequest(b.a.ids), Chain: chain, At: at, Endpoint: "chat", Asked: "smart", Model: cmp.Or(b.model, "m"), Provider: "up", Attempts: 1, Status: 200, Cost: cost}
	one := ledger.Attempt{ID: id.NewAttempt(b.a.ids), Request: q.ID, Number: 1, Chain: chain, At: at, Provider: "up", Kind: "openai", Model: q.Model, Asked: "smart", Endpoint: "chat"}
	one.Held = ledger.Amounts{Money: cost}
	for _, e := range on {
		from, _ := e.Period.Window(at, time.UTC)
		one.Stakes = append(one.Stakes, ledger.Stake{Account: ledger.Account{Budget: e.ID, Start: from.Unix()}})
	}
	to := journal.Position{Segment: 1, Offset: b.mark.At.Offset + 1}
	batch := budget.Batch{From: b.mark, To: budget.Mark{At: to, Low: to}, Requests: []ledger.Request{q},
		Attempts: []budget.Posting{{Attempt: one, End: ledger.Settlement{Attempt: one.ID, State: ledger.Complete, Cost: cost, Status: 200, At: at}}}}
	_, err := b.a.ledgerStore.Post(ctx, b.node, batch)
	b.mark = batch.To
	return err
}

func TestAHardBudgetThatNobodyLooksAtGoesUp(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	ctx, now := t.Context(), a.clock.Now()
	b := &books{a: a, node: id.NewNode(a.ids)}
	tight, err := a.budgets(nil).Create(ctx, x.Actor(org.Admin), budget.Input{Scope: org.OfMember(x.Org.ID, x.Members[org.Developer].ID), Limit: 10 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
	must(t, err)
	a.db.OnAlerts(nil) // the process dies before it tells anybody
	b.spend(t, x, x.Team, 11*money.Dollar, a.clock.Now(), tight)
	if got := a.told(t, x, notify.Budget); len(got) != 0 {
		t.Fatalf("told by a dead process: %v", got)
	}
	must(t, a.tellOfBudgets(ctx))
	must(t, a.tellOfBudgets(ctx))
	if got := a.told(t, x, notify.Budget); len(got) != 2 || got[org.Developer] != got[org.Lead] || !strings.Contains(got[org.Lead], "has used 100 % of its budget: $11.00 of $10.00") {
		t.Fatalf("the schedule tells: %v", got)
	}
	if left, err := a.budgetStore.Untold(ctx, budget.Alert{}, 10); len(left) != 0 || err != nil {
		t.Errorf("still to be told: %+v, %v", left, err)
	}
	must(t, a.escalate(ctx))
	if got := a.told(t, x, notify.Escalated); len(got) != 0 {
		t.Errorf("at once: %v", got)
	}
	a.clock = moment(now.Add(reaction + time.Minute))
	must(t, a.escalate(ctx))
	must(t, a.escalate(ctx))
	if got := a.told(t, x, notify.Escalated); len(got) != 1 || !strings.HasPrefix(got[org.Manager], "Nobody has looked for half an hour: ") {
		t.Errorf("half an hour later: %v", got)
	}

	// Somebody deletes the budget meanwhile: it is nobody's trouble any more, and holds up no other.
	gone, err := a.budgets(nil).Create(ctx, x.Actor(org.Admin), budget.Input{Scope: org.OfMember(x.Org.ID, x.Members[org.Lead].ID), Limit: money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
	must(t, err)
	b.spend(t, x, x.Team, 2*money.Dollar, a.clock.Now(), gone)
	must(t, a.tellOfBudgets(ctx))
	must(t, a.budgets(nil).Delete(ctx, x.Actor(org.Admin), gone.ID))
	a.clock = moment(now.Add(2 * (reaction + time.Minute)))
	must(t, a.escalate(ctx))
	if left, err := db.NewEventStore(a.db).Unanswered(ctx, a.clock.Now(), 10); len(left) != 0 || err != nil {
		t.Errorf("an alert about a deleted budget is still to be escalated: %d, %v", len(left), err)
	}

	// Another month, in which the lead reads of it.
	y := h.Found(t, "Epsilon")
	tight, err = a.budgets(nil).Create(ctx, y.Actor(org.Admin), budget.Input{Scope: org.OfMember(y.Org.ID, y.Members[org.Developer].ID), Limit: 10 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
	must(t, err)
	b.spend(t, y, y.Team, 11*money.Dollar, a.clock.Now(), tight)
	must(t, a.tellOfBudgets(ctx))
	_, err = a.inbox.ReadAll(ctx, y.Actor(org.Lead))
	must(t, err)
	a.clock = moment(now.Add(3 * reaction))
	must(t, a.escalate(ctx))
	if got := a.told(t, y, notify.Escalated); len(got) != 0 {
		t.Errorf("although the lead read it: %v", got)
	}
}

func TestPeopleAreWarnedOfKeysThatAreTriedAfterTheirEnd(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	ctx := t.Context()
	made, err := a.keys.Create(ctx, x.Actor(org.Developer), key.Input{Name: "mine", Team: x.Team, Member: x.Members[org.Developer].ID})
	must(t, err)
	a.clock = moment(a.clock.Now().UTC().Truncate(24 * time.Hour).Add(36 * time.Hour)) // noon, so that both are of one day
	for range 2 {
		must(t, a.keys.NoteRefusals(ctx, []key.Refusal{{Org: x.Org.ID, Key: made.Key.ID, Name: "mine", Why: "disabled", At: a.clock.Now()}}))
		a.clock = moment(a.clock.Now().Add(2 * key.Quiet))
	}
	if got := a.told(t, x, notify.Misused); len(got) != 1 || got[org.Developer] != "The key mine was tried although it is disabled" {
		t.Errorf("told: %v", got)
	}
}

// In the afternoon of California the day of UTC ends, and it is the same day for who reads of it.
func TestPeopleAreWarnedOfAKeyOnceInTheOrganizationsDay(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	ctx := t.Context()
	x.Org.Zone = "America/Los_Angeles"
	must(t, a.orgs.SetOrganization(ctx, x.Org))
	made, err := a.keys.Create(ctx, x.Actor(org.Developer), key.Input{Name: "mine", Team: x.Team, Member: x.Members[org.Developer].ID})
	must(t, err)
	midnight := a.clock.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	for _, c := range []struct {
		at   time.Time
		told int
	}{{midnight.Add(-2 * time.Hour), 1}, {midnight.Add(2 * time.Hour), 1}, {midnight.Add(22 * time.Hour), 2}} {
		a.clock = moment(c.at)
		must(t, a.keys.NoteRefusals(ctx, []key.Refusal{{Org: x.Org.ID, Key: made.Key.ID, Name: "mine", Why: "disabled", At: c.at}}))
		list, _, err := a.inbox.List(ctx, x.Actor(org.Developer), notify.Query{})
		must(t, err)
		n := 0
		for _, one := range list {
			if one.Kind == notify.Misused {
				n++
			}
		}
		if n != c.told {
			t.Errorf("told %d times by %s, want %d", n, c.at, c.told)
		}
	}
}

func TestUnusualSpendAndBudgetsThatWillNotLastAreTold(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	ctx := t.Context()
	b := &books{a: a, node: id.NewNode(a.ids)}
	end := a.clock.Now().UTC().Truncate(time.Hour)
	for week := 8; week >= 1; week-- {
		b.spend(t, x, x.Team, 3*money.Dollar, end.AddDate(0, 0, -7*week).Add(-10*time.Minute))
		b.spend(t, x, x.Other, 30*money.Dollar, end.AddDate(0, 0, -7*week).Add(-10*time.Minute))
	}
	for day := 5; day >= 1; day-- {
		b.spend(t, x, x.Other, 10*money.Dollar, end.AddDate(0, 0, -day).Add(-3*time.Hour))
	}
	b.spend(t, x, x.Team, 60*money.Dollar, end.Add(-20*time.Minute))
	b.spend(t, x, x.Other, 60*money.Dollar, end.Add(-20*time.Minute)) // twice the usual
	must(t, a.anomalyNotices(ctx))
	must(t, a.anomalyNotices(ctx))
	got := a.told(t, x, notify.Anomaly)
	if len(got) != 1 || !strings.Contains(got[org.Lead], " spent $60.00 between ") || !strings.Contains(got[org.Lead], "usually $3.00 at that hour") {
		t.Errorf("unusual spend: %v", got)
	}
	standing := func(limit, spent, total ledger.Units, left time.Duration, out time.Duration) bool {
		e := budget.Entry{Budget: budget.Budget{Period: budget.Monthly}, Standing: budget.Standing{Limit: limit, Spent: spent}}
		f := budget.Forecast{Known: true, Total: total, At: a.clock.Now().Add(left)}
		if out > 0 {
			f.RunsOut = a.clock.Now().Add(out)
		}
		return a.willNotLast(e, f)
	}
	const day = 24 * time.Hour
	for name, c := range map[string]struct{ got, want bool }{
		"runs out in a week":               {standing(100, 50, 180, 15*day, 7*day), true},
		"enough":                           {standing(100, 50, 90, 15*day, 0), false},
		"used up already, which is said":   {standing(100, 100, 180, 15*day, day), false},
		"on the first day of a month":      {standing(100, 5, 180, 29*day, 9*day), false},
		"runs out after its period's end":  {standing(100, 50, 101, 2*day, 3*day), false},
		"without a limit there is nothing": {standing(0, 5, 180, 15*day, 9*day), false},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", name, c.got)
		}
	}
}

// In the afternoon of California the day of UTC ends, and a team is still told of once; teams that are gone hold up no other.
func TestUnusualSpendIsToldOnceInTheOrganizationsDayAlthoughTeamsAreGone(t *testing.T) {
	t.Parallel()
	a, h, _ := furnished(t, dbtest.SQLiteURL(t))
	x := h.Found(t, "Gamma")
	ctx := t.Context()
	x.Org.Zone = "America/Los_Angeles"
	must(t, a.orgs.SetOrganization(ctx, x.Org))
	zone, err := time.LoadLocation(x.Org.Zone)
	must(t, err)
	y, m, d := a.clock.Now().UTC().Date()
	midnight := time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	b := &books{a: a, node: id.NewNode(a.ids)}
	gone := []id.Team{id.NewTeam(a.ids), id.NewTeam(a.ids), id.NewTeam(a.ids), id.NewTeam(a.ids)}
	for _, end := range []time.Time{midnight, midnight.Add(time.Hour)} {
		for _, team := range append(gone, x.Team) {
			for week := 8; week >= 1; week-- {
				b.spend(t, x, team, 3*money.Dollar, end.In(zone).AddDate(0, 0, -7*week).Add(-10*time.Minute))
			}
			b.spend(t, x, team, 60*money.Dollar, end.Add(-10*time.Minute))
		}
		a.clock = moment(end.Add(5 * time.Minute))
		must(t, a.anomalyNotices(ctx))
	}
	if got := a.told(t, x, notify.Anomaly); len(got) != 1 || !strings.Contains(got[org.Lead], "PST") && !strings.Contains(got[org.Lead], "PDT") {
		t.Errorf("told: %v", got)
	}
}

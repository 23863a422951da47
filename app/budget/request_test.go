package budget_test

import (
	"errors"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/org/orgtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// ada is the house's member.
func (o *office) ada(r org.Role) org.Actor {
	a := orgtest.Actor(o.chain.Org, o.chain.Member, r, o.chain.Team)
	a.Label = "ada@acme.test"
	return a
}

func (o *office) ask(who org.Actor, b id.Budget, amount money.USD) budget.Request {
	o.t.Helper()
	r, err := o.service.Ask(o.t.Context(), who, b, budget.RequestInput{Amount: amount, Reason: "the demo is tomorrow"})
	o.must(err)
	return r
}

func (o *office) actions() (out []string) {
	for _, e := range o.diary.entries {
		out = append(out, e.Action)
	}
	return out
}

func TestARefusedRequestIsAskedForApprovedAndPasses(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		o.public = "https://bodhi.acme.test"
		b := o.budget(org.OfTeam(o.chain.Org, o.chain.Team), 10*money.Cent, budget.Monthly, budget.Hard)
		tr, stop := o.alive(o.books)
		if f := o.cents(tr, 10); f != nil {
			t.Fatal(f)
		}
		f := o.cents(tr, 10)
		if f == nil || f.Code != "budget_exhausted" {
			t.Fatalf("not refused: %v", f)
		}
		where, err := url.Parse(f.Detail["ask_url"])
		if err != nil || where.Host != "bodhi.acme.test" || where.Path != "/budgets/"+b.ID.String()+"/ask" || !strings.HasSuffix(f.Public, " To ask for more: "+where.String()) {
			t.Errorf("where to ask: %q in %q, %v", f.Detail["ask_url"], f.Public, err)
		}
		which, err := id.ParseBudget(strings.Split(where.Path, "/")[2])
		o.must(err)
		dev := o.ada(org.Developer)
		if e, err := o.service.Asking(t.Context(), dev, which); err != nil || e.ID != b.ID {
			t.Errorf("the page to ask on: %+v, %v", e, err)
		}
		r := o.ask(dev, which, 30*money.Cent)
		if r.State != budget.Pending || r.CanDecide || r.Label != "Team Payments" || !r.ExpiresAt.Equal(november.Add(7*24*time.Hour)) {
			t.Errorf("asked: %+v", r)
		}
		manager := o.actor(org.Manager)
		waiting, err := o.service.Requests(t.Context(), manager, budget.RequestQuery{State: budget.Pending})
		if o.must(err); len(waiting) != 1 || !waiting[0].CanDecide || waiting[0].ID != r.ID {
			t.Fatalf("the manager sees %+v", waiting)
		}
		approved := clock.System{}.Now()
		done, err := o.service.Approve(t.Context(), manager, r.ID, budget.Verdict{Amount: 20 * money.Cent, Note: "a bit less"})
		o.must(err)
		if done.State != budget.Approved || done.DecidedBy != "manager" || done.Grant.IsZero() || done.CanDecide {
			t.Errorf("approved: %+v", done)
		}
		eventually(t, "the same call passes", func() bool { return o.cents(tr, 10) == nil })
		if took := clock.Since(approved); took > 5*time.Second {
			t.Errorf("it took %s", took)
		}
		if e := o.get(b.ID); e.Standing.Limit != 30*money.Cent {
			t.Errorf("the limit is $%s", e.Standing.Limit)
		}
		again, err := o.service.Approve(t.Context(), manager, r.ID, budget.Verdict{})
		if err != nil || again.Grant != done.Grant || o.get(b.ID).Standing.Limit != 30*money.Cent {
			t.Errorf("a second approval: %+v, %v", again, err)
		}
		if _, err := o.service.Deny(t.Context(), manager, r.ID, ""); code(err) != "already_decided" || !strings.Contains(err.Error(), "approved by manager") {
			t.Errorf("a denial after it: %v", err)
		}
		if got := strings.Join(o.actions(), " "); got != "budget.asked budget.approved" {
			t.Errorf("audit log: %s", got)
		}
		g, err := o.service.Grants(t.Context(), manager, b.ID)
		if o.must(err); len(g) != 1 || g[0].AskedBy != "ada@acme.test" || g[0].DecidedBy != "manager" || g[0].Request != r.ID || g[0].Amount != 20*money.Cent {
			t.Errorf("grants %+v", g)
		}
		stop()
		o.verify()
	})
}

func TestWhoMayDecideARequest(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	mine := o.budget(org.OfMember(o.chain.Org, o.chain.Member), money.Dollar, budget.Monthly, budget.Hard)
	team := o.budget(org.OfTeam(o.chain.Org, o.chain.Team), money.Dollar, budget.Monthly, budget.Hard)
	all := o.budget(org.OfOrg(o.chain.Org), money.Dollar, budget.Monthly, budget.Hard)
	dev, lead, manager, admin := o.actor(org.Developer, o.chain.Team), o.actor(org.Lead, o.chain.Team), o.actor(org.Manager), o.actor(org.Admin)
	ask := func(who org.Actor, b budget.Budget) id.Ask {
		r := o.ask(who, b.ID, 1)
		return r.ID
	}
	byDev := map[*budget.Budget]id.Ask{&mine: ask(dev, mine), &team: ask(dev, team), &all: ask(dev, all)}
	stranger := newOffice(t, o.d, nil)
	for name, c := range map[string]struct {
		who   org.Actor
		which id.Ask
		want  string
	}{
		"a lead about a member of the team":              {lead, byDev[&mine], ""},
		"a lead not about the team":                      {lead, byDev[&team], "not_found"},
		"a manager about the team":                       {manager, byDev[&team], ""},
		"a manager not about the organization":           {manager, byDev[&all], "not_found"},
		"an admin about the organization":                {admin, byDev[&all], ""},
		"the asker not":                                  {dev, byDev[&all], "forbidden"},
		"an admin not their own wish":                    {admin, ask(admin, all), "forbidden"},
		"a developer not":                                {o.actor(org.Developer, o.chain.Team), byDev[&mine], "forbidden"},
		"a lead not about their own limit":               {o.ada(org.Lead), ask(o.actor(org.Viewer, o.chain.Team), mine), "not_found"},
		"an admin not about their own limit":             {o.ada(org.Admin), ask(o.actor(org.Lead, o.chain.Team), mine), "forbidden"},
		"an admin of another organization":               {stranger.actor(org.Admin), byDev[&mine], "not_found"},
		"nobody about what is not there":                 {admin, id.NewAsk(ids), "not_found"},
		"a management token not what it asked for":       {org.Actor{Org: o.chain.Org, Role: org.Admin, Label: "token ci"}, ask(org.Actor{Org: o.chain.Org, Role: org.Admin, Label: "token ci"}, team), "forbidden"},
		"another management token what the first did":    {org.Actor{Org: o.chain.Org, Role: org.Admin, Label: "token ops"}, ask(org.Actor{Org: o.chain.Org, Role: org.Admin, Label: "token x"}, team), ""},
		"a person what a management token with no name":  {admin, ask(org.Actor{Org: o.chain.Org, Role: org.Admin}, team), ""},
		"nobody at all":                                  {org.Actor{}, byDev[&mine], "unauthenticated"},
		"a lead of another team not about this one's":    {o.actor(org.Lead, id.NewTeam(ids)), byDev[&mine], "not_found"},
		"a member of the team sees not what others want": {o.actor(org.Lead), byDev[&mine], "not_found"},
	} {
		if _, err := o.service.Deny(t.Context(), c.who, c.which, ""); code(err) != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestWhoMayAskForMore(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	tag, err := org.OfTag(o.chain.Org, "project=apollo")
	o.must(err)
	budgets := map[string]id.Budget{
		"organization": o.budget(org.OfOrg(o.chain.Org), 1, budget.Monthly, budget.Hard).ID,
		"team":         o.budget(org.OfTeam(o.chain.Org, o.chain.Team), 1, budget.Monthly, budget.Hard).ID,
		"pool":         o.budget(org.OfPool(o.chain.Org, o.chain.Team), 1, budget.Monthly, budget.Hard).ID,
		"member":       o.budget(org.OfMember(o.chain.Org, o.chain.Member), 1, budget.Monthly, budget.Hard).ID,
		"key":          o.budget(org.OfKey(o.chain.Org, o.chain.Key), 1, budget.Monthly, budget.Hard).ID,
		"tag":          o.budget(tag, 1, budget.Monthly, budget.Hard).ID,
	}
	for who, c := range map[string]struct {
		actor org.Actor
		may   string
	}{
		"a member of the team":      {o.ada(org.Developer), "organization team pool member key tag"},
		"a viewer of another team":  {o.actor(org.Viewer, id.NewTeam(ids)), "organization tag"},
		"somebody from outside":     {newOffice(t, o.d, nil).actor(org.Admin), ""},
		"a manager, of every scope": {o.actor(org.Manager), "organization team pool member key tag"},
	} {
		for scope, b := range budgets {
			_, err := o.service.Ask(t.Context(), c.actor, b, budget.RequestInput{Amount: 1, Reason: "x"})
			if fine := strings.Contains(c.may, scope); fine != (err == nil) || !fine && code(err) != "not_found" {
				t.Errorf("%s about the %s: %v", who, scope, err)
			}
		}
	}
}

func TestBadRequestsNameTheirField(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	b := o.monthly(money.Dollar)
	for name, c := range map[string]struct {
		in    budget.RequestInput
		field string
	}{
		"nothing":                {budget.RequestInput{Reason: "x"}, "amount"},
		"less than nothing":      {budget.RequestInput{Amount: -1, Reason: "x"}, "amount"},
		"all the money there is": {budget.RequestInput{Amount: money.Max, Reason: "x"}, "amount"},
		"no reason":              {budget.RequestInput{Amount: 1}, "reason"},
		"until yesterday":        {budget.RequestInput{Amount: 1, Reason: "x", Until: november.AddDate(0, 0, -1)}, "until"},
		"until next year":        {budget.RequestInput{Amount: 1, Reason: "x", Until: november.AddDate(1, 0, 0)}, "until"},
	} {
		if _, err := o.service.Ask(t.Context(), o.actor(org.Developer), b.ID, c.in); fault.From(err).Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := o.ask(o.actor(org.Developer), b.ID, 1)
	for field, v := range map[string]budget.Verdict{"amount": {Amount: -1}, "until": {Until: november.AddDate(1, 0, 0)}, "note": {Note: strings.Repeat("x", 501)}} {
		if _, err := o.service.Approve(t.Context(), o.actor(org.Admin), r.ID, v); fault.From(err).Field != field {
			t.Errorf("a verdict with a bad %s: %v", field, err)
		}
	}
}

func TestRequestsThatNobodyDecidesExpire(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		b := o.monthly(money.Dollar)
		dev, admin := o.ada(org.Developer), o.actor(org.Admin)
		r, err := o.service.Ask(t.Context(), dev, b.ID, budget.RequestInput{Amount: 1, Reason: "x", Until: november.Add(time.Hour)})
		o.must(err)
		if _, err := o.service.Ask(t.Context(), dev, b.ID, budget.RequestInput{Amount: 2, Reason: "x"}); code(err) != "already_asked" {
			t.Errorf("a second one: %v", err)
		}
		if next, err := o.service.Expire(t.Context()); err != nil || !next.Equal(november.Add(time.Hour)) {
			t.Errorf("the next to end: %s, %v", next, err)
		}
		o.clock.Advance(time.Hour)
		if _, err := o.service.Approve(t.Context(), admin, r.ID, budget.Verdict{}); code(err) != "request_expired" {
			t.Errorf("too late, though the keeper has not come by: %v", err)
		}
		_, err = o.service.Expire(t.Context())
		o.must(err)
		if got, err := o.service.Request(t.Context(), dev, r.ID); err != nil || got.State != budget.Expired {
			t.Errorf("%+v, %v", got, err)
		}
		o.ask(dev, b.ID, 2)
	})
}

func TestOfTwoWhoDecideAtOnceOneDoes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		b := o.monthly(money.Dollar)
		for range 5 {
			r := o.ask(o.ada(org.Developer), b.ID, 10*money.Cent)
			before := o.get(b.ID).Standing.Limit
			var wg sync.WaitGroup
			var errs [4]error
			for i := range errs {
				wg.Go(func() { _, errs[i] = o.second().Approve(t.Context(), o.actor(org.Admin), r.ID, budget.Verdict{}) })
			}
			wg.Wait()
			for _, err := range errs {
				if c := code(err); c != "" && c != "already_decided" {
					t.Errorf("one of them: %v", err)
				}
			}
			if l := o.get(b.ID).Standing.Limit; l != before+10*money.Cent {
				t.Errorf("the limit went from $%s to $%s", before, l)
			}
		}
	})
}

func TestARequestWithoutItsAuditEntryIsNone(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	b := o.monthly(money.Dollar)
	dev, admin := o.ada(org.Developer), o.actor(org.Admin)
	o.diary.broken = errDown
	if _, err := o.service.Ask(t.Context(), dev, b.ID, budget.RequestInput{Amount: 1, Reason: "x"}); !errors.Is(err, errDown) {
		t.Errorf("asked: %v", err)
	}
	o.diary.broken = nil
	r := o.ask(dev, b.ID, 1)
	o.diary.broken = errDown
	if _, err := o.service.Approve(t.Context(), admin, r.ID, budget.Verdict{}); !errors.Is(err, errDown) {
		t.Errorf("approved: %v", err)
	}
	if got, err := o.service.Request(t.Context(), admin, r.ID); err != nil || got.State != budget.Pending || o.get(b.ID).Granted != 0 {
		t.Errorf("left behind: %+v, %v", got, err)
	}
}

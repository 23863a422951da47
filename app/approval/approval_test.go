package approval_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/mail/mailtest"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// fixture is a tenant whose team may use "*-pro" with a manager's approval, and whose developer has a key.
type fixture struct {
	*webtest.House
	*approval.Service
	t        *testing.T
	office   *mailtest.Office
	store    *db.ApprovalStore
	policies *policy.Service
	budgets  *budget.Service
	limits   *limit.Service
	x        webtest.Tenant
	inbox    *notify.Service
	team     policy.Listed
	key      id.Key
}

func furnish(t *testing.T, d *db.DB) *fixture {
	t.Helper()
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	log := slog.New(slog.DiscardHandler)
	f := &fixture{House: h, t: t, office: mailtest.New(t, d, h.Clock, h.IDs, h.Master), store: db.NewApprovalStore(d)}
	f.policies = policy.New(policy.Parts{Store: db.NewPolicyStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	herald := &approval.Herald{Store: f.store, Orgs: db.NewOrgStore(d), Links: f.office.Links, IDs: h.IDs, Clock: h.Clock, Inbox: f.office.Inbox}
	f.inbox = notify.New(db.NewNoticeStore(d), h.Clock)
	f.budgets = budget.New(budget.Parts{Store: db.NewBudgetStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log, Herald: herald})
	f.limits = limit.New(limit.Parts{Store: db.NewLimitStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log, Herald: herald.OfLimits()})
	f.Service = approval.New(approval.Parts{Store: f.store, Orgs: db.NewOrgStore(d), Policies: f.policies, Budgets: f.budgets, Limits: f.limits, Herald: herald, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs,
		Clock: h.Clock, Log: log, Model: func(_ id.Org, name string) policy.Model {
			if strings.HasPrefix(name, "no-") {
				return policy.Model{Name: name}
			}
			return policy.Model{Name: name, Targets: [][]string{{name, "openai/" + name}}, Tiers: []catalog.Tier{catalog.Premium}}
		}})
	f.office.Events.Own = f.Writers()
	f.x = h.Found(t, "Acme")
	f.team = f.rule(org.OfTeam(f.x.Org.ID, f.x.Team), policy.Terms{Deny: []string{"*-pro"}, MayAsk: true, AskAbove: money.Dollar, Approver: org.Manager})
	f.key = f.keyOf(f.x.Members[org.Developer])
	return f
}

func (f *fixture) rule(s org.Scope, terms policy.Terms) policy.Listed {
	f.t.Helper()
	l, err := f.policies.Create(f.t.Context(), f.x.Actor(org.Admin), policy.Input{Scope: s, Terms: terms})
	f.must(err)
	return l
}

func (f *fixture) keyOf(m org.Member) id.Key {
	f.t.Helper()
	made, err := f.Keys.Create(f.t.Context(), f.x.Actor(org.Admin), key.Input{Name: "laptop", Team: f.x.Team, Member: m.ID})
	f.must(err)
	return made.Key.ID
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// ask is the developer's request for gpt-5-pro.
func (f *fixture) ask(change func(*approval.Input)) approval.View {
	f.t.Helper()
	v, err := f.asked(f.x.Actor(org.Developer), change)
	f.must(err)
	return v
}

func (f *fixture) asked(actor org.Actor, change func(*approval.Input)) (approval.View, error) {
	in := approval.Input{Key: f.key, Model: "GPT-5-pro", Reason: "the evaluation"}
	if change != nil {
		change(&in)
	}
	return f.Ask(f.t.Context(), actor, in)
}

// passes are the grants in force, as a node reads them.
func (f *fixture) passes() []policy.Pass {
	f.t.Helper()
	all, err := f.policies.Store.(*db.PolicyStore).Extras(f.t.Context(), f.Clock.Now())
	f.must(err)
	var out []policy.Pass
	for _, p := range all.Passes {
		if p.Org == f.x.Org.ID {
			out = append(out, p)
		}
	}
	return out
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

var from = org.Actor{IP: "192.0.2.7", UserAgent: "test", RequestID: "req_1"}

func TestWhatIsApprovedIsOpenForTheKeyAndTheModelUntilItsEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := furnish(t, d)
		ctx := t.Context()
		v := f.ask(func(in *approval.Input) { in.Times, in.Amount = 3, 5*money.Dollar })
		if v.State != approval.Pending || v.Model != "gpt-5-pro" || len(v.Reasons) != 1 || v.Reasons[0] != "Team General denies *-pro" || len(f.passes()) != 0 {
			t.Fatalf("asked: %+v", v)
		}
		if _, err := f.asked(f.x.Actor(org.Developer), nil); code(err) != "already_asked" {
			t.Errorf("asked twice: %v", err)
		}
		done, err := f.Approve(ctx, f.x.Actor(org.Manager), v.ID, approval.Verdict{Bounds: approval.Bounds{Times: 2}, Note: "go on"})
		if err != nil || done.State != approval.Approved || done.DecidedBy != "manager@acme.test" || done.Times != 2 || done.Amount != 5*money.Dollar {
			t.Fatalf("approved: %+v, %v", done, err)
		}
		passes := f.passes()
		if len(passes) != 1 || passes[0].Key != f.key || passes[0].Asked != "gpt-5-pro" || passes[0].Targets[0] != "openai/gpt-5-pro" || passes[0].Lifts[0] != f.team.ID || passes[0].Times != 2 {
			t.Fatalf("passes %+v", passes)
		}
		letter := f.office.One(t, "developer@acme.test")
		if !strings.Contains(letter.Subject, "Approved: the model gpt-5-pro") || !strings.Contains(letter.Text, "go on") || !strings.Contains(letter.Text, "2 requests") {
			t.Errorf("the asker is told %q:\n%s", letter.Subject, letter.Text)
		}
		if again, err := f.Approve(ctx, f.x.Actor(org.Admin), v.ID, approval.Verdict{}); err != nil || again.Times != 2 {
			t.Errorf("approved again: %+v, %v", again, err)
		}
		if _, err := f.Deny(ctx, f.x.Actor(org.Manager), v.ID, ""); code(err) != "already_decided" {
			t.Errorf("denied afterwards: %v", err)
		}
		f.Clock.Advance(7*24*time.Hour + time.Second)
		if len(f.passes()) != 0 {
			t.Error("it is open after its end")
		}
		if got, err := f.Get(ctx, f.x.Actor(org.Developer), v.ID); err != nil || got.State != approval.Over {
			t.Errorf("after its end: %+v, %v", got.State, err)
		}
	})
}

func TestWhoMayDecideAndWhoMayNot(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	v := f.ask(nil)
	other := f.Found(t, "Beta")
	far := f.Join(t, f.x, "far", org.Lead, f.x.AwayTeam)
	for name, x := range map[string]struct {
		who  org.Actor
		want string
	}{
		"the asker":                           {f.x.Actor(org.Developer), "forbidden"},
		"a viewer":                            {f.x.Actor(org.Viewer), "forbidden"},
		"a lead, below the policy's approver": {f.x.Actor(org.Lead), "forbidden"},
		"a lead of another department":        {far.Acting(org.Actor{}), "not_found"},
		"another tenant's admin":              {other.Actor(org.Admin), "not_found"},
	} {
		if _, err := f.Approve(t.Context(), x.who, v.ID, approval.Verdict{}); code(err) != x.want {
			t.Errorf("%s: %v", name, err)
		}
		if got, err := f.Get(t.Context(), x.who, v.ID); err == nil && got.CanDecide {
			t.Errorf("%s is offered to decide", name)
		}
	}
	boss := f.x.Members[org.Manager]
	f.key = f.keyOf(boss)
	own, err := f.asked(f.x.Actor(org.Manager), nil)
	f.must(err)
	if _, err := f.Approve(t.Context(), f.x.Actor(org.Manager), own.ID, approval.Verdict{}); code(err) != "forbidden" {
		t.Errorf("a manager approves for themselves: %v", err)
	}
	f.rule(org.OfMember(f.x.Org.ID, boss.ID), policy.Terms{Deny: []string{"gpt-5-pro"}})
	if _, err := f.Approve(t.Context(), f.x.Actor(org.Manager), v.ID, approval.Verdict{}); code(err) != "forbidden" || !strings.Contains(err.Error(), "may not use yourself") {
		t.Errorf("a manager grants what they lack: %v", err)
	}
	if n, err := f.Waiting(t.Context(), f.x.Actor(org.Admin)); err != nil || n != 2 {
		t.Errorf("%d wait for the admin, %v", n, err)
	}
	if n, err := f.Waiting(t.Context(), f.x.Actor(org.Developer)); err != nil || n != 0 {
		t.Errorf("%d wait for a developer, %v", n, err)
	}
}

func TestWhatCannotBeAskedForIsSaid(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	f.rule(org.OfOrg(f.x.Org.ID), policy.Terms{Deny: []string{"o1*"}, MaxCost: 10 * money.Dollar})
	dev := f.x.Actor(org.Developer)
	for name, x := range map[string]struct {
		who    org.Actor
		change func(*approval.Input)
		want   string
	}{
		"what is final":                    {dev, func(in *approval.Input) { in.Model = "o1-pro" }, "not_approvable"},
		"more than the largest cost":       {dev, func(in *approval.Input) { in.Cost, in.Amount = 11*money.Dollar, 11*money.Dollar }, "not_approvable"},
		"what nobody refuses":              {dev, func(in *approval.Input) { in.Model = "gpt-5" }, "nothing_refused"},
		"what nobody offers":               {dev, func(in *approval.Input) { in.Model = "no-model" }, "invalid_request"},
		"without a reason":                 {dev, func(in *approval.Input) { in.Reason = " " }, "invalid_request"},
		"for a year":                       {dev, func(in *approval.Input) { in.Until = f.Clock.Now().AddDate(1, 0, 0) }, "invalid_request"},
		"for yesterday":                    {dev, func(in *approval.Input) { in.Until = f.Clock.Now().Add(-time.Hour) }, "invalid_request"},
		"less than one request costs":      {dev, func(in *approval.Input) { in.Cost, in.Amount = 2*money.Dollar, money.Dollar }, "invalid_request"},
		"a cost without an amount":         {dev, func(in *approval.Input) { in.Cost = 2 * money.Dollar }, "invalid_request"},
		"a negative number of times":       {dev, func(in *approval.Input) { in.Times = -1 }, "invalid_request"},
		"with somebody else's key":         {f.x.Actor(org.Lead), nil, "forbidden"},
		"with a key of another team":       {f.x.Outsider.Acting(org.Actor{}), nil, "not_found"},
		"with a key that is not there":     {dev, func(in *approval.Input) { in.Key = id.NewKey(f.IDs) }, "not_found"},
		"and this one is asked for, above": {dev, func(in *approval.Input) { in.Model, in.Cost, in.Amount = "gpt-5", 2*money.Dollar, 3*money.Dollar }, ""},
	} {
		if _, err := f.asked(x.who, x.change); code(err) != x.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAMailedLinkDecidesOnceForWhomItWasMailedTo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := furnish(t, d)
		ctx := t.Context()
		v := f.ask(nil)
		letter := f.office.One(t, "manager@acme.test")
		for _, want := range []string{"developer@acme.test", "gpt-5-pro", "the evaluation", "Team General denies *-pro", "laptop"} {
			if !strings.Contains(letter.Text, want) {
				t.Errorf("the letter lacks %q:\n%s", want, letter.Text)
			}
		}
		token := mailtest.Token(t, letter)
		call, err := f.Summoned(ctx, from, token)
		if err != nil || call.Policy == nil || call.Policy.ID != v.ID || call.Policy.State != approval.Pending {
			t.Fatalf("opened: %+v, %v", call, err)
		}
		if _, err := f.Summoned(ctx, from, token+"x"); code(err) != "link_dead" {
			t.Errorf("a forged link: %v", err)
		}
		if _, err := f.DecideByLink(ctx, from, token, true, "fine"); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Get(ctx, f.x.Actor(org.Developer), v.ID); err != nil || got.State != approval.Approved || got.Note != "fine" || got.DecidedBy != "manager@acme.test" {
			t.Errorf("decided: %+v, %v", got, err)
		}
		if len(f.passes()) != 1 {
			t.Error("nothing is open")
		}
		for range 2 {
			if _, err := f.DecideByLink(ctx, from, token, false, ""); code(err) != "link_used" {
				t.Errorf("replayed: %v", err)
			}
		}
		entries, err := f.Audit.List(ctx, f.x.Actor(org.Admin), 0, 1)
		if err != nil || entries[0].Action != "approval.approved" || entries[0].Actor != "manager@acme.test" || entries[0].Via != org.ViaMail || entries[0].IP != from.IP {
			t.Errorf("the audit log says %+v, %v", entries[0], err)
		}
	})
}

func TestALinkDiesWithWhatItWasMailedFor(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		before func(*fixture, approval.View)
		want   string
	}{
		"its manager is disabled": {func(f *fixture, _ approval.View) {
			f.must(f.Identity.DisableMember(f.t.Context(), f.x.Actor(org.Admin), f.x.Members[org.Manager].ID))
		}, "link_dead"},
		"its manager is demoted": {func(f *fixture, _ approval.View) {
			m := f.x.Members[org.Manager].ID
			f.must(f.Identity.Place(f.t.Context(), f.x.Actor(org.Admin), m, []org.Assignment{{Role: org.Developer, At: org.OfTeam(f.x.Org.ID, f.x.Team)}}, f.x.Team))
		}, "link_dead"},
		"somebody else decided": {func(f *fixture, v approval.View) {
			_, err := f.Deny(f.t.Context(), f.x.Actor(org.Admin), v.ID, "")
			f.must(err)
		}, "link_dead"},
		"it is too late": {func(f *fixture, _ approval.View) { f.Clock.Advance(7 * 24 * time.Hour) }, "link_dead"},
		"the asker withdrew": {func(f *fixture, v approval.View) {
			_, err := f.Revoke(f.t.Context(), f.x.Actor(org.Developer), v.ID)
			f.must(err)
		}, "link_dead"},
		"the asker is put out": {func(f *fixture, _ approval.View) {
			f.must(f.store.Withdraw(f.t.Context(), f.x.Org.ID, f.x.Members[org.Developer].ID, f.Clock.Now()))
		}, "link_dead"},
		"the policy is for good": {func(f *fixture, _ approval.View) {
			_, err := f.policies.Update(f.t.Context(), f.x.Actor(org.Admin), f.team.ID, policy.Input{Terms: policy.Terms{Deny: []string{"*-pro"}}})
			f.must(err)
		}, "not_approvable"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := furnish(t, dbtest.SQLite(t))
			v := f.ask(nil)
			token := mailtest.Token(t, f.office.One(t, "manager@acme.test"))
			x.before(f, v)
			if _, err := f.DecideByLink(t.Context(), from, token, true, ""); code(err) != x.want {
				t.Errorf("%v", err)
			}
			if len(f.passes()) != 0 {
				t.Error("it opened something")
			}
		})
	}
}

func TestOfTwoManagersAtOnceOneDecides(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := furnish(t, d)
		v := f.ask(nil)
		var wg sync.WaitGroup
		errs := make([]error, 2)
		wg.Go(func() { _, errs[0] = f.Approve(t.Context(), f.x.Actor(org.Manager), v.ID, approval.Verdict{}) })
		wg.Go(func() { _, errs[1] = f.Deny(t.Context(), f.x.Actor(org.Admin), v.ID, "") })
		wg.Wait()
		got, err := f.Get(t.Context(), f.x.Actor(org.Developer), v.ID)
		f.must(err)
		won, lost := errs[0], errs[1]
		if got.State == approval.Denied {
			won, lost = lost, won
		}
		if won != nil || code(lost) != "already_decided" {
			t.Errorf("it is %s; the manager got %v, the admin %v", got.State, errs[0], errs[1])
		}
		if n := len(f.passes()); n != map[approval.State]int{approval.Approved: 1}[got.State] {
			t.Errorf("%d passes although it is %s", n, got.State)
		}
	})
}

func TestABoundedGrantIsNeverExceededByAllNodesTogether(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := furnish(t, d)
		v := f.ask(func(in *approval.Input) { in.Times, in.Amount = 5, money.Dollar })
		_, err := f.Approve(t.Context(), f.x.Actor(org.Manager), v.ID, approval.Verdict{})
		f.must(err)
		p := f.passes()[0]
		var wg sync.WaitGroup
		var mu sync.Mutex
		took := 0
		for range 2 { // nodes
			desk := &approval.Desk{Store: f.store, Clock: f.Clock, Log: slog.New(slog.DiscardHandler)}
			for range 6 {
				wg.Go(func() {
					switch err := desk.Claim(t.Context(), &p, false, 30*money.Cent); code(err) {
					case "":
						mu.Lock()
						took++
						mu.Unlock()
					case "approval_required":
					default:
						t.Error(err)
					}
				})
			}
		}
		wg.Wait()
		if took != 3 { // 3 × $0.30; a fourth would be more than $1
			t.Errorf("%d requests of $0.30 were let through on $1", took)
		}
		f.must(f.store.Return(t.Context(), f.x.Org.ID, v.ID, 1, 75*money.Cent))
		got, err := f.Get(t.Context(), f.x.Actor(org.Developer), v.ID)
		if err != nil || got.Used != 2 || got.Spent != 15*money.Cent {
			t.Errorf("after some was given back: %d, %s, %v", got.Used, got.Spent, err)
		}
		_, err = f.Revoke(t.Context(), f.x.Actor(org.Manager), v.ID)
		f.must(err)
		desk := &approval.Desk{Store: f.store, Clock: f.Clock, Log: slog.New(slog.DiscardHandler)}
		if err := desk.Claim(t.Context(), &p, false, 1); code(err) != "approval_required" || len(f.passes()) != 0 {
			t.Errorf("after it was revoked: %v", err)
		}
		if err := desk.Claim(t.Context(), &policy.Pass{ID: v.ID, Org: id.NewOrg(f.IDs), Times: 5}, false, 1); code(err) != "approval_required" {
			t.Errorf("from another tenant: %v", err)
		}
	})
}

func TestUsesOfAnUnboundedGrantAreCountedForPeople(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	v := f.ask(nil)
	_, err := f.Approve(t.Context(), f.x.Actor(org.Manager), v.ID, approval.Verdict{})
	f.must(err)
	p := f.passes()[0]
	desk := &approval.Desk{Store: f.store, Clock: f.Clock, Log: slog.New(slog.DiscardHandler)}
	for range 3 {
		f.must(desk.Claim(t.Context(), &p, false, money.Cent))
	}
	desk.Settle(&p, 1, money.Cent)
	desk.Settle(&p, 0, money.Cent/2)
	away, cancel := context.WithCancel(t.Context())
	cancel()
	if err := desk.Flush(away); err == nil {
		t.Error("written without a database")
	}
	f.must(errors.Join(desk.Flush(t.Context()), desk.Flush(t.Context())))
	if got, err := f.Get(t.Context(), f.x.Actor(org.Developer), v.ID); err != nil || got.Used != 2 || got.Spent != 3*money.Cent/2 {
		t.Errorf("counted %d, %s, %v", got.Used, got.Spent, err)
	}
}

func TestMoreBudgetIsAskedForAndDecidedTheSameWay(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	ctx := t.Context()
	b, err := f.budgets.Create(ctx, f.x.Actor(org.Admin), budget.Input{Scope: org.OfTeam(f.x.Org.ID, f.x.Team), Limit: 100 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
	f.must(err)
	r, err := f.budgets.Ask(ctx, f.x.Actor(org.Developer), b.ID, budget.RequestInput{Kind: budget.Borrow, Amount: 20 * money.Dollar, Reason: "the launch"})
	f.must(err)
	letter := f.office.One(t, "manager@acme.test")
	if !strings.Contains(letter.Subject, "borrowing $20.00 for Team General") {
		t.Errorf("the manager is told %q", letter.Subject)
	}
	if n, err := f.Waiting(ctx, f.x.Actor(org.Manager)); err != nil || n != 1 {
		t.Errorf("%d wait, %v", n, err)
	}
	if _, err := f.DecideByLink(ctx, from, mailtest.Token(t, letter), true, "once"); err != nil {
		t.Fatal(err)
	}
	if got, err := f.budgets.Request(ctx, f.x.Actor(org.Developer), r.ID); err != nil || got.State != budget.Approved || got.Note != "once" {
		t.Errorf("decided: %+v, %v", got, err)
	}
	if e, err := f.budgets.Get(ctx, f.x.Actor(org.Admin), b.ID); err != nil || e.Granted != 20*money.Dollar {
		t.Errorf("granted %v, %v", e.Granted, err)
	}
	if letter := f.office.One(t, "developer@acme.test"); !strings.Contains(letter.Subject, "Approved: more of Team General") {
		t.Errorf("the asker is told %q", letter.Subject)
	}
}

// recorder is a bus that remembers what was published.
type recorder struct {
	live.Bus
	topics []live.Topic
}

func (r *recorder) Publish(ctx context.Context, t live.Topic) error {
	r.topics = append(r.topics, t)
	return r.Bus.Publish(ctx, t)
}

func TestAHigherRateLimitIsAskedForAndDecidedTheSameWay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := furnish(t, d)
		ctx := t.Context()
		e, err := f.limits.Create(ctx, f.x.Actor(org.Admin), limit.Input{Scope: org.OfTeam(f.x.Org.ID, f.x.Team), Unit: limit.Requests, Amount: 10, Window: time.Minute})
		f.must(err)
		wish := limit.More{Add: 5, Until: f.Clock.Now().Add(time.Hour), Reason: "the launch"}
		r, err := f.limits.AskMore(ctx, f.x.Actor(org.Developer), e.ID, wish)
		f.must(err)
		letter := f.office.One(t, "manager@acme.test")
		if !strings.Contains(letter.Subject, "developer@acme.test asks for 5 requests more for Team General") || !strings.Contains(letter.Text, "the launch") {
			t.Errorf("the manager is told %q:\n%s", letter.Subject, letter.Text)
		}
		if n, err := f.Waiting(ctx, f.x.Actor(org.Manager)); err != nil || n != 1 {
			t.Errorf("%d wait, %v", n, err)
		}
		token := mailtest.Token(t, letter)
		said := &recorder{Bus: f.Service.Bus}
		f.Service.Bus = said
		if _, err := f.DecideByLink(ctx, from, token, true, "once"); err != nil {
			t.Fatal(err)
		}
		if len(said.topics) != 1 || said.topics[0] != limit.Topic {
			t.Errorf("after the decision the nodes were told %v", said.topics)
		}
		if _, err := f.DecideByLink(ctx, from, token, false, ""); code(err) != "link_used" {
			t.Errorf("replayed: %v", err)
		}
		if got, err := f.limits.Request(ctx, f.x.Actor(org.Developer), r.ID); err != nil || got.State != limit.Approved || got.Note != "once" || got.DecidedBy != "manager@acme.test" {
			t.Errorf("decided: %+v, %v", got, err)
		}
		if e, err = f.limits.Get(ctx, f.x.Actor(org.Admin), e.ID); err != nil || e.Standing.Amount != 15 {
			t.Errorf("in force %+v, %v", e.Standing, err)
		}
		if letter := f.office.One(t, "developer@acme.test"); !strings.Contains(letter.Subject, "Approved: more for Team General") || !strings.Contains(letter.Text, "once") {
			t.Errorf("the asker is told %q:\n%s", letter.Subject, letter.Text)
		}
		late, err := f.limits.AskMore(ctx, f.x.Actor(org.Developer), e.ID, wish)
		f.must(err)
		token = mailtest.Token(t, f.office.One(t, "manager@acme.test"))
		_, err = f.limits.Deny(ctx, f.x.Actor(org.Admin), late.ID, "enough")
		f.must(err)
		if _, err := f.DecideByLink(ctx, from, token, true, ""); code(err) != "link_dead" {
			t.Errorf("by a link, after somebody denied: %v", err)
		}
		whole, err := f.limits.Create(ctx, f.x.Actor(org.Admin), limit.Input{Scope: org.OfOrg(f.x.Org.ID), Unit: limit.Requests, Amount: 100, Window: time.Minute})
		f.must(err)
		if _, err := f.limits.AskMore(ctx, f.x.Actor(org.Admin), whole.ID, wish); code(err) != "no_decider" {
			t.Errorf("the only admin asks: %v", err)
		}
	})
}

func TestNobodyIsFloodedAndNothingWaitsForNobody(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	for i := range 31 {
		v, err := f.asked(f.x.Actor(org.Developer), func(in *approval.Input) { in.Model = fmt.Sprintf("gpt-%d-pro", i) })
		if i < 30 {
			f.must(err)
			_, err = f.Revoke(t.Context(), f.x.Actor(org.Developer), v.ID)
			f.must(err)
		} else if code(err) != "too_many" {
			t.Errorf("the %dth within an hour: %v", i+1, err)
		}
	}
	f.rule(org.OfOrg(f.x.Org.ID), policy.Terms{AskAbove: money.Cent, Approver: org.Admin})
	f.key = f.keyOf(f.x.Members[org.Admin])
	if _, err := f.asked(f.x.Actor(org.Admin), func(in *approval.Input) { in.Model, in.Cost, in.Amount = "gpt-5", money.Dollar, money.Dollar }); code(err) != "no_decider" {
		t.Errorf("the only admin asks: %v", err)
	}
}

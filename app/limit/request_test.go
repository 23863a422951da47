package limit_test

import (
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/org/orgtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// ada is the member whose key the office has.
func (o *office) ada(r org.Role) org.Actor {
	a := orgtest.Actor(o.chain.Org, o.chain.Member, r, o.chain.Team)
	a.Label = "ada@acme.test"
	return a
}

// onTeam is a limit of ten requests a minute on the team.
func (o *office) onTeam() id.Limit {
	o.t.Helper()
	e, err := o.Create(o.t.Context(), o.actor(org.Admin), limit.Input{Scope: org.OfTeam(o.chain.Org, o.chain.Team), Unit: limit.Requests, Amount: 10, Window: time.Minute})
	o.must(err)
	return e.ID
}

func (o *office) more(actor org.Actor, l id.Limit) limit.Request {
	o.t.Helper()
	r, err := o.AskMore(o.t.Context(), actor, l, limit.More{Add: 5, Until: o.clock.Now().Add(2 * time.Hour), Reason: "the launch"})
	o.must(err)
	return r
}

func TestWhatIsApprovedRaisesTheLimitUntilItsEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		ctx, dev, boss := t.Context(), o.ada(org.Developer), o.actor(org.Manager)
		l := o.onTeam()
		r := o.more(dev, l)
		if r.State != limit.Pending || r.Label != "Team Search" || r.CanDecide || !r.ExpiresAt.Equal(r.Until) {
			t.Fatalf("asked: %+v", r)
		}
		if _, err := o.AskMore(ctx, dev, l, limit.More{Add: 1, Until: o.clock.Now().Add(time.Hour), Reason: "again"}); code(err) != "already_asked" {
			t.Errorf("asked twice: %v", err)
		}
		if n, err := o.Waiting(ctx, boss); err != nil || n != 1 {
			t.Errorf("%d wait for the manager, %v", n, err)
		}
		o.reload()
		if got := o.passes(20); got != 10 {
			t.Errorf("%d pass before anybody decided", got)
		}
		done, err := o.Approve(ctx, boss, r.ID, limit.Verdict{Add: 3, Note: "not five"})
		if err != nil || done.State != limit.Approved || done.DecidedBy != boss.Label || done.Note != "not five" || done.Increase.IsZero() {
			t.Fatalf("approved: %+v, %v", done, err)
		}
		o.reload()
		if got := o.passes(20); got != 3 {
			t.Errorf("%d more pass afterwards", got)
		}
		if e, err := o.Get(ctx, dev, l); err != nil || len(e.Increases) != 1 || e.Increases[0].ID != done.Increase || e.Increases[0].Reason != "the launch" || e.Increases[0].CreatedBy != boss.Label {
			t.Errorf("increases %+v, %v", e.Increases, err)
		}
		if again, err := o.Approve(ctx, boss, r.ID, limit.Verdict{Add: 100}); err != nil || again.State != limit.Approved {
			t.Errorf("approved again: %+v, %v", again, err)
		}
		if _, err := o.Deny(ctx, boss, r.ID, ""); code(err) != "already_decided" {
			t.Errorf("denied afterwards: %v", err)
		}
		kept, err := o.Request(ctx, dev, r.ID)
		o.must(err)
		if all, err := o.Requests(ctx, dev, limit.Approved); err != nil || len(all) != 1 || all[0] != kept || !kept.DecidedAt.Equal(o.clock.Now()) {
			t.Errorf("listed %+v, got %+v, %v", all, kept, err)
		}
		o.clock.Advance(2*time.Hour + time.Second)
		o.reload()
		if got := o.passes(20); got != 10 {
			t.Errorf("%d pass after its end", got)
		}
		var left []string
		for _, e := range o.diary.entries {
			left = append(left, e.Action)
		}
		if len(left) != 3 || left[1] != "limit.asked" || left[2] != "limit.approved" || o.diary.entries[2].After["add"] != "3 requests" || o.diary.entries[2].After["asked_by"] != "ada@acme.test" {
			t.Errorf("the audit log has %v: %+v", left, o.diary.entries)
		}
		if err := o.Delete(ctx, o.actor(org.Admin), l); err != nil {
			t.Errorf("a limit that was asked for stays: %v", err)
		}
		if _, err := o.Request(ctx, dev, r.ID); code(err) != "not_found" {
			t.Errorf("of a limit that is gone: %v", err)
		}
	})
}

func TestOfTwoWhoDecideAtOnceOneRaises(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		l := o.onTeam()
		r := o.more(o.ada(org.Developer), l)
		var all sync.WaitGroup
		for range 6 {
			actor := o.actor(org.Manager)
			all.Go(func() { _, _ = o.Approve(t.Context(), actor, r.ID, limit.Verdict{}) })
		}
		all.Wait()
		if e, err := o.Get(t.Context(), o.actor(org.Admin), l); err != nil || len(e.Increases) != 1 {
			t.Errorf("%d increases, %v", len(e.Increases), err)
		}
	})
}

func TestWhoMayAskForMoreAndWhoDecides(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	l := o.onTeam()
	r := o.more(o.ada(org.Developer), l)
	far := newOffice(t, dbtest.SQLite(t))
	stranger := o.actor(org.Lead, id.NewTeam(ids))
	for name, x := range map[string]struct {
		who  org.Actor
		want string
	}{
		"the asker, with whatever role":  {o.ada(org.Manager), "forbidden"},
		"a viewer of the team":           {o.actor(org.Viewer, o.chain.Team), "forbidden"},
		"the team's lead, whom it binds": {o.actor(org.Lead, o.chain.Team), "not_found"},
		"a lead of another team":         {stranger, "not_found"},
		"another tenant's admin":         {far.actor(org.Admin), "not_found"},
		"nobody at all":                  {org.Actor{}, "unauthenticated"},
	} {
		for to, err := range map[string]error{"approve": second(o.Approve(t.Context(), x.who, r.ID, limit.Verdict{})), "deny": second(o.Deny(t.Context(), x.who, r.ID, ""))} {
			if code(err) != x.want {
				t.Errorf("%s may %s: %v", name, to, err)
			}
		}
		if got, err := o.Request(t.Context(), x.who, r.ID); err == nil && got.CanDecide {
			t.Errorf("%s is offered to decide", name)
		}
	}
	for name, who := range map[string]org.Actor{"another team's": stranger, "another tenant's": far.actor(org.Admin)} {
		if _, err := o.AskMore(t.Context(), who, l, limit.More{Add: 1, Until: o.clock.Now().Add(time.Hour), Reason: "x"}); code(err) != "not_found" {
			t.Errorf("%s asks: %v", name, err)
		}
		if all, err := o.Requests(t.Context(), who, ""); err != nil || len(all) != 0 {
			t.Errorf("%s sees %v, %v", name, all, err)
		}
	}
	token := org.Actor{Org: o.chain.Org, Role: org.Admin, Label: "ci"}
	own := o.more(token, l)
	if _, err := o.Approve(t.Context(), token, own.ID, limit.Verdict{}); code(err) != "forbidden" {
		t.Errorf("a token decides its own: %v", err)
	}
	if _, err := o.Deny(t.Context(), token, r.ID, "slow down"); err != nil {
		t.Errorf("a token decides another's: %v", err)
	}
}

func second(_ limit.Request, err error) error { return err }

func TestNobodyDecidesAboutTheirOwnLimitForAColleague(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	e, err := o.Create(t.Context(), o.actor(org.Admin), limit.Input{Scope: org.OfMember(o.chain.Org, o.chain.Member), Unit: limit.Requests, Amount: 1, Window: time.Minute})
	o.must(err)
	r := o.more(o.actor(org.Admin), e.ID)
	if _, err := o.Approve(t.Context(), o.ada(org.Lead), r.ID, limit.Verdict{}); code(err) == "" {
		t.Error("a lead raises their own limit because an admin asked")
	}
	if _, err := o.Approve(t.Context(), o.actor(org.Lead, o.chain.Team), r.ID, limit.Verdict{}); err != nil {
		t.Errorf("another lead of the team: %v", err)
	}
}

func TestRequestsEndByThemselvesAndWithTheirAsker(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		ctx, dev, boss := t.Context(), o.ada(org.Developer), o.actor(org.Manager)
		l := o.onTeam()
		old := o.more(dev, l)
		o.clock.Advance(2 * time.Hour)
		if _, err := o.Approve(ctx, boss, old.ID, limit.Verdict{}); code(err) != "request_expired" {
			t.Errorf("approved too late: %v", err)
		}
		if n, err := o.Waiting(ctx, boss); err != nil || n != 0 {
			t.Errorf("%d wait, %v", n, err)
		}
		next := o.more(dev, l) // what has expired is in nobody's way
		if all, err := o.Requests(ctx, boss, limit.Expired); err != nil || len(all) != 1 || all[0].ID != old.ID {
			t.Errorf("expired: %+v, %v", all, err)
		}
		o.must(o.store.Withdraw(ctx, o.chain.Org, o.chain.Member, o.clock.Now()))
		if _, err := o.Approve(ctx, boss, next.ID, limit.Verdict{}); code(err) != "already_decided" {
			t.Errorf("approved for somebody who is out: %v", err)
		}
		if all, err := o.Requests(ctx, boss, limit.Withdrawn); err != nil || len(all) != 1 || all[0].ID != next.ID {
			t.Errorf("withdrawn: %+v, %v", all, err)
		}
	})
}

func TestAskingForWhatIsNone(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	l, soon := o.onTeam(), o.clock.Now().Add(time.Hour)
	for name, x := range map[string]struct {
		in    limit.More
		field string
	}{
		"nothing":          {limit.More{Until: soon, Reason: "x"}, "add"},
		"less":             {limit.More{Add: -1, Until: soon, Reason: "x"}, "add"},
		"all there is":     {limit.More{Add: 1 << 62, Until: soon, Reason: "x"}, "add"},
		"without a reason": {limit.More{Add: 1, Until: soon, Reason: " "}, "reason"},
		"without an end":   {limit.More{Add: 1, Reason: "x"}, "until"},
		"for yesterday":    {limit.More{Add: 1, Until: soon.Add(-24 * time.Hour), Reason: "x"}, "until"},
		"for a year":       {limit.More{Add: 1, Until: soon.AddDate(1, 0, 0), Reason: "x"}, "until"},
	} {
		if _, err := o.AskMore(t.Context(), o.ada(org.Developer), l, x.in); fault.From(err).Field != x.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := o.more(o.ada(org.Developer), l)
	if _, err := o.Approve(t.Context(), o.actor(org.Manager), r.ID, limit.Verdict{Add: -1}); fault.From(err).Field != "add" {
		t.Errorf("a negative grant: %v", err)
	}
	if _, err := o.Approve(t.Context(), o.actor(org.Manager), r.ID, limit.Verdict{Until: soon.AddDate(1, 0, 0)}); fault.From(err).Field != "until" {
		t.Errorf("a grant of a year: %v", err)
	}
	if got, err := o.Request(t.Context(), o.actor(org.Manager), r.ID); err != nil || got.State != limit.Pending || !got.CanDecide {
		t.Errorf("after mistakes: %+v, %v", got, err)
	}
}

package approval_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// told is what a role's inbox says and where it leads, newest first.
func (f *fixture) told(role org.Role) (titles, pages []string) {
	f.t.Helper()
	all, _, err := f.inbox.List(f.t.Context(), f.x.Actor(role), notify.Query{})
	f.must(err)
	for _, n := range all {
		titles, pages = append(titles, n.Title), append(pages, n.Href)
	}
	return titles, pages
}

func TestWhatIsAskedAndDecidedStandsInInboxes(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	ctx := t.Context()
	v := f.ask(nil)
	b, err := f.budgets.Create(ctx, f.x.Actor(org.Admin), budget.Input{Scope: org.OfTeam(f.x.Org.ID, f.x.Team), Limit: 100 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
	f.must(err)
	r, err := f.budgets.Ask(ctx, f.x.Actor(org.Developer), b.ID, budget.RequestInput{Amount: 20 * money.Dollar, Reason: "the launch"})
	f.must(err)
	e, err := f.limits.Create(ctx, f.x.Actor(org.Admin), limit.Input{Scope: org.OfTeam(f.x.Org.ID, f.x.Team), Unit: limit.Requests, Amount: 10, Window: time.Minute})
	f.must(err)
	w, err := f.limits.AskMore(ctx, f.x.Actor(org.Developer), e.ID, limit.More{Add: 5, Until: f.Clock.Now().Add(time.Hour), Reason: "the launch"})
	f.must(err)

	titles, pages := f.told(org.Manager)
	if want := []string{"developer@acme.test asks for 5 requests more for Team General", "developer@acme.test asks for $20.00 more for Team General", "developer@acme.test asks for the model gpt-5-pro"}; !slices.Equal(titles, want) {
		t.Errorf("the manager reads %q", titles)
	}
	if want := []string{"/approvals#ask-" + w.ID.String(), "/approvals#ask-" + r.ID.String(), "/approvals#ask-" + v.ID.String()}; !slices.Equal(pages, want) {
		t.Errorf("which leads to %q", pages)
	}
	if titles, _ := f.told(org.Admin); titles != nil {
		t.Errorf("the admin reads %q", titles)
	}

	boss := f.x.Actor(org.Manager)
	_, err = f.Deny(ctx, boss, v.ID, "no")
	_, err2 := f.budgets.Approve(ctx, boss, r.ID, budget.Verdict{})
	_, err3 := f.limits.Deny(ctx, boss, w.ID, "no")
	f.must(errors.Join(err, err2, err3))
	if _, err := f.Approve(ctx, boss, v.ID, approval.Verdict{}); err == nil {
		t.Error("it is decided twice")
	}
	titles, pages = f.told(org.Developer)
	if want := []string{"Your request for 5 requests more for Team General was denied by manager@acme.test", "Your request for $20.00 more for Team General was approved by manager@acme.test",
		"Your request for the model gpt-5-pro was denied by manager@acme.test"}; !slices.Equal(titles, want) {
		t.Errorf("the asker reads %q", titles)
	}
	if len(pages) != 3 || pages[1] != "/approvals?state=approved#ask-"+r.ID.String() {
		t.Errorf("which leads to %q", pages)
	}
}

// A courier may be late: what was taken back by then is not promised any more.
func TestAnApprovalThatWasRevokedBeforeItsLetterIsNotAnnounced(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	v := f.ask(nil)
	f.office.Deliver(t)
	_, err := f.Approve(t.Context(), f.x.Actor(org.Manager), v.ID, approval.Verdict{})
	f.must(err)
	_, err = f.Revoke(t.Context(), f.x.Actor(org.Manager), v.ID)
	f.must(err)
	for _, m := range f.office.Deliver(t) {
		t.Errorf("a letter: %q", m.Subject)
	}
}

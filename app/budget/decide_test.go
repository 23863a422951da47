package budget_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

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

// A note may be as long as a reason, and the audit log has it if there is one.
func TestTheNoteOfADecisionIsInTheAuditLog(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	b := o.monthly(money.Dollar)
	for _, note := range []string{"", "a bit less", strings.Repeat("ä", 500)} {
		r := o.ask(o.actor(org.Developer), b.ID, money.Cent)
		if _, err := o.service.Deny(t.Context(), o.actor(org.Admin), r.ID, note); err != nil {
			t.Fatalf("%d characters: %v", len([]rune(note)), err)
		}
		said, ok := o.diary.entries[len(o.diary.entries)-1].After["note"]
		if ok != (note != "") || ok && said != note {
			t.Errorf("the audit log says %v of %q", said, note)
		}
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

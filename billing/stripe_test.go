package billing_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/billing"
	"github.com/bodhi-gateway/bodhi/billing/stripe"
	"github.com/bodhi-gateway/bodhi/billing/stripe/stripetest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestACheckoutBeginsASubscriptionAtTheEndOfTheTrial(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		q, err := s.Preview(t.Context(), s.admin(), "starter")
		trialEnd := s.look(t).TrialEndsAt
		if err != nil || q.Change || q.Seats != 6 || q.Monthly.String() != "294" || q.Due != q.Monthly || !q.FirstAt.Equal(trialEnd) {
			t.Fatalf("%+v %v", q, err)
		}
		first, err := s.Checkout(t.Context(), s.admin(), "starter")
		must(t, err)
		again, err := s.Checkout(t.Context(), s.admin(), "starter")
		if err != nil || again != first {
			t.Errorf("asked again: %+v, %+v %v", first, again, err)
		}
		other, err := s.Checkout(t.Context(), s.admin(), "growth")
		if err != nil || other.ID == first.ID || s.stripe.Count("POST /v1/checkout/sessions/"+first.ID+"/expire") != 1 {
			t.Errorf("for another plan: %+v %v", other, err)
		}
		sub := s.stripe.Pay(other.ID)
		must(t, s.Look(t.Context(), s.admin())) // back from Stripe, before any event
		v := s.look(t)
		if v.State != billing.Active || v.Plan.Name != billing.Growth || v.Subscription.Seats != 26 || v.Status != billing.Trialing || v.Session.ID != "" || v.Subscription.ID != sub {
			t.Errorf("%+v", v.Account)
		}
		if _, err := s.Checkout(t.Context(), s.admin(), "growth"); fault.From(err).Code != "subscribed" {
			t.Errorf("a second one: %v", err)
		}
		if total, n := s.stripe.Paid(); total != 0 || n != 0 {
			t.Errorf("%d cents in %d invoices within the trial", total, n)
		}
	})
}

// Somebody paid in another tab, and no event has come yet: the page of another plan must not begin a second subscription.
func TestACheckoutAfterOneThatWasJustPaidBeginsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		first, err := s.Checkout(t.Context(), s.admin(), "starter")
		must(t, err)
		s.stripe.Pay(first.ID)
		if second, err := s.Checkout(t.Context(), s.admin(), "growth"); err == nil || fault.From(err).Code != "subscribed" {
			t.Errorf("another page: %+v, %v", second, err)
		}
		if n := s.stripe.Count("POST /v1/checkout/sessions") - s.stripe.Count("POST /v1/checkout/sessions/"); n != 1 {
			t.Errorf("%d pages", n)
		}
		if v := s.look(t); v.Plan.Name != billing.Starter || v.State != billing.Active || v.Session.ID != "" || v.Order.Kind != billing.NoOrder {
			t.Errorf("%+v", v.Account)
		}
	})
}

func TestAChangeOfPlanShowsItsPriceFirstAndChargesIt(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	s.h.Clock.Advance(20 * 24 * time.Hour) // no trial left, so it is paid at once
	sub := s.subscribe(t, billing.Starter)
	if total, n := s.stripe.Paid(); total != 6*4900 || n != 1 {
		t.Fatalf("%d cents in %d invoices", total, n)
	}
	s.h.Clock.Advance(10 * 24 * time.Hour)
	q, err := s.Preview(t.Context(), s.admin(), "growth")
	if err != nil || !q.Change || q.Due <= 0 || len(q.Lines) != 1 || s.stripe.Count("POST /v1/subscriptions") != 0 {
		t.Fatalf("%+v %v", q, err)
	}
	v, err := s.Change(t.Context(), s.admin(), "growth")
	if err != nil || v.Plan.Name != billing.Growth || s.stripe.Quantity(sub) != 26 || v.Order.Kind != billing.NoOrder {
		t.Fatalf("%+v %v", v.Account, err)
	}
	if total, n := s.stripe.Paid(); n != 2 || total-6*4900 != int64(q.Due)/10_000_000 {
		t.Errorf("%d cents in %d invoices, announced %s", total, n, q.Due)
	}
	all, err := s.Invoices(t.Context(), s.admin())
	if err != nil || len(all) != 2 || all[0].Total != q.Due || all[0].State != "paid" || all[1].Number == "" || all[1].Currency != "USD" {
		t.Errorf("%+v %v", all, err)
	}
	s.stripe.Decline(true)
	if _, err := s.Change(t.Context(), s.admin(), "starter"); fault.From(err).Code != "stripe_refused" {
		t.Errorf("a declined card: %v", err)
	}
	if v := s.look(t); v.Plan.Name != billing.Growth || v.Order.Kind != billing.NoOrder {
		t.Errorf("after a declined card: %+v", v.Account)
	}
}

// crashing is a store whose process dies when it is about to write down what came of an order.
type crashing struct {
	*db.BillingStore
	armed bool
}

var errCrash = errors.New("the process died")

// Save implements billing.Store.
func (c *crashing) Save(ctx context.Context, a billing.Account) (bool, error) {
	if c.armed && a.Order.Kind == billing.NoOrder && a.Sequence > 0 {
		return false, errCrash
	}
	return c.BillingStore.Save(ctx, a)
}

func TestACrashBetweenCallAndCommitChargesOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.h.Clock.Advance(20 * 24 * time.Hour)
		sub := s.subscribe(t, billing.Starter)
		s.h.Clock.Advance(10 * 24 * time.Hour)
		q, err := s.Preview(t.Context(), s.admin(), "growth")
		must(t, err)
		dying := s.service(&crashing{db.NewBillingStore(d), true})
		if _, err := dying.Change(t.Context(), s.admin(), "growth"); !errors.Is(err, errCrash) {
			t.Fatalf("it did not die: %v", err)
		}
		if s.stripe.Count("POST /v1/subscriptions/"+sub) != 1 {
			t.Fatal("it died before the call")
		}
		s.h.Clock.Advance(time.Hour) // the next process, a while later
		must(t, s.SyncAll(t.Context()))
		must(t, s.SyncAll(t.Context()))
		v := s.look(t)
		if total, n := s.stripe.Paid(); v.Plan.Name != billing.Growth || v.Order.Kind != billing.NoOrder || n != 2 || total != 6*4900+int64(q.Due)/10_000_000 || s.stripe.Count("POST /v1/subscriptions/"+sub) != 1 {
			t.Errorf("%d cents in %d invoices, %+v", total, n, v.Account)
		}
	})
}

func TestALostAnswerIsAskedForUnderTheSameKey(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	s.stripe.LoseAnswers(1) // the customer's
	page, err := s.Checkout(t.Context(), s.admin(), "starter")
	must(t, err)
	s.stripe.Pay(page.ID)
	s.hear(t)
	if n := s.stripe.Count("POST /v1/customers"); n != 1 {
		t.Errorf("%d customers", n)
	}
	if n := len(s.stripe.Subscriptions("trialing")); n != 1 || s.look(t).State != billing.Active {
		t.Errorf("%d subscriptions", n)
	}
}

func TestAStripeThatIsAwayChangesNothing(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	s.subscribe(t, billing.Starter)
	before := s.look(t).Subscription
	s.stripe.Down(true)
	if _, err := s.Change(t.Context(), s.admin(), "growth"); !fault.Is(err, fault.Upstream) {
		t.Errorf("a change: %v", err)
	}
	if _, err := s.join(t, "while-it-is-away"); err != nil {
		t.Errorf("people are added from what is known: %v", err)
	}
	if got := s.look(t).Subscription; got != before {
		t.Errorf("%+v", got)
	}
	s.stripe.Down(false)
	must(t, s.SyncAll(t.Context())) // finishes what was begun
	if v := s.look(t); v.Plan.Name != billing.Growth || v.Order.Kind != billing.NoOrder {
		t.Errorf("%+v", v.Account)
	}
}

func TestSeatsConverge(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		sub := s.subscribe(t, billing.Starter)
		for _, name := range []string{"a", "b", "c"} {
			if _, err := s.join(t, name); err != nil {
				t.Fatal(err)
			}
		}
		must(t, s.SyncAll(t.Context()))
		if n := s.stripe.Quantity(sub); n != 9 || s.look(t).Subscription.Seats != 9 {
			t.Errorf("%d seats with three more people", n)
		}
		calls := s.stripe.Count("POST")
		must(t, s.SyncAll(t.Context()))
		if s.stripe.Count("POST") != calls {
			t.Error("a second run changed something")
		}
		must(t, s.h.Identity.RemoveMember(t.Context(), s.admin(), s.x.Outsider.ID))
		must(t, s.SyncAll(t.Context()))
		if n := s.stripe.Quantity(sub); n != 9 {
			t.Errorf("%d seats in the period in which somebody left", n)
		}
		s.h.Clock.Set(s.look(t).PeriodEnd)
		s.stripe.Renew(sub)
		s.hear(t)
		must(t, s.SyncAll(t.Context()))
		if n := s.stripe.Quantity(sub); n != 8 || s.look(t).Subscription.Seats != 8 {
			t.Errorf("%d seats in the next period", n)
		}
	})
}

// A price list that changed is for new subscriptions: more seats of a running one cost what its seats do.
func TestARunningSubscriptionKeepsItsPrice(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	sub := s.subscribe(t, billing.Starter)
	running := s.look(t).Subscription
	dearer := billing.Plans[0]
	dearer.PerSeat = 59 * money.Dollar
	more := running.Seats + 3
	end := s.h.Clock.Now().Add(time.Hour)
	// By now the fake's trial is over, so that a change is charged.
	s.h.Clock.Set(s.look(t).PeriodEnd)
	s.stripe.Renew(sub)
	before, err := s.cashier.Preview(t.Context(), s.look(t).Customer, running, dearer, running.Seats, end)
	must(t, err)
	for _, l := range before.Lines {
		if l.Amount != 0 {
			t.Errorf("the same seats of the same plan cost %s more", l.Amount)
		}
	}
	must(t, s.cashier.Change(t.Context(), running, dearer, more, s.h.Clock.Now(), "a-key"))
	if n, unit := s.stripe.Quantity(sub), s.stripe.PerSeat(sub); n != more || unit != 4900 {
		t.Errorf("%d seats at %d cents", n, unit)
	}
	growth := billing.Plans[1]
	must(t, s.cashier.Change(t.Context(), running, growth, growth.MinSeats, s.h.Clock.Now(), "another"))
	if unit := s.stripe.PerSeat(sub); unit != 3900 {
		t.Errorf("another plan's seats cost %d cents", unit)
	}
}

func TestASecondSubscriptionIsCancelledAndCredited(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	page, err := s.Checkout(t.Context(), s.admin(), "starter")
	must(t, err)
	a, _, err := db.NewBillingStore(s.h.DB).Account(t.Context(), s.x.Org.ID)
	must(t, err)
	orphan, err := s.cashier.Checkout(t.Context(), billing.Checkout{Org: s.x.Org.ID, Customer: a.Customer, Plan: billing.Plans[0], Seats: 6, Back: "http://b", Done: "http://b"}, "by hand")
	must(t, err)
	kept, extra := s.stripe.Pay(page.ID), ""
	s.h.Clock.Advance(time.Minute)
	extra = s.stripe.Pay(orphan.ID)
	s.hear(t)
	if v := s.look(t); v.Subscription.ID != kept || len(s.stripe.Subscriptions("canceled")) != 1 || s.stripe.Subscriptions("canceled")[0] != extra {
		t.Errorf("%+v, cancelled %v", v.Subscription, s.stripe.Subscriptions("canceled"))
	}
}

// A payment fails and is not made good for weeks: admins are told on schedule, additions stop after two weeks, and the data plane
// never hears of it.
func TestAPaymentThatFailedForWeeksWarnsOnScheduleAndStopsNoRequest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		made, err := s.h.Keys.Create(t.Context(), s.admin(), key.Input{Name: "app", Team: s.x.Team, Member: s.x.Members[org.Admin].ID})
		must(t, err)
		sub := s.subscribe(t, billing.Starter)
		s.h.Clock.Set(s.look(t).PeriodEnd)
		s.office.Deliver(t)
		s.stripe.Decline(true)
		s.stripe.Renew(sub)
		s.hear(t)
		said := map[int]string{}
		for day := range 40 {
			if day == 20 { // the next invoice fails too, and the first is still the one that counts
				s.stripe.Renew(sub)
				s.hear(t)
			}
			must(t, s.SyncAll(t.Context()))
			for _, m := range s.office.Deliver(t) {
				said[day] += m.Subject
			}
			want := billing.Due
			if day >= 14 {
				want = billing.Restricted
			}
			if v := s.look(t); v.State != want {
				t.Fatalf("day %d: %s", day, v.State)
			}
			if b, err := s.Banner(t.Context(), s.admin()); err != nil || !b.Urgent || !strings.Contains(b.Text, "Requests go on") {
				t.Fatalf("day %d: %+v %v", day, b, err)
			}
			s.h.Refresh(t)
			if _, err := s.h.Desk.Authenticate(made.Secret.Reveal()); err != nil {
				t.Fatalf("day %d: the key is refused: %v", day, err)
			}
			s.h.Clock.Advance(24 * time.Hour)
		}
		for day, subject := range map[int]string{0: "A payment for Acme failed", 3: "A payment for Acme failed", 7: "A payment for Acme failed", 14: "The invoice for Acme is still open", 28: "The invoice for Acme is still open"} {
			if said[day] != subject {
				t.Errorf("day %d: %q", day, said[day])
			}
		}
		if len(said) != 5 {
			t.Errorf("letters on %v", said)
		}
		if _, err := s.join(t, "late"); fault.From(err).Code != billing.LimitCode || !strings.Contains(err.Error(), "pay the open invoice") {
			t.Errorf("adding somebody: %v", err)
		}
		s.stripe.Decline(false)
		s.stripe.Settle(sub)
		s.hear(t)
		if _, err := s.join(t, "in-time"); err != nil || s.look(t).State != billing.Active {
			t.Errorf("once it is paid: %v", err)
		}
	})
}

func TestATrialEndsWithTwoLettersAndNothingStops(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	var said []string
	for range 20 {
		must(t, s.SyncAll(t.Context()))
		for _, m := range s.office.Deliver(t) {
			said = append(said, m.Subject)
		}
		s.h.Clock.Advance(24 * time.Hour)
	}
	if strings.Join(said, ", ") != "The trial of Acme ends soon, The trial of Acme is over" {
		t.Errorf("%q", said)
	}
	s.h.Clock.Advance(100 * 24 * time.Hour) // nobody remembers by then that they were told
	must(t, db.NewNoticeStore(s.h.DB).Sweep(t.Context(), s.h.Clock.Now().Add(-notify.Keep)))
	must(t, s.office.Events.Sweep(t.Context()))
	must(t, s.SyncAll(t.Context()))
	if again := s.office.Deliver(t); len(again) > 0 {
		t.Errorf("told again: %q", again[0].Subject)
	}
	if _, err := s.join(t, "late"); fault.From(err).Code != billing.LimitCode || !strings.Contains(err.Error(), "The trial is over, so no people can be added") {
		t.Errorf("adding somebody: %v", err)
	}
	s.subscribe(t, billing.Starter)
	if _, err := s.join(t, "in-time"); err != nil {
		t.Errorf("with a plan: %v", err)
	}
}

func TestASubscriptionThatIsCancelledRunsToItsEnd(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	sub := s.subscribe(t, billing.Starter)
	s.stripe.CancelAtEnd(sub, true)
	s.hear(t)
	if v := s.look(t); v.State != billing.Ending || !v.EndsAt.Equal(v.PeriodEnd) {
		t.Errorf("%+v", v.Account)
	}
	s.stripe.CancelAtEnd(sub, false)
	s.hear(t)
	if v := s.look(t); v.State != billing.Active {
		t.Errorf("taken back: %s", v.State)
	}
	s.stripe.End(sub)
	s.hear(t)
	if v := s.look(t); v.State != billing.Ended || v.Monthly != 0 {
		t.Errorf("over: %s, %s a month", v.State, v.Monthly)
	}
	if _, err := s.join(t, "late"); fault.From(err).Code != billing.LimitCode {
		t.Errorf("adding somebody: %v", err)
	}
	s.subscribe(t, billing.Growth)
	if v := s.look(t); v.State != billing.Active || v.Plan.Name != billing.Growth {
		t.Errorf("begun again: %+v", v.Account)
	}
}

// Nobody of a deleted organization gets to the portal any more, while Stripe would go on charging.
func TestAnOrganizationThatPaysIsNotDeletedBeforeItCancelled(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	deletable := func(what string, want bool) {
		t.Helper()
		if err := s.MayDelete(t.Context(), s.admin().Org); (err == nil) != want || !want && fault.From(err).Code != "subscribed" {
			t.Errorf("%s: %v", what, err)
		}
	}
	deletable("in its trial", true)
	sub := s.subscribe(t, billing.Starter)
	deletable("paying", false)
	s.stripe.CancelAtEnd(sub, true)
	s.hear(t)
	deletable("cancelled for the end of the period", true)
	s.stripe.CancelAtEnd(sub, false)
	s.hear(t)
	deletable("taken back", false)
	s.stripe.End(sub)
	s.hear(t)
	deletable("over", true)
}

func TestForgedOldAndEmptySecretEventsAreRefused(t *testing.T) {
	t.Parallel()
	c := stripe.New(stripe.Config{Key: secret.New("sk_test_x"), Webhook: secret.New(stripetest.Secret)})
	open := stripe.New(stripe.Config{Key: secret.New("sk_test_x")})
	body := []byte(`{"id":"evt_1","object":"event","type":"customer.subscription.updated","created":1,"api_version":"2023-10-16","data":{"object":{"object":"subscription","customer":"cus_1"}}}`)
	now := clock.System{}.Now()
	if e, err := c.Verify(body, stripetest.Sign(body, stripetest.Secret, now)); err != nil || e.ID != "evt_1" || e.Customer != "cus_1" {
		t.Fatalf("a good one: %+v %v", e, err)
	}
	for name, err := range map[string]error{
		"no signature":         second(c.Verify(body, "")),
		"nonsense":             second(c.Verify(body, "t=1,v1=00")),
		"another secret":       second(c.Verify(body, stripetest.Sign(body, "whsec_other", now))),
		"an empty secret":      second(c.Verify(body, stripetest.Sign(body, "", now))),
		"six minutes old":      second(c.Verify(body, stripetest.Sign(body, stripetest.Secret, now.Add(-6*time.Minute)))),
		"another body":         second(c.Verify(append(body, ' '), stripetest.Sign(body, stripetest.Secret, now))),
		"no secret configured": second(open.Verify(body, stripetest.Sign(body, "", now))),
	} {
		if err == nil {
			t.Errorf("%s was believed", name)
		}
	}
}

func second(_ billing.Event, err error) error { return err }

func TestEventsOfStrangersAndOfNobodyChangeNothing(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	s.subscribe(t, billing.Starter)
	before := s.look(t).Account
	must(t, s.Hear(t.Context(), billing.Event{ID: "evt_x", Customer: "cus_stranger"}))
	must(t, s.Hear(t.Context(), billing.Event{ID: "evt_y"}))
	if got := s.look(t).Account; got != before {
		t.Errorf("%+v", got)
	}
}

// All orders in which six events can come, each delivered twice and once more at the end, some long before the next thing happens at
// Stripe and some long after: one state, and each event written down once.
func TestAllOrdersOfSixEventsTwiceAndLateGiveOneState(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	n, want := 0, billing.Subscription{}
	permute([]int{0, 1, 2, 3, 4, 5}, 0, func(order []int) {
		got := s.story(t, order)
		got.ID, got.Item = "", "" // each has its own
		if n++; n == 1 {
			want = got
		}
		if got != want {
			t.Fatalf("in the order %v: %+v, want %+v", order, got, want)
		}
	})
	if n != 720 || want.Status != billing.Live || want.Plan != billing.Growth || want.Seats != 26 || !want.DueSince.IsZero() {
		t.Fatalf("%d orders lead to %+v", n, want)
	}
}

// story is an organization's first two months, with its events delivered in an order: a checkout is paid (0, 1), the renewal fails
// (2, 3) and is paid after all (4, 5). Before an event is delivered, Stripe has come as far as that event and no further, unless a
// later one was delivered already.
func (s *shop) story(t *testing.T, order []int) billing.Subscription {
	t.Helper()
	ctx := t.Context()
	s.h.Clock.Set(time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC))
	o := org.Organization{ID: id.NewOrg(s.h.IDs), Name: "P", Zone: "UTC", CreatedAt: s.h.Clock.Now()}
	o.Slug = "p" + o.ID.UUID()
	must(t, db.NewOrgStore(s.h.DB).AddOrganization(ctx, o))
	page, err := s.Checkout(ctx, org.System(o.ID, "test"), "growth")
	must(t, err)
	var events []stripetest.Event
	sub := ""
	acts := []func(){
		func() { sub = s.stripe.Pay(page.ID) },
		func() {
			s.h.Clock.Set(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC))
			s.stripe.Decline(true)
			s.stripe.Renew(sub)
		},
		func() { s.stripe.Decline(false); s.stripe.Settle(sub) },
	}
	done := 0
	for _, i := range order {
		for ; len(events) <= i; done++ {
			acts[done]()
			events = append(events, s.stripe.Events()...)
		}
		must(t, s.deliver(t, events[i]))
		must(t, s.deliver(t, events[i]))
	}
	for _, e := range events {
		must(t, s.deliver(t, e))
	}
	if len(events) != 6 {
		t.Fatalf("%d events", len(events))
	}
	a, _, err := db.NewBillingStore(s.h.DB).Account(ctx, o.ID)
	must(t, err)
	return a.Subscription
}

func permute(all []int, from int, do func([]int)) {
	if from == len(all) {
		do(all)
		return
	}
	for i := from; i < len(all); i++ {
		all[from], all[i] = all[i], all[from]
		permute(all, from+1, do)
		all[from], all[i] = all[i], all[from]
	}
}

// Events that come at once may read Stripe before and after a change: the older reading never stays.
func TestEventsAtOnceLeaveTheNewestState(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		sub := s.subscribe(t, billing.Starter)
		for on := range 8 {
			s.stripe.CancelAtEnd(sub, on%2 == 0)
		}
		var all sync.WaitGroup
		for i, e := range s.stripe.Events() {
			all.Go(func() {
				if i == 4 {
					s.stripe.CancelAtEnd(sub, true)
				}
				for range 3 { // as Stripe does where it was not taken
					if s.deliver(t, e) == nil {
						return
					}
				}
			})
		}
		all.Wait()
		s.hear(t)
		if v := s.look(t); v.State != billing.Ending {
			t.Errorf("%+v", v.Account)
		}
	})
}

// overtaken is a Stripe whose answer is on its way for long enough that the next event is dealt with first.
type overtaken struct {
	billing.Cashier
	meanwhile func()
}

// Subscriptions implements billing.Cashier.
func (o *overtaken) Subscriptions(ctx context.Context, customer string) ([]billing.Found, error) {
	old, err := o.Cashier.Subscriptions(ctx, customer)
	if next := o.meanwhile; next != nil {
		o.meanwhile = nil
		next()
	}
	return old, err
}

func TestAnAnswerThatWasOvertakenIsReadAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		sub := s.subscribe(t, billing.Starter)
		s.stripe.CancelAtEnd(sub, false)
		first := s.stripe.Events()
		s.Cashier = &overtaken{s.cashier, func() {
			s.stripe.CancelAtEnd(sub, true)
			s.hear(t)
		}}
		must(t, s.deliver(t, first[0]))
		if v := s.look(t); v.State != billing.Ending {
			t.Errorf("the older answer stayed: %+v", v.Account)
		}
	})
}

package billing_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/mail/mailtest"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/billing"
	"github.com/bodhi-gateway/bodhi/billing/stripe"
	"github.com/bodhi-gateway/bodhi/billing/stripe/stripetest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// shop is an organization of six people, and a Stripe.
type shop struct {
	*billing.Service
	h       *webtest.House
	x       webtest.Tenant
	stripe  *stripetest.Server
	cashier *stripe.Cashier
	office  *mailtest.Office
}

func open(t *testing.T, d *db.DB) *shop {
	t.Helper()
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	h.Clock.Set(time.Date(2026, 11, 10, 12, 0, 0, 0, time.UTC))
	s := &shop{h: h, stripe: stripetest.New(t, h.Clock.Now)}
	s.cashier = stripe.New(stripe.Config{Key: secret.New("sk_test_x"), Webhook: secret.New(stripetest.Secret), Base: s.stripe.URL, Transport: http.DefaultTransport})
	s.office = mailtest.New(t, d, h.Clock, h.IDs, h.Master)
	s.Service = s.service(db.NewBillingStore(d))
	s.office.Events.Own[notify.Billed] = s.Write
	h.Identity.Seats = s.Service
	s.x = h.Found(t, "Acme")
	return s
}

func (s *shop) service(store billing.Store) *billing.Service {
	return billing.New(billing.Parts{Store: store, Orgs: db.NewOrgStore(s.h.DB), Cashier: s.cashier, Tx: s.h.DB, Audit: s.h.Audit, Inbox: s.office.Inbox,
		Clock: s.h.Clock, Log: slog.New(slog.DiscardHandler), PublicURL: "http://127.0.0.1:8080"})
}

func (s *shop) admin() org.Actor { return s.x.Actor(org.Admin) }

func (s *shop) look(t *testing.T) billing.Overview {
	t.Helper()
	v, err := s.Overview(t.Context(), s.admin())
	must(t, err)
	return v
}

// subscribe begins a subscription and hears of it.
func (s *shop) subscribe(t *testing.T, plan billing.Name) string {
	t.Helper()
	page, err := s.Checkout(t.Context(), s.admin(), string(plan))
	must(t, err)
	sub := s.stripe.Pay(page.ID)
	s.hear(t)
	return sub
}

// hear delivers what Stripe has to say.
func (s *shop) hear(t *testing.T) {
	t.Helper()
	for _, e := range s.stripe.Events() {
		must(t, s.deliver(t, e))
	}
}

// deliver sends one event as Stripe does: signed, over the same check. The signature's age is the machine's clock's.
func (s *shop) deliver(t *testing.T, e stripetest.Event) error {
	t.Helper()
	event, err := s.cashier.Verify(e.Body, stripetest.Sign(e.Body, stripetest.Secret, clock.System{}.Now()))
	must(t, err)
	return s.Hear(t.Context(), event)
}

func (s *shop) join(t *testing.T, name string) (org.Member, error) {
	t.Helper()
	return s.h.Identity.AddMember(t.Context(), s.admin(), identity.NewMember{Name: name, Email: name + "@acme.test", Role: org.Developer, Teams: []id.Team{s.x.Team}})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestThePriceListIsTheOnePromised(t *testing.T) {
	t.Parallel()
	for i, want := range []billing.Plan{
		{Name: "starter", PerSeat: 49 * money.Dollar, MinSeats: 5, MaxSeats: 25, Providers: 3},
		{Name: "growth", PerSeat: 39 * money.Dollar, MinSeats: 26, MaxSeats: 100, Providers: 5},
		{Name: "scale", PerSeat: 29 * money.Dollar, MinSeats: 101, MaxSeats: 500, Providers: 0},
	} {
		got := billing.Plans[i]
		got.Title, got.Support = "", ""
		if got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	starter, growth := billing.Plans[0], billing.Plans[1]
	for plan, people := range map[*billing.Plan]map[int64]money.USD{&starter: {0: 245, 5: 245, 6: 294, 25: 1225}, &growth: {6: 1014, 27: 1053}} {
		for n, dollars := range people {
			if got, err := plan.Monthly(n); err != nil || got != dollars*money.Dollar {
				t.Errorf("%s for %d people: %s %v", plan.Name, n, got, err)
			}
		}
	}
}

func TestSeatsArePeopleWhoWereActiveInThePeriod(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		s.Cashier = nil // whether it is paid or not: no trial ends below
		count := func(name string, seats, active int64) {
			t.Helper()
			v := s.look(t)
			people, err := s.Seats(t.Context(), s.admin())
			must(t, err)
			if v.Usage.Seats != seats || v.Usage.Active != active || int64(len(people)) != seats {
				t.Errorf("%s: %d seats, %d active, %d listed", name, v.Usage.Seats, v.Usage.Active, len(people))
			}
		}
		count("everybody", 6, 6)
		must(t, s.h.Identity.RemoveMember(t.Context(), s.admin(), s.x.Members[org.Viewer].ID))
		must(t, s.h.Identity.DisableMember(t.Context(), s.admin(), s.x.Outsider.ID))
		count("two left", 6, 4)
		if _, err := s.join(t, "viewer"); err != nil {
			t.Fatal(err)
		}
		count("one came back under the same address", 6, 5)
		s.h.Clock.Set(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
		count("in the next period", 5, 5)
		s.h.Clock.Set(time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC))
		must(t, s.h.Identity.EnableMember(t.Context(), s.x.Actor(org.Admin), s.x.Outsider.ID))
		count("with one let in again", 6, 6)
	})
}

func TestAPlanRefusesWhatItHasNoRoomForAndSaysWhatToDo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		for n := range billing.TrialSeats - 6 {
			if _, err := s.join(t, fmt.Sprintf("p%d", n)); err != nil {
				t.Fatal(err)
			}
		}
		_, err := s.join(t, "one-more")
		f := fault.From(err)
		if f.Kind != fault.Conflict || f.Code != billing.LimitCode || !strings.Contains(f.Public, "room for 25 people, and 25 are there") || !strings.Contains(f.Public, "choose a plan under Billing") {
			t.Fatalf("the 26th: %v", err)
		}
		if v := s.look(t); v.Usage.Active != 25 {
			t.Errorf("it was added all the same: %d", v.Usage.Active)
		}
		_, err = s.h.Identity.Join(t.Context(), org.Actor{}, identity.Newcomer{Org: s.x.Org.ID, Email: "sso@acme.test", Name: "By SSO", Roles: []org.Assignment{{Role: org.Viewer, At: org.OfTeam(s.x.Org.ID, s.x.Team)}}, Issuer: "https://idp.test", Subject: "1"})
		if fault.From(err).Code != billing.LimitCode {
			t.Errorf("by single sign-on: %v", err)
		}
		must(t, s.h.Identity.DisableMember(t.Context(), s.admin(), s.x.Outsider.ID))
		if _, err := s.join(t, "in-their-place"); err != nil {
			t.Errorf("in the place of one who left: %v", err)
		}
		if err := s.h.Identity.EnableMember(t.Context(), s.admin(), s.x.Outsider.ID); fault.From(err).Code != billing.LimitCode {
			t.Errorf("let in again: %v", err)
		}
	})
}

// Both sides add the last one in the same moment, by doors that do not know of each other: one of them is told that it is full.
func TestTheLastSeatIsGivenOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := open(t, d)
		for n := range billing.TrialSeats - 7 {
			if _, err := s.join(t, fmt.Sprintf("p%d", n)); err != nil {
				t.Fatal(err)
			}
		}
		doors := []func() error{
			func() error { _, err := s.join(t, "by-hand"); return err },
			func() error {
				_, err := s.h.Identity.Join(t.Context(), org.Actor{}, identity.Newcomer{Org: s.x.Org.ID, Email: "sso@acme.test", Name: "By SSO", Roles: []org.Assignment{{Role: org.Viewer, At: org.OfTeam(s.x.Org.ID, s.x.Team)}}, Issuer: "https://idp.test", Subject: "1"})
				return err
			},
		}
		together := make(chan struct{})
		said := make(chan error, len(doors))
		for _, door := range doors {
			go func() { <-together; said <- door() }()
		}
		close(together)
		in := 0
		for range doors {
			switch err := <-said; {
			case err == nil:
				in++
			case fault.From(err).Code != billing.LimitCode:
				t.Errorf("the other one: %v", err)
			}
		}
		if v := s.look(t); in != 1 || v.Usage.Active != billing.TrialSeats {
			t.Errorf("%d came in, %d are active", in, v.Usage.Active)
		}
	})
}

func TestConnectionsAreCountedWithoutSandboxes(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	s.subscribe(t, billing.Starter)
	store := db.NewConnectionStore(s.h.DB)
	add := func(kind provider.Kind, n int) error {
		return s.h.DB.Do(t.Context(), func(ctx context.Context) error {
			r := provider.ConnectionRecord{ID: id.NewConnection(s.h.IDs), Org: s.x.Org.ID, Name: fmt.Sprintf("%s-%d", kind, n), Kind: kind, BaseURL: "https://x.test/v1", Version: 1, CreatedAt: s.h.Clock.Now(), UpdatedAt: s.h.Clock.Now()}
			if err := store.Insert(ctx, r); err != nil {
				return err
			}
			return s.RoomForConnection(ctx, s.x.Org.ID)
		})
	}
	for n := range 3 {
		must(t, add(provider.OpenAI, n))
	}
	must(t, add(provider.Sandbox, 1))
	err := add(provider.OpenAI, 4)
	if f := fault.From(err); f.Code != billing.LimitCode || !strings.Contains(f.Public, "Starter has room for 3 provider connections, and 3 are there") || !strings.Contains(f.Public, "change to Growth") {
		t.Errorf("the fourth: %v", err)
	}
}

func TestWithoutStripeEverythingIsOn(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	s.Cashier = nil
	if v := s.look(t); v.State != billing.Off || v.Limits != (billing.Limits{}) || v.Usage.Active != 6 {
		t.Errorf("%+v", v)
	}
	s.h.Clock.Advance(365 * 24 * time.Hour)
	for n := range 30 {
		if _, err := s.join(t, fmt.Sprintf("p%d", n)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Checkout(t.Context(), s.admin(), "growth")
	if fault.From(err).Code != "billing_off" {
		t.Errorf("a checkout: %v", err)
	}
	if b, err := s.Banner(t.Context(), s.admin()); err != nil || b != (billing.Banner{}) {
		t.Errorf("%+v %v", b, err)
	}
	must(t, s.SyncAll(t.Context()))
}

func TestTheBannerNamesADayOfTheOrganizationsZone(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	home, err := s.h.Identity.Organization(t.Context(), s.admin())
	must(t, err)
	s.look(t)
	s.h.Clock.Advance(12 * 24 * time.Hour)
	for zone, day := range map[string]string{"Pacific/Kiritimati": "Wed 25 Nov 2026", "America/Los_Angeles": "Tue 24 Nov 2026"} {
		_, err := s.h.Identity.SetOrganization(t.Context(), s.admin(), identity.Settings{Name: home.Name, Slug: home.Slug, Zone: zone})
		must(t, err)
		if b, err := s.Banner(t.Context(), s.admin()); err != nil || !strings.Contains(b.Text, "The trial ends on "+day+".") {
			t.Errorf("%s: %+v %v", zone, b, err)
		}
	}
}

func TestOnlyAdminsSeeAndChangeWhatIsPaid(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	for _, r := range org.Roles[1:] {
		_, err := s.Overview(t.Context(), s.x.Actor(r))
		_, err2 := s.Checkout(t.Context(), s.x.Actor(r), "growth")
		_, err3 := s.Change(t.Context(), s.x.Actor(r), "growth")
		_, err4 := s.Portal(t.Context(), s.x.Actor(r))
		_, err5 := s.Invoices(t.Context(), s.x.Actor(r))
		_, err6 := s.Seats(t.Context(), s.x.Actor(r))
		_, err7 := s.TaxNumbers(t.Context(), s.x.Actor(r))
		for i, err := range []error{err, err2, err3, err4, err5, err6, err7, s.Look(t.Context(), s.x.Actor(r))} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s, %d: %v", r, i, err)
			}
		}
	}
}

// fails answers nothing to one call, as a Stripe that goes away in between.
type fails struct {
	call string
	on   bool
}

func (f *fails) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.on && r.Method+" "+r.URL.Path == f.call {
		return nil, errors.New("nobody answers")
	}
	return http.DefaultTransport.RoundTrip(r)
}

func TestAPageThatWasClosedIsOfferedToNobody(t *testing.T) {
	t.Parallel()
	s := open(t, dbtest.SQLite(t))
	way := &fails{call: "POST /v1/checkout/sessions"}
	s.cashier = stripe.New(stripe.Config{Key: secret.New("sk_test_x"), Webhook: secret.New(stripetest.Secret), Base: s.stripe.URL, Transport: way})
	s.Service = s.service(db.NewBillingStore(s.h.DB))
	first, err := s.Checkout(t.Context(), s.admin(), "growth")
	must(t, err)
	way.on = true
	if _, err := s.Checkout(t.Context(), s.admin(), "scale"); !fault.Is(err, fault.Upstream) {
		t.Errorf("another plan while Stripe is away: %v", err)
	}
	if v := s.look(t); v.Session.Open(s.h.Clock.Now()) {
		t.Errorf("a page that Stripe closed is open here: %+v", v.Session)
	}
	way.on = false
	if again, err := s.Checkout(t.Context(), s.admin(), "growth"); err != nil || again.ID == first.ID {
		t.Errorf("the first plan again: %+v, %v", again, err)
	}
}

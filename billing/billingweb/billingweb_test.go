package billingweb_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/billing"
	"github.com/bodhi-gateway/bodhi/billing/billingweb"
	"github.com/bodhi-gateway/bodhi/billing/stripe"
	"github.com/bodhi-gateway/bodhi/billing/stripe/stripetest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type shop struct {
	*billing.Service
	h      *webtest.House
	x      webtest.Tenant
	stripe *stripetest.Server
	site   http.Handler
}

func open(t *testing.T) *shop {
	t.Helper()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	h.Passwordless = true
	s := &shop{h: h, stripe: stripetest.New(t, h.Clock.Now)}
	cashier := stripe.New(stripe.Config{Key: secret.New("sk_test_x"), Webhook: secret.New(stripetest.Secret), Base: s.stripe.URL, Transport: http.DefaultTransport})
	s.Service = billing.New(billing.Parts{Store: db.NewBillingStore(h.DB), Orgs: db.NewOrgStore(h.DB), Cashier: cashier, Tx: h.DB, Audit: h.Audit, Clock: h.Clock, Log: slog.New(slog.DiscardHandler), PublicURL: webtest.PublicURL})
	s.x = h.Found(t, "Acme")
	s.site = h.Serve(t, append(billingweb.New(s.Service, cashier.Verify).Routes(), webtest.Enter()))
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnAdminChoosesAPlanAndIsLedToStripe(t *testing.T) {
	t.Parallel()
	s := open(t)
	b := webtest.As(t, s.site, s.x.Members[org.Admin])
	if p := b.Get("/billing"); p.Status != 200 || !p.Has("Trial", "6 of 25 people are active", "$294.00 a month for 6 seats", "$1,014.00 a month for 26 seats", "/billing/plan?plan=starter", "No invoices yet") {
		t.Fatalf("%d %s", p.Status, p.Body)
	}
	if p := b.Get("/billing/plan?plan=growth"); !p.Has("6 people", "26 seats", "$1,014.00, before tax", "when the trial ends", "Growth has at least 26 seats", "Go to checkout") || s.stripe.Count("POST") != 0 {
		t.Errorf("the price: %d %s", p.Status, p.Body)
	}
	if p := b.Get("/billing/plan?plan=gold"); p.Status != 422 || !p.Has("Choose a plan: starter, growth or scale.") {
		t.Errorf("no plan: %d", p.Status)
	}
	if p := b.Post("/billing/checkout", url.Values{"plan": {"growth"}}); p.Status != 303 || p.Location != "/billing/checkout" {
		t.Fatalf("%d %s", p.Status, p.Location)
	}
	page := b.Get("/billing/checkout")
	if !page.Has("Pay at Stripe", s.stripe.URL+"/pay/cs_", "26 seats, $1,014.00 a month") {
		t.Fatalf("%s", page.Body)
	}
	_, rest, _ := strings.Cut(page.Body, s.stripe.URL+"/pay/")
	session, _, _ := strings.Cut(rest, `"`)
	s.stripe.Pay(session)
	if p := b.Get("/billing/done"); p.Status != 303 || p.Location != "/billing" {
		t.Errorf("%d %s", p.Status, p.Location)
	}
	if p := b.Get("/billing"); !p.Has("Active", "Growth", "$1,014.00 for 26 seats", "Cards, tax number, cancelling") || p.Has("A checkout is open") {
		t.Errorf("%s", p.Body)
	}
	if p := b.Get("/billing/portal"); p.Status != 303 || !strings.HasPrefix(p.Location, s.stripe.URL+"/portal/cus_") {
		t.Errorf("%d %s", p.Status, p.Location)
	}
	if p := b.Get("/billing/checkout"); p.Location != "/billing" {
		t.Errorf("a checkout that is done: %d", p.Status)
	}
	if p := b.Post("/billing/plan", url.Values{"plan": {"starter"}}); p.Status != 303 || s.stripe.Quantity(s.stripe.Subscriptions("trialing")[0]) != 6 {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := b.Get("/billing"); p.Has("Tax number</") {
		t.Error("a tax number that nobody entered")
	}
	s.stripe.TaxNumber(s.stripe.Subscriptions("trialing")[0], "DE", "DE123456789", "verified")
	s.stripe.TaxNumber(s.stripe.Subscriptions("trialing")[0], "FR", "FRXX000000000", "unverified")
	if p := b.Get("/billing"); !p.Has("DE123456789 (verified)", "FRXX000000000 (the register does not know it") {
		t.Errorf("tax numbers: %s", p.Body)
	}
	s.stripe.Down(true)
	if p := b.Get("/billing"); p.Status != 200 || !p.Has("Stripe does not answer", "Starter") {
		t.Errorf("without Stripe: %d", p.Status)
	}
}

func TestSeatsAreListedWithWhoLeft(t *testing.T) {
	t.Parallel()
	s := open(t)
	must(t, s.h.Identity.RemoveMember(t.Context(), s.x.Actor(org.Admin), s.x.Outsider.ID))
	b := webtest.As(t, s.site, s.x.Members[org.Admin])
	if p := b.Get("/billing/seats"); !p.Has("Member outsider", "Left", "Member lead", "Active") {
		t.Errorf("%s", p.Body)
	}
	if p := b.Get("/billing"); !p.Has("5 of 25 people are active", "6 people count") {
		t.Errorf("%s", p.Body)
	}
}

func TestWithoutStripeThePageSaysThatEverythingIsOn(t *testing.T) {
	t.Parallel()
	s := open(t)
	s.Cashier = nil
	b := webtest.As(t, s.site, s.x.Members[org.Admin])
	if p := b.Get("/billing"); !p.Has("Everything on", "This installation does not bill", "6 people are active") || p.Has("Choose ", "Invoices") {
		t.Errorf("%s", p.Body)
	}
	if p := b.Post("/billing/checkout", url.Values{"plan": {"growth"}}); p.Status != 422 || !p.Has("does not bill") {
		t.Errorf("%d", p.Status)
	}
}

func TestTheAPIOfBilling(t *testing.T) {
	t.Parallel()
	s := open(t)
	c := s.h.Program(t, s.site, s.x, org.Admin)
	if p := c.Get("/api/v1/billing"); !p.Has(`"state":"trial"`, `"seats":6`, `"max_people":25`, `"monthly_usd":"0"`) {
		t.Errorf("%s", p.Body)
	}
	if p := c.Get("/api/v1/billing/plans"); !p.Has(`"name":"scale","per_seat_usd":"29","min_seats":101,"max_people":500,"max_connections":0`) {
		t.Errorf("%s", p.Body)
	}
	if p := c.Get("/api/v1/billing/preview?plan=starter"); !p.Has(`"people":6`, `"monthly_usd":"294"`, `"change":false`) {
		t.Errorf("%s", p.Body)
	}
	p := c.JSON(http.MethodPost, "/api/v1/billing/checkout", `{"plan":"starter"}`)
	if p.Status != 200 || !p.Has(s.stripe.URL+"/pay/") {
		t.Fatalf("%d %s", p.Status, p.Body)
	}
	_, rest, _ := strings.Cut(p.Body, "/pay/")
	session, _, _ := strings.Cut(rest, `"`)
	sub := s.stripe.Pay(session)
	must(t, s.Look(t.Context(), s.x.Actor(org.Admin)))
	if p := c.JSON(http.MethodPut, "/api/v1/billing/plan", `{"plan":"growth"}`); p.Status != 200 || !p.Has(`"plan":"growth"`, `"paid_seats":26`, `"state":"active"`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := c.JSON(http.MethodPost, "/api/v1/billing/portal", `{}`); !p.Has("/portal/cus_") {
		t.Errorf("%s", p.Body)
	}
	if p := c.Get("/api/v1/billing/seats?limit=2"); !p.Has(`"has_more":true`) {
		t.Errorf("%s", p.Body)
	}
	if p := c.Get("/api/v1/billing/invoices"); !p.Has(`"data":[]`) {
		t.Errorf("%s", p.Body)
	}
	if p := s.h.Program(t, s.site, s.x, org.Manager).Get("/api/v1/billing"); p.Status != 403 {
		t.Errorf("a manager: %d", p.Status)
	}
	s.stripe.End(sub)
	must(t, s.Look(t.Context(), s.x.Actor(org.Admin)))
	if p := c.Get("/api/v1/billing"); !p.Has(`"state":"ended"`, `"plan":"growth"`, `"paid_seats":0`, `"monthly_usd":"0"`) {
		t.Errorf("what is over costs something: %s", p.Body)
	}
	if p := webtest.As(t, s.site, s.x.Members[org.Admin]).Get("/billing"); !p.Has("The subscription has ended") || p.Has("A month", "a seat and month") {
		t.Errorf("what is over costs something: %d\n%s", p.Status, p.Body)
	}
}

// send posts a webhook.
func (s *shop) send(body []byte, signature string, length int64) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, billingweb.WebhookPath, bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	if signature != "" {
		r.Header.Set("Stripe-Signature", signature)
	}
	r.ContentLength = length
	w := httptest.NewRecorder()
	s.site.ServeHTTP(w, r)
	return w
}

func TestWebhooksAreBelievedOnlyWithAFreshSignature(t *testing.T) {
	t.Parallel()
	s := open(t)
	page, err := s.Checkout(t.Context(), s.x.Actor(org.Admin), "starter")
	must(t, err)
	s.stripe.Pay(page.ID)
	e := s.stripe.Events()[0]
	now := clock.System{}.Now()
	for name, signature := range map[string]string{"none": "", "another secret": stripetest.Sign(e.Body, "whsec_other", now), "an empty secret": stripetest.Sign(e.Body, "", now),
		"an old one": stripetest.Sign(e.Body, stripetest.Secret, now.Add(-6*time.Minute))} {
		if w := s.send(e.Body, signature, int64(len(e.Body))); w.Code != 400 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if v, err := s.Overview(t.Context(), s.x.Actor(org.Admin)); err != nil || v.State != billing.Trial {
		t.Fatalf("something was believed: %s %v", v.State, err)
	}
	for range 2 {
		if w := s.send(e.Body, stripetest.Sign(e.Body, stripetest.Secret, now), int64(len(e.Body))); w.Code != 204 {
			t.Errorf("a good one: %d %s", w.Code, w.Body)
		}
	}
	if v, err := s.Overview(t.Context(), s.x.Actor(org.Admin)); err != nil || v.State != billing.Active {
		t.Errorf("%s %v", v.State, err)
	}
	s.stripe.Down(true)
	late := []byte(strings.Replace(string(e.Body), "evt_", "evt_late_", 1))
	if w := s.send(late, stripetest.Sign(late, stripetest.Secret, now), int64(len(late))); w.Code != 502 {
		t.Errorf("while Stripe is away: %d, so it would not be sent again", w.Code)
	}
}

func TestAWebhookOfMoreThanHalfAMegabyteIsNotRead(t *testing.T) {
	t.Parallel()
	s := open(t)
	big := bytes.Repeat([]byte(" "), 512<<10+1)
	now := clock.System{}.Now()
	signature := stripetest.Sign(big, stripetest.Secret, now)
	for name, length := range map[string]int64{"with its length": int64(len(big)), "in chunks": -1} {
		if w := s.send(big, signature, length); w.Code != 413 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	if w := s.send(nil, signature, 600<<10); w.Code != 413 {
		t.Errorf("by what it says alone: %d", w.Code)
	}
}

func TestVisitorsSeeWhatItIsAndWhatItCosts(t *testing.T) {
	t.Parallel()
	s := open(t)
	trial := billing.Trials{Days: 7, Seats: 3}
	e := echo.New()
	home := web.Route{Method: http.MethodGet, Path: "/", Name: "report.home", Guard: web.Person, Floor: org.Viewer, Handle: func(c *web.Context) error { return c.NoContent(http.StatusTeapot) }}
	must(t, web.Mount(e, []web.Route{home, webtest.Enter()}, web.Deps{PublicURL: webtest.PublicURL, Sessions: db.NewSessionStore(s.h.DB), People: s.h.Identity, Clock: s.h.Clock, IDs: s.h.IDs,
		Log: slog.New(slog.DiscardHandler), Front: billingweb.Front(s.On, func() billing.Trials { return trial })}))
	get := func() *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		e.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
		return w
	}
	for _, want := range []string{"$49", "$39", "$29", "5–25 people", "from $245.00 a month", "/sign-up", "/log-in", "/docs", "/terms", "/privacy", "7 days free for up to 3 people"} {
		if w := get(); w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%d without %q", w.Code, want)
		}
	}
	trial = billing.Trials{Days: 1, Seats: 1}
	if w := get(); !strings.Contains(w.Body.String(), "1 day free for 1 person. No card.") {
		t.Error("a trial of a day is said in the plural")
	}
	if p := webtest.As(t, e, s.x.Members[org.Viewer]).Get("/"); p.Status != http.StatusTeapot {
		t.Errorf("a member: %d", p.Status)
	}
	s.Cashier = nil
	if w := get(); !strings.Contains(w.Body.String(), "This installation does not bill") || strings.Contains(w.Body.String(), "Try Starter free") {
		t.Error("without Stripe it sells something")
	}
}

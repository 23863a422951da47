package operatorweb_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/operator/operatorweb"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func console(t *testing.T, d *db.DB) (*webtest.House, *operator.Service) {
	t.Helper()
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	return h, operator.New(operator.Parts{Store: db.NewOperatorStore(d), Support: db.NewSupportStore(d), Orgs: h.Identity, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)})
}

var from = operator.Who{IP: "10.0.0.1", Agent: "test"}

// TestLinksAndSessionsEndByTheClock follows the injected clock: 15 minutes, half an hour of rest, twelve hours in all.
func TestLinksAndSessionsEndByTheClock(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, s := console(t, d)
		ctx := t.Context()
		invite := func() secret.String {
			text, err := s.Invite(ctx, "Olga")
			if err != nil {
				t.Fatal(err)
			}
			return text
		}
		if _, err := s.Invite(ctx, " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("a link for nobody: %v", err)
		}
		late := invite()
		h.Clock.Advance(operator.LinkLife)
		if _, err := s.Enter(ctx, from, late); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a link after 15 minutes: %v", err)
		}
		cookie, err := s.Enter(ctx, from, invite())
		if err != nil {
			t.Fatal(err)
		}
		in := func() error { _, err := s.Operator(ctx, from, cookie); return err }
		for range 11 * 3 { // used every twenty minutes, for eleven hours
			h.Clock.Advance(20 * time.Minute)
			if err := in(); err != nil {
				t.Fatalf("in use: %v", err)
			}
		}
		h.Clock.Advance(time.Hour - 25*time.Minute*2)
		if err := in(); err != nil {
			t.Errorf("after a rest of ten minutes: %v", err)
		}
		h.Clock.Advance(25 * time.Minute)
		if err := in(); err != nil {
			t.Errorf("after a rest of 25 minutes: %v", err)
		}
		h.Clock.Advance(25 * time.Minute)
		if err := in(); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("after twelve hours in use: %v", err)
		}
		if cookie, err = s.Enter(ctx, from, invite()); err != nil {
			t.Fatal(err)
		}
		h.Clock.Advance(operator.IdleLife)
		if err := in(); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("after half an hour of rest: %v", err)
		}
	})
}

// TestNothingIsDoneForNobody asks every method as the zero operator.
func TestNothingIsDoneForNobody(t *testing.T) {
	t.Parallel()
	h, s := console(t, dbtest.SQLite(t))
	acme := h.Found(t, "Acme").Org.ID
	ctx, nobody := t.Context(), operator.Who{Name: "Olga"}
	for name, do := range map[string]func() error{
		"list":     func() error { _, err := s.Tenants(ctx, nobody, operator.Query{Limit: 1}); return err },
		"one":      func() error { _, err := s.Tenant(ctx, nobody, acme); return err },
		"suspend":  func() error { return s.Suspend(ctx, nobody, acme, "x") },
		"resume":   func() error { return s.Resume(ctx, nobody, acme) },
		"delete":   func() error { return s.Delete(ctx, nobody, acme, "Acme") },
		"settings": func() error { _, err := s.Settings(ctx, nobody); return err },
		"set":      func() error { return s.Set(ctx, nobody, operator.Settings{}) },
		"backups":  func() error { _, err := s.Backups(ctx, nobody, 1); return err },
		"nodes":    func() error { _, err := s.Nodes(ctx, nobody); return err },
		"queue":    func() error { _, err := s.Queue(ctx, nobody); return err },
		"entries":  func() error { _, err := s.Entries(ctx, nobody, acme, id.Audit{}, 1); return err },
		"access":   func() error { _, err := s.Access(ctx, nobody, acme); return err },
		"look":     func() error { return s.Look(ctx, nobody, acme, "/costs") },
		"leave":    func() error { return s.Leave(ctx, nobody) },
	} {
		if err := do(); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSupportEndsByTheClock lets support in for an hour.
func TestSupportEndsByTheClock(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, s := console(t, d)
		acme := h.Found(t, "Acme")
		ctx, admin, olga := t.Context(), acme.Actor(org.Admin), operator.Who{Session: id.NewSession(h.IDs), Name: "Olga"}
		if _, err := s.Allow(ctx, acme.Actor(org.Manager), "x", time.Hour); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a manager lets support in: %v", err)
		}
		for _, stay := range []time.Duration{0, time.Minute, 8 * 24 * time.Hour} {
			if _, err := s.Allow(ctx, admin, "x", stay); !fault.Is(err, fault.Invalid) {
				t.Errorf("for %s: %v", stay, err)
			}
		}
		if _, err := s.Allow(ctx, admin, "spend looks wrong", time.Hour); err != nil {
			t.Fatal(err)
		}
		h.Clock.Advance(59 * time.Minute)
		if err := s.Look(ctx, olga, acme.Org.ID, "/costs"); err != nil {
			t.Errorf("within the hour: %v", err)
		}
		h.Clock.Advance(time.Minute)
		if err := s.Look(ctx, olga, acme.Org.ID, "/costs"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("after the hour: %v", err)
		}
		if err := s.Disallow(ctx, admin); !fault.Is(err, fault.Conflict) {
			t.Errorf("end what is over: %v", err)
		}
	})
}

// TestAnAdminLetsSupportIn uses the page.
func TestAnAdminLetsSupportIn(t *testing.T) {
	t.Parallel()
	h, s := console(t, dbtest.SQLite(t))
	acme := h.Found(t, "Acme")
	site := h.Serve(t, append(operatorweb.New(operatorweb.Parts{Service: s, Sees: []string{"Costs"}, Checks: func(context.Context) []operatorweb.Finding { return nil }}).Routes(), webtest.Enter()))
	admin := webtest.As(t, site, acme.Members[org.Admin])
	if p := webtest.As(t, site, acme.Members[org.Manager]).Get("/settings/support"); p.Status != http.StatusForbidden {
		t.Errorf("a manager: %d", p.Status)
	}
	if p := admin.Get("/settings/support"); !p.Has("Support never had access", "<li>Costs</li>", "7 days", "1 hour<") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := admin.Post("/settings/support", url.Values{"reason": {""}, "stay": {"9000h"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Say what support should look at") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := admin.Post("/settings/support", url.Values{"reason": {"spend looks wrong"}, "stay": {"24h0m0s"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	if p := admin.Get("/settings/support"); !p.Has("Support has access", "spend looks wrong", "Open") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := admin.Post("/settings/support/end", nil); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	if p := admin.Get("/settings/support"); !p.Has("Ended") || p.Has("End it now") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
}

// TestAProgramLetsSupportIn does what the page does through the API, on both databases.
func TestAProgramLetsSupportIn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h, s := console(t, d)
		acme, other := h.Found(t, "Acme"), h.Found(t, "Other")
		site := h.Serve(t, operatorweb.New(operatorweb.Parts{Service: s}).Routes())
		admin, olga := h.Program(t, site, acme, org.Admin), operator.Who{Session: id.NewSession(h.IDs), Name: "Olga"}
		says := func(what string, p webtest.Page, status int, texts ...string) {
			t.Helper()
			if p.Status != status || !p.Has(texts...) {
				t.Errorf("%s: %d\n%s", what, p.Status, p.Body)
			}
		}
		const at = "/api/v1/support-access"
		says("nothing yet", admin.JSON("GET", at, ""), 200, `"data":[]`)
		says("nothing to end", admin.JSON("POST", at+"/end", ""), 409, `"support_over"`)
		says("no reason", admin.JSON("POST", at, `{"reason":" ","hours":1}`), 400, "Say what support should look at")
		says("no time", admin.JSON("POST", at, `{"reason":"spend"}`), 400, `"hours"`, "1 to 168 hours")
		says("too long", admin.JSON("POST", at, `{"reason":"spend","hours":169}`), 400, `"hours"`)
		says("so long that it overflows", admin.JSON("POST", at, `{"reason":"spend","hours":5124095576030431}`), 400, `"hours"`)
		says("a manager", h.Program(t, site, acme, org.Manager).JSON("POST", at, `{"reason":"spend","hours":1}`), 403)
		says("the first", admin.JSON("POST", at, `{"reason":"spend looks wrong","hours":168}`), 201, `"state":"open"`, `"ended_at":null`)
		says("another, which ends it", admin.JSON("POST", at, `{"reason":"limits","hours":1}`), 201, `"reason":"limits"`)
		if err := s.Look(t.Context(), olga, acme.Org.ID, "/costs"); err != nil {
			t.Errorf("support looks: %v", err)
		}
		says("the list", admin.JSON("GET", at, ""), 200, `"state":"open"`, `"state":"ended"`, `"reason":"spend looks wrong"`)
		says("another organization's", h.Program(t, site, other, org.Admin).JSON("GET", at, ""), 200, `"data":[]`)
		says("another organization ends its own", h.Program(t, site, other, org.Admin).JSON("POST", at+"/end", ""), 409)
		says("the end", admin.JSON("POST", at+"/end", ""), 204)
		if err := s.Look(t.Context(), olga, acme.Org.ID, "/costs"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("support looks after the end: %v", err)
		}
		says("a third", admin.JSON("POST", at, `{"reason":"again","hours":1}`), 201)
		h.Clock.Advance(time.Hour)
		says("the list after the hour", admin.JSON("GET", at, ""), 200, `"state":"over"`)
	})
}

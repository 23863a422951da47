package billingweb_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/providerweb"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/billing"
	"github.com/bodhi-gateway/bodhi/db"
)

// content is a provider that answers every key.
type content struct{}

func (content) Probe(context.Context, *provider.Connection) ([]string, error) {
	return []string{"m"}, nil
}

// A plan that has no room for one more connection says so where it is added: the page keeps the form, the API answers 409.
func TestAConnectionBeyondThePlanIsRefusedInWords(t *testing.T) {
	t.Parallel()
	s := open(t)
	page, err := s.Checkout(t.Context(), s.x.Actor(org.Admin), string(billing.Starter))
	must(t, err)
	s.stripe.Pay(page.ID)
	must(t, s.Look(t.Context(), s.x.Actor(org.Admin)))
	log, store := slog.New(slog.DiscardHandler), db.NewConnectionStore(s.h.DB)
	aliases := route.New(route.Parts{Store: db.NewAliasStore(s.h.DB), Connections: store, Tx: s.h.DB, Audit: s.h.Audit, Bus: s.h.Bus, IDs: s.h.IDs, Clock: s.h.Clock, Log: log})
	connections := provider.New(provider.Parts{Store: store, Tx: s.h.DB, Audit: s.h.Audit, Bus: s.h.Bus, Vault: s.h.Keyring, URLs: egress.New(egress.Config{}), Prober: content{}, Aliases: aliases, Plan: s.Service,
		IDs: s.h.IDs, Clock: s.h.Clock, Log: log})
	site := s.h.Serve(t, append(providerweb.New(connections, report.NewService(db.NewReportStore(s.h.DB), db.NewOrgStore(s.h.DB), s.h.Clock)).Routes(), webtest.Enter()))
	b, c := webtest.As(t, site, s.x.Members[org.Admin]), s.h.Program(t, site, s.x, org.Admin)
	add := func(name string) webtest.Page {
		return b.Post("/connections", url.Values{"kind": {"openai"}, "name": {name}, "credential": {"sk-test-0123456789abcd"}})
	}
	for _, name := range []string{"one", "two", "three"} {
		if p := add(name); p.Status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", name, p.Status, p.Body)
		}
	}
	words := "Starter has room for 3 provider connections, and 3 are there. An organization admin can change to Growth under Billing"
	if p := add("one-too-many"); p.Status != http.StatusUnprocessableEntity || !p.Has(words, `value="one-too-many"`) || p.Has("sk-test-0123456789abcd") {
		t.Errorf("the page: %d %s", p.Status, p.Body)
	}
	if p := c.JSON(http.MethodPost, "/api/v1/connections", `{"name":"one-too-many","kind":"openai","credential":"sk-test-0123456789abcd"}`); p.Status != http.StatusConflict || !p.Has(words, `"code":"plan_limit"`) {
		t.Errorf("the API: %d %s", p.Status, p.Body)
	}
	if p := c.JSON(http.MethodPost, "/api/v1/connections", `{"name":"play","kind":"sandbox"}`); p.Status != http.StatusCreated {
		t.Errorf("a sandbox counts for nothing: %d %s", p.Status, p.Body)
	}
	if all, err := connections.List(t.Context(), s.x.Actor(org.Admin)); err != nil || len(all) != 4 {
		t.Errorf("%d connections, %v", len(all), err)
	}
}

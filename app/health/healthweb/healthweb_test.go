package healthweb_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/health/healthweb"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestTargetsAreShownTakenOutAndPutBack(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	acme := h.Found(t, "Acme")
	store, board := db.NewHealthStore(d), health.NewBoard(health.Config{})
	c := id.NewConnection(h.IDs)
	names := map[id.Connection]string{}
	s := health.New(health.Parts{Store: store, Board: board, Tx: d, Audit: h.Audit, Bus: h.Bus, Clock: h.Clock, Log: slog.New(slog.DiscardHandler),
		Connections: func(context.Context, org.Actor) (map[id.Connection]string, error) { return names, nil }})
	site := h.Serve(t, append(healthweb.New(s).Routes(), webtest.Enter()))
	admin, developer := webtest.As(t, site, acme.Members[org.Admin]), webtest.As(t, site, acme.Members[org.Developer])
	if p := admin.Get("/health"); !p.Has("No connections yet", "Nothing happened") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	names[c] = "main"
	at := health.Target{Org: acme.Org.ID, Connection: c, Model: "gpt"}
	for range 10 {
		p := board.Force(at, secret.String{})
		p.Done(h.Clock.Now(), health.Report{Outcome: health.Bad})
	}
	if err := store.Note(t.Context(), []health.Event{{ID: id.NewOutage(h.IDs), Node: "n1", Change: health.Change{Target: at, To: health.Open, Cause: health.Failures, At: h.Clock.Now()}}}); err != nil {
		t.Fatal(err)
	}
	if p := admin.Get("/health"); !p.Has("main", "gpt", "Open", "too many attempts failed", "Put back", "n1", "1 of 1 targets take no requests") {
		t.Errorf("page: %d\n%s", p.Status, p.Body)
	}
	if p := developer.Get("/health"); p.Has("Put back") || p.Has("Take out") {
		t.Errorf("a developer may change it:\n%s", p.Body)
	}
	if p := admin.Post("/health/close", url.Values{"connection_id": {c.String()}, "model": {"gpt"}}); p.Status != http.StatusSeeOther {
		t.Errorf("put back: %d\n%s", p.Status, p.Body)
	}
	if pass, _, ok := board.Admit(at, secret.String{}, h.Clock.Now()); !ok {
		t.Error("it is still open")
	} else {
		pass.Done(h.Clock.Now(), health.Report{})
	}
	whole := url.Values{"connection_id": {c.String()}, "reason": {"maintenance"}}
	if p := admin.Post("/health/open", whole); p.Status != http.StatusSeeOther {
		t.Errorf("taken out: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Get("/health"); !p.Has("Out of service", "by hand: maintenance") {
		t.Errorf("page:\n%s", p.Body)
	}
	held, err := store.AllHeld(t.Context())
	if err != nil || len(held) != 1 || held[0].Target.Connection != c || held[0].Reason != "maintenance" {
		t.Errorf("held %+v, %v", held, err)
	}
	for name, v := range map[string]url.Values{"another tenant's": {"connection_id": {id.NewConnection(h.IDs).String()}}, "nonsense": {"connection_id": {"x"}}, "nothing": {}} {
		if p := admin.Post("/health/open", v); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	if p := developer.Post("/health/open", whole); p.Status != http.StatusForbidden {
		t.Errorf("a developer: %d", p.Status)
	}
	if p := admin.Post("/health/close", whole); p.Status != http.StatusSeeOther {
		t.Errorf("put back: %d", p.Status)
	}
	if held, err := store.AllHeld(t.Context()); err != nil || len(held) != 0 {
		t.Errorf("held %+v, %v", held, err)
	}
}

package healthweb_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/health/healthweb"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
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
	for _, part := range []string{"health-targets", "health-outages"} {
		if p := admin.Get("/health"); !p.Has(`id="`+part+`"`, `hx-target="#`+part+`"`) {
			t.Errorf("%s does not follow: %s", part, p.Body)
		}
		if p := admin.HTMX(part).Get("/health"); p.Status != 200 || !p.Has(`id="`+part+`"`, "gpt") || p.Has("<html") || p.Has("History of breakers") {
			t.Errorf("what %s follows by: %d %s", part, p.Status, p.Body)
		}
	}
	manager, page := webtest.As(t, site, acme.Members[org.Manager]), `href="/connections/`+c.String()+`"` // whose floor is a manager's
	if !manager.Get("/health").Has("main", page) || !developer.Get("/health").Has("main") || developer.Get("/health").Has(page) {
		t.Error("a connection's name does not lead to its page, or leads somebody who may not open it")
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

func TestRulesAreSetSeenAndTakenBack(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	acme := h.Found(t, "Acme")
	store, c := db.NewHealthStore(d), id.NewConnection(h.IDs)
	s := health.New(health.Parts{Store: store, Tx: d, Audit: h.Audit, Bus: h.Bus, Clock: h.Clock, Log: slog.New(slog.DiscardHandler),
		Cost: func(_ context.Context, _ org.Actor, _ id.Connection, model string) (money.USD, bool, error) {
			return 20_000, model == "small", nil
		},
		Connections: func(context.Context, org.Actor) (map[id.Connection]string, error) {
			return map[id.Connection]string{c: "main"}, nil
		}})
	site := h.Serve(t, append(healthweb.New(s).Routes(), webtest.Enter()))
	admin, developer := webtest.As(t, site, acme.Members[org.Admin]), webtest.As(t, site, acme.Members[org.Developer])
	if p := developer.Get("/health/rules"); !p.Has("All connections", "the defaults", "8 in a row, or 8 in 30s if 50 %", "10s, up to 5m", "1 probe", "main", "as all connections", "never") || p.Has("Edit") {
		t.Errorf("defaults, for a developer: %d\n%s", p.Status, p.Body)
	}
	for name, x := range map[string]struct {
		typed url.Values
		says  []string
	}{
		"not a number":      {url.Values{"connection_id": {c.String()}, "row": {"many"}}, []string{"whole number from 1", `value="many"`}},
		"too short":         {url.Values{"window": {"2s"}, "cool_down": {"7s"}}, []string{"from 5s to 10m", `value="2s"`, `value="7s"`}},
		"looks at all":      {url.Values{"check": {"1m"}}, []string{"chosen for each connection"}},
		"paid too often":    {url.Values{"connection_id": {c.String()}, "check": {"20s"}, "ask": {"small"}}, []string{"every 1m at most", `value="20s"`, `value="small"`}},
		"a pause that ends": {url.Values{"connection_id": {c.String()}, "cool_down": {"9m"}}, []string{"cannot be shorter", `value="9m"`}},
	} {
		p := admin.Post("/health/rules", x.typed)
		if p.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
		for _, says := range x.says {
			if !p.Has(says) {
				t.Errorf("%s: it does not say %q\n%s", name, says, p.Body)
			}
		}
	}
	for _, typed := range []url.Values{{"successes": {"2"}}, {"connection_id": {c.String()}, "row": {"3"}, "check": {"30s"}}, {"connection_id": {c.String()}, "row": {"4"}, "check": {"45s"}}} {
		if p := admin.Post("/health/rules", typed); p.Status != http.StatusSeeOther {
			t.Fatalf("%v: %d\n%s", typed, p.Status, p.Body)
		}
	}
	if p := admin.Get("/health/rules"); !p.Has("4 in a row", "2 probes", "every 45s") {
		t.Errorf("list: %s", p.Body)
	}
	for model, says := range map[string]string{"small": "every 5m by asking small: at most $0.00002 each, $0.00642 a day", "new": "every 5m by asking new: no price is known"} {
		if p := admin.Post("/health/rules", url.Values{"connection_id": {c.String()}, "row": {"4"}, "check": {"5m"}, "ask": {model}}); p.Status != http.StatusSeeOther {
			t.Fatalf("%d\n%s", p.Status, p.Body)
		}
		if p := admin.Get("/health/rules"); !p.Has(says) {
			t.Errorf("no %q: %s", says, p.Body)
		}
	}
	if p := admin.Post("/health/rules", url.Values{"connection_id": {c.String()}, "row": {"4"}, "check": {"45s"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	if p := admin.Get("/health/rules/edit?connection_id=" + c.String()); !p.Has(`value="4"`, `placeholder="2"`, `value="45s"`) {
		t.Errorf("form: %s", p.Body)
	}
	all, err := store.AllSettings(t.Context())
	var book health.Book
	if err != nil || book.Load(all) != nil || book.For(acme.Org.ID, c).Row != 4 || book.For(acme.Org.ID, c).Successes != 2 || len(book.Checked()) != 1 {
		t.Errorf("kept %+v, %v", all, err)
	}
	for name, v := range map[string]string{"another tenant's": id.NewConnection(h.IDs).String(), "nonsense": "x"} {
		if p := admin.Post("/health/rules", url.Values{"connection_id": {v}, "row": {"3"}}); p.Status != http.StatusNotFound {
			t.Errorf("%s: %d", name, p.Status)
		}
	}
	if p := developer.Post("/health/rules", url.Values{"row": {"3"}}); p.Status != http.StatusForbidden {
		t.Errorf("a developer: %d", p.Status)
	}
	for _, want := range []int{http.StatusSeeOther, http.StatusNotFound} {
		if p := admin.Post("/health/rules/remove", url.Values{"connection_id": {c.String()}}); p.Status != want {
			t.Errorf("removed: %d, want %d", p.Status, want)
		}
	}
}

func TestAnOutageIsAcknowledgedNotedAndResolved(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	acme := h.Found(t, "Acme")
	store, c := db.NewHealthStore(d), id.NewConnection(h.IDs)
	s := health.New(health.Parts{Store: store, Tx: d, Audit: h.Audit, Bus: h.Bus, Clock: h.Clock, Log: slog.New(slog.DiscardHandler),
		Connections: func(context.Context, org.Actor) (map[id.Connection]string, error) {
			return map[id.Connection]string{c: "main"}, nil
		}})
	site := h.Serve(t, append(healthweb.New(s).Routes(), webtest.Enter()))
	admin, developer := webtest.As(t, site, acme.Members[org.Admin]), webtest.As(t, site, acme.Members[org.Developer])
	at := health.Target{Org: acme.Org.ID, Connection: c, Model: "gpt"}
	e := health.Event{ID: id.NewOutage(h.IDs), Node: "n1", Change: health.Change{Target: at, To: health.Open, Cause: health.Failures, At: h.Clock.Now().Add(-90 * time.Second)}}
	if err := store.Note(t.Context(), []health.Event{e}); err != nil {
		t.Fatal(err)
	}
	page := "/health/outages/" + e.ID.String()
	if p := developer.Get("/health"); !p.Has(page, "main/gpt", "Going on", "1 min 30 s") {
		t.Errorf("list: %s", p.Body)
	}
	if p := developer.Get(page); !p.Has("Outage of main/gpt", "too many attempts failed", "n1", "Nobody noted anything") || p.Has("Acknowledge<") || p.Has("Add note") {
		t.Errorf("for a developer: %d %s", p.Status, p.Body)
	}
	for _, path := range []string{"/acknowledge", "/notes", "/resolve"} {
		if p := developer.Post(page+path, url.Values{"text": {"x"}}); p.Status != http.StatusForbidden {
			t.Errorf("a developer, %s: %d", path, p.Status)
		}
		if p := admin.Post("/health/outages/"+id.NewOutage(h.IDs).String()+path, url.Values{"text": {"x"}}); p.Status != http.StatusNotFound {
			t.Errorf("an unknown one, %s: %d", path, p.Status)
		}
	}
	long := strings.Repeat("x", 2001)
	for _, x := range []struct {
		path, text string
		status     int
		says       string
	}{
		{"/notes", "  ", 422, "Write what you want to note"},
		{"/notes", long, 422, "at most 2000 characters"},
		{"/resolve", "all is well", 422, "This outage goes on"},
		{"/acknowledge", "", 303, ""},
		{"/acknowledge", "", 422, "has acknowledged this outage already"},
		{"/notes", "support ticket 7", 303, ""},
	} {
		if p := admin.Post(page+x.path, url.Values{"text": {x.text}}); p.Status != x.status || x.says != "" && !p.Has(x.says) {
			t.Errorf("%s %.20q: %d\n%s", x.path, x.text, p.Status, p.Body)
		}
	}
	end := health.Event{ID: id.NewOutage(h.IDs), Change: health.Change{Target: at, To: health.Closed, At: h.Clock.Now()}}
	if err := store.Note(t.Context(), []health.Event{end}); err != nil {
		t.Fatal(err)
	}
	if p := admin.Post(page+"/resolve", url.Values{"text": {"they rolled back"}}); p.Status != http.StatusSeeOther {
		t.Errorf("resolved: %d %s", p.Status, p.Body)
	}
	if p := admin.Get(page); !p.Has("support ticket 7", "they rolled back", "Over", "Closed") || p.Has(">Resolve<") {
		t.Errorf("in the end: %s", p.Body)
	}
	if p := admin.Get("/health"); !p.Has("resolved by", "Over") {
		t.Errorf("list in the end: %s", p.Body)
	}
}

// The process whose breaker opened may be gone. "It ends when you put the target back into service" holds all the same.
func TestAnOutageEndsByHandWithoutABreaker(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	acme := h.Found(t, "Acme")
	store, c := db.NewHealthStore(d), id.NewConnection(h.IDs)
	s := health.New(health.Parts{Store: store, Board: health.NewBoard(health.Config{}), Tx: d, Audit: h.Audit, Bus: h.Bus, Clock: h.Clock, Log: slog.New(slog.DiscardHandler),
		Connections: func(context.Context, org.Actor) (map[id.Connection]string, error) {
			return map[id.Connection]string{c: "main"}, nil
		}})
	admin := webtest.As(t, h.Serve(t, append(healthweb.New(s).Routes(), webtest.Enter())), acme.Members[org.Admin])
	e := health.Event{ID: id.NewOutage(h.IDs), Node: "n1", Change: health.Change{Target: health.Target{Org: acme.Org.ID, Connection: c, Model: "gpt"}, To: health.Open, Cause: health.Failures, At: h.Clock.Now().Add(-time.Hour)}}
	if err := store.Note(t.Context(), []health.Event{e}); err != nil {
		t.Fatal(err)
	}
	resolve := func() int {
		return admin.Post("/health/outages/"+e.ID.String()+"/resolve", url.Values{"text": {""}}).Status
	}
	if got := resolve(); got != http.StatusUnprocessableEntity {
		t.Errorf("resolved while it goes on: %d", got)
	}
	if p := admin.Post("/health/close", url.Values{"connection_id": {c.String()}, "model": {"gpt"}}); p.Status != http.StatusSeeOther {
		t.Errorf("put back: %d %.300s", p.Status, p.Body)
	}
	if got := resolve(); got != http.StatusSeeOther {
		t.Errorf("not to be resolved after it was put back: %d", got)
	}
}

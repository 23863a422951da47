package app

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// node is one of several serving processes over a database: its bus and its snapshots run, nothing listens.
func node(t *testing.T, databaseURL string, master secret.String) *App {
	t.Helper()
	a, err := New(t.Context(), Config{Addr: "127.0.0.1:8080", PublicURL: "http://127.0.0.1:8080", DataDir: t.TempDir(), DatabaseURL: secret.New(databaseURL), MasterKey: master},
		Options{Log: slog.New(slog.DiscardHandler), Web: true})
	must(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { _ = a.bus.Run(ctx) })
	for _, m := range a.mirrors {
		heard := a.bus.Subscribe(ctx)
		must(t, m.Start(ctx))
		running.Go(func() { m.Run(ctx, heard) })
	}
	t.Cleanup(func() { stop(); running.Wait(); _ = a.db.Close() })
	a.people.Hasher = identity.NewHasher(64)
	return a
}

// TestWhomTheDirectoryPutsOutIsOutOnEveryNode deactivates somebody on one node and asks the other until it refuses their
// key and their session. The bound is a second; the time it took is logged.
func TestWhomTheDirectoryPutsOutIsOutOnEveryNode(t *testing.T) {
	t.Parallel()
	url := dbtest.PostgresURL(t)
	master, err := secret.GenerateMaster(nil)
	must(t, err)
	one, two := node(t, url, master), node(t, url, master)
	h := &webtest.House{DB: one.db, IDs: one.ids, Identity: one.people, Keys: one.keys, Audit: one.audit}
	x := h.Found(t, "Acme")
	dev := x.Members[org.Developer]
	made, err := one.keys.Create(t.Context(), dev.Acting(org.Actor{}), key.Input{Name: "laptop", Team: x.Team, Member: dev.ID})
	must(t, err)
	token, _, err := one.directory.CreateToken(t.Context(), x.Actor(org.Admin), "Okta")
	must(t, err)
	cookie := webtest.LogIn(t, two.handler, dev.Email, webtest.Password)

	ask := func(a *App, method, path, body string, set func(*http.Request)) int {
		q := httptest.NewRequest(method, path, strings.NewReader(body))
		set(q)
		w := httptest.NewRecorder()
		a.handler.ServeHTTP(w, q)
		return w.Code
	}
	models := func() int {
		return ask(two, http.MethodGet, "/t/acme/v1/models", "", func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+made.Secret.Reveal()) })
	}
	session := func() int {
		return ask(two, http.MethodGet, "/account", "", func(q *http.Request) { q.AddCookie(cookie) })
	}
	until := func(what string, want int, get func() int) time.Duration {
		t.Helper()
		begun := clock.System{}.Now()
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for get() != want {
			if <-tick.C; clock.Since(begun) > 10*time.Second {
				t.Fatalf("%s: %d after ten seconds, want %d", what, get(), want)
			}
		}
		return clock.Since(begun)
	}
	until("the key reaches the other node", http.StatusOK, models)
	if got := session(); got != http.StatusOK {
		t.Fatalf("the session on the other node: %d", got)
	}
	off := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","path":"active","value":false}]}`
	if got := ask(one, http.MethodPatch, "/scim/v2/Users/"+dev.ID.String(), off, func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+token.Reveal()) }); got != http.StatusOK {
		t.Fatalf("deactivate: %d", got)
	}
	if got := session(); got != http.StatusSeeOther {
		t.Errorf("the session on the other node: %d, want the log-in at once", got)
	}
	took := until("the key on the other node", http.StatusUnauthorized, models)
	t.Logf("the key was dead on the other node after %s", took)
	if took > time.Second {
		t.Errorf("it took %s, more than a second", took)
	}
}

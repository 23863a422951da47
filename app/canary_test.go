package app

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/logtest"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestNoAnswerLogLineOrRowCarriesASecret plants secrets everywhere a secret can be given, reads every route as everybody,
// and looks for them in all answers, all log lines, the whole database file and a backup.
func TestNoAnswerLogLineOrRowCarriesASecret(t *testing.T) {
	t.Parallel()
	var log logtest.Log
	databaseURL := dbtest.SQLiteURL(t)
	a, _, s := furnishedWith(t, databaseURL, slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	s.Forms = map[string]url.Values{}
	secrets := map[string]string{"a password": webtest.Password, "a provider's credential": "sk-test-0123456789", "a report's credential": "sk-admin-0123456789"}
	for role, text := range s.Home.Tokens {
		secrets["the token of "+string(role)] = text
		secrets["the secret half of the token of "+string(role)] = strings.Split(text, "_")[3]
	}
	seen := 0
	look := func(where, text string) {
		seen++
		for what, value := range secrets {
			if strings.Contains(text, value) {
				t.Errorf("%s shows %s", where, what)
			}
		}
		if strings.Contains(text, "argon2id") {
			t.Errorf("%s shows a password's hash", where)
		}
	}
	for _, r := range s.Routes {
		if r.Method != http.MethodGet || r.Name == "docs.problem" {
			continue
		}
		for _, role := range org.Roles {
			if r.Guard != web.Open {
				look(r.Name+" to "+string(role), s.Ask(t, r, role).Body)
			}
		}
	}
	for _, r := range s.Routes { // refusals of nonsense repeat what was typed, and never a secret
		if r.Method == http.MethodPost && r.Guard == web.Token {
			s.Forms[r.Name] = url.Values{"password": {webtest.Password}, "credential": {"sk-test-0123456789"}, "name": {""}}
			look(r.Name, s.Ask(t, r, org.Admin).Body)
		}
	}
	families, err := a.meter.registry.Gather()
	must(t, err)
	var metrics strings.Builder
	for _, f := range families {
		metrics.WriteString(f.String())
	}
	look("a metric", metrics.String())
	for _, path := range []string{"/nothing?password=" + url.QueryEscape(webtest.Password), "/api/v1/nothing?token=sk-test-0123456789", "/requests/sk-test-0123456789"} { // error pages
		w := httptest.NewRecorder()
		s.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		look("the answer to "+path[:8], w.Body.String())
	}
	// What requests said is read by POST only, and lies encrypted.
	said := []string{"own asked", "own answered", "apart asked"}
	var made bytes.Buffer
	_, _, err = Backup(t.Context(), a.cfg, slog.New(slog.DiscardHandler), "test", &made, func() error { return nil })
	must(t, err)
	backup := string(gunzipped(t, made.Bytes()))
	must(t, a.db.Close()) // writes the log behind the file into it
	file, err := os.ReadFile(strings.TrimPrefix(databaseURL, "sqlite://"))
	must(t, err)
	for what, value := range secrets {
		if bytes.Contains(file, []byte(value)) || strings.Contains(backup, value) {
			t.Errorf("the database or its backup holds %s", what)
		}
	}
	look("the log", log.String())
	for _, text := range said {
		if bytes.Contains(file, []byte(text)) || strings.Contains(log.String(), text) || strings.Contains(metrics.String(), text) || strings.Contains(backup, text) {
			t.Errorf("the database, the log, a metric or a backup holds what a request said: %q", text)
		}
	}
	if seen < 200 || len(log.String()) == 0 || len(file) < 10_000 || len(backup) < 10_000 {
		t.Errorf("looked at %d answers, %d bytes of log, %d of database, %d of backup: the test looks in the wrong place", seen, len(log.String()), len(file), len(backup))
	}
}

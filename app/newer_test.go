package app

import (
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// While nodes are restarted one after the other, some of them work on the schema of the version after theirs: books balance there, every
// kind of thing can be made, and every page answers.
func TestTheVersionBeforeServesOnTheNextSchema(t *testing.T) {
	t.Parallel()
	at := dbtest.PostgresURL(t)
	s := furnish(t, at)
	s.LogInAll(t, &s.Home)
	cookie := func(q *http.Request) { s.As(t, q, org.Admin) }
	pages := func() {
		for _, r := range s.Routes {
			if r.Method == http.MethodGet && r.Guard == web.Person && r.Audit == "" {
				p95Of(t, s.Handler, s.Path(t, r), cookie, 1, 0)
			}
		}
	}
	pages() // what they ask is prepared on their connections now
	dbtest.Widen(t, at)
	pages()

	books := dbtest.PostgresURL(t)
	dbtest.Widen(t, books)
	quiet := slog.New(slog.DiscardHandler)
	cfg := Config{Addr: "127.0.0.1:0", PublicURL: "http://127.0.0.1:8080", DataDir: t.TempDir(), DatabaseURL: secret.New(books)}
	cfg.MasterKey, _ = secret.GenerateMaster(nil)
	_, err := MakeDemo(t.Context(), cfg, quiet, onboard.Demo{Org: "Northwind", Email: "ada@northwind.test", Password: secret.New("correct zebra staple 9"),
		People: 20, Days: 5, Requests: 200, Seed: 7, Until: time.Date(2026, 11, 20, 15, 30, 0, 0, time.UTC)}, nil)
	must(t, err)
	if v, err := Verify(t.Context(), cfg, quiet); err != nil || !v.OK() {
		t.Errorf("%v %v", v.Lines(), err)
	}
}

// firstToRelease is the step after the last one that was made while there was no version before it to keep serving.
const firstToRelease = "00068"

// takesAway is what a step may not do to tables that the version before reads and writes.
var takesAway = regexp.MustCompile(`(?i)\b(DROP\s+(TABLE|COLUMN|VIEW)|RENAME\s|ALTER\s+COLUMN\s+\w+\s+(SET\s+NOT\s+NULL|TYPE|SET\s+DATA|DROP\s+DEFAULT))`)

// added is a column of an existing table that must have a value; what is behind its name is looked at for a default.
var added = regexp.MustCompile(`(?i)\bADD\s+COLUMN\s[^,;]*NOT\s+NULL[^,;]*`)

// The version before works on the schema of the next one, so a step adds and takes nothing away; what is to go goes a version later.
func TestStepsOfTheSchemaTakeNothingAway(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../db/migrations/*.sql")
	must(t, err)
	for _, f := range files {
		if filepath.Base(f) < firstToRelease {
			continue
		}
		text, err := os.ReadFile(f) //nolint:gosec // of the repository
		must(t, err)
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		for _, m := range takesAway.FindAllString(up, -1) {
			t.Errorf("%s: %q would stop the version before: leave it for a version later", filepath.Base(f), m)
		}
		for _, m := range added.FindAllString(up, -1) {
			if !strings.Contains(strings.ToUpper(m), "DEFAULT") {
				t.Errorf("%s: %q has no default, and the version before writes none", filepath.Base(f), m)
			}
		}
	}
}

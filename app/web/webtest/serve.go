package webtest

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/db"
)

// Serve mounts routes over the house, as app does.
func (h *House) Serve(t testing.TB, routes []web.Route) http.Handler {
	t.Helper()
	e := echo.New()
	must(t, web.Mount(e, routes, web.Deps{PublicURL: "http://127.0.0.1:8080", Sessions: db.NewSessionStore(h.DB), People: h.Identity, Directories: h.Directories, Lifetimes: h.Identity.Lifetimes, Clock: h.Clock,
		IDs: h.IDs, Log: slog.New(slog.DiscardHandler)}))
	return e
}

// Visitors makes the tenant ready to be walked: e-mail addresses, tokens of every role, its members and teams.
func (h *House) Visitors(t testing.TB, x Tenant) Visitors {
	t.Helper()
	v := Visitors{Org: x.Org.ID, Password: Password, Email: map[org.Role]string{}, Tokens: map[org.Role]string{}, Things: map[string]string{
		"members": x.Outsider.ID.String(), "people": x.Outsider.ID.String(), "teams": x.Other.String(), "departments": x.Department.String()}}
	v.Things["sessions"], v.Things["passkeys"] = h.session(t, x.Outsider), id.NewPasskey(h.IDs).String()
	at := map[org.Role]org.Scope{org.Admin: org.OfOrg(x.Org.ID), org.Manager: org.OfDepartment(x.Org.ID, x.Department)}
	for r, m := range x.Members {
		if at[r].IsZero() {
			at[r] = org.OfTeam(x.Org.ID, x.Team)
		}
		text, _, err := h.Identity.CreateToken(t.Context(), x.Actor(org.Admin), identity.NewToken{Name: string(r), Role: r, At: at[r]})
		must(t, err)
		v.Email[r], v.Tokens[r] = m.Email, text.Reveal()
	}
	_, spare, err := h.Identity.CreateToken(t.Context(), x.Actor(org.Admin), identity.NewToken{Name: "spare", Role: org.Viewer})
	must(t, err)
	v.Things["tokens"] = spare.ID.String()
	return v
}

// session is a live session of a member's, by its id.
func (h *House) session(t testing.TB, m org.Member) string {
	t.Helper()
	out := id.NewSession(h.IDs).String()
	data := fmt.Sprintf(`{"values":{"org":%q,"member":%q,"id":%q,"method":"password","seen":"1"}}`, m.Org, m.ID, out)
	must(t, db.NewSessionStore(h.DB).CommitCtx(t.Context(), "token of "+out, []byte(data), clock.System{}.Now().Add(1000*time.Hour)))
	return out
}

// Entries counts an organization's audit entries other than those of sessions, for Site.
func (h *House) Entries(t testing.TB, o id.Org) int64 {
	t.Helper()
	var n int64
	actor := org.System(o, "test")
	for before := int64(0); ; {
		page, err := h.Audit.List(t.Context(), actor, before, 200)
		must(t, err)
		for _, e := range page {
			if e.Action != "session.began" && e.Action != "session.ended" {
				n++
			}
			before = e.Seq
		}
		if len(page) < 200 {
			return n
		}
	}
}

// Golden compares got with a file under testdata, or writes it if update is set.
func Golden(t testing.TB, name, got string, update bool) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(file, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if string(want) != got {
		t.Errorf("%s differs; run the test with -update and read the change:\n%s", file, got)
	}
}

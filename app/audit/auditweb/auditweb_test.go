package auditweb_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/audit/auditweb"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// The filter takes the place of the entries alone: the links beside them have to come along, or they would give out other entries.
func TestTheExportHoldsWhatTheListShows(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	h.Passwordless = true
	acme := h.Found(t, "Acme")
	site := h.Serve(t, append(auditweb.New(h.Audit).Routes(), webtest.Enter()))
	admin := webtest.As(t, site, acme.Members[org.Admin])
	all := admin.Get("/audit")
	if !all.Has(`href="/audit/export?format=csv"`, `href="/audit/export?format=jsonl"`) {
		t.Fatalf("%d\n%s", all.Status, all.Body)
	}
	if p := admin.HTMX("entries").Get("/audit?via=job"); p.Status != 200 || p.Has("<html") {
		t.Errorf("the part: %d\n%s", p.Status, p.Body)
	}
	if p := admin.HTMX("entries").Get("/audit?actor=a"); !p.Has(`href="/audit/export?actor=a&amp;format=csv"`, `href="/audit/export?actor=a&amp;format=jsonl"`) {
		t.Errorf("narrowed: %d\n%s", p.Status, p.Body)
	}
	if p := admin.HTMX("entries").Get("/audit?actor=nobody-like-it"); p.Has("/audit/export") {
		t.Errorf("nothing can be exported:\n%s", p.Body)
	}
}

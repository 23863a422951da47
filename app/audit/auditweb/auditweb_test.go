package auditweb_test

import (
	"context"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/audit"
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

// The longest page says that there are more only if there are.
func TestTheLongestPageKnowsWhetherItIsTheLast(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	acme := h.Found(t, "Acme")
	site := h.Serve(t, auditweb.New(h.Audit).Routes())
	api := h.Program(t, site, acme, org.Admin)
	admin := acme.Actor(org.Admin)
	add := func(n int) {
		err := h.DB.Do(t.Context(), func(ctx context.Context) error {
			for range n {
				if err := h.Audit.Append(ctx, admin, audit.Entry{Action: "thing.done", Target: "thing"}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	add(audit.MaxLimit)
	if p := api.Get("/api/v1/audit?action=thing.done&limit=1000"); p.Status != 200 || !p.Has(`"has_more":false`) || p.Has(`"next"`) {
		t.Errorf("all there are: %d %.100s … %s", p.Status, p.Body, p.Body[len(p.Body)-100:])
	}
	add(1)
	if p := api.Get("/api/v1/audit?action=thing.done&limit=1000"); p.Status != 200 || !p.Has(`"has_more":true`, `"next"`) {
		t.Errorf("one more: %d %.100s … %s", p.Status, p.Body, p.Body[len(p.Body)-100:])
	}
}

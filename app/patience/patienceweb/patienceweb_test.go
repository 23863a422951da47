package patienceweb_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/patience/patienceweb"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestSettingsAreReadRefusedShownAndRemoved(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	acme := h.Found(t, "Acme")
	store := db.NewPatienceStore(d)
	s := patience.New(patience.Parts{Store: store, Tx: d, Audit: h.Audit, Bus: h.Bus, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)})
	site := h.Serve(t, append(patienceweb.New(s, func(context.Context, org.Actor) ([]string, error) { return []string{"smart"}, nil }).Routes(), webtest.Enter()))
	admin, developer := webtest.As(t, site, acme.Members[org.Admin]), webtest.As(t, site, acme.Members[org.Developer])
	if p := developer.Get("/timeouts"); !p.Has("All requests", "the defaults", "2m / 5m / 1m", "10m") || p.Has("/timeouts/edit") {
		t.Errorf("defaults: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Get("/timeouts/edit?model=smart&operation=chat"); !p.Has(`value="smart"`, `placeholder="5m"`) {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	for name, x := range map[string]struct {
		typed      url.Values
		says, kept string
	}{
		"words for a time":        {url.Values{"total": {"soon"}}, "Enter a time from 100ms to 1h", `value="soon"`},
		"an endless time":         {url.Values{"first": {"48h"}}, "Enter a time from 100ms to 1h", `value="48h"`},
		"less than its parts":     {url.Values{"total": {"10s"}, "first": {"20s"}}, "cannot take less than one of its parts", `value="20s"`},
		"headers after the text":  {url.Values{"headers": {"20s"}, "first": {"10s"}}, "comes after the headers", `value="20s"`},
		"many tries":              {url.Values{"tries": {"99"}}, "Enter 1 to 10 tries", `value="99"`},
		"no tries":                {url.Values{"tries": {"0"}}, "from 1 on", `value="0"`},
		"an unknown operation":    {url.Values{"operation": {"dance"}}, "There is no operation", ""},
		"an unknown action":       {url.Values{"on_timeout": {"cry"}}, "After a timeout comes", ""},
		"pauses that grow wildly": {url.Values{"growth": {"wild"}}, "Pauses grow", ""},
		"pauses that shrink":      {url.Values{"backoff": {"9s"}, "max_backoff": {"2s"}}, "cannot be shorter", `value="9s"`},
	} {
		if p := admin.Post("/timeouts", x.typed); p.Status != http.StatusUnprocessableEntity || !p.Has(x.says, x.kept) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	for _, typed := range []url.Values{{"preset": {"quick"}, "tries": {"5"}}, {"model": {"smart"}, "operation": {"chat"}, "first": {"40s"}, "on_timeout": {"retry"}, "retry_unsure": {"on"}}} {
		if p := admin.Post("/timeouts", typed); p.Status != http.StatusSeeOther {
			t.Fatalf("%v: %d\n%s", typed, p.Status, p.Body)
		}
	}
	if p := admin.Post("/timeouts", url.Values{"model": {"smart"}, "operation": {"chat"}, "first": {"50s"}, "on_timeout": {"retry"}, "retry_unsure": {"on"}, "growth": {"linear"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("again: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Get("/timeouts"); !p.Has("chat with smart", "10s / 50s / 15s", "same again", "1, last target 5") {
		t.Errorf("list:\n%s", p.Body)
	}
	all, err := store.All(t.Context())
	if err != nil || len(all) != 2 {
		t.Fatalf("kept %+v, %v", all, err)
	}
	var b patience.Book
	if err := b.Load(all); err != nil {
		t.Fatal(err)
	}
	smart, rest := b.For(acme.Org.ID, "smart", llm.Chat), b.For(acme.Org.ID, "other", llm.Embeddings)
	if smart.Waits.First != 50*time.Second || smart.Waits.Gap != 15*time.Second || smart.Tries != 5 || !smart.RetryUnsure || smart.OnTimeout != patience.AskAgain || smart.MaxBackoff != 8*time.Second || smart.Growth != patience.Linear {
		t.Errorf("smart: %+v", smart)
	}
	if rest.Waits != patience.Quick || rest.Tries != 5 || rest.RetryUnsure || rest.OnTimeout != patience.AskNext || rest.Growth != patience.Exponential {
		t.Errorf("the rest: %+v", rest)
	}
	if p := developer.Post("/timeouts", url.Values{"tries": {"1"}}); p.Status != http.StatusForbidden {
		t.Errorf("a developer: %d", p.Status)
	}
	one := url.Values{"model": {"smart"}, "operation": {"chat"}}
	if p := admin.Post("/timeouts/remove", one); p.Status != http.StatusSeeOther {
		t.Errorf("removed: %d", p.Status)
	}
	if p := admin.Post("/timeouts/remove", one); p.Status != http.StatusNotFound {
		t.Errorf("removed again: %d", p.Status)
	}
}

package audit_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestOldEntriesGoAndTheChainStaysProvable(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x, y := h.Found(t, "Acme"), h.Found(t, "Beta")
		admin := x.Actor(org.Admin)
		if err := h.Audit.SetRetention(t.Context(), admin, 30); err != nil {
			t.Fatal(err)
		}
		old, _ := h.Audit.Verify(t.Context(), x.Org.ID)
		h.Clock.Advance(31 * 24 * time.Hour)
		for range 3 {
			must(t, h.Audit.Append(t.Context(), admin, audit.Entry{Action: "thing.changed"}))
		}
		if err := h.Audit.PruneAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		n, err := h.Audit.Verify(t.Context(), x.Org.ID)
		if err != nil || n != 4 { // three, and that of the pruning
			t.Fatalf("%d entries, %v", n, err)
		}
		page, err := h.Audit.List(t.Context(), admin, 0, 10)
		if err != nil || len(page) != 4 || page[0].Action != "audit.pruned" || page[0].Via != org.ViaJob || page[3].Seq != old+1 ||
			!strings.Contains(page[0].After, `"up_to":`) {
			t.Fatalf("%+v, %v", page, err)
		}
		if n, err := h.Audit.Verify(t.Context(), y.Org.ID); err != nil || n < 5 {
			t.Errorf("another organization, which keeps 90 days: %d, %v", n, err)
		}
		if gone, err := h.Audit.Prune(t.Context(), x.Org.ID); gone != 0 || err != nil {
			t.Errorf("again at once: %d, %v", gone, err)
		}
		h.Clock.Advance(200 * 24 * time.Hour)
		if gone, err := h.Audit.Prune(t.Context(), x.Org.ID); gone != 3 || err != nil {
			t.Errorf("when all are old, all but the last go: %d, %v", gone, err)
		}
		if n, err := h.Audit.Verify(t.Context(), x.Org.ID); err != nil || n != 2 {
			t.Errorf("%d entries, %v", n, err)
		}
	})
}

func TestRetentionIsTheAdminsAndHasBounds(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	if days, err := h.Audit.Retention(t.Context(), x.Actor(org.Admin)); days != 90 || err != nil {
		t.Errorf("%d, %v", days, err)
	}
	for _, days := range []int{-1, 1, 29, 3651} {
		if err := h.Audit.SetRetention(t.Context(), x.Actor(org.Admin), days); !fault.Is(err, fault.Invalid) {
			t.Errorf("%d days: %v", days, err)
		}
	}
	if err := h.Audit.SetRetention(t.Context(), x.Actor(org.Manager), 60); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a manager: %v", err)
	}
	must(t, h.Audit.SetRetention(t.Context(), x.Actor(org.Admin), 0))
	h.Clock.Advance(4000 * 24 * time.Hour)
	if gone, err := h.Audit.Prune(t.Context(), x.Org.ID); gone != 0 || err != nil {
		t.Errorf("for ever: %d gone, %v", gone, err)
	}
}

func TestABrokenChainIsNotPruned(t *testing.T) {
	t.Parallel()
	url := dbtest.SQLiteURL(t)
	d, err := db.Open(t.Context(), url, db.Options{})
	must(t, err)
	defer func() { _ = d.Close() }()
	h := webtest.NewHouse(t, d)
	x := h.Found(t, "Acme")
	tamper(t, url, `UPDATE audit_entries SET actor = 'mallory' WHERE seq = 2`)
	h.Clock.Advance(100 * 24 * time.Hour)
	var broken *audit.Broken
	if _, err := h.Audit.Prune(t.Context(), x.Org.ID); !errors.As(err, &broken) || broken.Seq != 2 {
		t.Fatalf("got %v", err)
	}
	if _, err := h.Audit.Verify(t.Context(), x.Org.ID); !errors.As(err, &broken) || broken.Seq != 2 {
		t.Fatalf("the evidence is gone: %v", err)
	}
}

// What was cut off stays found, however much is appended afterwards.
func TestAppendingDoesNotLaunderACutChain(t *testing.T) {
	t.Parallel()
	url := dbtest.SQLiteURL(t)
	d, err := db.Open(t.Context(), url, db.Options{})
	must(t, err)
	defer func() { _ = d.Close() }()
	h := webtest.NewHouse(t, d)
	x := h.Found(t, "Acme")
	tamper(t, url, `DELETE FROM audit_entries WHERE seq > 3; UPDATE audit_heads SET seq = 3, hash = (SELECT hash FROM audit_entries WHERE seq = 3)`)
	must(t, h.Audit.Append(t.Context(), x.Actor(org.Admin), audit.Entry{Action: "thing.changed"}))
	var broken *audit.Broken
	if _, err := h.Audit.Verify(t.Context(), x.Org.ID); !errors.As(err, &broken) {
		t.Fatalf("got %v", err)
	}
}

func TestSecretsAreMaskedAndFiltersFind(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		whole, _, err := secret.Mint(nil, secret.VirtualKey, secret.Live)
		must(t, err)
		admin := x.Actor(org.Admin)
		admin.Via, admin.IP = org.ViaCLI, "192.0.2.9"
		must(t, h.Audit.Append(t.Context(), admin, audit.Entry{Action: "thing.changed", Target: "thing_1", TargetName: "50%_off",
			Before: map[string]any{"password": "hunter2", "name": "a"},
			After:  map[string]any{"client_secret": "s3", "note": "use " + whole.Reveal(), "has_credential": true, "list": []string{"x"}, "name": "b", "team": `R&D "north"`}}))
		page, err := h.Audit.List(t.Context(), admin, 0, 1)
		must(t, err)
		r := page[0]
		for _, leak := range []string{"hunter2", "s3", whole.Reveal()} {
			if strings.Contains(r.Before+r.After, leak) {
				t.Errorf("%q is in the log", leak)
			}
		}
		if c := r.Changes(); len(c) != 7 || c[2].Field != "list" || c[3] != (audit.Change{Field: "name", Before: `"a"`, After: `"b"`}) {
			t.Errorf("changes: %+v", c)
		}
		now := h.Clock.Now()
		for name, q := range map[string]audit.Query{
			"actor": {Actor: "ADMIN@acme"}, "action": {Action: "thing.changed"}, "room": {Action: "thing"}, "target": {Target: "thing_1"}, "name": {Target: "50%_o"},
			"door": {Via: org.ViaCLI}, "text": {Text: "50%_OFF"}, "address": {Text: "192.0.2.9"}, "value": {Text: `"name":"b"`}, "a sign in a value": {Text: "r&d"}, "quotes in a value": {Text: `"north"`},
			"time": {From: now, To: now.Add(time.Second), Action: "thing"},
		} {
			found, err := h.Audit.Search(t.Context(), admin, q)
			if err != nil || len(found) == 0 || found[0].ID != r.ID {
				t.Errorf("%s: %d found, %v", name, len(found), err)
			}
		}
		for name, q := range map[string]audit.Query{
			"a sign of LIKE": {Target: "%"}, "a part of a word": {Action: "thin"}, "before": {To: now, Action: "thing"}, "another door": {Via: org.ViaSCIM},
		} {
			found, err := h.Audit.Search(t.Context(), admin, q)
			if err != nil || len(found) > 0 && name != "a sign of LIKE" || len(found) > 1 {
				t.Errorf("%s: %d found, %v", name, len(found), err)
			}
		}
		seen := 0
		for _, err := range h.Audit.Walk(context.WithoutCancel(t.Context()), admin, audit.Query{}) {
			must(t, err)
			seen++
		}
		if n, _ := h.Audit.Verify(t.Context(), x.Org.ID); int64(seen) != n {
			t.Errorf("an export has %d of %d entries", seen, n)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

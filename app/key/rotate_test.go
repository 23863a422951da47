package key_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// opens says what the desk, freshly read, answers to a secret.
func opens(t *testing.T, h *webtest.House, secret string) string {
	t.Helper()
	h.Refresh(t)
	_, err := h.Desk.Authenticate(secret)
	return code(err)
}

func TestBothSecretsWorkUntilTheOverlapIsOver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx, dev := t.Context(), x.Actor(org.Developer)
		first, err := h.Keys.Create(ctx, dev, mine(x, org.Developer))
		if err != nil {
			t.Fatal(err)
		}
		second, err := h.Keys.Rotate(ctx, dev, first.Key.ID, key.Rotation{Overlap: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		one, two := first.Secret.Reveal(), second.Secret.Reveal()
		h.Refresh(t)
		old, err1 := h.Desk.Authenticate(one)
		fresh, err2 := h.Desk.Authenticate(two)
		if err1 != nil || err2 != nil || old.Chain != fresh.Chain || old.Key != first.Key.ID {
			t.Fatalf("in the overlap: %v, %v", err1, err2)
		}
		h.Clock.Advance(time.Hour)
		if a, b := opens(t, h, one), opens(t, h, two); a != "key_expired" || b != "<nil>" {
			t.Fatalf("afterwards: old %s, new %s", a, b)
		}
		third, err := h.Keys.Rotate(ctx, dev, first.Key.ID, key.Rotation{Overlap: key.MaxOverlap})
		if err != nil {
			t.Fatal(err)
		}
		fourth, err := h.Keys.Rotate(ctx, dev, first.Key.ID, key.Rotation{Overlap: 0})
		if err != nil {
			t.Fatal(err)
		}
		for secret, want := range map[string]string{one: "invalid_key", two: "invalid_key", third.Secret.Reveal(): "key_expired", fourth.Secret.Reveal(): "<nil>"} {
			if got := opens(t, h, secret); got != want {
				t.Errorf("after a leak: %s, want %s", got, want)
			}
		}
		entries, err := h.Audit.List(ctx, x.Actor(org.Admin), 0, 3)
		if err != nil || entries[0].Action != "key.rotated" || !strings.Contains(entries[2].After, "old_secret_until") {
			t.Fatalf("audit: %+v, %v", entries, err)
		}
		for _, e := range entries {
			if strings.Contains(e.After+e.Before, two[30:60]) {
				t.Error("the audit log holds the secret")
			}
		}
	})
}

func TestOnlyWhoMayCreateAKeyRotatesIt(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x, foreign := h.Found(t, "Acme"), h.Found(t, "Beta")
	ctx := t.Context()
	made, err := h.Keys.Create(ctx, x.Actor(org.Developer), mine(x, org.Developer))
	if err != nil {
		t.Fatal(err)
	}
	colleague := h.Join(t, x, "colleague", org.Developer, x.Team)
	for name, c := range map[string]struct {
		actor org.Actor
		want  string
	}{
		"its member": {x.Actor(org.Developer), "<nil>"}, "the lead": {x.Actor(org.Lead), "<nil>"}, "an admin": {x.Actor(org.Admin), "<nil>"},
		"a colleague": {colleague.Acting(org.Actor{}), "forbidden"}, "a viewer": {x.Actor(org.Viewer), "forbidden"},
		"another team": {x.Outsider.Acting(org.Actor{}), "not_found"}, "another tenant": {foreign.Actor(org.Admin), "not_found"}, "nobody": {org.Actor{}, "unauthenticated"},
	} {
		if _, err := h.Keys.Rotate(ctx, c.actor, made.Key.ID, key.Rotation{Overlap: 0}); code(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	for _, overlap := range []time.Duration{-1, key.MaxOverlap + 1} {
		if _, err := h.Keys.Rotate(ctx, x.Actor(org.Admin), made.Key.ID, key.Rotation{Overlap: overlap}); code(err) != "invalid_request" {
			t.Errorf("an overlap of %v: %v", overlap, err)
		}
	}
	if err := h.Keys.Disable(ctx, x.Actor(org.Developer), made.Key.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Keys.Rotate(ctx, x.Actor(org.Developer), made.Key.ID, key.Rotation{Overlap: 0}); code(err) != "key_not_active" {
		t.Errorf("a disabled key: %v", err)
	}
}

func TestARevokedSecretInUseIsWrittenDownOnceAnHour(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx, dev := t.Context(), x.Actor(org.Developer)
		made, err := h.Keys.Create(ctx, dev, mine(x, org.Developer))
		if err != nil {
			t.Fatal(err)
		}
		told := func() (n int, after string) {
			t.Helper()
			away := errors.New("the database is away")
			if err := h.Desk.WriteRefusals(func([]key.Refusal) error { return away }); !errors.Is(err, away) {
				t.Fatal(err)
			}
			if err := h.Desk.WriteRefusals(func(all []key.Refusal) error { return h.Keys.NoteRefusals(ctx, all) }); err != nil {
				t.Fatal(err)
			}
			entries, err := h.Audit.List(ctx, x.Actor(org.Admin), 0, 50)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range entries {
				if e.Action == "key.used_after_revoke" && e.Target == made.Key.ID.String() {
					n++
					if after == "" {
						after = e.After
					}
				}
			}
			return n, after
		}
		text := made.Secret.Reveal()
		if opens(t, h, text); len(h.Desk.Refusals()) > 0 {
			t.Fatal("a good use was told")
		}
		if err := h.Keys.Disable(ctx, dev, made.Key.ID); err != nil {
			t.Fatal(err)
		}
		for range 50 {
			if got := opens(t, h, text); got != "key_disabled" {
				t.Fatal(got)
			}
		}
		if n, after := told(); n != 1 || !strings.Contains(after, `"why":"disabled"`) {
			t.Fatalf("%d entries, %s", n, after)
		}
		h.Clock.Advance(59 * time.Minute)
		opens(t, h, text)
		if n, _ := told(); n != 1 {
			t.Fatalf("%d entries within an hour", n)
		}
		h.Clock.Advance(2 * time.Hour)
		if err := h.Keys.Delete(ctx, dev, made.Key.ID); err != nil {
			t.Fatal(err)
		}
		if got := opens(t, h, text); got != "invalid_key" {
			t.Fatalf("a deleted key says %s", got)
		}
		if n, after := told(); n != 2 || !strings.Contains(after, `"why":"deleted"`) {
			t.Fatalf("%d entries, %s", n, after)
		}
		h.Clock.Advance(key.Remembered + time.Hour)
		if opens(t, h, text); len(h.Desk.Refusals()) > 0 {
			t.Error("a key deleted long ago is still kept in memory")
		}
	})
}

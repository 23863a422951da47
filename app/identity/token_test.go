package identity_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// SQLite's driver reads no years of five digits back: one such token would keep the list from being read.
func TestATokenThatNeverEndsHasNoYearOfFiveDigits(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		admin := h.Found(t, "Acme").Actor(org.Admin)
		in := identity.NewToken{Name: "ci", Role: org.Admin, ExpiresAt: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC).AddDate(0, 0, 1)}
		if _, _, err := h.Identity.CreateToken(t.Context(), admin, in); fault.From(err).Field != "expires_at" {
			t.Errorf("a token until %s: %v", in.ExpiresAt, err)
		}
		if all, err := h.Identity.Tokens(t.Context(), admin); err != nil || len(all) != 0 {
			t.Errorf("the list is %+v: %v", all, err)
		}
	})
}

// A leaver who had a token make another token has made that one, too, however many stand between them.
func TestTokensOfALeaversTokensEndWithThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx := t.Context()
		leaver, err := h.Identity.AddMember(ctx, x.Actor(org.Admin), identity.NewMember{Name: "Mallory", Email: "mallory@acme.test", Role: org.Admin})
		if err != nil {
			t.Fatal(err)
		}
		actor := leaver.Acting(org.Actor{Via: org.ViaWeb})
		for range 3 {
			text, _, err := h.Identity.CreateToken(ctx, actor, identity.NewToken{Name: "ci", Role: org.Admin})
			if err != nil {
				t.Fatal(err)
			}
			if actor, err = h.Identity.Holder(ctx, text); err != nil {
				t.Fatal(err)
			}
			defer func() {
				if _, err := h.Identity.Holder(ctx, text); !fault.Is(err, fault.Unauthenticated) {
					t.Errorf("a token of somebody who left acts as before: %v", err)
				}
			}()
		}
		if err := h.Identity.RemoveMember(ctx, x.Actor(org.Admin), leaver.ID); err != nil {
			t.Fatal(err)
		}
	})
}

// What was given for an hour is over after an hour, and so is whatever it made.
func TestATokenMakesNoneThatOutlivesIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx, end := t.Context(), h.Clock.Now().Add(time.Hour)
		for personal, who := range map[bool]org.Actor{false: x.Actor(org.Admin), true: x.Actor(org.Developer)} {
			text, _, err := h.Identity.CreateToken(ctx, who, identity.NewToken{Name: "short", Role: org.Admin, Personal: personal, ExpiresAt: end})
			if err != nil {
				t.Fatal(err)
			}
			short, err := h.Identity.Holder(ctx, text)
			if err != nil {
				t.Fatal(err)
			}
			for until, refused := range map[time.Time]bool{{}: false, end.Add(time.Second): true, end: false, end.Add(-time.Minute): false} {
				_, made, err := h.Identity.CreateToken(ctx, short, identity.NewToken{Name: "of it", Role: org.Viewer, Personal: personal, ExpiresAt: until})
				if (err != nil) != refused || refused && fault.From(err).Field != "expires_at" || !refused && (made.ExpiresAt.IsZero() || made.ExpiresAt.After(end)) {
					t.Errorf("personal %t, one until %s by one until %s: until %s, %v", personal, until, end, made.ExpiresAt, err)
				}
			}
		}
	})
}

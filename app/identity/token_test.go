package identity_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

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

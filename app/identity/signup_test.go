package identity_test

import (
	"fmt"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Nobody proves that an address is theirs when they found an organization, and a log-in looks at twenty accounts.
func TestNobodyIsLockedOutBySignUpsUnderTheirAddress(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	refused := 0
	for n := range 25 {
		_, _, err := h.Identity.SignUp(t.Context(), from, identity.SignUp{Organization: fmt.Sprintf("Mallory %d", n), Name: "Mallory", Email: "CEO@corp.test", Password: secret.New("mallory's own secret")})
		switch {
		case err == nil:
		case fault.From(err).Field == "email":
			refused++
		default:
			t.Fatal(err)
		}
	}
	if refused != 20 {
		t.Errorf("%d of 25 were refused", refused)
	}
	if _, err := h.Identity.AddMember(t.Context(), x.Actor(org.Admin), identity.NewMember{Name: "CEO", Email: "ceo@corp.test", Role: org.Admin, Password: secret.New(webtest.Password)}); err != nil {
		t.Fatal(err)
	}
	if got, err := h.Identity.LogIn(t.Context(), from, "ceo@corp.test", secret.New(webtest.Password)); err != nil || len(got) != 1 || got[0].Org.ID != x.Org.ID {
		t.Errorf("the owner's log-in: %v, %v", got, err)
	}
}

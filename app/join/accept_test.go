package join_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Single sign-on links whoever it vouches for to the member of their address. So nobody else may have set that member's password.
func TestABareLinkTakesNoAddressThatSingleSignOnVouchesFor(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	admin := f.Found(t, "Acme").Actor(org.Admin)
	f.owned(t, admin, "corp.example", join.Admission{Grant: join.Grant{Role: org.Viewer}})
	connected, only := true, false
	f.Service.Connected = func(context.Context, id.Org) (bool, error) { return connected, nil }
	f.Service.SSO = func(context.Context, id.Org) (bool, error) { return only, nil }
	accept := func(email string) error {
		i, err := f.Invite(t.Context(), admin, join.Invite{Grant: join.Grant{Role: org.Viewer}})
		if err != nil {
			t.Fatal(err)
		}
		_, token, _ := strings.Cut(f.Link(i), "?t=")
		in := somebody("Eve")
		in.Email = email
		_, _, err = f.Accept(t.Context(), from, token, in)
		return err
	}
	if err := accept("Victim@Corp.example"); fault.From(err).Field != "email" {
		t.Errorf("an address that single sign-on vouches for: %v", err)
	}
	if err := accept("guest@elsewhere.example"); err != nil {
		t.Errorf("another address: %v", err)
	}
	if only = true; accept("a@corp.example") != nil {
		t.Error("where nobody has a password, nobody has somebody else's")
	}
	if connected, only = false, false; accept("b@corp.example") != nil {
		t.Error("without an identity provider nobody is linked")
	}
}

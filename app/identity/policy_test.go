package identity_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// equipped says that everybody has a second factor, and every organization an identity provider.
type equipped struct{}

func (equipped) Has(context.Context, id.Org, id.Member) (bool, error) { return true, nil }
func (equipped) Ready(context.Context, id.Org) (bool, error)          { return true, nil }

// Who gets in when single sign-on is down must be able to get in.
func TestADisabledAdminIsNobodysWayIn(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	admin := h.Found(t, "Acme").Actor(org.Admin)
	h.Identity.Factors, h.Identity.Providers = equipped{}, equipped{}
	other, err := h.Identity.AddMember(t.Context(), admin, identity.NewMember{Name: "Bob", Email: "bob@acme.test", Role: org.Admin, Password: secret.New(webtest.Password)})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Identity.DisableMember(t.Context(), admin, other.ID); err != nil {
		t.Fatal(err)
	}
	p := identity.Policy{SSOOnly: true, BreakGlass: other.ID}
	if err := h.Identity.SetPolicy(t.Context(), admin, p, id.Session{}); err == nil || !strings.Contains(err.Error(), "break_glass") && !strings.Contains(err.Error(), "Name an organization admin") {
		t.Errorf("a disabled admin is to get in when the provider is down: %v", err)
	}
	if err := h.Identity.EnableMember(t.Context(), admin, other.ID); err != nil {
		t.Fatal(err)
	}
	if err := h.Identity.SetPolicy(t.Context(), admin, p, id.Session{}); err != nil {
		t.Errorf("enabled again: %v", err)
	}
}

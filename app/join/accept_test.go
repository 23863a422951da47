package join_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/mail/mailtest"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
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

// Single sign-on asks this where it would link somebody to a member of their address who was there before it.
func TestOnlyWhoWroteTheirAddressThemselvesIsUnproven(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := furnish(t, d)
		admin, other := f.Found(t, "Acme").Actor(org.Admin), f.Found(t, "Beta").Actor(org.Admin)
		only := false
		f.Service.SSO = func(context.Context, id.Org) (bool, error) { return only, nil }
		came := func(to string) id.Member {
			i, err := f.Invite(t.Context(), admin, join.Invite{Email: to, Grant: join.Grant{Role: org.Viewer}})
			if err != nil {
				t.Fatal(err)
			}
			_, token, _ := strings.Cut(f.Link(i), "?t=")
			if to != "" {
				token = mailtest.Token(t, f.office.One(t, to))
			}
			in := somebody("Eve")
			in.Email = "eve@corp.example"
			_, m, err := f.Accept(t.Context(), from, token, in)
			if err != nil {
				t.Fatal(err)
			}
			return m.ID
		}
		bare, mailed := came(""), came("ada@corp.example")
		for _, c := range []struct {
			name string
			o    id.Org
			m    id.Member
			only bool
			want bool
		}{
			{"by a bare link", admin.Org, bare, false, true}, {"where passwords let nobody in", admin.Org, bare, true, false},
			{"by a letter", admin.Org, mailed, false, false}, {"who was there first", admin.Org, admin.Member, false, false}, {"of another organization", other.Org, bare, false, false},
		} {
			only = c.only
			if got, err := f.Unproven(t.Context(), c.o, c.m); err != nil || got != c.want {
				t.Errorf("%s: %v, %v", c.name, got, err)
			}
		}
	})
}

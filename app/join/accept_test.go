package join_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
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

// A token that a leaver made dies with them, and so must what it wrote: a link is good for a week, and may make an admin.
func TestAnInvitationThatATokenWroteDiesWithTheTokensMaker(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := furnish(t, d)
		x := f.Found(t, "Acme")
		ctx, admin := t.Context(), x.Actor(org.Admin)
		leaver := f.House.Join(t, x, "mallory", org.Admin)
		program := func(name string, role org.Role, at org.Scope) org.Actor {
			t.Helper()
			text, _, err := f.Identity.CreateToken(ctx, leaver.Acting(org.Actor{}), identity.NewToken{Name: name, Role: role, At: at})
			if err != nil {
				t.Fatal(err)
			}
			a, err := f.Identity.Holder(ctx, text)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		ci, lead := program("ci", org.Admin, org.Scope{}), program("lead", org.Lead, org.OfTeam(x.Org.ID, x.Team))
		links := map[string]string{}
		for name, c := range map[string]struct {
			by, again org.Actor
			grant     join.Grant
		}{
			"written":                 {by: ci, grant: join.Grant{Role: org.Admin}},
			"written by a lead's":     {by: lead, grant: join.Grant{Role: org.Developer, Teams: []id.Team{x.Team}}},
			"sent again by the token": {by: admin, again: ci, grant: join.Grant{Role: org.Admin}},
		} {
			i, err := f.Invite(ctx, c.by, join.Invite{Grant: c.grant})
			if err == nil && !c.again.Org.IsZero() {
				i, err = f.Resend(ctx, c.again, i.ID)
			}
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			_, links[name], _ = strings.Cut(f.Link(i), "?t=")
			if _, err := f.Offer(ctx, links[name]); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if err := f.Identity.RemoveMember(ctx, admin, leaver.ID); err != nil {
			t.Fatal(err)
		}
		for name, token := range links {
			if _, err := f.Offer(ctx, token); !code(err, "invitation_revoked") {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

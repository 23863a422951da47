package sso_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var from = org.Actor{IP: "192.0.2.7", UserAgent: "test", RequestID: "req_1"}

// owned are mail domains that an organization has proven, whichever it is.
type owned []string

func (o owned) Owns(_ context.Context, _ id.Org, domain string) (bool, error) {
	return slices.Contains(o, domain), nil
}

func (owned) Unproven(context.Context, id.Org, id.Member) (bool, error) { return false, nil }

// visited is owned, where one member wrote their address themselves.
type visited struct {
	owned
	by id.Member
}

func (v visited) Unproven(_ context.Context, _ id.Org, m id.Member) (bool, error) {
	return m == v.by, nil
}

// scene is an organization with a provider that lets people of acme.test in as developers.
type scene struct {
	*webtest.House
	t    *testing.T
	idp  *idp
	acme webtest.Tenant
}

func newScene(t *testing.T, d *db.DB) *scene {
	t.Helper()
	h := webtest.NewHouse(t, d)
	s := &scene{h, t, newIDP(t, h.Clock), h.Found(t, "Acme")}
	s.connect(s.acme, nil)
	return s
}

func (s *scene) connect(x webtest.Tenant, change func(*sso.Input)) sso.Provider {
	s.t.Helper()
	p, err := s.SSO.Set(s.t.Context(), x.Actor(org.Admin), s.input(func(in *sso.Input) {
		in.Team = x.Team
		if change != nil {
			change(in)
		}
	}))
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *scene) input(change func(*sso.Input)) sso.Input {
	in := sso.Input{Name: "Test", Issuer: s.idp.issuer(), ClientID: clientID, Secret: secret.New(clientSecret), Provision: true, Domains: []string{"acme.test"}}
	if change != nil {
		change(&in)
	}
	return in
}

// begin goes to the provider as subject and gives what the browser brings back.
func (s *scene) begin(subject string) (sso.Flow, sso.Answer) {
	s.t.Helper()
	at, flow, err := s.SSO.Begin(s.t.Context(), s.acme.Org.Slug, "/keys", id.Member{})
	if err != nil {
		s.t.Fatal(err)
	}
	return flow, sso.Answer{State: flow.State, Code: s.idp.authorize(at, subject)}
}

func (s *scene) logIn(subject string) (sso.Found, error) {
	s.t.Helper()
	flow, a := s.begin(subject)
	return s.SSO.Finish(s.t.Context(), from, flow, a)
}

func (s *scene) member(m id.Member) org.Member {
	s.t.Helper()
	_, out, err := s.Identity.Person(s.t.Context(), s.acme.Org.ID, m)
	if err != nil {
		s.t.Fatal(err)
	}
	return out
}

func TestANewcomerIsLetInOnceAndKnownAfterwards(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		first, err := s.logIn("u1")
		if err != nil {
			t.Fatal(err)
		}
		m := s.member(first.Member)
		if m.Email != "ada@acme.test" || m.Name != "Ada Lovelace" || m.Role != org.Developer || first.Session != "session-u1" || first.Hint == "" {
			t.Fatalf("%+v %+v", m, first)
		}
		s.idp.claims = func(c map[string]any) { c["email"], c["email_verified"] = "renamed@elsewhere.test", false }
		again, err := s.logIn("u1") // the account is issuer and subject, whatever became of the address
		if err != nil || again.Member != first.Member {
			t.Fatalf("%+v, %v", again, err)
		}
		entries, err := s.Audit.List(t.Context(), s.acme.Actor(org.Admin), 0, 3)
		if err != nil || !slices.ContainsFunc(entries, func(e auditRecord) bool { return e.Action == "member.provisioned" && e.TargetName == "ada@acme.test" }) {
			t.Fatalf("audit: %+v, %v", entries, err)
		}
	})
}

func TestGroupsArePlacedAtEveryLogIn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		admin, o := s.acme.Actor(org.Admin), s.acme.Org.ID
		s.connect(s.acme, func(in *sso.Input) { in.GroupClaim, in.Team = "realm.groups", id.Team{} })
		team, other := org.OfTeam(o, s.acme.Team), org.OfTeam(o, s.acme.Other)
		err := s.SSO.SetGroups(t.Context(), admin, []sso.Group{{Name: "leads", Role: org.Lead, At: team}, {Name: "eng", Role: org.Developer, At: team},
			{Name: "guests", Role: org.Viewer, At: team}, {Name: "bosses", Role: org.Admin, At: org.OfOrg(o)}})
		if err != nil {
			t.Fatal(err)
		}
		s.idp.userinfo = map[string]any{"sub": "u1"}                                                               // asked, as the first token names no groups
		must(t, s.Identity.Assign(t.Context(), admin, s.known("u1"), org.Assignment{Role: org.Viewer, At: other})) // given by hand, and named by no mapping
		for _, step := range []struct {
			groups []any
			want   []org.Assignment
		}{
			{[]any{"eng", "leads", "guests"}, []org.Assignment{{Role: org.Lead, At: team}}},
			{[]any{"guests", 7}, []org.Assignment{{Role: org.Viewer, At: team}}},
			{[]any{}, nil},
			{[]any{"unknown", "Leads"}, nil}, // names are compared exactly
			{[]any{"eng", "bosses"}, []org.Assignment{{Role: org.Developer, At: team}, {Role: org.Admin, At: org.OfOrg(o)}}},
			{[]any{"eng"}, []org.Assignment{{Role: org.Developer, At: team}}},
			{[]any{"too many to list"}, []org.Assignment{{Role: org.Developer, At: team}}},
			{nil, nil}, // no claim at all, as providers write an empty one
		} {
			s.idp.claims = func(c map[string]any) {
				switch {
				case step.groups == nil:
				case slices.Equal(step.groups, []any{"too many to list"}):
					c["_claim_names"] = map[string]any{"realm": "src1"}
					c["_claim_sources"] = map[string]any{"src1": map[string]any{"endpoint": "https://graph.test/groups"}}
				default:
					c["realm"] = map[string]any{"groups": step.groups}
				}
			}
			found, err := s.logIn("u1")
			if err != nil {
				t.Fatal(err)
			}
			want := append(step.want, org.Assignment{Role: org.Viewer, At: other})
			if m := s.member(found.Member); !sameRoles(m.Assignments, want) {
				t.Fatalf("groups %v made %v, want %v", step.groups, m.Assignments, want)
			}
		}
	})
}

// known is somebody who has logged in before.
func (s *scene) known(subject string) id.Member {
	s.t.Helper()
	found, err := s.logIn(subject)
	must(s.t, err)
	return found.Member
}

func sameRoles(a, b []org.Assignment) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}

// A mistake at the provider must not leave an organization without an admin.
func TestGroupsNeverTakeTheLastAdmin(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	s.SSO.Domains = owned{"acme.test"}
	s.connect(s.acme, func(in *sso.Input) { in.GroupClaim = "groups" })
	if err := s.SSO.SetGroups(t.Context(), s.acme.Actor(org.Admin), []sso.Group{{Name: "eng", Role: org.Admin, At: org.OfOrg(s.acme.Org.ID)}}); err != nil {
		t.Fatal(err)
	}
	s.idp.claims = func(c map[string]any) { c["email"], c["groups"] = "admin@acme.test", []string{"another"} }
	found, err := s.logIn("boss")
	if err != nil || found.Member != s.acme.Members[org.Admin].ID {
		t.Fatalf("%+v, %v", found, err)
	}
	if m := s.member(found.Member); m.Role != org.Admin {
		t.Fatalf("the last admin is now a %s", m.Role)
	}
}

func TestNobodyMapsGroupsAboveThemselves(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	for _, role := range org.Roles[1:] {
		actor := s.acme.Actor(role)
		if err := s.SSO.SetGroups(t.Context(), actor, []sso.Group{{Name: "x", Role: org.Developer, At: org.OfTeam(actor.Org, s.acme.Team)}}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a %s maps groups: %v", role, err)
		}
		if _, err := s.SSO.Set(t.Context(), actor, s.input(nil)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a %s sets the provider: %v", role, err)
		}
		if err := s.SSO.Remove(t.Context(), actor); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a %s removes the provider: %v", role, err)
		}
	}
	beta := s.Found(t, "Beta")
	o, team := s.acme.Org.ID, org.OfTeam(s.acme.Org.ID, s.acme.Team)
	for name, g := range map[string]sso.Group{
		"a foreign team": {Name: "x", Role: org.Viewer, At: org.OfTeam(o, beta.Team)}, "a foreign organization": {Name: "x", Role: org.Viewer, At: org.OfOrg(beta.Org.ID)},
		"no name": {Role: org.Viewer, At: team}, "nowhere": {Name: "x", Role: org.Viewer}, "no role": {Name: "x", At: team}, "an unknown role": {Name: "x", Role: "owner", At: team},
		"an admin of a team": {Name: "x", Role: org.Admin, At: team}, "at a member": {Name: "x", Role: org.Viewer, At: org.OfMember(o, s.acme.Outsider.ID)},
	} {
		if err := s.SSO.SetGroups(t.Context(), s.acme.Actor(org.Admin), []sso.Group{g}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A program sends all lines again, as it got them and without who mapped them: what was there stays as it was.
func TestALineThatWasThereStaysThoughItsNodeIsArchived(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		admin, ctx := s.acme.Actor(org.Admin), t.Context()
		old := sso.Group{Name: "eng", Role: org.Developer, At: org.OfTeam(s.acme.Org.ID, s.acme.Team)}
		if err := s.SSO.SetGroups(ctx, admin, []sso.Group{old}); err != nil {
			t.Fatal(err)
		}
		before, err := s.SSO.Groups(ctx, admin)
		if err != nil || len(before) != 1 {
			t.Fatal(before, err)
		}
		if err := s.Identity.ArchiveTeam(ctx, admin, s.acme.Team); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(time.Hour)
		other := admin
		other.Label = "a program"
		if err := s.SSO.SetGroups(ctx, other, []sso.Group{old, {Name: "all", Role: org.Viewer, At: org.OfOrg(s.acme.Org.ID)}}); err != nil {
			t.Fatalf("the line that was there is refused: %v", err)
		}
		after, err := s.SSO.Groups(ctx, admin)
		if err != nil || len(after) != 2 {
			t.Fatal(after, err)
		}
		for _, g := range after {
			if g.Name == "eng" && g != before[0] || g.Name == "all" && g.CreatedBy != other.Label {
				t.Errorf("%+v, was %+v", g, before[0])
			}
		}
		fresh := sso.Group{Name: "new", Role: org.Developer, At: old.At, CreatedBy: "x", CreatedAt: before[0].CreatedAt}
		if err := s.SSO.SetGroups(ctx, admin, append(after, fresh)); err == nil {
			t.Error("a line that says itself that it was there is taken")
		}
	})
}

func TestTheAddressHelpsOnlyWhereTheDomainIsProven(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	dev := s.acme.Members[org.Developer]
	s.idp.claims = func(c map[string]any) { c["email"] = dev.Email }
	if _, err := s.logIn("u2"); code(err) != "sso_not_linked" {
		t.Fatalf("taken over by address: %v", err)
	}
	s.SSO.Domains = owned{"acme.test"}
	found, err := s.logIn("u2")
	if err != nil || found.Member != dev.ID {
		t.Fatalf("%+v, %v", found, err)
	}
}

// Somebody with a bare link wrote another's address before there was single sign-on. They would share the account, and what its owner's
// groups give it, if the owner were linked to it.
func TestTheAddressDoesNotHelpWhereAStrangerMayHaveWrittenIt(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	dev, viewer := s.acme.Members[org.Developer], s.acme.Members[org.Viewer]
	s.SSO.Domains = visited{owned{"acme.test"}, dev.ID}
	s.idp.claims = func(c map[string]any) { c["email"] = dev.Email }
	if _, err := s.logIn("u2"); code(err) != "sso_not_linked" {
		t.Errorf("linked to who wrote their address: %v", err)
	}
	s.idp.claims = func(c map[string]any) { c["email"] = viewer.Email }
	if found, err := s.logIn("u3"); err != nil || found.Member != viewer.ID {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestWhoIsLoggedInConnectsTheirOwnAccount(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	dev, viewer := s.acme.Members[org.Developer], s.acme.Members[org.Viewer]
	s.idp.claims = func(c map[string]any) { c["email"], c["email_verified"] = "private@mail.test", false }
	link := func(m id.Member) error {
		at, flow, err := s.SSO.Begin(t.Context(), s.acme.Org.Slug, "", m)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.SSO.Finish(t.Context(), from, flow, sso.Answer{State: flow.State, Code: s.idp.authorize(at, "u3")})
		return err
	}
	if err := link(dev.ID); err != nil {
		t.Fatal(err)
	}
	if found, err := s.logIn("u3"); err != nil || found.Member != dev.ID {
		t.Fatalf("%+v, %v", found, err)
	}
	if err := link(viewer.ID); code(err) != "sso_linked" {
		t.Fatalf("somebody else's account: %v", err)
	}
}

func TestAnotherProviderEndsTheAccountsOfTheOneBefore(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	if _, err := s.logIn("u1"); err != nil {
		t.Fatal(err)
	}
	before, _, _ := s.SSO.Get(t.Context(), s.acme.Actor(org.Admin))
	s.idp = newIDP(t, s.Clock)
	after := s.connect(s.acme, nil)
	if after.ID == before.ID {
		t.Fatal("another issuer is the same provider")
	}
	s.SSO.Domains = nil
	if _, err := s.logIn("u1"); code(err) != "sso_not_linked" { // the same subject elsewhere is somebody else
		t.Fatalf("got %v", err)
	}
}

func TestTheSecretStaysSealedAndIsKept(t *testing.T) {
	t.Parallel()
	s := newScene(t, dbtest.SQLite(t))
	before, _, _ := s.SSO.Get(t.Context(), s.acme.Actor(org.Admin))
	if len(before.Sealed) == 0 || strings.Contains(string(before.Sealed), clientSecret) {
		t.Fatal("the secret is not sealed")
	}
	s.connect(s.acme, func(in *sso.Input) { in.Secret, in.Name = secret.String{}, "Renamed" })
	if _, err := s.logIn("u1"); err != nil {
		t.Fatalf("the secret was lost: %v", err)
	}
	if _, err := s.SSO.Set(t.Context(), s.acme.Actor(org.Admin), s.input(func(in *sso.Input) { in.Secret, in.ClientID = secret.String{}, "other" })); !fault.Is(err, fault.Invalid) {
		t.Fatalf("another client without a secret: %v", err)
	}
	entries, err := s.Audit.List(t.Context(), s.acme.Actor(org.Admin), 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.Contains(e.Before+e.After, clientSecret) {
			t.Fatalf("the audit log knows the secret: %+v", e)
		}
	}
}

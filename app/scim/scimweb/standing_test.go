package scimweb_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func patch(op string) string {
	return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[` + op + `]}`
}

func TestWhomAnAdminDisabledIsInactiveUntilAnAdminSaysOtherwise(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		known := s.want("create", s.ask("POST", "Users", babs), 201).id()
		for what, user := range map[string]string{"known": known, "never written about": s.Members[org.Developer].ID.String()} {
			m := s.member(user)
			if err := s.Identity.DisableMember(t.Context(), s.Actor(org.Admin), m.ID); err != nil {
				t.Fatal(err)
			}
			shown := func(when string, want bool) {
				t.Helper()
				if a := s.want(when, s.ask("GET", "Users/"+user, ""), 200); a.at("active") != want {
					t.Errorf("%s %s: active %v", what, when, a.at("active"))
				}
			}
			shown("disabled", false)
			s.want("a new title", s.ask("PATCH", "Users/"+user, patch(`{"op":"replace","path":"title","value":"Guide"}`)), 200)
			shown("after a change of something else", false)
			s.want("active, says the directory", s.ask("PATCH", "Users/"+user, patch(`{"op":"replace","path":"active","value":true}`)), 200)
			shown("after the directory's word", false)
			if err := s.Identity.EnableMember(t.Context(), s.Actor(org.Admin), m.ID); err != nil {
				t.Fatal(err)
			}
			shown("enabled", true)
			if got := s.member(user); got.ID != m.ID {
				t.Errorf("%s: another membership than before", what)
			}
			if err := s.Identity.DisableMember(t.Context(), s.Actor(org.Admin), m.ID); err != nil {
				t.Fatal(err)
			}
			s.want("gone, says the directory", s.ask("PATCH", "Users/"+user, patch(`{"op":"replace","path":"active","value":false}`)), 200)
			if got, err := db.NewOrgStore(d).Member(t.Context(), s.Org.ID, m.ID); err != nil || got.RemovedAt.IsZero() {
				t.Errorf("%s: an admin's enabling would let a leaver in again: %+v, %v", what, got, err)
			}
			s.want("back, says the directory", s.ask("PATCH", "Users/"+user, patch(`{"op":"replace","path":"active","value":true}`)), 200)
			shown("after inactive and active", false)
			if err := s.Identity.EnableMember(t.Context(), s.Actor(org.Admin), s.member(user).ID); err != nil {
				t.Fatal(err)
			}
			s.want("gone once more", s.ask("PATCH", "Users/"+user, patch(`{"op":"replace","path":"active","value":false}`)), 200)
			s.want("back once more", s.ask("PATCH", "Users/"+user, patch(`{"op":"replace","path":"active","value":true}`)), 200)
			shown("whom an admin had let in again", true)
		}
	})
}

// What an admin decided is about a person, whatever the directory calls them by the time they are back.
func TestWhomADirectoryRenamesWhileTheyAreOutStaysDisabled(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		for who, steps := range map[string][]string{
			"ann": {`{"op":"replace","value":{"userName":"ann.jones@x.test","active":true}}`},
			"bea": {`{"op":"replace","path":"userName","value":"bea.jones@x.test"}`, `{"op":"replace","path":"title","value":"Guide"}`, `{"op":"replace","path":"active","value":true}`},
		} {
			user := s.want("created", s.ask("POST", "Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"`+who+`@x.test","name":{"givenName":"Jo","familyName":"Doe"},"active":true}`), 201).id()
			for range 2 { // of the second membership, whose id is not the user's, it holds as well
				if err := s.Identity.EnableMember(t.Context(), s.Actor(org.Admin), s.member(user).ID); err != nil {
					t.Fatal(err)
				}
				if err := s.Identity.DisableMember(t.Context(), s.Actor(org.Admin), s.member(user).ID); err != nil {
					t.Fatal(err)
				}
				s.want("gone", s.ask("PATCH", "Users/"+user, patch(`{"op":"replace","path":"active","value":false}`)), 200)
				for _, step := range steps {
					s.want(step, s.ask("PATCH", "Users/"+user, patch(step)), 200)
				}
				if a := s.want("back", s.ask("GET", "Users/"+user, ""), 200); a.at("active") != false || s.member(user).Email != who+".jones@x.test" {
					t.Errorf("%s is back as %v", who, a.body)
				}
				s.want("called as before", s.ask("PATCH", "Users/"+user, patch(`{"op":"replace","path":"userName","value":"`+who+`@x.test"}`)), 200)
			}
		}
	})
}

// An admin helps out by hand while the directory says that somebody is gone; then the directory says that they are back.
func TestWhoWasLetInByHandIsTheDirectorysAgainWhenItSaysSo(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		known := s.want("create", s.ask("POST", "Users", babs), 201).id()
		was := s.member(known)
		s.want("gone", s.ask("PATCH", "Users/"+known, patch(`{"op":"replace","path":"active","value":false}`)), 200)
		m, err := s.Identity.AddMember(t.Context(), s.Actor(org.Admin), identity.NewMember{Name: "By Hand", Email: was.Email, Role: org.Viewer})
		if err != nil {
			t.Fatal(err)
		}
		s.want("back", s.ask("PATCH", "Users/"+known, patch(`{"op":"replace","path":"active","value":true}`)), 200)
		if got := s.member(known); got.ID != m.ID || got.Name != was.Name {
			t.Errorf("the user is %+v, not who was let in by hand", got)
		}
		s.want("gone again", s.ask("PATCH", "Users/"+known, patch(`{"op":"replace","path":"active","value":false}`)), 200)
		if got, err := db.NewOrgStore(d).Member(t.Context(), s.Org.ID, m.ID); err != nil || got.RemovedAt.IsZero() {
			t.Errorf("the directory does not get them out: %+v %v", got, err)
		}
	})
}

func TestLeavingAGroupGivesTheLowerRoleBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		who := s.Members[org.Developer].ID.String() // a developer of s.Team, from before
		role := func(what string, want org.Role) {
			t.Helper()
			m := s.member(who)
			for _, a := range m.Assignments {
				if a.At == org.OfTeam(s.Org.ID, s.Team) {
					if a.Role != want {
						t.Errorf("%s: %s, want %s", what, a.Role, want)
					}
					return
				}
			}
			t.Errorf("%s: no role in the team, want %s", what, want)
		}
		group := func(name string, r org.Role) string {
			t.Helper()
			g := s.want(name, s.ask("POST", "Groups", fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":%q,"members":[{"value":%q}]}`, name, who)), 201)
			which, err := id.ParseGroup(g.id())
			if err != nil {
				t.Fatal(err)
			}
			if err := s.directory.Map(t.Context(), s.Actor(org.Admin), which, identity.Grant{Role: r, Teams: []id.Team{s.Team}}); err != nil {
				t.Fatal(err)
			}
			return g.id()
		}
		role("before", org.Developer)
		leads := group("Leads", org.Lead)
		role("a lead by the group", org.Lead)
		s.want("written again", s.ask("PATCH", "Users/"+who, patch(`{"op":"replace","path":"title","value":"Guide"}`)), 200)
		s.want("the group ends", s.ask("DELETE", "Groups/"+leads, ""), 204)
		role("after the group", org.Developer)

		again := group("Leads again", org.Lead)
		if err := s.Identity.Assign(t.Context(), s.Actor(org.Admin), s.member(who).ID, org.Assignment{Role: org.Viewer, At: org.OfTeam(s.Org.ID, s.Team)}); err != nil {
			t.Fatal(err)
		}
		s.want("the group ends", s.ask("DELETE", "Groups/"+again, ""), 204)
		role("an admin has changed it meanwhile", org.Viewer)
	})
}

func TestAChangeOfAttributesAloneIsInTheAuditLog(t *testing.T) {
	t.Parallel()
	s := serve(t, dbtest.SQLite(t))
	user := s.want("create", s.ask("POST", "Users", babs), 201).id()
	entries := func() (n int64) {
		t.Helper()
		all, err := s.Audit.List(t.Context(), org.System(s.Org.ID, "test"), 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		return all[0].Seq
	}
	before := entries()
	s.want("a new title", s.ask("PATCH", "Users/"+user, patch(`{"op":"replace","path":"title","value":"Guide"}`)), 200)
	if n := entries() - before; n != 1 {
		t.Errorf("a new title left %d entries", n)
	}
	s.want("the same title", s.ask("PATCH", "Users/"+user, patch(`{"op":"replace","path":"title","value":"Guide"}`)), 200)
	if n := entries() - before; n != 1 {
		t.Errorf("nothing new left %d entries", n-1)
	}
}

// A directory that says neither emails nor displayName changes what they follow from: the user name and the parts of the name.
func TestAPatchChangesWhatTheDirectoryNeverSaidOutright(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		made := s.want("created", s.ask("POST", "Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"grace.hopper@x.test","name":{"givenName":"Grace","familyName":"Hopper"},"active":true}`), 201)
		change := func(what, operation, name, email string) {
			t.Helper()
			s.want(what, s.ask("PATCH", "Users/"+made.id(), patch(operation)), 200)
			if m := s.member(made.id()); m.Name != name || m.Email != email {
				t.Errorf("%s: %s <%s>, want %s <%s>", what, m.Name, m.Email, name, email)
			}
		}
		change("title alone", `{"op":"replace","path":"title","value":"Admiral"}`, "Grace Hopper", "grace.hopper@x.test")
		change("family name", `{"op":"replace","path":"name.familyName","value":"Murray"}`, "Grace Murray", "grace.hopper@x.test")
		change("user name", `{"op":"Replace","path":"userName","value":"grace.murray@x.test"}`, "Grace Murray", "grace.murray@x.test")
		change("an address of its own", `{"op":"Add","path":"emails[type eq \"work\"].value","value":"gm@x.test"}`, "Grace Murray", "gm@x.test")
		change("user name beside it", `{"op":"Replace","path":"userName","value":"grace@x.test"}`, "Grace Murray", "gm@x.test")

		plain := s.want("found", s.ask("GET", "Users?filter="+url.QueryEscape(`userName eq "`+s.Members[org.Developer].Email+`"`), ""), 200).at("Resources", 0, "id")
		was := s.Members[org.Developer]
		s.want("somebody it never wrote about", s.ask("PATCH", "Users/"+plain.(string), patch(`{"op":"add","path":"title","value":"Engineer"}`)), 200)
		if m := s.member(plain.(string)); m.Name != was.Name || m.Email != was.Email {
			t.Errorf("%s <%s> is %s <%s> now", was.Name, was.Email, m.Name, m.Email)
		}
	})
}

// A directory's token has no end, so one that has makes none: it would be there for ever.
func TestATokenThatEndsMakesNoneForADirectory(t *testing.T) {
	t.Parallel()
	s := serve(t, dbtest.SQLite(t))
	ctx := t.Context()
	_, old, err := s.directory.CreateToken(ctx, s.Actor(org.Admin), "Entra")
	if err != nil {
		t.Fatal(err)
	}
	for end, refused := range map[time.Time]bool{{}: false, s.Clock.Now().Add(time.Hour): true} {
		text, _, err := s.Identity.CreateToken(ctx, s.Actor(org.Admin), identity.NewToken{Name: "ci", Role: org.Admin, ExpiresAt: end})
		if err != nil {
			t.Fatal(err)
		}
		actor, err := s.Identity.Holder(ctx, text)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.directory.CreateToken(ctx, actor, "of it"); fault.Is(err, fault.Forbidden) != refused || err != nil != refused {
			t.Errorf("by a token until %s: %v", end, err)
		}
		if !refused {
			continue
		}
		if _, _, err := s.directory.RotateToken(ctx, actor, old.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the other's secret, by a token until %s: %v", end, err)
		}
	}
}

func TestANarrowedTokenMakesNoTokenForADirectory(t *testing.T) {
	t.Parallel()
	s := serve(t, dbtest.SQLite(t))
	ctx, actor := t.Context(), s.Actor(org.Admin)
	_, old, err := s.directory.CreateToken(ctx, actor, "Entra")
	if err != nil {
		t.Fatal(err)
	}
	actor.Scopes = org.Scopes{"directory:write"}
	if _, _, err := s.directory.CreateToken(ctx, actor, "mine"); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a new one: %v", err)
	}
	if _, _, err := s.directory.RotateToken(ctx, actor, old.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the other's secret: %v", err)
	}
	if err := s.directory.RevokeToken(ctx, actor, old.ID); err != nil {
		t.Errorf("ending one gives nobody anything: %v", err)
	}
}

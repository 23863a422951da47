package identity_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var from = org.Actor{IP: "192.0.2.7", UserAgent: "test", RequestID: "req_1"}

func signUp(name, email string) identity.SignUp {
	return identity.SignUp{Organization: name, Name: "Ada", Email: email, Password: secret.New(webtest.Password)}
}

func TestSignUpMakesAnOrganizationThatItsAdminCanEnter(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		o, m, err := h.Identity.SignUp(t.Context(), from, signUp("Acme, Inc.", "Ada@Acme.test"))
		if err != nil {
			t.Fatal(err)
		}
		if o.Slug != "acme-inc" || o.Zone != "UTC" || m.Role != org.Admin || m.Email != "ada@acme.test" || len(m.Teams) != 1 {
			t.Fatalf("got %+v %+v", o, m)
		}
		found, err := h.Identity.LogIn(t.Context(), from, " ADA@acme.test", secret.New(webtest.Password))
		if err != nil || len(found) != 1 || found[0].Member.ID != m.ID || found[0].Org.ID != o.ID || len(found[0].Member.Teams) != 1 {
			t.Fatalf("log-in: %+v, %v", found, err)
		}
		sealed, err := h.Keyring.Seal(t.Context(), o.ID, "t", "c", "r", secret.New("x"))
		if err != nil {
			t.Fatalf("no data key: %v", err)
		}
		if _, err := h.Keyring.Open(t.Context(), o.ID, "t", "c", "r", sealed); err != nil {
			t.Fatal(err)
		}
		actor := org.Actor{Org: o.ID, Member: m.ID, Role: org.Admin}
		entries, err := h.Audit.List(t.Context(), actor, 0, 10)
		if err != nil || len(entries) != 1 || entries[0].Action != "organization.created" || entries[0].Actor != "ada@acme.test" || entries[0].IP != "192.0.2.7" {
			t.Fatalf("audit: %+v, %v", entries, err)
		}
		if n, err := h.Audit.Verify(t.Context(), o.ID); n != 1 || err != nil {
			t.Fatalf("verify: %d, %v", n, err)
		}
	})
}

func TestTheSameNameGetsAnotherSlug(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	for _, want := range []string{"acme", "acme-2", "acme-3"} {
		o, _, err := h.Identity.SignUp(t.Context(), from, signUp("Acme", "ada@acme.test"))
		if err != nil || o.Slug != want {
			t.Fatalf("got %q, %v, want %q", o.Slug, err, want)
		}
	}
}

type welcome struct{ err error }

func (w welcome) Prepare(context.Context, org.Actor, org.Organization) error { return w.err }

func TestSignUpIsAllOrNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		h.Identity.Welcome = welcome{errors.New("the sandbox broke")}
		if _, _, err := h.Identity.SignUp(t.Context(), from, signUp("Acme", "ada@acme.test")); err == nil {
			t.Fatal("no error")
		}
		if taken, err := db.NewOrgStore(d).SlugTaken(t.Context(), "acme"); taken || err != nil {
			t.Fatalf("half an organization was left: %v", err)
		}
		if _, err := h.Identity.LogIn(t.Context(), from, "ada@acme.test", secret.New(webtest.Password)); !fault.Is(err, fault.Unauthenticated) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestSignUpNamesEveryWrongField(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	_, _, err := h.Identity.SignUp(t.Context(), from, identity.SignUp{Email: "x", Password: secret.New("short"), Zone: "Mars/Base"})
	for _, want := range []string{"organization's name", "your name", "e-mail address", "time zone", "at least 12 characters"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no word of %q in %v", want, err)
		}
	}
}

func TestGuessablePasswordsAreRefused(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	for _, bad := range []string{"", "elevenchars", "aaaaaaaaaaaaaa", "abcabcabcabc1", "123456789012", "password1234", "P@ssw0rd2026!", "qwertyuiop123",
		"ada@acme.test", "ada@acme.test1", "Acme Rockets1", "abcdefghijklm", "summerwinter2026", "hello.hello.hello", "1q2w3e4r1q2w3e4r", "Passwort-2026", strings.Repeat("x y", 100), "twelve\xffbytes!"} {
		in := signUp("Acme Rockets", "ada@acme.test")
		in.Password = secret.New(bad)
		if _, _, err := h.Identity.SignUp(t.Context(), from, in); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: got %v", bad, err)
		}
	}
	for _, good := range []string{"purple tin monday", "Acme rockets fly very high", "ünïcode päss"} {
		in := signUp("Acme Rockets", "ada@acme.test")
		in.Password = secret.New(good)
		if _, _, err := h.Identity.SignUp(t.Context(), from, in); err != nil {
			t.Errorf("%q: got %v", good, err)
		}
	}
}

func TestLogInTellsNothingAboutWhoExists(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	gone := h.Join(t, x, "gone", org.Developer, x.Team)
	if err := h.Identity.RemoveMember(t.Context(), x.Actor(org.Admin), gone.ID); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, c := range [][2]string{{"admin@acme.test", "wrong password 1"}, {"nobody@acme.test", webtest.Password}, {"gone@acme.test", webtest.Password}, {"", ""}} {
		_, err := h.Identity.LogIn(t.Context(), from, c[0], secret.New(c[1]))
		if !fault.Is(err, fault.Unauthenticated) {
			t.Fatalf("%v: got %v", c, err)
		}
		texts = append(texts, err.Error())
	}
	for _, s := range texts[1:] {
		if s != texts[0] {
			t.Errorf("answers differ: %q and %q", texts[0], s)
		}
	}
}

func TestGuessingIsSlowedDownPerAddressAndEmail(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	h.Found(t, "Acme")
	for _, email := range []string{"admin@acme.test", "nobody@acme.test"} { // known and unknown alike
		tries := 0
		var f *fault.Error
		for ; tries < 50; tries++ {
			_, err := h.Identity.LogIn(t.Context(), from, email, secret.New("wrong password 1"))
			if errors.As(err, &f) && f.Kind == fault.Limited {
				break
			}
		}
		if tries != 5 || f.RetryAfter <= 0 || f.RetryAfter > time.Minute {
			t.Fatalf("%s: limited after %d tries for %v", email, tries, f.RetryAfter)
		}
	}
	elsewhere := from
	elsewhere.IP = "198.51.100.1"
	if _, err := h.Identity.LogIn(t.Context(), elsewhere, "admin@acme.test", secret.New(webtest.Password)); err != nil {
		t.Fatalf("the owner is locked out by somebody else's guesses: %v", err)
	}
	h.Clock.Advance(time.Minute)
	if _, err := h.Identity.LogIn(t.Context(), from, "admin@acme.test", secret.New(webtest.Password)); err != nil {
		t.Fatalf("after the pause: %v", err)
	}
	if _, err := h.Identity.LogIn(t.Context(), from, "admin@acme.test", secret.New("wrong password 1")); !fault.Is(err, fault.Unauthenticated) {
		t.Fatalf("success did not forgive: %v", err)
	}
}

func TestOneAddressInTwoOrganizationsIsTwoAccounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		a, b := h.Found(t, "Acme"), h.Found(t, "Beta")
		ctx := t.Context()
		for _, x := range []webtest.Tenant{a, b} {
			if _, err := h.Identity.AddMember(ctx, x.Actor(org.Admin), identity.NewMember{Name: "Both", Email: "both@x.test", Role: org.Viewer, Password: secret.New(webtest.Password)}); err != nil {
				t.Fatal(err)
			}
		}
		found, err := h.Identity.LogIn(ctx, from, "both@x.test", secret.New(webtest.Password))
		if err != nil || len(found) != 2 || found[0].Org.ID == found[1].Org.ID {
			t.Fatalf("got %+v, %v", found, err)
		}
		again := identity.NewMember{Name: "Both", Email: "BOTH@x.test", Role: org.Viewer}
		if _, err := h.Identity.AddMember(ctx, a.Actor(org.Admin), again); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a second membership in one organization: %v", err)
		}
		if err := h.Identity.RemoveMember(ctx, a.Actor(org.Admin), memberIn(found, a)); err != nil {
			t.Fatal(err)
		}
		found, err = h.Identity.LogIn(ctx, from, "both@x.test", secret.New(webtest.Password))
		if err != nil || len(found) != 1 || found[0].Org.ID != b.Org.ID {
			t.Fatalf("after leaving one: %+v, %v", found, err)
		}
		if _, err := h.Identity.AddMember(ctx, a.Actor(org.Admin), again); err != nil {
			t.Fatalf("coming back: %v", err)
		}
	})
}

// A sign-up proves no address, so anybody can have a password of their own under somebody's.
func TestAnAccountOfOnesOwnUnderTheSameAddressForgivesNoGuesses(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	ctx, victim, other := t.Context(), "admin@acme.test", secret.New("quite another secret")
	h.Found(t, "Acme")
	m, err := h.Identity.AddMember(ctx, h.Found(t, "Beta").Actor(org.Admin), identity.NewMember{Name: "Eve", Email: victim, Role: org.Viewer, Password: other})
	if err != nil {
		t.Fatal(err)
	}
	actor := m.Acting(from)
	for what, pardon := range map[string]func() error{
		"logging in":            func() error { _, err := h.Identity.LogIn(ctx, from, victim, other); return err },
		"changing the password": func() error { return h.Identity.ChangePassword(ctx, actor, other, other) },
	} {
		tries := 0
		for ; tries < 50; tries++ {
			if _, err := h.Identity.LogIn(ctx, from, victim, secret.New("wrong password 1")); fault.Is(err, fault.Limited) {
				break
			}
			if tries < 4 { // the fifth wrong one brings a pause for all
				if err := pardon(); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
			}
		}
		if tries != 5 {
			t.Errorf("%s: limited after %d tries", what, tries)
		}
		h.Clock.Advance(time.Minute)
		for range 10 { // the owner of either is not locked out, though nothing is forgiven
			if _, err := h.Identity.LogIn(ctx, from, victim, secret.New(webtest.Password)); err != nil {
				t.Fatalf("after the pause: %v", err)
			}
		}
		h.Clock.Advance(time.Hour)
	}
}

func TestRemovingAMemberEndsTheirSessions(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx := t.Context()
		m := x.Members[org.Developer]
		sessions := db.NewSessionStore(d)
		data := []byte(`{"values":{"org":"` + x.Org.ID.String() + `","member":"` + m.ID.String() + `"}}`)
		later := h.Clock.Now().Add(time.Hour)
		if err := sessions.CommitCtx(ctx, "hash", data, later); err != nil {
			t.Fatal(err)
		}
		if _, found, err := sessions.FindCtx(ctx, "hash"); !found || err != nil {
			t.Fatalf("stored session: %v, %v", found, err)
		}
		if err := h.Identity.RemoveMember(ctx, x.Actor(org.Admin), m.ID); err != nil {
			t.Fatal(err)
		}
		if err := sessions.CommitCtx(ctx, "hash", data, later); err != nil { // a request that was under way saves
			t.Fatal(err)
		}
		if _, found, err := sessions.FindCtx(ctx, "hash"); found || err != nil {
			t.Fatalf("the session lives: %v", err)
		}
		if _, _, err := h.Identity.Person(ctx, x.Org.ID, m.ID); !fault.Is(err, fault.Unauthenticated) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestAChangedPasswordEndsAllSessions(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	ctx, actor := t.Context(), x.Actor(org.Viewer)
	sessions := db.NewSessionStore(h.DB)
	if err := sessions.CommitCtx(ctx, "hash", []byte(`{"values":{"org":"`+actor.Org.String()+`","member":"`+actor.Member.String()+`"}}`), h.Clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := h.Identity.ChangePassword(ctx, actor, secret.New("not the old one"), secret.New("a brand new secret")); !fault.Is(err, fault.Invalid) {
		t.Fatalf("wrong current password: %v", err)
	}
	if err := h.Identity.ChangePassword(ctx, actor, secret.New(webtest.Password), secret.New("a brand new secret")); err != nil {
		t.Fatal(err)
	}
	if _, found, _ := sessions.FindCtx(ctx, "hash"); found {
		t.Fatal("an old session lives")
	}
	if _, err := h.Identity.LogIn(ctx, from, actor.Label, secret.New(webtest.Password)); !fault.Is(err, fault.Unauthenticated) {
		t.Fatalf("the old password works: %v", err)
	}
	if _, err := h.Identity.LogIn(ctx, from, actor.Label, secret.New("a brand new secret")); err != nil {
		t.Fatal(err)
	}
}

func TestAdminsCannotLockTheirOrganizationOut(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	ctx, admin := t.Context(), x.Actor(org.Admin)
	token := org.Actor{Org: x.Org.ID, Role: org.Admin, Label: "token: x"}
	for name, err := range map[string]error{
		"remove oneself":      h.Identity.RemoveMember(ctx, admin, admin.Member),
		"change own role":     h.Identity.Place(ctx, admin, admin.Member, nil, id.Team{}),
		"remove the last one": h.Identity.RemoveMember(ctx, token, admin.Member),
		"demote the last one": h.Identity.Place(ctx, token, admin.Member, nil, id.Team{}),
		"lead removes":        h.Identity.RemoveMember(ctx, x.Actor(org.Lead), x.Members[org.Viewer].ID),
		"manager adds a admin": func() error {
			_, err := h.Identity.AddMember(ctx, x.Actor(org.Manager), identity.NewMember{})
			return err
		}(),
	} {
		if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := h.Identity.Assign(ctx, admin, x.Members[org.Viewer].ID, org.Assignment{Role: org.Admin, At: org.OfOrg(x.Org.ID)}); err != nil {
		t.Fatal(err)
	}
	if err := h.Identity.RemoveMember(ctx, token, admin.Member); err != nil {
		t.Fatalf("with another admin left: %v", err)
	}
}

func TestPeopleSeeTheirPartOfTheTree(t *testing.T) {
	t.Parallel()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	x := h.Found(t, "Acme")
	h.Found(t, "Beta")
	for r, want := range map[org.Role][2]int{org.Admin: {3, 6}, org.Manager: {2, 6}, org.Lead: {1, 5}, org.Developer: {1, 5}, org.Viewer: {1, 5}} {
		teams, err1 := h.Identity.Teams(t.Context(), x.Actor(r))
		members, err2 := h.Identity.Members(t.Context(), x.Actor(r))
		if err := errors.Join(err1, err2); err != nil || len(teams) != want[0] || len(members) != want[1] {
			t.Errorf("%s sees %d teams and %d members, want %v (%v)", r, len(teams), len(members), want, err)
		}
	}
}

func TestTokensActUntilTheyEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x := h.Found(t, "Acme")
		ctx, admin := t.Context(), x.Actor(org.Admin)
		text, tok, err := h.Identity.CreateToken(ctx, admin, identity.NewToken{Name: "ci", Role: org.Lead, ExpiresAt: h.Clock.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		got, err := h.Identity.Holder(ctx, text)
		if err != nil || got.Org != x.Org.ID || got.Role != org.Lead || got.Label != "token: ci" {
			t.Fatalf("got %+v, %v", got, err)
		}
		h.Identity.Random = &tape{}
		real, _, err := h.Identity.CreateToken(ctx, admin, identity.NewToken{Name: "taped", Role: org.Lead})
		if err != nil {
			t.Fatal(err)
		}
		forged, _, err := secret.Mint(&tape{}, secret.ManagementToken, secret.Live)
		if err != nil || real.Reveal()[:25] != forged.Reveal()[:25] {
			t.Fatalf("the forgery is no good: %v", err)
		}
		wrong := text.Reveal()[:len(text.Reveal())-1] + "!"
		virtual, _, _ := secret.Mint(nil, secret.VirtualKey, secret.Live)
		unknown, _, _ := secret.Mint(nil, secret.ManagementToken, secret.Live)
		for _, bad := range []secret.String{secret.New(wrong), forged, virtual, unknown, secret.New("")} {
			if _, err := h.Identity.Holder(ctx, bad); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("got %v", err)
			}
		}
		h.Clock.Advance(time.Hour)
		if _, err := h.Identity.Holder(ctx, text); !fault.Is(err, fault.Unauthenticated) || fault.From(err).Code != "token_expired" {
			t.Errorf("expired: %v", err)
		}
		h.Clock.Advance(-time.Minute)
		if err := h.Identity.RevokeToken(ctx, admin, tok.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Identity.Holder(ctx, text); fault.From(err).Code != "token_revoked" {
			t.Errorf("revoked: %v", err)
		}
		beta := h.Found(t, "Beta")
		if err := h.Identity.RevokeToken(ctx, beta.Actor(org.Admin), tok.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another tenant's token: %v", err)
		}
		if _, _, err := h.Identity.CreateToken(ctx, x.Actor(org.Manager), identity.NewToken{Name: "x", Role: org.Viewer}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a manager makes a token: %v", err)
		}
	})
}

func memberIn(found []identity.Match, x webtest.Tenant) id.Member {
	for _, f := range found {
		if f.Org.ID == x.Org.ID {
			return f.Member.ID
		}
	}
	return id.Member{}
}

// tape gives the same first 64 bytes every time, so that two mints share their public id and nothing else.
type tape struct{ used bool }

func (r *tape) Read(b []byte) (int, error) {
	if r.used {
		return rand.Read(b)
	}
	r.used = true
	for i := range b {
		b[i] = byte(i)
	}
	return len(b), nil
}

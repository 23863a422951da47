package join_test

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/mail/mailtest"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// zone is a DNS that holds what a test puts in.
type zone struct {
	mu      sync.Mutex
	records map[string][]string
	away    bool
	asked   func() // what happens while DNS is asked
}

func (z *zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if z.asked != nil {
		z.asked()
	}
	if z.away {
		return nil, &net.DNSError{Err: "server misbehaving", Name: name, IsTemporary: true}
	}
	if r := z.records[name]; r != nil {
		return r, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (z *zone) publish(d join.Domain) {
	z.mu.Lock()
	defer z.mu.Unlock()
	name, value := d.Record()
	z.records[name+"."] = append(z.records[name+"."], "v=spf1 -all", value)
}

func (z *zone) remove(d join.Domain) {
	z.mu.Lock()
	defer z.mu.Unlock()
	name, _ := d.Record()
	delete(z.records, name+".")
}

type fixture struct {
	*webtest.House
	*join.Service
	office *mailtest.Office
	zone   *zone
	now    func() time.Time
}

func furnish(t *testing.T, d *db.DB) *fixture {
	t.Helper()
	h := webtest.NewHouse(t, d)
	f := &fixture{House: h, office: mailtest.New(t, d, h.Clock, h.IDs, h.Master), zone: &zone{records: map[string][]string{}}, now: h.Clock.Now}
	f.Service = join.New(join.Parts{Store: db.NewJoinStore(d), Orgs: db.NewOrgStore(d), People: h.Identity, Post: f.office.Post, Links: f.office.Links, Tx: d,
		Audit: h.Audit, DNS: f.zone, Clock: h.Clock, IDs: h.IDs, Log: slog.New(slog.DiscardHandler)})
	for k, c := range f.Composers() {
		f.office.Courier.Composers[k] = c
	}
	return f
}

func (f *fixture) wait(d time.Duration) { f.House.Clock.Advance(d) }

var from = org.Actor{IP: "192.0.2.7", UserAgent: "test", RequestID: "req_1"}

func somebody(name string) join.Acceptance {
	return join.Acceptance{Name: name, Password: secret.New(webtest.Password)}
}

func code(err error, want string) bool { return err != nil && fault.From(err).Code == want }

func second[A any](_ A, err error) error { return err }

func TestAnInvitationLetsItsPersonInOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := furnish(t, d)
		x := f.Found(t, "Acme")
		i, err := f.Invite(t.Context(), x.Actor(org.Admin), join.Invite{Email: " New@Acme.test", Name: "New", Grant: join.Grant{Role: org.Lead, Teams: []id.Team{x.Team}}})
		if err != nil {
			t.Fatal(err)
		}
		if f.Link(i) != "" {
			t.Error("a mailed invitation's link is shown to its author: accepting it would prove nothing")
		}
		letter := f.office.One(t, "new@acme.test")
		for _, want := range []string{"Acme", "admin@acme.test", "Team lead", "General", "once"} {
			if !strings.Contains(letter.Text, want) {
				t.Errorf("the letter lacks %q:\n%s", want, letter.Text)
			}
		}
		token := mailtest.Token(t, letter)
		offer, err := f.Offer(t.Context(), token)
		if err != nil || offer.Organization.ID != x.Org.ID || offer.Email != "new@acme.test" || offer.Role != org.Lead || len(offer.Teams) != 1 {
			t.Fatalf("offer %+v, %v", offer, err)
		}
		if _, _, err := f.Accept(t.Context(), from, token, join.Acceptance{Name: "New", Password: secret.New("short")}); !fault.Is(err, fault.Invalid) {
			t.Fatalf("a short password: %v", err)
		}
		var wg sync.WaitGroup
		var won atomic.Int64
		for range 4 {
			wg.Go(func() {
				in := somebody("New Person")
				in.Email = "eve@evil.test" // the letter's address counts
				_, m, err := f.Accept(t.Context(), from, token, in)
				if err != nil {
					if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
						t.Error(err)
					}
					return
				}
				won.Add(1)
				if m.Email != "new@acme.test" || m.Role != org.Lead || len(m.Teams) != 1 || m.Teams[0] != x.Team {
					t.Errorf("came in as %+v", m)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Fatalf("accepted %d times", won.Load())
		}
		if found, err := f.Identity.LogIn(t.Context(), from, "new@acme.test", secret.New(webtest.Password)); err != nil || len(found) != 1 {
			t.Errorf("log-in: %v, %v", found, err)
		}
		if _, err := f.Offer(t.Context(), token); !code(err, "invitation_used") {
			t.Errorf("replayed: %v", err)
		}
		all, letters, err := f.Invitations(t.Context(), x.Actor(org.Admin))
		if err != nil || len(all) != 1 || all[0].State(f.now()) != join.Accepted || all[0].Member.IsZero() || letters[i.ID.UUID()].SentAt.IsZero() {
			t.Errorf("list: %+v %+v %v", all, letters, err)
		}
	})
}

func TestADeadInvitationSaysWhyToItsHolderOnly(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	x, other := f.Found(t, "Acme"), f.Found(t, "Beta")
	admin := x.Actor(org.Admin)
	invite := func(email string) (join.Invitation, string) {
		t.Helper()
		i, err := f.Invite(t.Context(), admin, join.Invite{Email: email, Grant: join.Grant{Role: org.Viewer}})
		if err != nil {
			t.Fatal(err)
		}
		return i, mailtest.Token(t, f.office.One(t, email))
	}
	want := func(what, token, wanted string) {
		t.Helper()
		if _, err := f.Offer(t.Context(), token); !code(err, wanted) {
			t.Errorf("%s: %v, want %s", what, err, wanted)
		}
		if _, _, err := f.Accept(t.Context(), from, token, somebody("x")); !code(err, wanted) {
			t.Errorf("accepting %s: %v, want %s", what, err, wanted)
		}
	}
	i, token := invite("a@x.test")
	want("a forged code", token[:len(token)-4]+"AAAA", "link_dead")
	want("another organization's", other.Org.ID.UUID()+token[36:], "link_dead")
	want("an unknown id", strings.Replace(token, i.ID.UUID(), id.NewInvitation(f.House.IDs).UUID(), 1), "link_dead")
	want("nonsense", "x.y.z", "link_dead")

	if _, err := f.Resend(t.Context(), admin, i.ID); err != nil {
		t.Fatal(err)
	}
	want("the link before it was sent again", token, "link_dead")
	token = mailtest.Token(t, f.office.One(t, "a@x.test"))
	if err := f.Revoke(t.Context(), admin, i.ID); err != nil {
		t.Fatal(err)
	}
	want("a revoked one", token, "invitation_revoked")
	for what, err := range map[string]error{"revoking again": f.Revoke(t.Context(), admin, i.ID), "resending a revoked one": second(f.Resend(t.Context(), admin, i.ID))} {
		if !code(err, "invitation_closed") {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, err := range map[string]error{"another tenant revokes": f.Revoke(t.Context(), other.Actor(org.Admin), i.ID),
		"another tenant resends": second(f.Resend(t.Context(), other.Actor(org.Admin), i.ID))} {
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", what, err)
		}
	}

	old, token := invite("b@x.test")
	f.wait(7 * 24 * time.Hour)
	want("an expired one", token, "invitation_expired")
	if _, err := f.Resend(t.Context(), admin, old.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Offer(t.Context(), mailtest.Token(t, f.office.One(t, "b@x.test"))); err != nil {
		t.Errorf("sent again after it expired: %v", err)
	}
	if _, err := f.Invite(t.Context(), admin, join.Invite{Email: "b@x.test", Grant: join.Grant{Role: org.Viewer}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("two open invitations for one address: %v", err)
	}
	f.wait(7 * 24 * time.Hour)
	invite("b@x.test") // the expired one does not stand in the way
}

func TestNobodyInvitesAboveThemselves(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	x := f.Found(t, "Acme")
	foreign := f.Found(t, "Beta").Team
	for _, c := range []struct {
		by, as org.Role
		teams  []id.Team
		ok     bool
	}{
		{org.Admin, org.Admin, nil, true},
		{org.Admin, org.Developer, []id.Team{x.Other}, true},
		{org.Admin, org.Developer, []id.Team{foreign}, false},
		{org.Admin, "owner", nil, false},
		{org.Manager, org.Admin, []id.Team{x.Team}, false},
		{org.Manager, org.Manager, []id.Team{x.Team}, false},
		{org.Manager, org.Lead, []id.Team{x.Team}, true},
		{org.Manager, org.Lead, []id.Team{x.AwayTeam}, false},
		{org.Lead, org.Manager, []id.Team{x.Team}, false},
		{org.Lead, org.Lead, []id.Team{x.Team}, false},
		{org.Lead, org.Developer, []id.Team{x.Team}, true},
		{org.Lead, org.Developer, nil, false},
		{org.Lead, org.Developer, []id.Team{x.Other}, false},
		{org.Lead, org.Developer, []id.Team{x.Team, x.Other}, false},
		{org.Developer, org.Viewer, []id.Team{x.Team}, false},
		{org.Viewer, org.Viewer, []id.Team{x.Team}, false},
	} {
		_, err := f.Invite(t.Context(), x.Actor(c.by), join.Invite{Name: "x", Grant: join.Grant{Role: c.as, Teams: c.teams}})
		if (err == nil) != c.ok {
			t.Errorf("%s invites a %s into %d teams: %v", c.by, c.as, len(c.teams), err)
		}
	}
	all, _, err := f.Invitations(t.Context(), x.Actor(org.Admin))
	if err != nil || len(all) != 4 {
		t.Errorf("%d invitations, %v", len(all), err)
	}
	// A lead sees those into their team, and can neither see nor touch the others.
	own, _, err := f.Invitations(t.Context(), x.Actor(org.Lead))
	if err != nil || len(own) != 1 {
		t.Errorf("the lead sees %d invitations, %v", len(own), err)
	}
	for _, i := range all {
		if i.Role == org.Admin {
			if err := f.Revoke(t.Context(), x.Actor(org.Lead), i.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("the lead revokes an admin's invitation: %v", err)
			}
		}
		if i.Role == org.Lead {
			if _, err := f.Resend(t.Context(), x.Actor(org.Lead), i.ID); err == nil {
				t.Error("the lead sends another lead's invitation again")
			}
		}
	}
}

func TestAnInvitationDiesWithItsAuthorsRights(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	x := f.Found(t, "Acme")
	i, err := f.Invite(t.Context(), x.Actor(org.Manager), join.Invite{Grant: join.Grant{Role: org.Lead, Teams: []id.Team{x.Team}}})
	if err != nil {
		t.Fatal(err)
	}
	_, token, _ := strings.Cut(f.Link(i), "?t=")
	if _, err := f.Offer(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if err := f.Identity.Place(t.Context(), x.Actor(org.Admin), x.Members[org.Manager].ID, []org.Assignment{{Role: org.Lead, At: org.OfTeam(x.Org.ID, x.Team)}}, id.Team{}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Accept(t.Context(), from, token, somebody("x")); !code(err, "invitation_revoked") {
		t.Errorf("its author was demoted: %v", err)
	}
	if err := f.Identity.RemoveMember(t.Context(), x.Actor(org.Admin), x.Members[org.Manager].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Offer(t.Context(), token); !code(err, "invitation_revoked") {
		t.Errorf("its author has left: %v", err)
	}
}

// Whoever sends an invitation again answers for it: that its author has left is why it had to be sent again.
func TestAnInvitationOfALeaverLivesAgainWhenItIsSentAgain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := furnish(t, d)
		x := f.Found(t, "Acme")
		admin := x.Actor(org.Admin)
		i, err := f.Invite(t.Context(), x.Actor(org.Manager), join.Invite{Email: "new@x.test", Grant: join.Grant{Role: org.Developer, Teams: []id.Team{x.Team}}})
		if err != nil {
			t.Fatal(err)
		}
		f.office.One(t, "new@x.test")
		if err := f.Identity.RemoveMember(t.Context(), admin, x.Members[org.Manager].ID); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Resend(t.Context(), admin, i.ID); err != nil {
			t.Fatal(err)
		}
		token := mailtest.Token(t, f.office.One(t, "new@x.test"))
		_, m, err := f.Accept(t.Context(), from, token, somebody("New"))
		if err != nil || m.Role != org.Developer {
			t.Errorf("%+v %v", m, err)
		}
	})
}

func TestALinkIsForWhoeverHoldsIt(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	x, other := f.Found(t, "Acme"), f.Found(t, "Beta")
	i, err := f.Invite(t.Context(), x.Actor(org.Lead), join.Invite{Grant: join.Grant{Role: org.Developer, Teams: []id.Team{x.Team}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := f.office.Deliver(t); len(got) != 0 {
		t.Errorf("a link is mailed: %v", got)
	}
	_, token, _ := strings.Cut(f.Link(i), "?t=")
	in := somebody("Ada")
	in.Email = "admin@acme.test"
	if _, _, err := f.Accept(t.Context(), from, token, in); !fault.Is(err, fault.Invalid) {
		t.Errorf("taking a colleague's address: %v", err)
	}
	// Somebody who is in another organization already becomes a second account there (decision D21).
	in.Email = "admin@beta.test"
	if _, m, err := f.Accept(t.Context(), from, token, in); err != nil || m.Org != x.Org.ID {
		t.Fatalf("%+v, %v", m, err)
	}
	found, err := f.Identity.LogIn(t.Context(), from, "admin@beta.test", secret.New(webtest.Password))
	if err != nil || len(found) != 2 || (found[0].Org.ID != other.Org.ID && found[1].Org.ID != other.Org.ID) {
		t.Errorf("log-in: %v, %v", found, err)
	}
}

func TestWhereNoPasswordsAreTakenAcceptingSetsNone(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	f.Service.SSO = func(context.Context, id.Org) (bool, error) { return true, nil }
	x := f.Found(t, "Acme")
	if _, err := f.Invite(t.Context(), x.Actor(org.Admin), join.Invite{Email: "a@x.test", Grant: join.Grant{Role: org.Viewer}}); err != nil {
		t.Fatal(err)
	}
	token := mailtest.Token(t, f.office.One(t, "a@x.test"))
	if offer, err := f.Offer(t.Context(), token); err != nil || !offer.SSO {
		t.Fatalf("%+v, %v", offer, err)
	}
	if _, _, err := f.Accept(t.Context(), from, token, somebody("x")); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Identity.LogIn(t.Context(), from, "a@x.test", secret.New(webtest.Password)); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a password was set: %v", err)
	}
}

func TestARevokedInvitationIsNotSentAnyMore(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	x := f.Found(t, "Acme")
	i, err := f.Invite(t.Context(), x.Actor(org.Admin), join.Invite{Email: "a@x.test", Grant: join.Grant{Role: org.Viewer}})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Revoke(t.Context(), x.Actor(org.Admin), i.ID); err != nil {
		t.Fatal(err)
	}
	if got := f.office.Deliver(t); len(got) != 0 {
		t.Errorf("sent %v", got)
	}
	if m, err := f.office.Post.Latest(t.Context(), x.Org.ID, join.InviteKind, []string{i.ID.UUID()}); err != nil || m[i.ID.UUID()].Problem == "" {
		t.Errorf("%+v, %v", m, err)
	}
}

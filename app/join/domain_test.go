package join_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/mail/mailtest"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestADomainBelongsToWhoeverPublishesItsRecordFirst(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := furnish(t, d)
		a, b := f.Found(t, "Acme").Actor(org.Admin), f.Found(t, "Beta").Actor(org.Admin)
		mine, err := f.Claim(t.Context(), a, " @Corp.Example. ")
		if err != nil || mine.Domain != "corp.example" {
			t.Fatalf("%+v, %v", mine, err)
		}
		if _, err := f.Claim(t.Context(), a, "corp.example"); !fault.Is(err, fault.Invalid) {
			t.Errorf("claimed twice: %v", err)
		}
		theirs, err := f.Claim(t.Context(), b, "corp.example") // both may claim, nobody has proved anything
		if err != nil || theirs.Token == mine.Token {
			t.Fatalf("%+v, %v", theirs, err)
		}
		if _, err := f.Check(t.Context(), a, mine.ID); !code(err, "record_missing") || !strings.Contains(err.Error(), "_bodhi.corp.example") {
			t.Errorf("no record: %v", err)
		}
		f.zone.publish(mine)
		if _, err := f.Check(t.Context(), b, theirs.ID); !code(err, "record_missing") {
			t.Errorf("another organization's record proves nothing: %v", err)
		}
		if got, err := f.Check(t.Context(), a, mine.ID); err != nil || got.VerifiedAt.IsZero() {
			t.Fatalf("%+v, %v", got, err)
		}
		f.zone.publish(theirs)
		if _, err := f.Check(t.Context(), b, theirs.ID); !code(err, "domain_taken") {
			t.Errorf("a second owner: %v", err)
		}
		if _, err := f.Check(t.Context(), b, mine.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another tenant's claim: %v", err)
		}
		f.zone.away = true
		if _, err := f.Check(t.Context(), a, mine.ID); !fault.Is(err, fault.Unavailable) {
			t.Errorf("DNS is away: %v", err)
		}
		f.zone.away = false
		if err := f.Release(t.Context(), a, mine.ID); err != nil {
			t.Fatal(err)
		}
		if got, err := f.Check(t.Context(), b, theirs.ID); err != nil || got.VerifiedAt.IsZero() {
			t.Errorf("after it was given up: %+v, %v", got, err)
		}
	})
}

func TestWhatIsNoDomainIsRefused(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	admin := f.Found(t, "Acme").Actor(org.Admin)
	for _, bad := range []string{"", "com", "localhost", "1.2.3.4", "corp example", "corp.example/x", "-a.example", "münchen.example", "a..example", "corp.example\nx",
		strings.Repeat("a", 64) + ".example", strings.Repeat("abcdefgh.", 40) + "example", "[::1]", "*.example"} {
		if _, err := f.Claim(t.Context(), admin, bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestAClaimIsLostWhenItsRecordStaysAway(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	admin := f.Found(t, "Acme").Actor(org.Admin)
	d := f.owned(t, admin, "corp.example", join.Admission{Auto: true, Grant: join.Grant{Role: org.Viewer}})
	day := func(n int) join.Domain {
		t.Helper()
		for range n {
			f.wait(24 * time.Hour)
			if err := f.Recheck(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		got, err := f.Domain(t.Context(), admin, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	f.zone.away = true
	if got := day(20); got.VerifiedAt.IsZero() || !got.FailingSince.IsZero() {
		t.Fatalf("DNS was away, which says nothing: %+v", got)
	}
	f.zone.away = false
	f.zone.remove(d)
	if got := day(3); got.VerifiedAt.IsZero() || got.FailingSince.IsZero() {
		t.Fatalf("after three days: %+v", got)
	}
	f.zone.publish(d)
	if got := day(1); !got.FailingSince.IsZero() {
		t.Fatalf("it came back: %+v", got)
	}
	f.zone.remove(d)
	if got := day(9); !got.VerifiedAt.IsZero() || got.Auto {
		t.Fatalf("after a week without: %+v", got)
	}
}

// owned is a verified domain with its settings.
// While DNS is asked, no transaction is open: what an admin says meanwhile stands.
func TestWhatAnAdminSetsWhileDNSIsAskedStands(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	admin := f.Found(t, "Acme").Actor(org.Admin)
	d := f.owned(t, admin, "corp.example", join.Admission{Grant: join.Grant{Role: org.Viewer}})
	for what, check := range map[string]func() error{
		"the daily check":   func() error { return f.Recheck(t.Context()) },
		"an admin's button": func() error { _, err := f.Check(t.Context(), admin, d.ID); return err },
	} {
		if err := f.Admit(t.Context(), admin, d.ID, join.Admission{Auto: true, Grant: join.Grant{Role: org.Viewer}}); err != nil {
			t.Fatal(err)
		}
		f.zone.asked = func() {
			if err := f.Admit(t.Context(), admin, d.ID, join.Admission{Grant: join.Grant{Role: org.Viewer}}); err != nil {
				t.Error(err)
			}
		}
		if err := check(); err != nil {
			t.Fatal(err)
		}
		f.zone.asked = nil
		if got, err := f.Domain(t.Context(), admin, d.ID); err != nil || got.Auto {
			t.Errorf("%s lets people in again without asking: %+v %v", what, got, err)
		}
	}
}

func (f *fixture) owned(t *testing.T, admin org.Actor, domain string, in join.Admission) join.Domain {
	t.Helper()
	d, err := f.Claim(t.Context(), admin, domain)
	if err != nil {
		t.Fatal(err)
	}
	f.zone.publish(d)
	if d, err = f.Check(t.Context(), admin, d.ID); err != nil {
		t.Fatal(err)
	}
	if err := f.Admit(t.Context(), admin, d.ID, in); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSomebodyOfAClaimedDomainAsksAndIsLetIn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := furnish(t, d)
		x := f.Found(t, "Acme")
		other := f.Found(t, "Beta")
		admin := x.Actor(org.Admin)
		f.owned(t, admin, "corp.example", join.Admission{Requests: true, Grant: join.Grant{Role: org.Viewer, Teams: []id.Team{x.Team}}})
		if err := f.Apply(t.Context(), from, "Eve@corp.example"); err != nil {
			t.Fatal(err)
		}
		token := mailtest.Token(t, f.office.One(t, "eve@corp.example"))
		if all, err := f.Applicants(t.Context(), admin); err != nil || len(all) != 0 {
			t.Errorf("an address that nobody has proved asks: %v, %v", all, err)
		}
		if _, err := f.Ask(t.Context(), from, token[:len(token)-4]+"AAAA", "Eve", ""); !code(err, "link_dead") {
			t.Errorf("a forged link: %v", err)
		}
		o, err := f.Ask(t.Context(), from, token, "Eve Example", "I sit\nin the third floor")
		if err != nil || o.ID != x.Org.ID {
			t.Fatal(err)
		}
		if letter := f.office.One(t, "admin@acme.test"); !strings.Contains(letter.Text, "Eve Example") || !strings.Contains(letter.Text, "I sit in the third floor") {
			t.Errorf("the admin's letter:\n%s", letter.Text)
		}
		if _, err := f.Ask(t.Context(), from, token, "Eve", ""); !code(err, "link_dead") {
			t.Errorf("asked twice: %v", err)
		}
		all, err := f.Applicants(t.Context(), x.Actor(org.Manager))
		if err != nil || len(all) != 1 {
			t.Fatalf("%v, %v", all, err)
		}
		suggested, err := f.Suggested(t.Context(), all[0])
		if err != nil || suggested.Role != org.Viewer || len(suggested.Teams) != 1 {
			t.Errorf("suggested %+v, %v", suggested, err)
		}
		if err := f.Approve(t.Context(), x.Actor(org.Manager), all[0].ID, join.Grant{Role: org.Admin, Teams: suggested.Teams}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a manager makes an admin: %v", err)
		}
		for what, err := range map[string]error{"another tenant approves": f.Approve(t.Context(), other.Actor(org.Admin), all[0].ID, join.Grant{Role: org.Viewer}),
			"another tenant refuses": f.Refuse(t.Context(), other.Actor(org.Admin), all[0].ID)} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := f.Approve(t.Context(), x.Actor(org.Manager), all[0].ID, suggested); err != nil {
			t.Fatal(err)
		}
		if err := f.Refuse(t.Context(), admin, all[0].ID); !code(err, "already_decided") {
			t.Errorf("decided twice: %v", err)
		}
		if _, m, err := f.Accept(t.Context(), from, mailtest.Token(t, f.office.One(t, "eve@corp.example")), somebody("Eve Example")); err != nil || m.Role != org.Viewer {
			t.Errorf("%+v, %v", m, err)
		}
		if err := f.Apply(t.Context(), from, "eve@corp.example"); err != nil {
			t.Fatal(err)
		}
		if letter := f.office.One(t, "eve@corp.example"); !strings.Contains(letter.Subject, "already") {
			t.Errorf("a member asks: %s", letter.Subject)
		}
	})
}

func TestARefusedRequestGetsALetter(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	admin := f.Found(t, "Acme").Actor(org.Admin)
	f.owned(t, admin, "corp.example", join.Admission{Requests: true, Grant: join.Grant{Role: org.Viewer}})
	if err := f.Apply(t.Context(), from, "eve@corp.example"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Ask(t.Context(), from, mailtest.Token(t, f.office.One(t, "eve@corp.example")), "Eve", ""); err != nil {
		t.Fatal(err)
	}
	f.office.Deliver(t)
	all, err := f.Applicants(t.Context(), admin)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if err := f.Refuse(t.Context(), admin, all[0].ID); err != nil {
		t.Fatal(err)
	}
	if letter := f.office.One(t, "eve@corp.example"); !strings.Contains(letter.Text, "not to let you in") {
		t.Errorf("got\n%s", letter.Text)
	}
	f.wait(time.Hour)
	if err := f.Apply(t.Context(), from, "eve@corp.example"); err != nil { // and may ask again
		t.Fatal(err)
	}
	f.office.One(t, "eve@corp.example")
}

func TestADomainMayLetItsPeopleInWithoutAsking(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	x := f.Found(t, "Acme")
	admin := x.Actor(org.Admin)
	d, err := f.Claim(t.Context(), admin, "corp.example")
	if err != nil {
		t.Fatal(err)
	}
	auto := join.Admission{Auto: true, Grant: join.Grant{Role: org.Developer, Teams: []id.Team{x.Team}}}
	if err := f.Admit(t.Context(), admin, d.ID, auto); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unproved domain lets people in: %v", err)
	}
	f.zone.publish(d)
	if _, err := f.Check(t.Context(), admin, d.ID); err != nil {
		t.Fatal(err)
	}
	if err := f.Admit(t.Context(), admin, d.ID, join.Admission{Auto: true, Grant: join.Grant{Role: org.Admin}}); !fault.Is(err, fault.Invalid) {
		t.Errorf("admins by address: %v", err)
	}
	if err := f.Admit(t.Context(), admin, d.ID, auto); err != nil {
		t.Fatal(err)
	}
	if err := f.Apply(t.Context(), from, "bob@corp.example"); err != nil {
		t.Fatal(err)
	}
	if _, m, err := f.Accept(t.Context(), from, mailtest.Token(t, f.office.One(t, "bob@corp.example")), somebody("Bob")); err != nil || m.Role != org.Developer || len(m.Teams) != 1 {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestAskingToJoinTellsNothing(t *testing.T) {
	t.Parallel()
	f := furnish(t, dbtest.SQLite(t))
	x := f.Found(t, "Acme")
	f.owned(t, x.Actor(org.Admin), "corp.example", join.Admission{Grant: join.Grant{Role: org.Viewer}}) // takes no requests
	for _, email := range []string{"nobody@elsewhere.example", "eve@corp.example", "eve@sub.corp.example", "admin@acme.test"} {
		if err := f.Apply(t.Context(), from, email); err != nil {
			t.Errorf("%s: %v", email, err)
		}
	}
	if got := f.office.Deliver(t); len(got) != 0 {
		t.Errorf("letters %v", got)
	}
	if err := f.Apply(t.Context(), from, "nobody"); !fault.Is(err, fault.Invalid) {
		t.Errorf("no address: %v", err)
	}
	tries := 0
	for ; tries < 50; tries++ {
		if err := f.Apply(t.Context(), from, "eve@corp.example"); fault.Is(err, fault.Limited) {
			break
		}
	}
	if tries > 5 {
		t.Errorf("slowed down after %d tries", tries)
	}
}

// A mailbox often outlives a membership: that it is still read must not undo what an admin did.
func TestWhoWasRemovedIsNotLetInByTheirDomain(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		f := furnish(t, d)
		x := f.Found(t, "Acme")
		ctx, admin := t.Context(), x.Actor(org.Admin)
		auto := join.Admission{Auto: true, Grant: join.Grant{Role: org.Viewer}}
		owned := f.owned(t, admin, "corp.example", auto)
		apply := func(email string) {
			t.Helper()
			f.wait(time.Hour)
			if err := f.Apply(ctx, from, email); err != nil {
				t.Fatal(err)
			}
		}
		apply("bob@corp.example")
		_, bob, err := f.Accept(ctx, from, mailtest.Token(t, f.office.One(t, "bob@corp.example")), somebody("Bob"))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Identity.RemoveMember(ctx, admin, bob.ID); err != nil {
			t.Fatal(err)
		}
		apply("bob@corp.example")
		if got := f.office.Deliver(t); len(got) != 0 {
			t.Errorf("where nobody can ask, who was removed gets %v", got)
		}
		auto.Requests = true
		if err := f.Admit(ctx, admin, owned.ID, auto); err != nil {
			t.Fatal(err)
		}
		apply("bob@corp.example")
		if _, err := f.Ask(ctx, from, mailtest.Token(t, f.office.One(t, "bob@corp.example")), "Bob", ""); err != nil {
			t.Errorf("who was removed cannot ask: %v", err)
		}
		f.office.Deliver(t) // the admin's

		apply("eve@corp.example")
		token := mailtest.Token(t, f.office.One(t, "eve@corp.example"))
		eve, err := f.Identity.AddMember(ctx, admin, identity.NewMember{Email: "eve@corp.example", Name: "Eve", Role: org.Viewer, Password: secret.New(webtest.Password)})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Identity.RemoveMember(ctx, admin, eve.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := f.Accept(ctx, from, token, somebody("Eve")); !code(err, "invitation_revoked") {
			t.Errorf("the domain's invitation from before they were removed: %v", err)
		}
		all, _, err := f.Invitations(ctx, admin)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range all {
			if i.Email == "eve@corp.example" {
				if _, err := f.Resend(ctx, admin, i.ID); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, _, err := f.Accept(ctx, from, mailtest.Token(t, f.office.One(t, "eve@corp.example")), somebody("Eve")); err != nil {
			t.Errorf("an admin sent it again: %v", err)
		}
	})
}

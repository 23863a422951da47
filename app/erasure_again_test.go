package app

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/scim"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestWhoCameBackIsErasedWithTheMembershipBefore removes somebody, lets them in again, and erases who they are now.
func TestWhoCameBackIsErasedWithTheMembershipBefore(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			a, _, s := furnished(t, at)
			x := &stage{t: t, a: a, s: s}
			admin, ctx := x.admin(), t.Context()
			a.unheld(t, admin.Org)
			before := canary(t, a, s)
			must(t, a.people.RemoveMember(ctx, admin, before.ID))
			again, err := a.people.AddMember(ctx, admin, identity.NewMember{Name: canaryName, Email: canaryMail, Role: org.Lead, Teams: []id.Team{x.team()}, Password: secret.New(webtest.Password)})
			must(t, err)
			held, err := a.compliant().Hold(ctx, admin, before.ID, "the case of Smith")
			must(t, err)
			if _, err := a.compliant().Erase(ctx, admin, again.ID, canaryMail, "asked for"); !fault.Is(err, fault.Conflict) {
				t.Errorf("erased under a hold on their membership before: %v", err)
			}
			must(t, a.compliant().End(ctx, admin, held.ID))
			_, err = a.compliant().Erase(ctx, admin, again.ID, canaryMail, "asked for")
			must(t, err)
			finishing(t, a, 0)
			if l := left(t, at); l != nil {
				t.Errorf("left: %q", l)
			}
			if _, err := a.audit.Verify(ctx, admin.Org); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestWhoHasTheAddressNowKeepsIt erases somebody whose address somebody else was given since.
func TestWhoHasTheAddressNowKeepsIt(t *testing.T) {
	t.Parallel()
	at := dbtest.SQLiteURL(t)
	a, _, s := furnished(t, at)
	x := &stage{t: t, a: a, s: s}
	admin, ctx := x.admin(), t.Context()
	a.unheld(t, admin.Org)
	before := canary(t, a, s)
	must(t, a.people.RemoveMember(ctx, admin, before.ID))
	heir, err := a.people.AddMember(ctx, admin, identity.NewMember{Name: "Somebody New", Email: canaryMail, Role: org.Developer, Teams: []id.Team{x.team()}, Password: secret.New(webtest.Password)})
	must(t, err)
	_, err = a.directory.CreateUser(ctx, admin, scim.Person{UserName: canaryMail, Name: heir.Name, Email: canaryMail, Active: true})
	must(t, err)
	var archive strings.Builder
	must(t, a.compliant().Export(ctx, admin, before.ID, &archive))
	all := unzipped(t, []byte(archive.String()))
	for file, text := range all {
		if strings.Contains(text, heir.ID.String()) || strings.Contains(text, heir.Name) || strings.HasPrefix(file, "scim_users") {
			t.Errorf("%s, which is handed out with the data of who left, tells of who has their address now:\n%s", file, text)
		}
	}
	if !strings.Contains(all["members.json"], canaryName) || !strings.Contains(all["manifest.json"], canaryMail) || !strings.Contains(all["requests.json"], "canary-session") {
		t.Errorf("the archive holds %d files, and not what it should", len(all))
	}
	_, err = a.compliant().Erase(ctx, admin, before.ID, canaryMail, "asked for")
	must(t, err)
	finishing(t, a, 0)
	if p, err := a.compliant().Person(ctx, admin, heir.ID); err != nil || p.Email != canaryMail || p.Name != heir.Name || len(p.Former) != 0 {
		t.Errorf("who has the address is %+v %v", p, err)
	}
	if p, err := a.compliant().Person(ctx, admin, before.ID); err != nil || p.Email != p.Pseudonym() {
		t.Errorf("who was erased is %+v %v", p, err)
	}
	if u, _, err := a.directory.User(ctx, admin, heir.ID); err != nil || u.UserName != canaryMail {
		t.Errorf("the directory knows them as %+v %v", u, err)
	}
	var n int
	must(t, openRaw(t, at).QueryRowContext(ctx, "SELECT COUNT(*) FROM requests WHERE member_id = ? AND (end_user <> '' OR session <> '')", before.ID).Scan(&n))
	if n != 0 {
		t.Errorf("%d requests still say who asked", n)
	}
	webtest.LogIn(t, s.Handler, canaryMail, webtest.Password)
	if _, err := a.audit.Verify(ctx, admin.Org); err != nil {
		t.Error(err)
	}
}

// TestWhomADirectoryRenamedIsErasedUnderEveryName has a directory give somebody another address and name, lets them act under both, and
// erases them: once while nobody has the old address, once after somebody else was given it.
func TestWhomADirectoryRenamedIsErasedUnderEveryName(t *testing.T) {
	t.Parallel()
	const mail, name = "jana.married@acme.test", "Jana Marriedova"
	for called, taken := range map[string]bool{"nobody has the old address": false, "somebody else has it": true} {
		t.Run(called, func(t *testing.T) {
			t.Parallel()
			at := dbtest.SQLiteURL(t)
			a, _, s := furnished(t, at)
			x := &stage{t: t, a: a, s: s}
			admin, ctx := x.admin(), t.Context()
			a.unheld(t, admin.Org)
			before := canary(t, a, s)
			must(t, a.people.RemoveMember(ctx, admin, before.ID))
			m, err := a.people.AddMember(ctx, admin, identity.NewMember{Name: canaryName, Email: canaryMail, Role: org.Lead, Teams: []id.Team{x.team()}, Password: secret.New(webtest.Password)})
			must(t, err)
			_, err = a.keys.Create(ctx, admin, key.Input{Name: "Laptop of " + canaryMail, Team: x.team(), Member: m.ID})
			must(t, err)
			_, err = a.directory.CreateUser(ctx, admin, scim.Person{UserName: canaryMail, Name: canaryName, Email: canaryMail, Active: true})
			must(t, err)
			_, err = a.directory.ReplaceUser(ctx, admin, m.ID, -1, scim.Person{UserName: mail, Name: name, Email: mail, Active: true})
			must(t, err)
			if taken {
				_, err := a.people.AddMember(ctx, admin, identity.NewMember{Name: "Somebody New", Email: canaryMail, Role: org.Developer, Teams: []id.Team{x.team()}, Password: secret.New(webtest.Password)})
				must(t, err)
			}
			_, err = a.compliant().Erase(ctx, admin, m.ID, mail, "asked for")
			must(t, err)
			finishing(t, a, 0)
			entries, err := a.audit.Search(ctx, admin, audit.Query{Text: canaryMail, Limit: 100})
			must(t, err)
			for _, r := range entries { // what others did to other things may be about who has the address now
				if who := r.Member; who == m.ID || who == before.ID || r.Target == m.ID.String() || r.Target == before.ID.String() {
					t.Errorf("the log says %s of %s by %s", r.Action, r.TargetName, r.Actor)
				}
			}
			if taken {
				webtest.LogIn(t, s.Handler, canaryMail, webtest.Password)
			} else if l := left(t, at); l != nil {
				t.Errorf("left: %q", l)
			}
			if all := string(contents(t, at)); strings.Contains(all, mail) || strings.Contains(all, name) || strings.Contains(all, canaryName) {
				t.Error("an address or name is left")
			}
			if _, err := a.audit.Verify(ctx, admin.Org); err != nil {
				t.Error(err)
			}
		})
	}
}

package app

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/scim"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestErasingSomebodyLeavesOthersWhoAreCalledAlike erases somebody whose address and name are a part of others', and who shares a name.
func TestErasingSomebodyLeavesOthersWhoAreCalledAlike(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at := url(t)
			a, _, s := furnished(t, at)
			x := &stage{t: t, a: a, s: s}
			admin, ctx := x.admin(), t.Context()
			a.unheld(t, admin.Org)
			m := canary(t, a, s)
			var others []org.Member
			keys := map[id.Member]id.Key{}
			for _, o := range []identity.NewMember{{Name: "Marie Novak", Email: "mari" + canaryMail}, {Name: canaryName + " Jr.", Email: canaryMail + ".example"}, {Name: canaryName, Email: "jc@acme.test"}} {
				o.Role, o.Teams, o.Password = org.Developer, []id.Team{x.team()}, secret.New(webtest.Password)
				other, err := a.people.AddMember(ctx, admin, o)
				must(t, err)
				k, err := a.keys.Create(ctx, admin, key.Input{Name: "Laptop of " + o.Email, Team: x.team(), Member: other.ID})
				must(t, err)
				said := `{"displayName":"` + o.Name + `","manager":{"displayName":"` + canaryName + `","value":"` + canaryMail + `"}}`
				_, err = a.directory.CreateUser(ctx, admin, scim.Person{UserName: o.Email, Name: o.Name, Email: o.Email, Active: true, Attributes: []byte(said)})
				must(t, err)
				others, keys[other.ID] = append(others, other), k.Key.ID
			}
			_, err := a.compliant().Erase(ctx, admin, m.ID, canaryMail, "asked for")
			must(t, err)
			finishing(t, a, 0)
			for _, was := range others {
				is, err := a.people.Member(ctx, admin, was.ID)
				must(t, err)
				if is.Email != was.Email || is.Name != was.Name {
					t.Errorf("%s <%s> is %s <%s> now", was.Name, was.Email, is.Name, is.Email)
				}
				k, err := a.keys.Get(ctx, admin, keys[was.ID])
				must(t, err)
				if k.Name != "Laptop of "+was.Email {
					t.Errorf("the key of %s is called %q now", was.Email, k.Name)
				}
				listed, _, err := a.directory.User(ctx, admin, was.ID)
				must(t, err)
				said, manager := string(listed.Attributes), compliance.ErasedName
				if was.Name == canaryName { // whose name it is there, nobody can say
					manager = canaryName
				}
				if !strings.HasPrefix(said, `{"displayName":"`+was.Name+`","manager":{"displayName":"`+manager+`"`) || strings.Contains(said, canaryMail+`"`) || listed.UserName != was.Email {
					t.Errorf("the directory says of %s <%s>: %s %s", was.Name, was.Email, listed.UserName, said)
				}
				entries, err := a.audit.Search(ctx, admin, audit.Query{Action: "member.added", Target: was.ID.String()})
				must(t, err)
				if len(entries) != 1 || entries[0].TargetName != was.Email {
					t.Errorf("the log says of %s: %+v", was.Email, entries)
				}
				webtest.LogIn(t, s.Handler, was.Email, webtest.Password)
			}
			if _, err := a.audit.Verify(ctx, admin.Org); err != nil {
				t.Error(err)
			}
		})
	}
}

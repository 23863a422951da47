package db_test

import (
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// filesBefore are the migrations that a build before some number carried.
func filesBefore(t *testing.T, number string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	names, err := os.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if n.Name() >= number || n.Name() < "0" {
			continue
		}
		text, err := os.ReadFile("migrations/" + n.Name())
		if err != nil {
			t.Fatal(err)
		}
		out[n.Name()] = &fstest.MapFile{Data: text}
	}
	return out
}

// Roles that held everywhere become roles at nodes: nobody loses a team they could manage, and nobody gains one.
func TestRolesOfOldBecomeRolesAtNodes(t *testing.T) {
	t.Parallel()
	dbtest.EachEmpty(t, func(t *testing.T, rawURL string) {
		old, err := db.Open(t.Context(), rawURL, db.Options{Migrations: filesBefore(t, "00018")})
		must(t, err)
		must(t, old.Migrate(t.Context()))
		o, teams := id.NewOrg(ids), []id.Team{id.NewTeam(ids), id.NewTeam(ids)}
		members := map[string]id.Member{}
		must(t, old.System(t.Context(), func(tx *gorm.DB) error {
			do := func(query string, args ...any) {
				if err == nil {
					err = tx.Exec(query, args...).Error
				}
			}
			do("INSERT INTO organizations (id, slug, name, zone, created_at) VALUES (?, 'acme', 'Acme', 'UTC', ?)", o, may)
			for i, team := range teams {
				do("INSERT INTO teams (org_id, id, name, created_at) VALUES (?, ?, ?, ?)", o, team, []string{"A", "B"}[i], may)
			}
			for _, role := range []string{"admin", "manager", "lead", "developer", "viewer"} {
				members[role] = id.NewMember(ids)
				do("INSERT INTO members (org_id, id, email, name, role, created_at) VALUES (?, ?, ?, ?, ?, ?)", o, members[role], role+"@acme.test", role, role, may)
				do("INSERT INTO team_members (org_id, team_id, member_id) VALUES (?, ?, ?)", o, teams[0], members[role])
			}
			for i, account := range []string{"ci", "ci", "bot"} {
				do(`INSERT INTO keys (org_id, id, name, team_id, account, public, last4, pepper, mac, models, networks, created_by, created_at)
					VALUES (?, ?, 'k', ?, ?, ?, '', 0, ?, '[]', '[]', '', ?)`, o, id.NewKey(ids), teams[0], account, account+string(rune('0'+i)), make([]byte, 32), may)
			}
			do("INSERT INTO tokens (org_id, id, name, role, public, last4, pepper, mac, created_by, created_at) VALUES (?, ?, 't', 'admin', 'p', '', 0, ?, '', ?)", o, id.NewToken(ids), make([]byte, 32), may)
			return err
		}))
		must(t, old.Close())
		d, err := db.Open(t.Context(), rawURL, db.Options{})
		must(t, err)
		t.Cleanup(func() { _ = d.Close() })
		must(t, d.Migrate(t.Context()))
		s := db.NewOrgStore(d)
		for role, m := range members {
			got, err := s.Member(t.Context(), o, m)
			must(t, err)
			a := got.Acting(org.Actor{})
			if a.Role != org.Role(role) || !slices.Equal(a.Teams, teams[:1]) || got.Home != teams[0] {
				t.Errorf("%s is now %s in %v", role, a.Role, a.Teams)
			}
			above := role == "admin" || role == "manager"
			if a.InTeam(teams[1], org.Manager) != above || a.InTeam(teams[1], org.Viewer) != above || a.InTeam(teams[0], org.Lead) != (above || role == "lead") ||
				a.InTeam(teams[0], org.Developer) != (role != "viewer") || a.Everywhere(org.Viewer) != (role == "admin") {
				t.Errorf("%s reaches what they did not, or lost what they had: %v", role, got.Assignments)
			}
		}
		accounts, err := s.Accounts(t.Context(), o, nil)
		must(t, err)
		if len(accounts) != 2 || accounts[0].Name != "bot" || accounts[1].Name != "ci" {
			t.Errorf("service accounts: %+v", accounts)
		}
		keys, err := db.NewKeyStore(d).List(t.Context(), o, key.Query{})
		must(t, err)
		for _, k := range keys {
			if k.AccountID.IsZero() || k.Stopped {
				t.Errorf("key %+v", k)
			}
		}
		tokens, err := db.NewIdentityStore(d).Tokens(t.Context(), o)
		must(t, err)
		if len(tokens) != 1 || tokens[0].At != org.OfOrg(o) {
			t.Errorf("tokens: %+v", tokens)
		}
	})
}

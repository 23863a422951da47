package key_test

import (
	"context"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// everyKey lists all that an actor sees.
func everyKey(ctx context.Context, h *webtest.House, actor org.Actor) ([]key.Key, error) {
	p, err := h.Keys.Find(ctx, actor, key.Query{})
	return p.Keys, err
}

func TestKeysAreFoundAndCountedByPlace(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := webtest.NewHouse(t, d)
		x, foreign := h.Found(t, "Acme"), h.Found(t, "Rival")
		ctx, admin, o := t.Context(), x.Actor(org.Admin), x.Org.ID
		make := func(x webtest.Tenant, in key.Input) key.Key {
			t.Helper()
			made, err := h.Keys.Create(ctx, x.Actor(org.Admin), in)
			if err != nil {
				t.Fatal(err)
			}
			return made.Key
		}
		dev := make(x, mine(x, org.Developer))
		make(x, mine(x, org.Lead))
		bot := make(x, key.Input{Name: "nightly", Team: x.Team, Account: "robot"})
		make(x, key.Input{Name: "hourly", Team: x.Team, Account: "robot"})
		make(x, key.Input{Name: "other", Team: x.Team, Account: "crane"})
		make(foreign, mine(foreign, org.Developer))
		if err := db.NewKeyStore(d).Used(ctx, []key.Use{{Org: o, Key: dev.ID, At: h.Clock.Now()}}); err != nil {
			t.Fatal(err)
		}
		since := h.Clock.Now().Add(-time.Hour)
		for name, c := range map[string]struct {
			q    key.Query
			want key.Tally
		}{
			"everything":           {key.Query{}, key.Tally{Keys: 5, Lately: 1, People: 2}},
			"the organization":     {key.Query{Of: org.OfOrg(o)}, key.Tally{Keys: 5, Lately: 1, People: 2}},
			"the department":       {key.Query{Of: org.OfDepartment(o, x.Department)}, key.Tally{Keys: 5, Lately: 1, People: 2}},
			"another department":   {key.Query{Of: org.OfDepartment(o, foreign.Department)}, key.Tally{}},
			"the team":             {key.Query{Of: org.OfTeam(o, x.Team)}, key.Tally{Keys: 5, Lately: 1, People: 2}},
			"its pool":             {key.Query{Of: org.OfPool(o, x.Team)}, key.Tally{Keys: 3}},
			"another tenant's":     {key.Query{Of: org.OfTeam(o, foreign.Team)}, key.Tally{}},
			"a member":             {key.Query{Of: org.OfMember(o, dev.Member)}, key.Tally{Keys: 1, Lately: 1, People: 1}},
			"one key":              {key.Query{Of: org.OfKey(o, bot.ID)}, key.Tally{Keys: 1}},
			"services":             {key.Query{Services: true}, key.Tally{Keys: 3}},
			"one service account":  {key.Query{Account: bot.AccountID}, key.Tally{Keys: 2}},
			"a person by name":     {key.Query{Search: x.Members[org.Developer].Name}, key.Tally{Keys: 1, Lately: 1, People: 1}},
			"a stranger by name":   {key.Query{Search: "nobody at all"}, key.Tally{}},
			"an account by name":   {key.Query{Search: "ROBO"}, key.Tally{Keys: 2}},
			"a key by part of its": {key.Query{Search: "ightl"}, key.Tally{Keys: 1}},
		} {
			found, err := h.Keys.Find(ctx, admin, c.q)
			if err != nil || len(found.Keys) != c.want.Keys {
				t.Errorf("%s: %d keys (%v), want %d", name, len(found.Keys), err, c.want.Keys)
			}
			if c.q.Search != "" || c.q.Services || !c.q.Account.IsZero() {
				continue
			}
			if n, err := h.Keys.Tally(ctx, admin, c.q.Of, since); err != nil || n != c.want {
				t.Errorf("%s: %+v (%v), want %+v", name, n, err, c.want)
			}
		}
		n, err := h.Keys.OfAccounts(ctx, admin)
		if err != nil || len(n) != 2 || n[bot.AccountID] != 2 {
			t.Errorf("by account: %v (%v)", n, err)
		}
		// Whoever sees a part of the tree counts that part.
		self := x.Actor(org.Developer)
		if n, err := h.Keys.Tally(ctx, self, org.OfOrg(o), since); err != nil || n.Keys == 0 || n.Keys > 5 {
			t.Errorf("a developer counts %+v (%v)", n, err)
		}
		_, err = h.Keys.Tally(ctx, org.Actor{}, org.OfOrg(o), since)
		if code(err) == "<nil>" {
			t.Error("nobody counts keys")
		}
		if p, err := h.Keys.Find(ctx, admin, key.Query{Limit: 2, Services: true}); err != nil || len(p.Keys) != 2 || p.Next.IsZero() {
			t.Errorf("a page: %d keys, next %v (%v)", len(p.Keys), p.Next, err)
		}
	})
}

package identity_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// grove is a house with one tenant, its budgets, and short ways to look.
type grove struct {
	*webtest.House
	webtest.Tenant
	t       *testing.T
	admin   org.Actor
	budgets *budget.Service
	rules   *db.BudgetStore
}

func newGrove(t *testing.T, d *db.DB) *grove {
	t.Helper()
	h := webtest.NewHouse(t, d)
	g := &grove{House: h, Tenant: h.Found(t, "Acme"), t: t, rules: db.NewBudgetStore(d)}
	g.admin = g.Actor(org.Admin)
	g.budgets = budget.New(budget.Parts{Store: g.rules, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)})
	return g
}

func (g *grove) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// key makes a key; for a member, or for a service account's name.
func (g *grove) key(team id.Team, m id.Member, account string) key.Key {
	g.t.Helper()
	made, err := g.Keys.Create(g.t.Context(), g.admin, key.Input{Name: "k", Team: team, Member: m, Account: account})
	g.must(err)
	return made.Key
}

// record is what the data plane knows of a key.
func (g *grove) record(k id.Key) key.Record {
	g.t.Helper()
	all, err := g.KeyStore.Records(g.t.Context(), g.Clock.Now())
	g.must(err)
	return all[slices.IndexFunc(all, func(r key.Record) bool { return r.Key == k })]
}

func (g *grove) last() (action, before, after string) {
	g.t.Helper()
	all, err := g.Audit.List(g.t.Context(), g.admin, 0, 1)
	g.must(err)
	return all[0].Action, all[0].Before, all[0].After
}

// binding are the budgets that the data plane is told of.
func (g *grove) binding() (names []string) {
	g.t.Helper()
	all, err := g.rules.Rules(g.t.Context(), g.Clock.Now())
	g.must(err)
	for _, r := range all {
		names = append(names, r.Name)
	}
	slices.Sort(names)
	return names
}

func (g *grove) budget(s org.Scope, name string) {
	g.t.Helper()
	_, err := g.budgets.Create(g.t.Context(), g.admin, budget.Input{Scope: s, Name: name, Limit: money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
	g.must(err)
}

func eachGrove(t *testing.T, fn func(g *grove)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(newGrove(t, d)) })
}

func TestAMovedTeamSpendsUnderItsNewDepartment(t *testing.T) {
	eachGrove(t, func(g *grove) {
		k := g.key(g.Team, id.Member{}, "ci")
		if r := g.record(k.ID); r.Department != g.Department {
			g.t.Fatalf("before: %+v", r)
		}
		g.must(g.Identity.MoveTeam(g.t.Context(), g.admin, g.Team, g.Away))
		if r := g.record(k.ID); r.Department != g.Away || r.Team != g.Team || r.Off {
			g.t.Errorf("after: %+v", r)
		}
		action, before, after := g.last()
		if action != "team.moved" || !strings.Contains(before, g.Department.String()) || !strings.Contains(after, g.Away.String()) {
			g.t.Errorf("audit: %s %s %s", action, before, after)
		}
		manager, err := g.Identity.Member(g.t.Context(), g.admin, g.Members[org.Manager].ID)
		g.must(err)
		if manager.Acting(org.Actor{}).InTeam(g.Team, org.Manager) {
			g.t.Error("the old department's manager still manages the team")
		}
	})
}

func TestAMergedTeamGivesAllItHas(t *testing.T) {
	eachGrove(t, func(g *grove) {
		ctx, dev := g.t.Context(), g.Members[org.Developer].ID
		mine, machine, theirs := g.key(g.Team, dev, ""), g.key(g.Team, id.Member{}, "ci"), g.key(g.Other, id.Member{}, "ci")
		g.budget(org.OfTeam(g.Org.ID, g.Team), "of the merged")
		g.budget(org.OfTeam(g.Org.ID, g.Other), "of the other")
		g.must(g.Identity.MergeTeam(ctx, g.admin, g.Team, g.Other))
		for what, k := range map[string]key.Key{"a person's": mine, "a service account's": machine, "the other's": theirs} {
			if r := g.record(k.ID); r.Team != g.Other || r.Off {
				g.t.Errorf("%s key: %+v", what, r)
			}
		}
		if got := g.binding(); !slices.Equal(got, []string{"of the other"}) {
			g.t.Errorf("budgets that bind: %v", got)
		}
		accounts, err := g.Identity.Accounts(ctx, g.admin)
		g.must(err)
		var names []string
		for _, a := range accounts {
			names = append(names, a.Name)
			if a.Team != g.Other {
				g.t.Errorf("%s is in %s", a.Name, a.Team)
			}
		}
		if !slices.Equal(names, []string{"ci", "ci (General)"}) {
			g.t.Errorf("service accounts: %q", names)
		}
		shown, err := g.Keys.Get(ctx, g.admin, machine.ID)
		g.must(err)
		if shown.Account != "ci (General)" {
			g.t.Errorf("the key acts as %q", shown.Account)
		}
		lead, err := g.Identity.Member(ctx, g.admin, g.Members[org.Lead].ID)
		g.must(err)
		if want := (org.Assignment{Role: org.Developer, At: org.OfTeam(g.Org.ID, g.Other)}); !slices.Equal(lead.Assignments, []org.Assignment{want}) {
			g.t.Errorf("the merged team's lead is %v", lead.Assignments)
		}
		action, _, after := g.last()
		if action != "team.merged" || !strings.Contains(after, `"members":5`) || !strings.Contains(after, `"keys":2`) {
			g.t.Errorf("audit: %s %s", action, after)
		}
	})
}

func TestAnArchivedTeamStopsAndComesBack(t *testing.T) {
	eachGrove(t, func(g *grove) {
		ctx := g.t.Context()
		k := g.key(g.Team, id.Member{}, "ci")
		g.budget(org.OfTeam(g.Org.ID, g.Team), "team")
		g.budget(org.OfPool(g.Org.ID, g.Team), "pool")
		g.must(g.Identity.ArchiveTeam(ctx, g.admin, g.Team))
		shown, err := g.Keys.Get(ctx, g.admin, k.ID)
		g.must(err)
		if !g.record(k.ID).Off || shown.Status(g.Clock.Now()) != "stopped" || len(g.binding()) != 0 {
			g.t.Errorf("key off %v, shown as %s, budgets %v", g.record(k.ID).Off, shown.Status(g.Clock.Now()), g.binding())
		}
		lead := org.Assignment{Role: org.Lead, At: org.OfTeam(g.Org.ID, g.Team)}
		for what, err := range map[string]error{
			"a person in":  g.Identity.Assign(ctx, g.admin, g.Outsider.ID, lead),
			"an account":   addAccount(g, g.Team),
			"a team into":  g.Identity.MergeTeam(ctx, g.admin, g.Other, g.Team),
			"a move of it": g.Identity.MoveTeam(ctx, g.admin, g.Team, g.Away),
			"a person to":  g.Identity.MoveMember(ctx, g.admin, g.Outsider.ID, g.Other, g.Team),
		} {
			if f := fault.From(err); f.Kind != fault.Invalid && f.Kind != fault.Conflict || !strings.Contains(f.Public, "archived") {
				g.t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := g.Keys.Create(ctx, g.admin, key.Input{Name: "x", Team: g.Team, Account: "x"}); !fault.Is(err, fault.Invalid) {
			g.t.Errorf("a key: %v", err)
		}
		if _, err := g.budgets.Create(ctx, g.admin, budget.Input{Scope: org.OfTeam(g.Org.ID, g.Team), Name: "second", Limit: 1, Period: budget.Daily, Enforce: budget.Hard}); !fault.Is(err, fault.Invalid) {
			g.t.Errorf("a budget: %v", err)
		}
		g.must(g.Identity.RestoreTeam(ctx, g.admin, g.Team))
		if g.record(k.ID).Off || len(g.binding()) != 2 {
			g.t.Errorf("after restoring: off %v, budgets %v", g.record(k.ID).Off, g.binding())
		}
	})
}

func addAccount(g *grove, team id.Team) error {
	_, err := g.Identity.AddAccount(g.t.Context(), g.admin, team, "new")
	return err
}

func TestADepartmentIsMergedOrArchivedWhole(t *testing.T) {
	eachGrove(t, func(g *grove) {
		ctx := g.t.Context()
		k := g.key(g.Team, id.Member{}, "ci")
		g.budget(org.OfDepartment(g.Org.ID, g.Department), "old")
		if err := g.Identity.ArchiveDepartment(ctx, g.admin, g.Department); fault.From(err).Code != "has_teams" {
			g.t.Errorf("archived with teams in use: %v", err)
		}
		g.must(g.Identity.MergeDepartment(ctx, g.admin, g.Department, g.Away))
		if r := g.record(k.ID); r.Department != g.Away || r.Off || len(g.binding()) != 0 {
			g.t.Errorf("after: %+v, budgets %v", r, g.binding())
		}
		manager, err := g.Identity.Member(ctx, g.admin, g.Members[org.Manager].ID)
		g.must(err)
		if a := manager.Acting(org.Actor{}); a.InDepartment(g.Away, org.Viewer) || a.InTeam(g.Team, org.Manager) {
			g.t.Error("the merged department's manager got a part of the other")
		}
		if err := g.Identity.RestoreTeam(ctx, g.admin, g.Team); err != nil {
			g.t.Errorf("restoring what is in use: %v", err)
		}
		if _, err := g.Identity.AddTeam(ctx, g.admin, "New", g.Department); !fault.Is(err, fault.Invalid) {
			g.t.Errorf("a team in an archived department: %v", err)
		}
	})
}

func TestAKeyStopsWhileItsMemberIsNotInTheTeam(t *testing.T) {
	eachGrove(t, func(g *grove) {
		ctx, dev := g.t.Context(), g.Members[org.Developer].ID
		k, seat := g.key(g.Team, dev, ""), org.Assignment{Role: org.Developer, At: org.OfTeam(g.Org.ID, g.Team)}
		g.must(g.Identity.Unassign(ctx, g.admin, dev, seat.At))
		if !g.record(k.ID).Off {
			g.t.Error("works without its member in the team")
		}
		g.must(g.Identity.Assign(ctx, g.admin, dev, seat))
		if g.record(k.ID).Off {
			g.t.Error("is refused though its member is back")
		}
		g.must(g.Identity.MoveMember(ctx, g.admin, dev, g.Team, g.Other))
		if r := g.record(k.ID); r.Team != g.Other || r.Off {
			g.t.Errorf("after the move: %+v", r)
		}
	})
}

func TestADisabledPersonIsOutWithAllTheyMade(t *testing.T) {
	eachGrove(t, func(g *grove) {
		ctx := g.t.Context()
		second := g.Join(g.t, g.Tenant, "second", org.Admin, g.Team)
		text, _, err := g.Identity.CreateToken(ctx, second.Acting(org.Actor{}), identity.NewToken{Name: "theirs", Role: org.Admin})
		g.must(err)
		k := g.key(g.Team, second.ID, "")
		g.budget(org.OfTeam(g.Org.ID, g.Team), "team")
		all, err := g.budgets.List(ctx, g.admin)
		g.must(err)
		asked, err := g.budgets.Ask(ctx, second.Acting(org.Actor{}), all[0].ID, budget.RequestInput{Amount: 1, Reason: "x"})
		g.must(err)
		g.must(g.Identity.DisableMember(ctx, g.admin, second.ID))
		if _, err := g.Identity.Holder(ctx, text); !fault.Is(err, fault.Unauthenticated) {
			g.t.Errorf("their token: %v", err)
		}
		if _, _, err := g.Identity.Person(ctx, g.Org.ID, second.ID); !fault.Is(err, fault.Unauthenticated) {
			g.t.Errorf("themselves: %v", err)
		}
		if r, err := g.budgets.Request(ctx, g.admin, asked.ID); err != nil || r.State != budget.Expired {
			g.t.Errorf("what they asked for: %+v, %v", r, err)
		}
		if !g.record(k.ID).Off {
			g.t.Error("their key works")
		}
		if err := g.Identity.RemoveMember(ctx, org.System(g.Org.ID, "test"), g.admin.Member); fault.From(err).Code != "last_admin" {
			g.t.Errorf("the last admin who can log in was removed: %v", err)
		}
		g.must(g.Identity.EnableMember(ctx, g.admin, second.ID))
		if _, err := g.Identity.Holder(ctx, text); err != nil || g.record(k.ID).Off {
			g.t.Errorf("enabled: token %v, key off %v", err, g.record(k.ID).Off)
		}
		g.must(g.Identity.Place(ctx, g.admin, second.ID, nil, id.Team{}))
		if _, err := g.Identity.Holder(ctx, text); !fault.Is(err, fault.Unauthenticated) {
			g.t.Errorf("the token of somebody who is no admin any more: %v", err)
		}
	})
}

func TestANewTimeZoneBeginsThePeriodsAnew(t *testing.T) {
	eachGrove(t, func(g *grove) {
		ctx := g.t.Context()
		g.budget(org.OfOrg(g.Org.ID), "org")
		o, err := g.Identity.SetOrganization(ctx, g.admin, identity.Settings{Name: "Acme Inc.", Slug: "acme-inc", Zone: "Asia/Tokyo"})
		g.must(err)
		all, err := g.budgets.List(ctx, g.admin)
		g.must(err)
		if o.Zone != "Asia/Tokyo" || len(all) != 1 || all[0].Standing.Limit != budgetDollar || all[0].Standing.ResetsAt.Format("15:04 MST") != "00:00 JST" {
			g.t.Errorf("%+v, %+v", o, all)
		}
		periods, err := g.budgets.Statements(ctx, g.admin, all[0].ID)
		g.must(err)
		if len(periods) != 2 {
			g.t.Errorf("%d periods, want the old one and the new one", len(periods))
		}
		action, before, after := g.last()
		if action != "organization.changed" || !strings.Contains(before, `"zone":"UTC"`) || !strings.Contains(after, `"slug":"acme-inc"`) {
			g.t.Errorf("audit: %s %s %s", action, before, after)
		}
		g.Found(g.t, "Beta")
		for field, in := range map[string]identity.Settings{"slug": {Name: "x", Slug: "beta", Zone: "UTC"}, "zone": {Name: "x", Slug: "acme", Zone: "Mars/Base"}, "name": {Slug: "acme", Zone: "UTC"}} {
			if _, err := g.Identity.SetOrganization(ctx, g.admin, in); fault.From(err).Field != field {
				g.t.Errorf("%s: %v", field, err)
			}
		}
		for _, slug := range []string{"api", "A", "a--b", "-ab", "ab-", strings.Repeat("x", 41), "ä-ä"} {
			if _, err := g.Identity.SetOrganization(ctx, g.admin, identity.Settings{Name: "x", Slug: slug, Zone: "UTC"}); fault.From(err).Field != "slug" {
				g.t.Errorf("slug %q: %v", slug, err)
			}
		}
	})
}

const budgetDollar = 1_000_000_000

func TestNonsenseIsRefusedInWords(t *testing.T) {
	t.Parallel()
	g := newGrove(t, dbtest.SQLite(t))
	beta := g.Found(t, "Beta")
	ctx, dev, o := t.Context(), g.Members[org.Developer].ID, g.Org.ID
	manager, entries := g.Actor(org.Manager), g.Entries(t, o)
	give := func(r org.Role, at org.Scope) error {
		return g.Identity.Assign(ctx, g.admin, dev, org.Assignment{Role: r, At: at})
	}
	for what, x := range map[string]struct {
		err  error
		kind fault.Kind
	}{
		"a team into itself":               {g.Identity.MergeTeam(ctx, g.admin, g.Team, g.Team), fault.Invalid},
		"a department into itself":         {g.Identity.MergeDepartment(ctx, g.admin, g.Away, g.Away), fault.Invalid},
		"a team where it is":               {g.Identity.MoveTeam(ctx, g.admin, g.Team, g.Department), fault.Invalid},
		"a team to another tenant":         {g.Identity.MoveTeam(ctx, g.admin, g.Team, beta.Department), fault.NotFound},
		"another tenant's team":            {g.Identity.MergeTeam(ctx, g.admin, beta.Team, g.Team), fault.NotFound},
		"a person to another tenant":       {give(org.Developer, org.OfTeam(o, beta.Team)), fault.NotFound},
		"another tenant's person":          {g.Identity.Assign(ctx, g.admin, beta.Outsider.ID, org.Assignment{Role: org.Viewer, At: org.OfOrg(o)}), fault.NotFound},
		"an organization's developer":      {give(org.Developer, org.OfOrg(o)), fault.Invalid},
		"an admin of a team":               {give(org.Admin, org.OfTeam(o, g.Team)), fault.Invalid},
		"a manager of a team":              {give(org.Manager, org.OfTeam(o, g.Team)), fault.Invalid},
		"a role that is none":              {give("owner", org.OfTeam(o, g.Team)), fault.Invalid},
		"a role at a key":                  {give(org.Viewer, org.OfKey(o, id.NewKey(g.IDs))), fault.Invalid},
		"two roles at one node":            {g.Identity.Place(ctx, g.admin, dev, []org.Assignment{{Role: org.Lead, At: org.OfTeam(o, g.Team)}, {Role: org.Viewer, At: org.OfTeam(o, g.Team)}}, id.Team{}), fault.Invalid},
		"a manager makes a manager":        {g.Identity.Assign(ctx, manager, dev, org.Assignment{Role: org.Manager, At: org.OfDepartment(o, g.Department)}), fault.Forbidden},
		"a manager makes an admin":         {g.Identity.Assign(ctx, manager, dev, org.Assignment{Role: org.Admin, At: org.OfOrg(o)}), fault.Forbidden},
		"a manager reaches into another":   {g.Identity.Assign(ctx, manager, dev, org.Assignment{Role: org.Viewer, At: org.OfTeam(o, g.AwayTeam)}), fault.NotFound},
		"a manager takes a team out":       {g.Identity.MoveTeam(ctx, manager, g.Team, id.Department{}), fault.Forbidden},
		"a manager makes a team elsewhere": {addTeam(g, manager, g.Away), fault.NotFound},
		"a lead makes a lead":              {g.Identity.Assign(ctx, g.Actor(org.Lead), dev, org.Assignment{Role: org.Lead, At: org.OfTeam(o, g.Team)}), fault.Forbidden},
		"a lead their own role":            {g.Identity.Assign(ctx, g.Actor(org.Lead), g.Members[org.Lead].ID, org.Assignment{Role: org.Viewer, At: org.OfTeam(o, g.Team)}), fault.Conflict},
		"a name that is taken":             {addTeam(g, g.admin, id.Department{}), fault.Invalid},
		"a move from where they are not":   {g.Identity.MoveMember(ctx, g.admin, dev, g.Other, g.AwayTeam), fault.Invalid},
		"a search without end":             {search(g, strings.Repeat("x", 101)), fault.Invalid},
	} {
		if f := fault.From(x.err); x.err == nil || f.Kind != x.kind || f.Public == "" {
			t.Errorf("%s: %v", what, x.err)
		}
	}
	if n := g.Entries(t, o); n != entries {
		t.Errorf("refusals wrote audit entries: there were %d and are %d", entries, n)
	}
}

func addTeam(g *grove, a org.Actor, d id.Department) error {
	_, err := g.Identity.AddTeam(g.t.Context(), a, "Other", d)
	return err
}

func search(g *grove, q string) error {
	_, err := g.Identity.FindMembers(g.t.Context(), g.admin, org.MemberQuery{Search: q})
	return err
}

func TestMembersAreFoundAndPaged(t *testing.T) {
	eachGrove(t, func(g *grove) {
		ctx := g.t.Context()
		g.Passwordless = true
		for _, name := range []string{"zoe", "under_score", "per%cent"} {
			g.Join(g.t, g.Tenant, name, org.Developer, g.Other)
		}
		_, err := g.Identity.AddMember(ctx, g.admin, identity.NewMember{Name: "Émile", Email: "nana@acme.test", Role: org.Developer, Teams: []id.Team{g.Other}})
		g.must(err)
		found := func(a org.Actor, q org.MemberQuery) (names []string) {
			g.t.Helper()
			for q.Limit = 2; ; {
				p, err := g.Identity.FindMembers(ctx, a, q)
				g.must(err)
				for _, m := range p.Members {
					names = append(names, strings.TrimPrefix(m.Name, "Member "))
				}
				if p.Next.ID.IsZero() {
					return names
				}
				if q.After, err = org.ReadMemberPlace(p.Next.String()); err != nil {
					g.t.Fatal(err)
				}
			}
		}
		g.must(g.Identity.DisableMember(ctx, g.admin, g.Outsider.ID))
		for what, x := range map[string]struct {
			a    org.Actor
			q    org.MemberQuery
			want string
		}{
			"by part of a name":         {g.admin, org.MemberQuery{Search: "ZO"}, "zoe"},
			"by a letter as written":    {g.admin, org.MemberQuery{Search: "Émile"}, "Émile"},
			"by a letter in lower case": {g.admin, org.MemberQuery{Search: "émi"}, "Émile"},
			"by an underscore":          {g.admin, org.MemberQuery{Search: "r_s"}, "under_score"},
			"by a percent sign":         {g.admin, org.MemberQuery{Search: "%"}, "per%cent"},
			"by address":                {g.admin, org.MemberQuery{Search: "zoe@acme"}, "zoe"},
			"by role":                   {g.admin, org.MemberQuery{Role: org.Manager}, "manager"},
			"by team":                   {g.admin, org.MemberQuery{Team: g.Other}, "outsider per%cent under_score zoe Émile"},
			"by status":                 {g.admin, org.MemberQuery{Status: org.DisabledMember}, "outsider"},
			"a lead: their team's only": {g.Actor(org.Lead), org.MemberQuery{}, "Ada Admin developer lead manager viewer"},
			"a lead: nobody elsewhere":  {g.Actor(org.Lead), org.MemberQuery{Search: "zoe"}, ""},
			"a lead: no other team":     {g.Actor(org.Lead), org.MemberQuery{Team: g.Other}, ""},
		} {
			got := found(x.a, x.q)
			slices.Sort(got)
			if strings.Join(got, " ") != x.want {
				g.t.Errorf("%s: %q, want %q", what, got, x.want)
			}
		}
		if _, err := org.ReadMemberPlace("nonsense"); !fault.Is(err, fault.Invalid) {
			g.t.Errorf("a forged place: %v", err)
		}
	})
}

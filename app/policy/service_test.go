package policy_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/org/orgtest"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var (
	ids      = id.NewSource(clock.System{}.Now, nil)
	november = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// diary is an audit log that a test can read, and make fail.
type diary struct {
	entries []audit.Entry
	broken  error
}

func (d *diary) Append(_ context.Context, _ org.Actor, e audit.Entry) error {
	if d.broken != nil {
		return d.broken
	}
	d.entries = append(d.entries, e)
	return nil
}

// office is an organization with its control plane.
type office struct {
	*policy.Service
	t     *testing.T
	store *db.PolicyStore
	diary *diary
	bus   *live.Local
	chain org.Chain
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	o := &office{t: t, store: db.NewPolicyStore(d), diary: &diary{}, bus: &live.Local{}}
	orgs := db.NewOrgStore(d)
	acme := org.Organization{ID: id.NewOrg(ids), Name: "Acme", Zone: "UTC", CreatedAt: november}
	acme.Slug = "acme-" + acme.ID.UUID()
	team := org.Team{ID: id.NewTeam(ids), Org: acme.ID, Name: "Search", CreatedAt: november}
	member := org.Member{ID: id.NewMember(ids), Org: acme.ID, Email: "ada@acme.test", Name: "Ada", CreatedAt: november,
		Assignments: []org.Assignment{{Role: org.Developer, At: org.OfTeam(acme.ID, team.ID)}}}
	o.must(orgs.AddOrganization(t.Context(), acme))
	o.must(orgs.AddTeam(t.Context(), team))
	o.must(orgs.AddMember(t.Context(), member))
	o.chain = org.Chain{Org: acme.ID, Team: team.ID, Member: member.ID, Key: id.NewKey(ids)}
	o.must(db.NewKeyStore(d).Insert(t.Context(), key.Key{ID: o.chain.Key, Org: acme.ID, Name: "ci-bot", Team: team.ID, Public: acme.ID.UUID(), CreatedAt: november}))
	o.Service = policy.New(policy.Parts{Store: o.store, Tx: d, Audit: o.diary, Bus: o.bus, IDs: ids, Clock: clock.NewFake(november), Log: slog.New(slog.DiscardHandler)})
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) actor(r org.Role, teams ...id.Team) org.Actor {
	return orgtest.Actor(o.chain.Org, id.NewMember(ids), r, teams...)
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

func TestAPolicysLife(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		admin := o.actor(org.Admin)
		told := o.bus.Subscribe(t.Context())
		in := policy.Input{Scope: org.OfTeam(o.chain.Org, o.chain.Team), Terms: policy.Terms{Allow: []string{" openai/* ", "", "OPENAI/*", "smart"}, MaxCost: money.Dollar / 2}}
		made, err := o.Create(t.Context(), admin, in)
		o.must(err)
		if topic := <-told; topic != policy.Topic {
			t.Errorf("told of %q", topic)
		}
		got, err := o.Get(t.Context(), admin, made.ID)
		o.must(err)
		if !slices.Equal(got.Allow, []string{"openai/*", "smart"}) || len(got.Deny) != 0 || got.MaxCost != money.Dollar/2 || got.Place.Label != "Team Search" || !got.CreatedAt.Equal(november) {
			t.Errorf("kept %+v", got)
		}
		if _, err := o.Create(t.Context(), admin, in); code(err) != "policy_exists" {
			t.Errorf("a second one on the team: %v", err)
		}
		_, err = o.Update(t.Context(), admin, made.ID, policy.Input{Terms: policy.Terms{Deny: []string{"*-pro"}}})
		o.must(err)
		rules, err := o.store.Rules(t.Context())
		o.must(err)
		rules = slices.DeleteFunc(rules, func(r policy.Rule) bool { return r.Org != o.chain.Org })
		var book policy.Book
		o.must(book.Load(rules))
		bound := book.For(o.chain, november)
		if _, capped := bound.MaxCost(); len(rules) != 1 || capped || !denies(bound, "x-pro") || denies(bound, "x") {
			t.Errorf("rules %+v", rules)
		}
		o.must(o.Delete(t.Context(), admin, made.ID))
		if _, err := o.Get(t.Context(), admin, made.ID); code(err) != "not_found" {
			t.Errorf("after deletion: %v", err)
		}
		var did []string
		for _, e := range o.diary.entries {
			did = append(did, e.Action)
		}
		if got := strings.Join(did, " "); got != "policy.created policy.updated policy.deleted" {
			t.Errorf("audit log: %s", got)
		}
	})
}

func TestAChangeWithoutItsAuditEntryDoesNotHappen(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	admin := o.actor(org.Admin)
	made, err := o.Create(t.Context(), admin, policy.Input{Scope: org.OfTeam(o.chain.Org, o.chain.Team), Terms: policy.Terms{Deny: []string{"x"}}})
	o.must(err)
	o.diary.broken = errors.New("the diary is full")
	_, err1 := o.Create(t.Context(), admin, policy.Input{Scope: org.OfOrg(o.chain.Org), Terms: policy.Terms{Deny: []string{"x"}}})
	_, err2 := o.Update(t.Context(), admin, made.ID, policy.Input{Terms: policy.Terms{Deny: []string{"y"}}})
	if err3 := o.Delete(t.Context(), admin, made.ID); err1 == nil || err2 == nil || err3 == nil {
		t.Fatal("changed", err1, err2, err3)
	}
	if all, err := o.List(t.Context(), admin); err != nil || len(all) != 1 || all[0].Deny[0] != "x" {
		t.Errorf("left behind: %+v, %v", all, err)
	}
}

func TestWhoMaySetWhichPolicy(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	c := newOffice(t, d).chain
	scopes := map[string]org.Scope{"org": org.OfOrg(c.Org), "team": org.OfTeam(c.Org, c.Team), "member": org.OfMember(c.Org, c.Member), "key": org.OfKey(c.Org, c.Key)}
	other := newOffice(t, d)
	for name, x := range map[string]struct {
		who  func(o *office) org.Actor
		on   string
		want string
	}{
		"an admin the organization's":      {func(o *office) org.Actor { return o.actor(org.Admin) }, "org", ""},
		"a manager not the organization's": {func(o *office) org.Actor { return o.actor(org.Manager) }, "org", "forbidden"},
		"a manager a team's":               {func(o *office) org.Actor { return o.actor(org.Manager) }, "team", ""},
		"a lead not their own team's":      {func(o *office) org.Actor { return o.actor(org.Lead, c.Team) }, "team", "forbidden"},
		"a lead a member's":                {func(o *office) org.Actor { return o.actor(org.Lead, c.Team) }, "member", ""},
		"a lead a key's":                   {func(o *office) org.Actor { return o.actor(org.Lead, c.Team) }, "key", ""},
		"a lead of another team not":       {func(o *office) org.Actor { return o.actor(org.Lead, id.NewTeam(ids)) }, "key", "not_found"},
		"a lead not their own":             {func(*office) org.Actor { return orgtest.Actor(c.Org, c.Member, org.Lead, c.Team) }, "member", "forbidden"},
		"a developer none":                 {func(o *office) org.Actor { return o.actor(org.Developer, c.Team) }, "key", "forbidden"},
		"a viewer none":                    {func(o *office) org.Actor { return o.actor(org.Viewer, c.Team) }, "key", "forbidden"},
		"nobody nothing":                   {func(*office) org.Actor { return org.Actor{} }, "key", "unauthenticated"},
		"another organization's admin":     {func(*office) org.Actor { return other.actor(org.Admin) }, "key", "not_found"},
	} {
		o := &office{Service: other.Service, t: t, chain: c}
		made, err := o.Create(t.Context(), x.who(o), policy.Input{Scope: scopes[x.on], Terms: policy.Terms{Deny: []string{"x"}}})
		if code(err) != x.want {
			t.Errorf("%s: create: %v", name, err)
		}
		if err != nil {
			if made, err = o.Create(t.Context(), o.actor(org.Admin), policy.Input{Scope: scopes[x.on], Terms: policy.Terms{Deny: []string{"x"}}}); err != nil {
				t.Fatal(err)
			}
		}
		_, update := o.Update(t.Context(), x.who(o), made.ID, policy.Input{Terms: policy.Terms{Deny: []string{"y"}}})
		gone := o.Delete(t.Context(), x.who(o), made.ID)
		for op, err := range map[string]error{"update": update, "delete": gone} {
			if code(err) != x.want {
				t.Errorf("%s: %s: %v", name, op, err)
			}
		}
		if x.want != "" {
			o.must(o.Delete(t.Context(), o.actor(org.Admin), made.ID))
		}
	}
}

func TestWhoSeesWhichPolicy(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	c := o.chain
	for _, s := range c.Scopes() {
		_, err := o.Create(t.Context(), o.actor(org.Admin), policy.Input{Scope: s, Terms: policy.Terms{Deny: []string{"x"}}})
		o.must(err)
	}
	for name, x := range map[string]struct {
		who  org.Actor
		sees string
	}{
		"an admin all":                     {o.actor(org.Admin), "organization team member key"},
		"a developer their team's":         {o.actor(org.Developer, c.Team), "organization team member key"},
		"somebody else the organization's": {o.actor(org.Developer, id.NewTeam(ids)), "organization"},
	} {
		all, err := o.List(t.Context(), x.who)
		o.must(err)
		var got []string
		for _, l := range all {
			got = append(got, string(l.Scope.Kind()))
		}
		if strings.Join(got, " ") != x.sees {
			t.Errorf("%s: sees %v", name, got)
		}
	}
}

func TestWrongInputIsRefusedInWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	many := make([]string, 101)
	for i := range many {
		many[i] = "m" + strings.Repeat("x", i)
	}
	for name, x := range map[string]struct {
		in    policy.Input
		field string
	}{
		"nothing":                            {policy.Input{}, "allow"},
		"a sentence":                         {policy.Input{Terms: policy.Terms{Deny: []string{"all of openai"}}}, "deny"},
		"five stars":                         {policy.Input{Terms: policy.Terms{Allow: []string{"a*b*c*d*e*f"}}}, "allow"},
		"a control sign":                     {policy.Input{Terms: policy.Terms{Allow: []string{"a\x00b"}}}, "allow"},
		"too many":                           {policy.Input{Terms: policy.Terms{Deny: many}}, "deny"},
		"too long":                           {policy.Input{Terms: policy.Terms{Deny: []string{strings.Repeat("x", 201)}}}, "deny"},
		"a negative cost":                    {policy.Input{Terms: policy.Terms{MaxCost: -1}}, "max_cost_usd"},
		"a threshold above the largest cost": {policy.Input{Terms: policy.Terms{MaxCost: money.Dollar, AskAbove: 2 * money.Dollar}}, "ask_above_usd"},
		"an approver who is none":            {policy.Input{Terms: policy.Terms{AskAbove: money.Dollar, Approver: org.Developer}}, "approver"},
		"a huge cost":                        {policy.Input{Terms: policy.Terms{MaxCost: 100_001 * money.Dollar}}, "max_cost_usd"},
	} {
		x.in.Scope = org.OfOrg(o.chain.Org)
		_, err := o.Create(t.Context(), o.actor(org.Admin), x.in)
		if f := fault.From(err); err == nil || f.Kind != fault.Invalid || f.Field != x.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	tag, err := org.OfTag(o.chain.Org, "a=b")
	o.must(err)
	for name, s := range map[string]org.Scope{"a tag": tag, "a pool": org.OfPool(o.chain.Org, o.chain.Team), "nothing": {}} {
		if _, err := o.Create(t.Context(), o.actor(org.Admin), policy.Input{Scope: s, Terms: policy.Terms{Deny: []string{"x"}}}); code(err) != "not_found" {
			t.Errorf("on %s: %v", name, err)
		}
	}
}

func TestThePreviewSaysWhatRemainsAndWhoDeniesTheRest(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	admin := o.actor(org.Admin)
	for s, in := range map[org.Scope]policy.Input{
		org.OfOrg(o.chain.Org):                {Terms: policy.Terms{Allow: []string{"openai/*", "smart"}}},
		org.OfTeam(o.chain.Org, o.chain.Team): {Terms: policy.Terms{Deny: []string{"*-pro"}}},
	} {
		in.Scope = s
		_, err := o.Create(t.Context(), admin, in)
		o.must(err)
	}
	models := []policy.Model{{Name: "gpt", Targets: [][]string{{"gpt", "openai/gpt"}}}, {Name: "gpt-pro", Targets: [][]string{{"gpt-pro", "openai/gpt-pro"}}},
		{Name: "claude", Targets: [][]string{{"claude", "anthropic/claude"}}}, {Name: "smart", Targets: [][]string{{"gpt-pro", "openai/gpt-pro"}, {"claude", "anthropic/claude"}}}}
	got, err := o.Preview(t.Context(), admin, o.chain, models)
	o.must(err)
	want := []policy.Verdict{{Name: "gpt"}, {Name: "gpt-pro", Refused: "Team Search denies *-pro"}, {Name: "claude", Refused: "Acme allows only openai/*, smart"}, {Name: "smart"}}
	if !slices.Equal(got, want) {
		t.Errorf("preview %+v", got)
	}
	if _, err := o.Preview(t.Context(), newOffice(t, dbtest.SQLite(t)).actor(org.Admin), o.chain, models); code(err) != "not_found" {
		t.Errorf("another organization's: %v", err)
	}
}

func denies(b policy.Bound, model string) bool {
	d, _ := b.Model(model, nil, catalog.NoTier)
	return d.Any()
}

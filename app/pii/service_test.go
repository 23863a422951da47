package pii_test

import (
	"context"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/org/orgtest"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var (
	ids      = id.NewSource(clock.System{}.Now, nil)
	november = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

// diary is an audit log that a test can read.
type diary struct{ entries []audit.Entry }

func (d *diary) Append(_ context.Context, _ org.Actor, e audit.Entry) error {
	d.entries = append(d.entries, e)
	return nil
}

// office is an organization with its control plane.
type office struct {
	*pii.Service
	t     *testing.T
	store *db.PIIStore
	books *db.LedgerStore
	diary *diary
	bus   *live.Local
	chain org.Chain
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	o := &office{t: t, store: db.NewPIIStore(d), books: db.NewLedgerStore(d), diary: &diary{}, bus: &live.Local{}}
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
	o.Service = pii.New(pii.Parts{Store: o.store, Tx: d, Audit: o.diary, Bus: o.bus, IDs: ids, Clock: clock.NewFake(november), Log: slog.New(slog.DiscardHandler)})
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

func actions(pairs ...any) map[pii.Kind]pii.Action {
	out := map[pii.Kind]pii.Action{}
	for i := 0; i+1 < len(pairs); i += 2 {
		out[pairs[i].(pii.Kind)] = pairs[i+1].(pii.Action)
	}
	return out
}

func TestARulesLife(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		admin := o.actor(org.Admin)
		told := o.bus.Subscribe(t.Context())
		in := pii.Input{Scope: org.OfTeam(o.chain.Org, o.chain.Team), Terms: pii.Terms{Actions: actions(pii.Email, pii.Mask, pii.Card, pii.Off), Allow: []string{" @acme.test ", "", "@ACME.test"},
			Answers: actions(pii.IP, pii.Warn), OneWay: true, Guess: true, Unread: true,
			Patterns: []pii.Pattern{{Name: " Project ", Expr: `PRJ-\d+ `, Action: pii.Block, Answer: pii.Log, Near: []string{" Code ", ""}}, {}}}}
		made, err := o.Create(t.Context(), admin, in)
		o.must(err)
		if topic := <-told; topic != pii.Topic {
			t.Errorf("told of %q", topic)
		}
		got, err := o.Get(t.Context(), admin, made.ID)
		o.must(err)
		if !slices.Equal(got.Allow, []string{"@acme.test"}) || got.Actions[pii.Email] != pii.Mask || got.Actions[pii.Card] != pii.Off || got.Place.Label != "Team Search" || !got.CreatedAt.Equal(november) ||
			got.Answers[pii.IP] != pii.Warn || !got.OneWay || !got.Guess || !got.Unread ||
			!reflect.DeepEqual(got.Patterns, []pii.Pattern{{Name: "Project", Expr: `PRJ-\d+`, Action: pii.Block, Answer: pii.Log, Near: []string{"code"}}}) {
			t.Errorf("kept %+v", got)
		}
		if _, err := o.Create(t.Context(), admin, in); code(err) != "data_rule_exists" {
			t.Errorf("a second one on the team: %v", err)
		}
		_, err = o.Update(t.Context(), admin, made.ID, pii.Input{Terms: pii.Terms{Actions: actions(pii.Secret, pii.Block)}})
		o.must(err)
		records, err := o.store.Records(t.Context())
		o.must(err)
		records = slices.DeleteFunc(records, func(r pii.Record) bool { return r.Org != o.chain.Org })
		book := pii.NewBook(clock.System{})
		o.must(book.Load(records))
		bound := book.For(o.chain)
		if r := bound.Screen(t.Context(), []byte(`{"c":"ada@acme.test AKIAIOSFODNN7EXAMPLE"}`)); len(records) != 1 || r.Action != pii.Block || len(r.Found) != 1 {
			t.Errorf("records %+v: %+v", records, r)
		}
		o.must(o.Delete(t.Context(), admin, made.ID))
		if _, err := o.Get(t.Context(), admin, made.ID); code(err) != "not_found" {
			t.Errorf("after deletion: %v", err)
		}
		var did []string
		for _, e := range o.diary.entries {
			did = append(did, e.Action)
		}
		if got := strings.Join(did, " "); got != "data_rule.created data_rule.updated data_rule.deleted" {
			t.Errorf("audit log: %s", got)
		}
	})
}

func TestWhoMaySetWhichRule(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	c := newOffice(t, d).chain
	scopes := map[string]org.Scope{"org": org.OfOrg(c.Org), "team": org.OfTeam(c.Org, c.Team), "member": org.OfMember(c.Org, c.Member), "key": org.OfKey(c.Org, c.Key)}
	other := newOffice(t, d)
	in := pii.Input{Terms: pii.Terms{Actions: actions(pii.Email, pii.Log)}}
	for name, x := range map[string]struct {
		who  func(o *office) org.Actor
		on   string
		want string
	}{
		"an admin the organization's":      {func(o *office) org.Actor { return o.actor(org.Admin) }, "org", ""},
		"a manager not the organization's": {func(o *office) org.Actor { return o.actor(org.Manager) }, "org", "forbidden"},
		"a manager a team's":               {func(o *office) org.Actor { return o.actor(org.Manager) }, "team", ""},
		"a lead not their own team's":      {func(o *office) org.Actor { return o.actor(org.Lead, c.Team) }, "team", "forbidden"},
		"a lead a key's":                   {func(o *office) org.Actor { return o.actor(org.Lead, c.Team) }, "key", ""},
		"a lead of another team not":       {func(o *office) org.Actor { return o.actor(org.Lead, id.NewTeam(ids)) }, "key", "not_found"},
		"a lead not their own":             {func(*office) org.Actor { return orgtest.Actor(c.Org, c.Member, org.Lead, c.Team) }, "member", "forbidden"},
		"a developer none":                 {func(o *office) org.Actor { return o.actor(org.Developer, c.Team) }, "key", "forbidden"},
		"a viewer none":                    {func(o *office) org.Actor { return o.actor(org.Viewer, c.Team) }, "key", "forbidden"},
		"nobody nothing":                   {func(*office) org.Actor { return org.Actor{} }, "key", "unauthenticated"},
		"another organization's admin":     {func(*office) org.Actor { return other.actor(org.Admin) }, "key", "not_found"},
	} {
		o := &office{Service: other.Service, t: t, chain: c}
		in.Scope = scopes[x.on]
		made, err := o.Create(t.Context(), x.who(o), in)
		if code(err) != x.want {
			t.Errorf("%s: create: %v", name, err)
		}
		if err != nil {
			if made, err = o.Create(t.Context(), o.actor(org.Admin), in); err != nil {
				t.Fatal(err)
			}
		}
		_, update := o.Update(t.Context(), x.who(o), made.ID, in)
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

func TestWrongInputIsRefusedInWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	var many []pii.Pattern
	for i := range pii.MaxPatterns + 1 {
		many = append(many, pii.Pattern{Name: "p" + strings.Repeat("x", i), Expr: "abc", Action: pii.Log})
	}
	one := func(name, expr string, a pii.Action) pii.Input {
		return pii.Input{Terms: pii.Terms{Patterns: []pii.Pattern{{Name: name, Expr: expr, Action: a}}}}
	}
	for name, x := range map[string]struct {
		in    pii.Input
		field string
	}{
		"nothing":                   {pii.Input{}, "actions"},
		"all off":                   {pii.Input{Terms: pii.Terms{Actions: actions(pii.Email, pii.Off)}}, "actions"},
		"no expression at all":      {one("a", "", pii.Log), "patterns"},
		"no name":                   {one("", "abc", pii.Log), "patterns"},
		"no action":                 {one("a", "abc", pii.Off), "patterns"},
		"not RE2":                   {one("a", "(", pii.Log), "patterns"},
		"matches nothing":           {one("a", "x*", pii.Log), "patterns"},
		"too dear":                  {one("a", "(?:[a-z]{1,99}){1,9}!", pii.Log), "patterns"},
		"ten megabytes":             {one("a", strings.Repeat("x", 10<<20), pii.Log), "patterns"},
		"a control sign in a name":  {one("a\x00b", "abc", pii.Log), "patterns"},
		"too many":                  {pii.Input{Terms: pii.Terms{Patterns: many}}, "patterns"},
		"two of a name":             {pii.Input{Terms: pii.Terms{Patterns: []pii.Pattern{{Name: "A", Expr: "abc", Action: pii.Log}, {Name: "a", Expr: "abd", Action: pii.Log}}}}, "patterns"},
		"a wildcard that is passed": {pii.Input{Terms: pii.Terms{Actions: actions(pii.Email, pii.Log), Allow: []string{"*@acme.test"}}}, "allow"},
	} {
		x.in.Scope = org.OfOrg(o.chain.Org)
		_, err := o.Create(t.Context(), o.actor(org.Admin), x.in)
		if f := fault.From(err); err == nil || f.Kind != fault.Invalid || f.Field != x.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, s := range map[string]org.Scope{"a pool": org.OfPool(o.chain.Org, o.chain.Team), "nothing": {}} {
		if _, err := o.Create(t.Context(), o.actor(org.Admin), pii.Input{Scope: s, Terms: pii.Terms{Actions: actions(pii.Email, pii.Log)}}); code(err) != "not_found" {
			t.Errorf("on %s: %v", name, err)
		}
	}
}

func TestIncidentsComeWithTheFactsAndAreSeenByWhoReadsThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		c := o.chain
		made := map[string]id.Finding{}
		var batch budget.Batch
		for i, x := range []struct{ name, found, action string }{
			{"cards", `[{"detector":"card","action":"block","count":2},{"detector":"email","action":"log","count":1}]`, "block"},
			{"mail", `[{"detector":"email","action":"mask","count":1}]`, "mask"}, {"own", `[{"detector":"Project","own":true,"action":"log","count":0}]`, "log"}, {"odd", `{`, "log"},
		} {
			made[x.name] = id.NewFinding(ids)
			r := ledger.Request{ID: id.NewRequest(ids), At: november.Add(time.Duration(i) * time.Minute), Chain: c, Family: "openai", Endpoint: "chat", Status: 200,
				Screened: ledger.Screened{Incident: made[x.name], Action: x.action, Found: x.found}}
			batch.Requests = append(batch.Requests, r)
		}
		batch.Requests = append(batch.Requests, ledger.Request{ID: id.NewRequest(ids), At: november, Chain: c, Family: "openai", Endpoint: "chat", Status: 200})
		node := id.NewNode(ids)
		batch.To.At.Offset = 100
		_, err := o.books.Post(t.Context(), node, batch)
		o.must(err)
		batch.From, batch.To.At.Offset = batch.To, 200
		_, err = o.books.Post(t.Context(), node, batch) // a journal that was copied
		o.must(err)
		names := func(who org.Actor, q pii.Query) string {
			p, err := o.Incidents(t.Context(), who, q)
			o.must(err)
			var out []string
			for _, i := range p.Incidents {
				for n, which := range made {
					if which == i.ID {
						out = append(out, n)
					}
				}
			}
			return strings.Join(out, " ")
		}
		admin := o.actor(org.Admin)
		for name, x := range map[string]struct {
			who  org.Actor
			q    pii.Query
			want string
		}{
			"all":                          {admin, pii.Query{}, "odd own mail cards"},
			"blocked":                      {admin, pii.Query{Action: pii.Block}, "cards"},
			"with an address":              {admin, pii.Query{Detector: "email"}, "mail cards"},
			"later":                        {admin, pii.Query{From: november.Add(2 * time.Minute)}, "odd own"},
			"a team":                       {admin, pii.Query{Team: c.Team}, "odd own mail cards"},
			"another team":                 {admin, pii.Query{Team: id.NewTeam(ids)}, ""},
			"the rest":                     {admin, pii.Query{Before: made["own"]}, "mail cards"},
			"a page":                       {admin, pii.Query{Limit: 1}, "odd"},
			"a lead of the team":           {o.actor(org.Lead, c.Team), pii.Query{}, "odd own mail cards"},
			"a lead of another":            {o.actor(org.Lead, id.NewTeam(ids)), pii.Query{}, ""},
			"whose key it is":              {orgtest.Actor(c.Org, c.Member, org.Developer, c.Team), pii.Query{}, "odd own mail cards"},
			"another developer":            {o.actor(org.Developer, c.Team), pii.Query{}, ""},
			"another organization's admin": {newOffice(t, d).actor(org.Admin), pii.Query{}, ""},
		} {
			if got := names(x.who, x.q); got != x.want {
				t.Errorf("%s: %q, want %q", name, got, x.want)
			}
		}
		p, err := o.Incidents(t.Context(), admin, pii.Query{Limit: 3})
		o.must(err)
		if p.Next != made["mail"] {
			t.Errorf("next %s", p.Next)
		}
		one, err := o.Incident(t.Context(), admin, made["cards"])
		o.must(err)
		if one.Action != pii.Block || len(one.Found) != 2 || one.Found[0].Words() != "2 payment card numbers" || one.Key != "ci-bot" || one.Member != "Ada" || one.Team != "Search" || one.Request != batch.Requests[0].ID {
			t.Errorf("incident %+v", one)
		}
		if _, err := o.Incident(t.Context(), o.actor(org.Lead, id.NewTeam(ids)), made["cards"]); code(err) != "not_found" {
			t.Errorf("another team's lead: %v", err)
		}
		if _, err := o.Incidents(t.Context(), org.Actor{}, pii.Query{}); code(err) != "unauthenticated" {
			t.Errorf("nobody: %v", err)
		}
	})
}

func TestATrialSaysWhatWouldHappen(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	admin := o.actor(org.Admin)
	for s, a := range map[org.Scope]map[pii.Kind]pii.Action{org.OfOrg(o.chain.Org): actions(pii.Email, pii.Mask), org.OfTeam(o.chain.Org, o.chain.Team): actions(pii.Card, pii.Block)} {
		_, err := o.Create(t.Context(), admin, pii.Input{Scope: s, Terms: pii.Terms{Actions: a}})
		o.must(err)
	}
	text := "\"ada@acme.test\"\n<4111111111111111> DE89370400440532013000"
	got, err := o.Try(t.Context(), admin, org.Chain{Org: o.chain.Org}, pii.Asked, text)
	o.must(err)
	if got.Action != pii.Mask || got.Text != "\"[EMAIL_1]\"\n<4111111111111111> DE89370400440532013000" || len(got.Others) != 2 || got.Others[0].Words() != "1 payment card number" {
		t.Errorf("below the organization: %+v", got)
	}
	got, err = o.Try(t.Context(), admin, o.chain, pii.Asked, text)
	o.must(err)
	if got.Action != pii.Block || got.Text != "" || !strings.Contains(got.Why, "the data rule of Team Search blocks") {
		t.Errorf("below the team: %+v", got)
	}
	for name, x := range map[string]struct {
		chain org.Chain
		text  string
		want  string
	}{"nothing": {o.chain, " \n", "invalid_request"}, "a book": {o.chain, strings.Repeat("x", 64<<10+1), "invalid_request"}, "another organization's": {org.Chain{Org: id.NewOrg(ids)}, "x", "not_found"}} {
		if _, err := o.Try(t.Context(), admin, x.chain, pii.Asked, x.text); code(err) != x.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(o.diary.entries) != 2 {
		t.Errorf("a trial left %d entries", len(o.diary.entries)-2)
	}
}

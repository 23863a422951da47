package limit_test

import (
	"context"
	"errors"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/org/orgtest"
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

// office is an organization with its control plane and a limiter that reads its rules.
type office struct {
	*limit.Service
	t       *testing.T
	store   *db.LimitStore
	clock   *clock.Fake
	diary   *diary
	bus     *live.Local
	limiter *limit.Limiter
	chain   org.Chain
}

func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	o := &office{t: t, store: db.NewLimitStore(d), clock: clock.NewFake(november), diary: &diary{}, bus: &live.Local{}}
	orgs := db.NewOrgStore(d)
	acme := org.Organization{ID: id.NewOrg(ids), Name: "Acme", Zone: "Europe/Berlin", CreatedAt: november}
	acme.Slug = "acme-" + acme.ID.UUID()
	team := org.Team{ID: id.NewTeam(ids), Org: acme.ID, Name: "Search", CreatedAt: november}
	member := org.Member{ID: id.NewMember(ids), Org: acme.ID, Email: "ada@acme.test", Name: "Ada", CreatedAt: november,
		Assignments: []org.Assignment{{Role: org.Developer, At: org.OfTeam(acme.ID, team.ID)}}}
	o.must(orgs.AddOrganization(t.Context(), acme))
	o.must(orgs.AddTeam(t.Context(), team))
	o.must(orgs.AddMember(t.Context(), member))
	o.chain = org.Chain{Org: acme.ID, Team: team.ID, Member: member.ID, Key: id.NewKey(ids)}
	o.must(db.NewKeyStore(d).Insert(t.Context(), key.Key{ID: o.chain.Key, Org: acme.ID, Name: "ci-bot", Team: team.ID, Public: acme.ID.UUID(), CreatedAt: november}))
	log := slog.New(slog.DiscardHandler)
	o.limiter = limit.NewLimiter(limit.Config{Clock: o.clock, Log: log})
	o.Service = limit.New(limit.Parts{Store: o.store, Tx: d, Audit: o.diary, Bus: o.bus, IDs: ids, Clock: o.clock, Log: log, Desk: o.limiter})
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) actor(r org.Role, teams ...id.Team) org.Actor {
	a := orgtest.Actor(o.chain.Org, id.NewMember(ids), r, teams...)
	a.Label = string(r) + "@acme.test"
	return a
}

func (o *office) onKey(amount int64) limit.Input {
	return limit.Input{Scope: org.OfKey(o.chain.Org, o.chain.Key), Unit: limit.Requests, Amount: amount, Window: time.Minute}
}

// reload is what the mirror does after a change.
func (o *office) reload() {
	o.t.Helper()
	rules, err := o.store.Rules(o.t.Context(), o.clock.Now())
	o.must(err)
	o.must(o.limiter.Load(rules))
}

func (o *office) passes(n int) (given int) {
	for range n {
		if _, err := o.limiter.Take(o.t.Context(), limit.Ask{Chain: o.chain}); err == nil {
			given++
		}
	}
	return given
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

func TestALimitsLife(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		admin := o.actor(org.Admin)
		told := o.bus.Subscribe(t.Context())
		in := limit.Input{Scope: org.OfTeam(o.chain.Org, o.chain.Team), Tag: "project=apollo", Model: " smart ", Endpoint: "chat", Unit: limit.Tokens, Amount: 5000,
			Window: 90 * time.Second, Soft: true, Burst: limit.Burst{Percent: 150, Duration: 15 * time.Minute, Cool: time.Hour}}
		made, err := o.Create(t.Context(), admin, in)
		o.must(err)
		in.Model, in.Name = "smart", "Team Search, project=apollo, smart, chat: 5000 tokens per 1m30s"
		want := limit.Limit{ID: made.ID, Org: o.chain.Org, Scope: in.Scope, Tag: in.Tag, Model: in.Model, Endpoint: in.Endpoint, Name: in.Name, Unit: in.Unit,
			Amount: in.Amount, Window: in.Window, Soft: true, Burst: in.Burst, CreatedAt: november, UpdatedAt: november}
		if made.Limit != want || made.Label != "Team Search" {
			t.Errorf("made\n%+v, want\n%+v", made.Limit, want)
		}
		if topic := <-told; topic != limit.Topic {
			t.Errorf("told of %q", topic)
		}
		if _, err := o.Create(t.Context(), admin, in); code(err) != "limit_exists" {
			t.Errorf("the same once more: %v", err)
		}
		in.Window = time.Hour
		_, err = o.Create(t.Context(), admin, in)
		o.must(err) // several windows per scope
		o.clock.Advance(time.Minute)
		change := limit.Input{Scope: org.OfOrg(o.chain.Org), Tag: "ignored=1", Name: "Apollo", Unit: limit.Cost, Amount: 7, Window: time.Second}
		changed, err := o.Update(t.Context(), admin, made.ID, change)
		o.must(err)
		want = limit.Limit{ID: made.ID, Org: o.chain.Org, Scope: in.Scope, Tag: in.Tag, Name: "Apollo", Unit: limit.Cost, Amount: 7, Window: time.Second,
			CreatedAt: november, UpdatedAt: november.Add(time.Minute)}
		if changed.Limit != want {
			t.Errorf("changed\n%+v, want\n%+v", changed.Limit, want)
		}
		o.must(o.Delete(t.Context(), admin, made.ID))
		if _, err := o.Get(t.Context(), admin, made.ID); code(err) != "not_found" {
			t.Errorf("after deletion: %v", err)
		}
		var did []string
		for _, e := range o.diary.entries {
			did = append(did, e.Action)
			if (e.Before == nil) != (e.Action == "limit.created") || (e.After == nil) != (e.Action == "limit.deleted") {
				t.Errorf("entry %+v", e)
			}
		}
		if got := strings.Join(did, " "); got != "limit.created limit.created limit.updated limit.deleted" {
			t.Errorf("audit log: %s", got)
		}
	})
}

func TestATemporaryIncreaseIsARowThatEndsByItself(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		lead := o.actor(org.Lead, o.chain.Team)
		made, err := o.Create(t.Context(), lead, o.onKey(10))
		o.must(err)
		o.reload()
		if n := o.passes(30); n != 10 {
			t.Fatalf("%d pass", n)
		}
		raised, err := o.Raise(t.Context(), lead, made.ID, limit.Rise{Percent: 150, Until: november.Add(time.Hour), Reason: "release day"})
		o.must(err)
		raised, err = o.Raise(t.Context(), lead, made.ID, limit.Rise{Add: 3, Until: november.Add(2 * time.Hour)})
		o.must(err)
		o.reload()
		if raised.Amount != 10 || raised.Standing.Amount != 18 || raised.Standing.Used != 10 || len(raised.Increases) != 2 || raised.Increases[0].Reason != "release day" || raised.Increases[0].CreatedBy != "lead@acme.test" {
			t.Errorf("raised %+v", raised)
		}
		if n := o.passes(30); n != 8 {
			t.Errorf("%d more pass after the increases, want 8", n)
		}
		o.must(o.Lower(t.Context(), lead, made.ID, raised.Increases[0].ID))
		o.reload()
		o.clock.Advance(2 * time.Minute)
		if n := o.passes(30); n != 13 {
			t.Errorf("%d pass with the other one, want 13", n)
		}
		if err := o.Lower(t.Context(), lead, made.ID, raised.Increases[0].ID); code(err) != "not_found" {
			t.Errorf("ended twice: %v", err)
		}
		o.clock.Advance(2 * time.Hour)
		if e, err := o.Get(t.Context(), lead, made.ID); err != nil || len(e.Increases) != 0 || e.Standing.Amount != 10 {
			t.Errorf("afterwards %+v, %v", e, err)
		}
		if rules, err := o.store.Rules(t.Context(), o.clock.Now()); err != nil || len(rules) != 1 || rules[0].Raises != nil || rules[0].Zone != "Europe/Berlin" || rules[0].Label != "Key ci-bot" {
			t.Errorf("rules %+v, %v", rules, err)
		}
		if e := o.diary.entries[1]; e.Action != "limit.raised" || !reflect.DeepEqual(e.After, map[string]any{"increase": raised.Increases[0].ID.String(), "until": "2026-11-23T13:00:00Z", "percent": int64(150), "reason": "release day"}) {
			t.Errorf("entry %+v", e)
		}
		if e := o.diary.entries[3]; e.Action != "limit.lowered" || e.After != nil {
			t.Errorf("entry %+v", e)
		}
	})
}

func TestAChangeWithoutItsAuditEntryDoesNotHappen(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	admin := o.actor(org.Admin)
	made, err := o.Create(t.Context(), admin, o.onKey(5))
	o.must(err)
	o.diary.broken = errors.New("the diary is full")
	in := o.onKey(9)
	in.Window = time.Hour
	_, err1 := o.Create(t.Context(), admin, in)
	_, err2 := o.Update(t.Context(), admin, made.ID, in)
	_, err3 := o.Raise(t.Context(), admin, made.ID, limit.Rise{Add: 1, Until: november.Add(time.Hour)})
	if err4 := o.Delete(t.Context(), admin, made.ID); err1 == nil || err2 == nil || err3 == nil || err4 == nil {
		t.Fatal("changed", err1, err2, err3, err4)
	}
	all, err := o.List(t.Context(), admin)
	if err != nil || len(all) != 1 || all[0].Amount != 5 || len(all[0].Increases) != 0 {
		t.Errorf("left behind: %+v, %v", all, err)
	}
}

func TestWhoMaySetAndRaiseWhichLimit(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	o := newOffice(t, d)
	c := o.chain
	self := func(r org.Role) org.Actor {
		return orgtest.Actor(c.Org, c.Member, r, c.Team)
	}
	scopes := map[string]org.Scope{"org": org.OfOrg(c.Org), "project": org.OfOrg(c.Org), "team": org.OfTeam(c.Org, c.Team), "member": org.OfMember(c.Org, c.Member), "key": org.OfKey(c.Org, c.Key)}
	made := map[string]id.Limit{}
	input := func(on string, amount int64) limit.Input {
		in := limit.Input{Scope: scopes[on], Unit: limit.Requests, Amount: amount, Window: time.Minute}
		if on == "project" {
			in.Tag = "project=apollo"
		}
		return in
	}
	for on := range scopes {
		e, err := o.Create(t.Context(), o.actor(org.Admin), input(on, 5))
		o.must(err)
		made[on] = e.ID
	}
	fresh := time.Hour
	for name, x := range map[string]struct {
		who  org.Actor
		on   string
		want string
	}{
		"an admin the organization's":              {o.actor(org.Admin), "org", ""},
		"a manager not the organization's":         {o.actor(org.Manager), "org", "forbidden"},
		"an admin a project's":                     {o.actor(org.Admin), "project", ""},
		"a manager not a project's of all":         {o.actor(org.Manager, c.Team), "project", "forbidden"},
		"a lead not a project's":                   {o.actor(org.Lead, c.Team), "project", "forbidden"},
		"a manager a team's":                       {o.actor(org.Manager), "team", ""},
		"a lead not their own team's":              {o.actor(org.Lead, c.Team), "team", "forbidden"},
		"a lead a member's of the team":            {o.actor(org.Lead, c.Team), "member", ""},
		"a lead a key's of the team":               {o.actor(org.Lead, c.Team), "key", ""},
		"a lead of another team not":               {o.actor(org.Lead, id.NewTeam(ids)), "key", "not_found"},
		"a lead not their own":                     {self(org.Lead), "member", "forbidden"},
		"a manager not their own":                  {self(org.Manager), "member", "forbidden"},
		"an admin even their own":                  {self(org.Admin), "member", ""},
		"a developer none":                         {o.actor(org.Developer, c.Team), "key", "forbidden"},
		"a viewer none":                            {o.actor(org.Viewer, c.Team), "key", "forbidden"},
		"nobody nothing":                           {org.Actor{}, "key", "unauthenticated"},
		"an admin of another organization nothing": {newOffice(t, d).actor(org.Admin), "key", "not_found"},
		"a management token a key's":               {org.Actor{Org: c.Org, Role: org.Admin}, "key", ""},
	} {
		in := input(x.on, 7)
		fresh += time.Second
		in.Window = fresh // not there yet
		_, create := o.Create(t.Context(), x.who, in)
		_, update := o.Update(t.Context(), x.who, made[x.on], input(x.on, 6))
		_, raise := o.Raise(t.Context(), x.who, made[x.on], limit.Rise{Add: 1, Until: november.Add(time.Hour)})
		if code(create) != x.want {
			t.Errorf("%s: create: %v", name, create)
		}
		for op, err := range map[string]error{"update": update, "raise": raise} {
			// What a lead of another team may not even see is not found.
			if got := code(err); got != x.want && !(x.want == "forbidden" && got == "not_found") {
				t.Errorf("%s: %s: %v", name, op, err)
			}
		}
		e := limit.Entry{Limit: limit.Limit{Scope: scopes[x.on], Tag: in.Tag}}
		if x.want != "not_found" && x.who.Teams == nil && limit.Changeable(x.who, e) != (x.want == "") {
			t.Errorf("%s: pages offer %v", name, x.want != "")
		}
	}
	if err := o.Delete(t.Context(), newOffice(t, d).actor(org.Admin), made["key"]); code(err) != "not_found" {
		t.Errorf("another organization deletes: %v", err)
	}
}

func TestWhoSeesWhichLimit(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	c := o.chain
	for _, s := range c.Scopes() {
		_, err := o.Create(t.Context(), o.actor(org.Admin), limit.Input{Scope: s, Unit: limit.Requests, Amount: 5, Window: time.Minute})
		o.must(err)
	}
	for name, x := range map[string]struct {
		who  org.Actor
		sees string
	}{
		"an admin all":                         {o.actor(org.Admin), "organization team member key"},
		"a manager all":                        {o.actor(org.Manager), "organization team member key"},
		"a developer their team's":             {o.actor(org.Developer, c.Team), "organization team member key"},
		"somebody else the organization's":     {o.actor(org.Developer, id.NewTeam(ids)), "organization"},
		"a member outside the team, their own": {org.Actor{Org: c.Org, Member: c.Member, Role: org.Viewer}, "organization member"},
	} {
		all, err := o.List(t.Context(), x.who)
		o.must(err)
		var got []string
		for _, e := range all {
			got = append(got, string(e.Scope.Kind()))
		}
		if strings.Join(got, " ") != x.sees {
			t.Errorf("%s: sees %v", name, got)
		}
	}
}

func TestWrongInputIsRefusedInWords(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t))
	admin := o.actor(org.Admin)
	made, err := o.Create(t.Context(), admin, o.onKey(5))
	o.must(err)
	for name, x := range map[string]struct {
		spoil func(*limit.Input)
		field string
	}{
		"a negative limit":         {func(in *limit.Input) { in.Amount = -1 }, "amount"},
		"more requests than exist": {func(in *limit.Input) { in.Amount = 1e13 }, "amount"},
		"too much money":           {func(in *limit.Input) { in.Unit, in.Amount = limit.Cost, 1e15 }, "amount"},
		"an unknown unit":          {func(in *limit.Input) { in.Unit = "bytes" }, "unit"},
		"half a second":            {func(in *limit.Input) { in.Window = time.Second / 2 }, "window"},
		"a week":                   {func(in *limit.Input) { in.Window = 168 * time.Hour }, "window"},
		"microseconds":             {func(in *limit.Input) { in.Window += time.Microsecond }, "window"},
		"half a tag":               {func(in *limit.Input) { in.Tag = "apollo" }, "tag"},
		"two tags":                 {func(in *limit.Input) { in.Tag = "a=b,c=d" }, "tag"},
		"an unknown endpoint":      {func(in *limit.Input) { in.Endpoint = "video" }, "endpoint"},
		"a model of two lines":     {func(in *limit.Input) { in.Model = "a\nb" }, "model"},
		"a burst of half":          {func(in *limit.Input) { in.Burst = limit.Burst{Percent: 50, Duration: time.Minute} }, "burst"},
		"a burst of 11":            {func(in *limit.Input) { in.Burst = limit.Burst{Percent: 1100, Duration: time.Minute} }, "burst"},
		"a burst without a length": {func(in *limit.Input) { in.Burst = limit.Burst{Percent: 150} }, "burst_duration"},
		"a cool-down of a week": {func(in *limit.Input) {
			in.Burst = limit.Burst{Percent: 150, Duration: time.Minute, Cool: 168 * time.Hour}
		}, "burst_cooldown"},
	} {
		in := o.onKey(5)
		in.Window = time.Hour
		x.spoil(&in)
		_, err := o.Create(t.Context(), admin, in)
		if f := fault.From(err); err == nil || f.Kind != fault.Invalid || f.Field != x.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, x := range map[string]struct {
		rise  limit.Rise
		field string
	}{
		"nothing":            {limit.Rise{Until: november.Add(time.Hour)}, "add"},
		"less":               {limit.Rise{Add: -5, Until: november.Add(time.Hour)}, "add"},
		"a factor below one": {limit.Rise{Percent: 50, Until: november.Add(time.Hour)}, "factor"},
		"a factor of 11":     {limit.Rise{Percent: 1100, Until: november.Add(time.Hour)}, "factor"},
		"until the past":     {limit.Rise{Add: 5, Until: november}, "until"},
		"for ever":           {limit.Rise{Add: 5, Until: november.AddDate(1, 0, 0)}, "until"},
	} {
		_, err := o.Raise(t.Context(), admin, made.ID, x.rise)
		if f := fault.From(err); err == nil || f.Kind != fault.Invalid || f.Field != x.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

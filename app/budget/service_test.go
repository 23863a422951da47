package budget_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/org/orgtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
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

// office is a house with its control plane.
type office struct {
	*house
	service *budget.Service
	diary   *diary
	bus     *live.Local
}

func newOffice(t *testing.T, d *db.DB, desk budget.Desk) *office {
	o := &office{house: newHouse(t, d), diary: &diary{}, bus: &live.Local{}}
	o.service = budget.New(budget.Parts{Store: o.store, Tx: d, Audit: o.diary, Bus: o.bus, IDs: ids, Clock: o.clock, Log: slog.New(slog.DiscardHandler), Desk: desk})
	return o
}

// second is the same service in another process, which keeps its own diary.
func (o *office) second() *budget.Service {
	return budget.New(budget.Parts{Store: db.NewBudgetStore(o.d), Tx: o.d, Audit: &diary{}, Bus: o.bus, IDs: ids, Clock: o.clock, Log: silent})
}

func (o *office) actor(r org.Role, teams ...id.Team) org.Actor {
	return orgtest.Actor(o.chain.Org, id.NewMember(ids), r, teams...)
}

func (o *office) onKey(limit money.USD) budget.Input {
	return budget.Input{Scope: org.OfKey(o.chain.Org, o.chain.Key), Limit: limit, Period: budget.Monthly, Enforce: budget.Hard}
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return fault.From(err).Code
}

func TestABudgetsLife(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		admin := o.actor(org.Admin)
		told := o.bus.Subscribe(t.Context())
		made, err := o.service.Create(t.Context(), admin, o.onKey(5*money.Dollar))
		o.must(err)
		if made.Name != "Key ci-bot" || made.Label != "Key ci-bot" || made.Limit != 5*money.Dollar || made.Standing.Left != 5*money.Dollar ||
			made.Standing.ResetsAt.Format(time.RFC3339) != "2026-12-01T00:00:00+01:00" || !made.CreatedAt.Equal(november) {
			t.Errorf("made %+v", made)
		}
		if topic := <-told; topic != budget.Topic {
			t.Errorf("told of %q", topic)
		}
		if _, err := o.service.Create(t.Context(), admin, o.onKey(money.Dollar)); code(err) != "budget_exists" {
			t.Errorf("a second monthly budget on the key: %v", err)
		}
		in := o.onKey(7 * money.Dollar)
		in.Name, in.Period, in.Enforce = "CI", budget.Daily, budget.Soft
		changed, err := o.service.Update(t.Context(), admin, made.ID, in)
		o.must(err)
		if changed.Name != "CI" || changed.Period != budget.Daily || changed.Enforce != budget.Soft || changed.Limit != 7*money.Dollar || changed.Scope != made.Scope {
			t.Errorf("changed %+v", changed)
		}
		o.must(o.service.Delete(t.Context(), admin, made.ID))
		if _, err := o.service.Get(t.Context(), admin, made.ID); code(err) != "not_found" {
			t.Errorf("after deletion: %v", err)
		}
		var did []string
		for _, e := range o.diary.entries {
			did = append(did, e.Action)
			if e.Target != made.ID.String() || (e.Before == nil) != (e.Action == "budget.created") || (e.After == nil) != (e.Action == "budget.deleted") {
				t.Errorf("entry %+v", e)
			}
		}
		if got := strings.Join(did, " "); got != "budget.created budget.updated budget.deleted" {
			t.Errorf("audit log: %s", got)
		}
	})
}

func TestAChangeWithoutItsAuditEntryDoesNotHappen(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	o.diary.broken = errDown
	if _, err := o.service.Create(t.Context(), o.actor(org.Admin), o.onKey(money.Dollar)); err == nil {
		t.Fatal("created")
	}
	if all, err := o.service.List(t.Context(), o.actor(org.Admin)); err != nil || len(all) != 0 {
		t.Errorf("left behind: %v, %v", all, err)
	}
}

func TestWhoMaySetWhichLimit(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	c := o.chain
	ada := orgtest.Actor(c.Org, c.Member, org.Lead, c.Team)
	scopes := map[string]org.Scope{"org": org.OfOrg(c.Org), "team": org.OfTeam(c.Org, c.Team), "member": org.OfMember(c.Org, c.Member), "key": org.OfKey(c.Org, c.Key)}
	for name, x := range map[string]struct {
		who   org.Actor
		scope string
		want  string
	}{
		"an admin the organization's":               {o.actor(org.Admin), "org", ""},
		"a manager not the organization's":          {o.actor(org.Manager), "org", "forbidden"},
		"a manager a team's":                        {o.actor(org.Manager), "team", ""},
		"a lead not their own team's":               {o.actor(org.Lead, c.Team), "team", "forbidden"},
		"a lead a member's of the team":             {o.actor(org.Lead, c.Team), "member", ""},
		"a lead a key's of the team":                {o.actor(org.Lead, c.Team), "key", ""},
		"a lead of another team not":                {o.actor(org.Lead, id.NewTeam(ids)), "key", "not_found"},
		"a lead not their own":                      {ada, "member", "forbidden"},
		"a developer none":                          {o.actor(org.Developer, c.Team), "key", "forbidden"},
		"nobody nothing":                            {org.Actor{}, "key", "unauthenticated"},
		"an admin of another organization nothing":  {newOffice(t, o.d, nil).actor(org.Admin), "key", "not_found"},
		"a management token without a member a key": {org.Actor{Org: c.Org, Role: org.Admin}, "key", ""},
	} {
		_, err := o.service.Create(t.Context(), x.who, budget.Input{Scope: scopes[x.scope], Limit: money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
		if code(err) != x.want && !(x.want == "" && code(err) == "budget_exists") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhoSeesWhichBudget(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	c := o.chain
	for _, s := range c.Scopes() {
		o.budget(s, money.Dollar, budget.Monthly, budget.Hard)
	}
	for name, x := range map[string]struct {
		who  org.Actor
		want string
	}{
		"a manager all":                      {o.actor(org.Manager), "organization team member key"},
		"a developer of the team":            {o.actor(org.Developer, c.Team), "organization team member key"},
		"a stranger the organization's only": {o.actor(org.Viewer), "organization"},
		"the member their own":               {org.Actor{Org: c.Org, Member: c.Member, Role: org.Developer}, "organization member"},
		"another organization none":          {newOffice(t, o.d, nil).actor(org.Admin), ""},
	} {
		all, err := o.service.List(t.Context(), x.who)
		o.must(err)
		var kinds []string
		for _, e := range all {
			kinds = append(kinds, string(e.Scope.Kind()))
		}
		if got := strings.Join(kinds, " "); got != x.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestForeignAndUnknownBudgetsAreTheSame(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	other := newOffice(t, o.d, nil)
	foreign := other.budget(org.OfOrg(other.chain.Org), money.Dollar, budget.Monthly, budget.Hard).ID
	admin := o.actor(org.Admin)
	for _, b := range []id.Budget{foreign, id.NewBudget(ids), {}} {
		_, get := o.service.Get(t.Context(), admin, b)
		_, update := o.service.Update(t.Context(), admin, b, o.onKey(1))
		for op, err := range map[string]error{"get": get, "update": update, "delete": o.service.Delete(t.Context(), admin, b)} {
			if f := fault.From(err); f.Kind != fault.NotFound || f.Public != budget.NotFound().Public {
				t.Errorf("%s: %v", op, err)
			}
		}
	}
	hidden := o.budget(org.OfTeam(o.chain.Org, o.chain.Team), money.Dollar, budget.Monthly, budget.Hard).ID
	if _, err := o.service.Get(t.Context(), o.actor(org.Viewer), hidden); code(err) != "not_found" {
		t.Errorf("a budget that the actor may not see: %v", err)
	}
	for name, s := range map[string]org.Scope{"an unknown key": org.OfKey(o.chain.Org, id.NewKey(ids)), "another's key": org.OfKey(other.chain.Org, other.chain.Key), "none": {}} {
		in := o.onKey(1)
		in.Scope = s
		if _, err := o.service.Create(t.Context(), admin, in); code(err) != "not_found" {
			t.Errorf("a budget on %s: %v", name, err)
		}
	}
}

func TestBadInputNamesItsField(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	for field, spoil := range map[string]func(*budget.Input){
		"limit":   func(in *budget.Input) { in.Limit = -1 },
		"period":  func(in *budget.Input) { in.Period = "yearly" },
		"enforce": func(in *budget.Input) { in.Enforce = "strict" },
		"name":    func(in *budget.Input) { in.Name = strings.Repeat("x", 500) },
	} {
		in := o.onKey(money.Dollar)
		spoil(&in)
		_, err := o.service.Create(t.Context(), o.actor(org.Admin), in)
		if f := fault.From(err); f.Kind != fault.Invalid || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	in := o.onKey(2_000_000_000 * money.Dollar)
	if _, err := o.service.Create(t.Context(), o.actor(org.Admin), in); fault.From(err).Field != "limit" {
		t.Errorf("two billion dollars: %v", err)
	}
}

func TestPagesShowWhatIsHeldRightNow(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h := newHouse(t, d)
	tr, _ := h.treasury(t.TempDir(), h.books)
	o := newOffice(t, d, tr)
	o.house = h
	o.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	h.load(tr)
	ready(t, tr)
	h.spend(tr, h.reserve(tr, money.Dollar), 20*money.Cent)
	held := h.reserve(tr, 3*money.Dollar)
	all, err := o.service.List(t.Context(), o.actor(org.Admin))
	o.must(err)
	if s := all[0].Standing; s.Held != 3*money.Dollar || s.Spent != 20*money.Cent || s.Left != 680*money.Cent {
		t.Errorf("standing %+v", s)
	}
	tr.Release(held)
}

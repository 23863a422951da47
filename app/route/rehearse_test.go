package route_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// perToken prices a model by what follows its last hyphen: up/m-3 costs three nano-dollars a token.
type perToken struct{}

func (perToken) Quote(_ id.Org, _, model string, _ time.Time) (catalog.Quote, bool) {
	var nanos int64
	if _, err := fmt.Sscanf(model, "m-%d", &nanos); err != nil {
		return nil, false
	}
	return rate(nanos), true
}

type rate int64

func (rate) Version() string { return "test" }

func (r rate) Bill(u llm.Usage) (catalog.Bill, error) {
	b := catalog.Bill{Input: money.USD(int64(r) * u.Input), Output: money.USD(int64(r) * u.Output)}
	b.Total = b.Input + b.Output
	return b, nil
}

func (rate) Ceiling(llm.Bound) (catalog.Ceiling, error) { return catalog.Ceiling{}, nil }

func (rate) Serves(llm.Needs, llm.Bound) bool { return true }

func (rate) Window() int64 { return 0 }

// stage is a desk whose alias smart asks up/m-5, with a table of that.
func rehearsed(t *testing.T) (*desk, *route.Table) {
	d := newDesk()
	d.create(t, "smart", "up/m-5")
	d.store.people = route.Directory{Org: d.a.Org, Zone: "UTC", Teams: map[id.Team]string{}, Departments: map[id.Department]string{}, People: map[id.Member]route.Person{}}
	table := &route.Table{}
	x, _ := route.Compile(t.Context(), route.Records{Aliases: d.store.rows, Connections: []provider.ConnectionRecord{
		{ID: d.up, Org: d.a.Org, Name: "up", Kind: provider.OpenAI, Sealed: []byte("k")}, {ID: d.spare, Org: d.a.Org, Name: "spare", Kind: provider.Compatible, Sealed: []byte("k")}}}, shop{}, glass{})
	table.Set(x)
	return d, table
}

// ask adds a past request that up/m-5 answered in 40 ms; newer ones must come first.
func (d *desk) ask(p route.Past) {
	p.ID, p.Chain.Org, p.Connection, p.Endpoint = id.NewRequest(d.IDs), d.a.Org, "up", llm.Chat
	if p.Asked == "" {
		p.Asked, p.Model, p.Duration = "smart", "m-5", 40*time.Millisecond
	}
	d.store.past = append(d.store.past, p)
}

func run(t *testing.T, d *desk, table *route.Table, doc route.Document) route.Rehearsal {
	t.Helper()
	d.store.saved = make(chan route.Rehearsal, 100)
	begun, err := d.StartRehearsal(t.Context(), d.a, table, doc, 7)
	if err != nil || begun.State != route.Running {
		t.Fatal(begun, err)
	}
	for r := range d.store.saved {
		if r.State != route.Running {
			return r
		}
	}
	return route.Rehearsal{}
}

func TestAReplayFindsWhatADraftWouldHaveDone(t *testing.T) {
	t.Parallel()
	d, table := rehearsed(t)
	now := d.Clock.Now()
	support := id.NewTeam(d.IDs)
	d.store.people.Teams[support] = "Support"
	for i := range 10 { // Support asks for long inputs in the afternoon, others for short ones
		d.ask(route.Past{Mark: route.Mark{At: now.Add(-time.Duration(i) * time.Hour)}, Usage: llm.Usage{Input: 1000, Output: 10}, Cost: 7, Chain: org.Chain{Team: support}})
		d.ask(route.Past{Mark: route.Mark{At: now.Add(-time.Duration(i) * time.Hour)}, Usage: llm.Usage{Input: 10, Output: 1}, Cost: 3})
	}
	d.ask(route.Past{Mark: route.Mark{At: now}, Asked: "spare/m-1", Model: "m-1", Usage: llm.Usage{Input: 1}, Duration: 20 * time.Millisecond})
	d.store.past[20].Connection = "spare"
	d.ask(route.Past{Mark: route.Mark{At: now}, Asked: "gone", Model: "m-9"})
	draft := route.Document{Alias: "smart", Targets: to("up/m-5"), Rules: []route.RuleText{
		{Name: "tools", When: `tools and team == "Other"`, Targets: to("spare/x")},
		{Name: "long", When: `team == "Support" and input_tokens > 500`, Targets: to("spare/m-1")},
		{Name: "urgent", When: `priority == "high" and input_tokens == 10 and hour == 12`, Targets: to("spare/m-1")},
	}}
	o := run(t, d, table, draft).Outcome
	// Twelve o'clock is the first of the ten hours: that one short request may have been urgent, which nothing tells.
	if o.Requests != 22 || o.Lost != 1 || o.Unjudged != 1 || o.Judged != 20 || o.Changed != 10 || len(o.Missing) != 1 || o.Missing[0] != "priority" {
		t.Errorf("outcome %+v", o)
	}
	// 10 × 1010 tokens and 9 × 11 tokens at 5, and one token at 1; then the long ones at 1.
	if o.Before != 10*1010*5+9*11*5+1 || o.After != 10*1010*1+9*11*5+1 || o.Booked != 70+27 {
		t.Errorf("cost %d to %d, booked %d", o.Before, o.After, o.Booked)
	}
	want := route.Move{From: "up/m-5", To: "spare/m-1", Requests: 10, Before: 50500, After: 10100, WaitBefore: 40, WaitAfter: 20}
	if len(o.Moves) != 1 || o.Moves[0] != want {
		t.Errorf("moves %+v, want %+v", o.Moves, want)
	}
	if len(o.Routes) != 3 || o.Routes[0] != (route.Tally{Route: "alias smart, rule long", Requests: 10}) {
		t.Errorf("routes %+v", o.Routes)
	}
}

// A target that lacks what its route demands is never asked, so it is nobody's first one.
func TestAReplayKnowsWhatRoutesDemand(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		targets       []route.ToTarget
		changed, lost int
	}{"the second fulfils it": {to("up/m-5", "spare/m-1"), 1, 0}, "none does": {to("up/m-5", "spare/x"), 0, 1}} {
		d, table := rehearsed(t)
		d.ask(route.Past{Mark: route.Mark{At: d.Clock.Now()}, Usage: llm.Usage{Input: 10}})
		o := run(t, d, table, route.Document{Alias: "smart", Targets: c.targets, Only: &route.Only{MaxInput: "0.002"}}).Outcome
		if o.Requests != 1 || o.Changed != c.changed || o.Lost != c.lost || c.changed == 1 && (len(o.Moves) != 1 || o.Moves[0].To != "spare/m-1") {
			t.Errorf("%s: %+v", name, o)
		}
	}
}

func TestAReplayReadsInBatchesAndTellsItsProgress(t *testing.T) {
	t.Parallel()
	d, table := rehearsed(t)
	for range 12_000 {
		d.ask(route.Past{Mark: route.Mark{At: d.Clock.Now()}, Usage: llm.Usage{Input: 1}})
	}
	other := route.Rehearsal{ID: id.NewRehearsal(d.IDs), Org: d.a.Org, State: route.Running, UpdatedAt: d.Clock.Now()}
	d.store.rehearsals = []route.Rehearsal{other}
	if _, err := d.StartRehearsal(t.Context(), d.a, table, route.Document{Alias: "smart", Targets: to("spare/x")}, 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second at the same time: %v", err)
	}
	d.store.rehearsals[0].UpdatedAt = d.Clock.Now().Add(-2 * time.Minute) // its process is gone
	d.store.saved = make(chan route.Rehearsal, 100)
	begun, err := d.StartRehearsal(t.Context(), d.a, table, route.Document{Alias: "smart", Targets: to("spare/x")}, 1)
	if err != nil {
		t.Fatal(err)
	}
	var seen []int
	for r := range d.store.saved {
		if seen = append(seen, r.Outcome.Requests); r.State == route.Done {
			break
		}
	}
	if fmt.Sprint(seen) != "[5000 10000 12000]" {
		t.Errorf("progress %v", seen)
	}
	r, err := d.Rehearsal(t.Context(), d.a, begun.ID)
	if err != nil || r.Outcome.Changed != 12_000 || r.Outcome.Unpriced != 12_000 || r.Outcome.After != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := d.Rehearsal(t.Context(), d.b, begun.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organization: %v", err)
	}
}

func TestADryRunAsksADraft(t *testing.T) {
	t.Parallel()
	d, table := rehearsed(t)
	q := route.Question{Facts: route.Facts{Model: "smart", InputTokens: 10}, At: time.Date(2026, 3, 1, 3, 0, 0, 0, time.UTC),
		Draft: &route.Document{Alias: "smart", Targets: to("up/m-5"), Rules: []route.RuleText{{Name: "nights", When: "hour < 6", Targets: to("spare/x")}}}}
	p, tr, err := d.DryRun(t.Context(), d.a, table, q)
	if err != nil || p.Route != "alias smart, rule nights" || len(tr.Steps) != 1 || !tr.Steps[0].Decided {
		t.Errorf("%+v %+v %v", p, tr, err)
	}
	q.Draft = nil
	if p, _, err := d.DryRun(t.Context(), d.a, table, q); err != nil || p.Route != "alias smart" {
		t.Errorf("without the draft: %+v %v", p, err)
	}
	q.Draft = &route.Document{Alias: "smart"}
	if _, _, err := d.DryRun(t.Context(), d.a, table, q); !fault.Is(err, fault.Invalid) {
		t.Errorf("a bad draft: %v", err)
	}
	if _, _, err := d.DryRun(t.Context(), org.Actor{Org: d.a.Org, Role: org.Developer}, table, q); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a developer: %v", err)
	}
}

func TestAFileIsAppliedAllOrNothingAndAgain(t *testing.T) {
	t.Parallel()
	d := newDesk()
	file := []route.Document{
		{Rules: []route.RuleText{{Name: "cheap", When: "budget_used >= 80", Targets: to("fast")}}},
		{Alias: "smart", Targets: to("up/gpt-5.5", "fast"), Canary: &route.CanaryText{Percent: 5, Targets: to("up/x")}},
		{Alias: "fast", Targets: to("spare/llama-4"), Strategy: route.Ordered},
	}
	applied, err := d.ApplyAll(t.Context(), d.a, file)
	if err != nil || fmt.Sprint(applied) != "[fast  smart]" {
		t.Errorf("applied %q, %v", applied, err)
	}
	if again, err := d.ApplyAll(t.Context(), d.a, file); err != nil || len(again) != 0 {
		t.Errorf("again %q, %v", again, err)
	}
	file[2].Targets = to("spare/other")
	if changed, err := d.ApplyAll(t.Context(), d.a, file); err != nil || fmt.Sprint(changed) != "[fast]" {
		t.Errorf("a change of one: %q, %v", changed, err)
	}
}

package budget

import (
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// A threshold is crossed when it is reached, and by something.
func TestThresholdsAreCrossedWhenReached(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit, used ledger.Units
		crossed     []int
		next        ledger.Units
	}{
		"nothing of nothing":  {0, 0, nil, 1},
		"something of it":     {0, 1, []int{50, 100}, money.Max},
		"one less than half":  {101, 50, nil, 51},
		"half, rounded up":    {101, 51, []int{50}, 101},
		"all":                 {101, 101, []int{50, 100}, money.Max},
		"one of the smallest": {1, 0, nil, 1},
	} {
		if crossed, next := Crossed([]int{50, 100}, c.limit, c.used); !slices.Equal(crossed, c.crossed) || next != c.next {
			t.Errorf("%s: %v, next at %d", name, crossed, next)
		}
	}
	if (TellOfAlerts{}).Kind() != "budget_tell" {
		t.Error("the queued jobs of older versions are found by their kind")
	}
}

// A record that comes twice, as after a seek, is one attempt.
func TestAnAttemptReadTwiceIsOne(t *testing.T) {
	t.Parallel()
	k, r := newTracker(), id.NewRequest(testIDs)
	a, b := &ledger.Attempt{ID: id.NewAttempt(testIDs), Request: r, At: noon}, &ledger.Attempt{ID: id.NewAttempt(testIDs), Request: r, At: noon}
	for _, x := range []*ledger.Attempt{a, b, a} {
		k.attempt(x, journal.Position{Segment: 1})
	}
	if open := k.unfinished()[0].open; !slices.Equal(open, []*ledger.Attempt{b, a}) {
		t.Errorf("%d are open", len(open))
	}
}

// Only a refusal of a budget explains itself as one.
func TestOnlyABudgetsRefusalIsExplained(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"none": nil, "another error": errShut, "a fault without a budget": unavailable(errShut),
		"no budget's id": fault.New(fault.Exhausted, "x", "x").With("budget_id", "bud_x")} {
		if r, ok := Explain(err); ok || r != (ledger.Refusal{}) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// A chain is bound by what sits on each of its nodes, outermost first, and by nothing of another one's.
func TestEachNodeOfAChainBinds(t *testing.T) {
	t.Parallel()
	c := org.Chain{Org: id.NewOrg(testIDs), Department: id.NewDepartment(testIDs), Team: id.NewTeam(testIDs), Member: id.NewMember(testIDs), Key: id.NewKey(testIDs)}
	other := id.NewDepartment(testIDs)
	var set []Rule
	for _, s := range []org.Scope{org.OfKey(c.Org, c.Key), org.OfMember(c.Org, c.Member), org.OfPool(c.Org, c.Team), org.OfTeam(c.Org, c.Team),
		org.OfDepartment(c.Org, other), org.OfDepartment(c.Org, c.Department), org.OfOrg(c.Org)} {
		set = append(set, Rule{ID: id.NewBudget(testIDs), Org: c.Org, Kind: s.Kind(), Node: s.Node(), Period: Daily, Enforce: Hard})
	}
	x, err := compile(set)
	if err != nil {
		t.Fatal(err)
	}
	bound := func(c org.Chain) (out []org.ScopeKind) {
		for _, r := range x.binding(c, "", nil) {
			out = append(out, r.Kind)
		}
		return out
	}
	if got := bound(c); !slices.Equal(got, []org.ScopeKind{org.OrgScope, org.DepartmentScope, org.TeamScope, org.MemberScope, org.KeyScope}) {
		t.Errorf("a person's key: %v", got)
	}
	c.Department, c.Member = id.Department{}, id.Member{}
	if got := bound(c); !slices.Equal(got, []org.ScopeKind{org.OrgScope, org.TeamScope, org.PoolScope, org.KeyScope}) {
		t.Errorf("a team's key: %v", got)
	}
	set[0].Node = "not-a-uuid-but-of-the-same-length-xx"
	if _, err := compile(set); err == nil {
		t.Error("a node that is none was accepted")
	}
}

// The team of a budget is where what it limits belongs; what is above teams has none.
func TestTheTeamOfABudget(t *testing.T) {
	t.Parallel()
	o, team := id.NewOrg(testIDs), id.NewTeam(testIDs)
	in := Place{Teams: []id.Team{team, id.NewTeam(testIDs)}}
	for name, c := range map[string]struct {
		e    Entry
		want id.Team
	}{
		"a key":          {Entry{Budget: Budget{Scope: org.OfKey(o, id.NewKey(testIDs))}, place: in}, team},
		"a team":         {Entry{Budget: Budget{Scope: org.OfTeam(o, team)}, place: in}, team},
		"a department":   {Entry{Budget: Budget{Scope: org.OfDepartment(o, id.NewDepartment(testIDs))}, place: in}, id.Team{}},
		"the whole":      {Entry{Budget: Budget{Scope: org.OfOrg(o)}, place: in}, id.Team{}},
		"one of no team": {Entry{Budget: Budget{Scope: org.OfMember(o, id.NewMember(testIDs))}}, id.Team{}},
	} {
		if got := c.e.Team(); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// What a node with a fast clock wrote for an hour that has not come is on no day yet.
func TestWhatIsAheadOfTimeIsOnNoDay(t *testing.T) {
	t.Parallel()
	o := outlook{now: noon, zone: time.UTC, uses: []Use{{noon.AddDate(0, 0, -3), 1}, {noon.AddDate(0, 0, -1), 2}, {noon, 4}, {noon.AddDate(0, 0, 1), 8}}}
	var got []ledger.Units
	for _, d := range o.days(noon.AddDate(0, 0, -2)) {
		got = append(got, d.Used)
	}
	if !slices.Equal(got, []ledger.Units{0, 2, 4}) {
		t.Errorf("from the day before yesterday on: %v", got)
	}
}

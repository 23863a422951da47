package limit

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Rule is one limit as the data plane needs it. It is plain data, so that an app can keep the last good set on disk and
// start from it when the database is away.
type Rule struct {
	ID       id.Limit      `json:"id"`
	Org      id.Org        `json:"org"`
	Kind     org.ScopeKind `json:"kind"`
	Node     string        `json:"node"`  // plain uuid of the scope's node
	Label    string        `json:"label"` // what refusals call the scope: "Team Payments"
	Name     string        `json:"name"`
	Tag      string        `json:"tag,omitempty"`
	Model    string        `json:"model,omitempty"`
	Endpoint llm.Operation `json:"endpoint,omitempty"`
	Unit     Unit          `json:"unit"`
	Amount   int64         `json:"amount"`
	Window   time.Duration `json:"window"`
	Soft     bool          `json:"soft,omitempty"`
	Burst    Burst         `json:"burst,omitzero"`
	Zone     string        `json:"zone"` // IANA name; empty = UTC
	Raises   []Raise       `json:"raises,omitempty"`
}

// Raise is what an Increase does.
type Raise struct {
	Add     int64     `json:"add,omitempty"`
	Percent int64     `json:"percent,omitempty"`
	Until   time.Time `json:"until"`
}

// index is a compiled set of rules. It is immutable but for the cells that its rules point to, which are handed on from
// one index to the next: a change of one limit forgets nothing of the others.
type index struct{ orgs map[id.Org]*tree }

// tree is one organization's limits, with the mutex that guards their counters.
type tree struct {
	mu    *sync.Mutex
	rules map[id.Limit]*rule
	nodes map[place]*node
}

// place is a node of a tree as a map key that costs no allocation to make from a chain.
type place struct {
	kind byte
	node [16]byte
}

// node is the limits on one node: those on everything, and those on one tag each.
type node struct {
	all    []*rule
	tagged map[string][]*rule
}

type rule struct {
	Rule
	scope org.Scope
	zone  *time.Location
	width int64 // of a slot, in microseconds
	key   string
	cell  *cell
}

// cell holds a limit's counter while there is something to count. The tree's mutex guards it.
type cell struct{ counter *counter }

var kinds = map[org.ScopeKind]byte{org.OrgScope: 1, org.DepartmentScope: 2, org.TeamScope: 3, org.MemberScope: 4, org.KeyScope: 5}

// compile checks every rule. One bad rule refuses the set: a limit that is silently dropped is worse than an old one.
// What the last index counted is taken over for limits whose window and unit are still the same.
func compile(set []Rule, last *index) (*index, error) {
	x := &index{orgs: map[id.Org]*tree{}}
	zones := map[string]*time.Location{}
	for _, r := range set {
		one, at, err := prepare(r, zones)
		if err != nil {
			return nil, fmt.Errorf("limit %s: %w", r.ID, err)
		}
		t := x.orgs[r.Org]
		if t == nil {
			t = &tree{mu: last.mutex(r.Org), rules: map[id.Limit]*rule{}, nodes: map[place]*node{}}
			x.orgs[r.Org] = t
		}
		if t.rules[r.ID] != nil {
			return nil, fmt.Errorf("limit %s: twice in one set", r.ID)
		}
		one.cell = last.cell(one)
		t.rules[r.ID] = one
		n := t.nodes[at]
		if n == nil {
			n = &node{}
			t.nodes[at] = n
		}
		if r.Tag == "" {
			n.all = append(n.all, one)
			continue
		}
		if n.tagged == nil {
			n.tagged = map[string][]*rule{}
		}
		n.tagged[r.Tag] = append(n.tagged[r.Tag], one)
	}
	return x, nil
}

func prepare(r Rule, zones map[string]*time.Location) (*rule, place, error) {
	scope, err := org.ParseScope(r.Org, string(r.Kind), r.Node)
	if err != nil {
		return nil, place{}, err
	}
	at, err := uuid.Parse(r.Node)
	if err != nil {
		return nil, place{}, fmt.Errorf("node: %w", err)
	}
	if r.ID.IsZero() || r.Amount < 0 || r.Amount > largest(r.Unit) || !r.Unit.Valid() || r.Window < minWindow || r.Window > maxWindow {
		return nil, place{}, fmt.Errorf("%d %q in %s makes no sense", r.Amount, r.Unit, r.Window)
	}
	if r.Burst != (Burst{}) && r.Burst.check() != nil {
		return nil, place{}, fmt.Errorf("a burst of %d %% for %s makes no sense", r.Burst.Percent, r.Burst.Duration)
	}
	zone, ok := zones[r.Zone]
	if !ok {
		if zone, err = time.LoadLocation(r.Zone); err != nil {
			return nil, place{}, fmt.Errorf("zone: %w", err)
		}
		zones[r.Zone] = zone
	}
	key := "bodhi:limit:{" + r.Org.UUID() + "}:" + r.ID.UUID() + ":" + string(r.Unit) + ":" + r.Window.String()
	return &rule{Rule: r, scope: scope, zone: zone, width: slotWidth(r.Window), key: key}, place{kinds[r.Kind], at}, nil
}

func (x *index) mutex(o id.Org) *sync.Mutex {
	if x != nil && x.orgs[o] != nil {
		return x.orgs[o].mu
	}
	return &sync.Mutex{}
}

func (x *index) cell(r *rule) *cell {
	if x != nil && x.orgs[r.Org] != nil {
		if old := x.orgs[r.Org].rules[r.ID]; old != nil && old.Window == r.Window && old.Unit == r.Unit {
			return old.cell
		}
	}
	return &cell{}
}

// bind calls found with each limit that binds a request, outermost first. It allocates nothing.
func (t *tree) bind(a *Ask, found func(*rule)) {
	c := &a.Chain
	t.bindAt(place{1, c.Org.Bytes()}, a, found)
	if !c.Department.IsZero() {
		t.bindAt(place{2, c.Department.Bytes()}, a, found)
	}
	if !c.Team.IsZero() {
		t.bindAt(place{3, c.Team.Bytes()}, a, found)
	}
	if !c.Member.IsZero() {
		t.bindAt(place{4, c.Member.Bytes()}, a, found)
	}
	if !c.Key.IsZero() {
		t.bindAt(place{5, c.Key.Bytes()}, a, found)
	}
}

func (t *tree) bindAt(p place, a *Ask, found func(*rule)) {
	n := t.nodes[p]
	if n == nil {
		return
	}
	for _, r := range n.all {
		if r.covers(a) {
			found(r)
		}
	}
	if n.tagged == nil {
		return
	}
	last := ""
	for rest := a.Tags; rest != ""; {
		var pair string
		pair, rest, _ = strings.Cut(rest, ",")
		if pair == last { // tags are sorted, so the same one twice stands side by side
			continue
		}
		last = pair
		for _, r := range n.tagged[pair] {
			if r.covers(a) {
				found(r)
			}
		}
	}
}

func (r *rule) covers(a *Ask) bool {
	return (r.Model == "" || r.Model == a.Model) && (r.Endpoint == "" || r.Endpoint == a.Operation)
}

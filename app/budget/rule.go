package budget

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Rule is one budget as the data plane needs it. It is plain data, so an app can keep the last good set on disk and
// start from it when the database is away.
type Rule struct {
	ID      id.Budget     `json:"id"`
	Org     id.Org        `json:"org"`
	Kind    org.ScopeKind `json:"kind"`
	Node    string        `json:"node"`  // plain uuid of the scope's node
	Label   string        `json:"label"` // what refusals call the scope: "Team Payments"
	Name    string        `json:"name"`
	Limit   money.USD     `json:"limit"`
	Period  Period        `json:"period"`
	Enforce Enforcement   `json:"enforce"`
	Zone    string        `json:"zone"` // IANA name; empty = UTC
	// Start and Spent are what was spent in the period that began at Start (Unix seconds) when the set was read. They
	// are shown until something newer is known; no decision rests on them.
	Start int64     `json:"start"`
	Spent money.USD `json:"spent"`
}

// index is a compiled set of rules: which budgets sit on a node. It is immutable.
type index struct {
	rules map[id.Budget]*rule
	nodes map[place][]*rule
}

// place is a node of a tree as a map key that costs no allocation to make from a chain.
type place struct {
	kind byte
	node [16]byte
}

type rule struct {
	Rule
	scope org.Scope
	zone  *time.Location
}

func (r *rule) soft() bool { return r.Enforce == Soft }

var kinds = map[org.ScopeKind]byte{org.OrgScope: 1, org.DepartmentScope: 2, org.TeamScope: 3, org.MemberScope: 4, org.KeyScope: 5}

// compile checks every rule. One bad rule refuses the set: a limit that is silently dropped is worse than an old one.
func compile(set []Rule) (*index, error) {
	x := &index{rules: make(map[id.Budget]*rule, len(set)), nodes: make(map[place][]*rule, len(set))}
	zones := map[string]*time.Location{}
	for _, r := range set {
		scope, err := org.ParseScope(r.Org, string(r.Kind), r.Node)
		if err != nil {
			return nil, fmt.Errorf("budget %s: %w", r.ID, err)
		}
		node, err := uuid.Parse(r.Node)
		if err != nil {
			return nil, fmt.Errorf("budget %s: node: %w", r.ID, err)
		}
		if r.ID.IsZero() || r.Limit < 0 || !r.Period.Valid() || !r.Enforce.Valid() {
			return nil, fmt.Errorf("budget %s: limit %s, period %q or enforcement %q makes no sense", r.ID, r.Limit, r.Period, r.Enforce)
		}
		zone, ok := zones[r.Zone]
		if !ok {
			if zone, err = time.LoadLocation(r.Zone); err != nil {
				return nil, fmt.Errorf("budget %s: zone: %w", r.ID, err)
			}
			zones[r.Zone] = zone
		}
		if x.rules[r.ID] != nil {
			return nil, fmt.Errorf("budget %s: twice in one set", r.ID)
		}
		one := &rule{Rule: r, scope: scope, zone: zone}
		x.rules[r.ID] = one
		p := place{kinds[r.Kind], node}
		x.nodes[p] = append(x.nodes[p], one)
	}
	return x, nil
}

// binding appends the rules on a chain to out, outermost first.
func (x *index) binding(c org.Chain, out []*rule) []*rule {
	if x == nil || len(x.nodes) == 0 {
		return out
	}
	out = append(out, x.nodes[place{1, c.Org.Bytes()}]...)
	if !c.Department.IsZero() {
		out = append(out, x.nodes[place{2, c.Department.Bytes()}]...)
	}
	if !c.Team.IsZero() {
		out = append(out, x.nodes[place{3, c.Team.Bytes()}]...)
	}
	if !c.Member.IsZero() {
		out = append(out, x.nodes[place{4, c.Member.Bytes()}]...)
	}
	if !c.Key.IsZero() {
		out = append(out, x.nodes[place{5, c.Key.Bytes()}]...)
	}
	return out
}

// Valid reports whether e is an enforcement that exists.
func (e Enforcement) Valid() bool { return e == Soft || e == Hard }

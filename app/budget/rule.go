package budget

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Rule is one budget as the data plane needs it. It is plain data, so an app can keep the last good set on disk and
// start from it when the database is away.
type Rule struct {
	ID      id.Budget      `json:"id"`
	Org     id.Org         `json:"org"`
	Kind    org.ScopeKind  `json:"kind"`
	Node    string         `json:"node"`  // plain uuid of the scope's node, or a tag pair
	Label   string         `json:"label"` // what refusals call the scope: "Team Payments"
	Name    string         `json:"name"`
	Measure ledger.Measure `json:"measure,omitempty"`
	Limit   ledger.Units   `json:"limit"` // of a period to which nothing was added: without the reserve
	Period  Period         `json:"period"`
	Starts  int            `json:"starts,omitempty"`
	Enforce Enforcement    `json:"enforce"`
	Ladder  Ladder         `json:"ladder,omitzero"`
	Zone    string         `json:"zone"` // IANA name; empty = UTC
	// Start, Spent and Present are the period that began at Start (Unix seconds) when the set was read: what was spent,
	// and its own limit, with what was rolled over and granted. They are shown until something newer is known; no
	// decision rests on them.
	Start   int64        `json:"start"`
	Spent   ledger.Units `json:"spent"`
	Present ledger.Units `json:"present"`
}

// limitOf is the limit of a period as far as the rule knows it.
func (r *rule) limitOf(a ledger.Account) ledger.Units {
	if r.Start == a.Start {
		return r.Present
	}
	return r.Limit
}

// index is a compiled set of rules: which budgets sit on a node. It is immutable.
type index struct {
	rules map[id.Budget]*rule
	nodes map[place][]*rule
	tags  map[tag][]*rule
}

// tag is a pair of one organization as a map key.
type tag struct {
	org  [16]byte
	pair string
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

var kinds = map[org.ScopeKind]byte{org.OrgScope: 1, org.DepartmentScope: 2, org.TeamScope: 3, org.MemberScope: 4, org.KeyScope: 5, org.PoolScope: 6}

// compile checks every rule. One bad rule refuses the set: a limit that is silently dropped is worse than an old one.
func compile(set []Rule) (*index, error) {
	x := &index{rules: make(map[id.Budget]*rule, len(set)), nodes: make(map[place][]*rule, len(set)), tags: map[tag][]*rule{}}
	zones := map[string]*time.Location{}
	for _, r := range set {
		scope, err := org.ParseScope(r.Org, string(r.Kind), r.Node)
		if err != nil {
			return nil, fmt.Errorf("budget %s: %w", r.ID, err)
		}
		if r.ID.IsZero() || r.Limit < 0 || r.Measure > ledger.Requests || !(Calendar{r.Period, r.Starts}).Valid() || !r.Enforce.Valid() {
			return nil, fmt.Errorf("budget %s: limit %d, period %q from %d or enforcement %q makes no sense", r.ID, r.Limit, r.Period, r.Starts, r.Enforce)
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
		if err := x.put(one); err != nil {
			return nil, fmt.Errorf("budget %s: node: %w", r.ID, err)
		}
	}
	return x, nil
}

// put files a rule under what it sits on.
func (x *index) put(r *rule) error {
	if r.Kind == org.TagScope {
		t := tag{r.Org.Bytes(), r.Node}
		x.tags[t] = append(x.tags[t], r)
		return nil
	}
	node, err := uuid.Parse(r.Node)
	if err != nil {
		return err
	}
	p := place{kinds[r.Kind], node}
	x.nodes[p] = append(x.nodes[p], r)
	return nil
}

// binding appends the rules on a chain and its tags to out, outermost first.
func (x *index) binding(c org.Chain, tags string, out []*rule) []*rule {
	if x == nil {
		return out
	}
	last := ""
	for tags != "" && len(x.tags) > 0 {
		var pair string
		if pair, tags, _ = strings.Cut(tags, ","); pair == last { // sorted: what is said twice stands side by side, and is paid for once
			continue
		}
		last = pair
		out = append(out, x.tags[tag{c.Org.Bytes(), pair}]...)
	}
	if len(x.nodes) == 0 {
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
	} else if !c.Team.IsZero() {
		out = append(out, x.nodes[place{6, c.Team.Bytes()}]...) // a key of no person spends the team's pool
	}
	if !c.Key.IsZero() {
		out = append(out, x.nodes[place{5, c.Key.Bytes()}]...)
	}
	return out
}

// Valid reports whether e is an enforcement that exists.
func (e Enforcement) Valid() bool {
	return e == Soft || e == Hard || e == Throttle || e == Downgrade
}

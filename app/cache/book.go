package cache

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Record is one policy as the data plane needs it. It is plain data, so that the last good set can be kept on disk.
type Record struct {
	ID       id.Caching    `json:"id"`
	Org      id.Org        `json:"org"`
	Kind     org.ScopeKind `json:"kind"`
	Node     string        `json:"node"` // plain uuid
	Name     string        `json:"name"`
	Models   []string      `json:"models,omitempty"`
	Purposes []string      `json:"purposes,omitempty"`
	Binding  bool          `json:"binding,omitempty"`
	Settings               // Sharing as it is in force: a team's until an admin agreed to more
}

// Snapshot is all that the data plane knows of what people decided.
type Snapshot struct {
	Rules []Record `json:"rules"`
	Cuts  []Cut    `json:"cuts"`
	// Demands are what people ask more of.
	Demands []Demanded `json:"demands,omitempty"`
}

// Record is the rule as the data plane needs it.
func (r Rule) Record() Record {
	out := Record{ID: r.ID, Org: r.Org, Kind: r.Scope.Kind(), Node: r.Scope.Node(), Name: r.Name, Models: r.Models, Purposes: r.Purposes, Binding: r.Binding, Settings: r.Settings}
	if r.Waits() {
		out.Sharing = Team
	}
	return out
}

// place is a node as a map key that costs no allocation to make from a chain.
type place struct {
	kind byte
	node [16]byte
}

var places = map[org.ScopeKind]byte{org.OrgScope: 1, org.DepartmentScope: 2, org.TeamScope: 3, org.MemberScope: 4, org.KeyScope: 5}

// rulebook is one organization's policies and cuts, compiled: immutable.
type rulebook struct {
	nodes map[place][]*Record // of one node, the narrower first
	cuts  []Cut               // the newest first
	epoch int64               // of the newest cut

	demands map[Key]Demand // by prefix
}

func compile(s Snapshot) (map[id.Org]*rulebook, error) {
	out := map[id.Org]*rulebook{}
	of := func(o id.Org) *rulebook {
		if out[o] == nil {
			out[o] = &rulebook{nodes: map[place][]*Record{}}
		}
		return out[o]
	}
	for i := range s.Rules {
		r := &s.Rules[i]
		node, err := uuid.Parse(r.Node)
		kind := places[r.Kind]
		if err != nil || kind == 0 || r.Org.IsZero() || r.Mode == Exact && !r.Sharing.Valid() {
			return nil, fmt.Errorf("cache policy %s: it makes no sense at %s %q", r.ID, r.Kind, r.Node)
		}
		b, at := of(r.Org), place{kind, node}
		b.nodes[at] = append(b.nodes[at], r)
	}
	for _, c := range s.Cuts {
		b := of(c.Org)
		b.cuts = append(b.cuts, c)
		b.epoch = max(b.epoch, c.Number)
	}
	for _, m := range s.Demands {
		b := of(m.Org)
		if b.demands == nil {
			b.demands = map[Key]Demand{}
		}
		b.demands[m.Prefix] = m.Demand
	}
	for _, b := range out {
		slices.SortFunc(b.cuts, func(a, b Cut) int { return cmp.Compare(b.Number, a.Number) })
		for _, rules := range b.nodes {
			slices.SortFunc(rules, func(a, b *Record) int { return cmp.Or(cmp.Compare(b.narrow(), a.narrow()), a.ID.Compare(b.ID)) })
		}
	}
	return out, nil
}

// liked reports whether any policy looks for questions that are worded differently.
func liked(rules []Record) bool {
	return slices.ContainsFunc(rules, func(r Record) bool { return r.Mode == Exact && r.Like.On() })
}

// narrow counts by what a policy is narrowed. A purpose says more than a model does.
func (r *Record) narrow() int {
	n := 0
	if len(r.Purposes) > 0 {
		n += 2
	}
	if len(r.Models) > 0 {
		n++
	}
	return n
}

func (r *Record) matches(model, purpose string) bool {
	return (len(r.Models) == 0 || slices.Contains(r.Models, model)) && (len(r.Purposes) == 0 || slices.Contains(r.Purposes, purpose))
}

// bound is the policy for a request, or nil: the innermost node's that has one for it, unless one further out binds. It allocates
// nothing.
func (b *rulebook) bound(c org.Chain, model, purpose string) (found *Record) {
	if b == nil {
		return nil
	}
	for _, at := range [...]place{{1, c.Org.Bytes()}, {2, c.Department.Bytes()}, {3, c.Team.Bytes()}, {4, c.Member.Bytes()}, {5, c.Key.Bytes()}} {
		for _, r := range b.nodes[at] {
			if r.matches(model, purpose) {
				if found = r; r.Binding {
					return found
				}
				break
			}
		}
	}
	return found
}

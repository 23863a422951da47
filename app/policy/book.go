package policy

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Rule is one policy as the data plane needs it. It is plain data, so that the last good set can be kept on disk.
type Rule struct {
	ID       id.Policy     `json:"id"`
	Org      id.Org        `json:"org"`
	Kind     org.ScopeKind `json:"kind"`
	Node     string        `json:"node"`  // plain uuid of the scope's node
	Label    string        `json:"label"` // what refusals call the scope: "Team Payments"
	Allow    []string      `json:"allow,omitempty"`
	Deny     []string      `json:"deny,omitempty"`
	MayAsk   bool          `json:"may_ask,omitempty"`
	Highest  catalog.Tier  `json:"highest,omitempty"`
	MaxCost  money.USD     `json:"max_cost,omitempty"`
	AskAbove money.USD     `json:"ask_above,omitempty"`
	Approver org.Role      `json:"approver,omitempty"`

	Regions       []string `json:"regions,omitempty"`
	ZeroRetention bool     `json:"zero_retention,omitempty"`
	NoTraining    bool     `json:"no_training,omitempty"`
}

// rule is a compiled policy.
type rule struct {
	Rule
	allow, deny []glob
}

// place is a node as a map key that costs no allocation to make from a chain.
type place struct {
	kind byte
	node [16]byte
}

var kinds = map[org.ScopeKind]byte{org.OrgScope: 1, org.DepartmentScope: 2, org.TeamScope: 3, org.MemberScope: 4, org.KeyScope: 5}

// index is a compiled set: immutable.
type index map[id.Org]map[place]*rule

// Book answers from memory which policies bind a request. The zero Book has none. Safe for concurrent use.
type Book struct {
	// AskURL is the page where people ask for an approval: "https://ai.example.com/approvals/new".
	AskURL string
	cell   live.Cell[index]
	extras live.Cell[map[id.Org]*extra]
}

// Load compiles a set and puts it into use. One bad rule refuses the set: a policy that is silently dropped is worse than
// an old one.
func (b *Book) Load(set []Rule) error {
	x, err := compile(set)
	if err == nil {
		b.cell.Set(&x)
	}
	return err
}

func compile(set []Rule) (index, error) {
	x := index{}
	for _, r := range set {
		node, err := uuid.Parse(r.Node)
		kind := kinds[r.Kind]
		if err != nil || kind == 0 || r.Org.IsZero() {
			return nil, fmt.Errorf("policy %s: no such kind of node: %s %q", r.ID, r.Kind, r.Node)
		}
		one := &rule{Rule: r, allow: globs(r.Allow), deny: globs(r.Deny)}
		if x[r.Org] == nil {
			x[r.Org] = map[place]*rule{}
		}
		x[r.Org][place{kind, node}] = one
	}
	return x, nil
}

func globs(patterns []string) []glob {
	out := make([]glob, len(patterns))
	for i, p := range patterns {
		out[i] = compileGlob(p)
	}
	return out
}

// For gives the policies on a chain at a moment, outermost first. It allocates nothing.
func (b *Book) For(c org.Chain, now time.Time) Bound {
	x := b.cell.Get()
	if x == nil {
		return Bound{}
	}
	out := (*x).on(c)
	if out.n == 0 {
		return out
	}
	out.now, out.key, out.askURL = now, c.Key, b.AskURL
	if all := b.extras.Get(); all != nil {
		out.extra = (*all)[c.Org]
	}
	return out
}

func (x index) on(c org.Chain) (out Bound) {
	nodes := x[c.Org]
	if len(nodes) == 0 {
		return out
	}
	for _, p := range [...]place{{1, c.Org.Bytes()}, {2, c.Department.Bytes()}, {3, c.Team.Bytes()}, {4, c.Member.Bytes()}, {5, c.Key.Bytes()}} {
		if r := nodes[p]; r != nil {
			out.rules[out.n] = r
			out.n++
		}
	}
	return out
}

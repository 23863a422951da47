package pii

import (
	"fmt"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Record is one rule as the data plane needs it. It is plain data, so that the last good set can be kept on disk.
type Record struct {
	ID       id.DataRule       `json:"id"`
	Org      id.Org            `json:"org"`
	Kind     org.ScopeKind     `json:"kind"`
	Node     string            `json:"node"`  // plain uuid of the scope's node
	Label    string            `json:"label"` // what refusals call the scope: "Team Payments"
	Actions  map[string]string `json:"actions,omitempty"`
	Patterns []Pattern         `json:"patterns,omitempty"`
	Allow    []string          `json:"allow,omitempty"`
	Answers  map[string]string `json:"answers,omitempty"` // actions in answers
	OneWay   bool              `json:"one_way,omitempty"`
	Guess    bool              `json:"guess,omitempty"`
	Files    bool              `json:"files,omitempty"` // the text of attached files is looked into
	// Recognizer is who looks for names and addresses.
	Recognizer Recognizer `json:"recognizer,omitzero"`
	Unread     bool       `json:"unread,omitempty"` // pictures, sound and files that cannot be read are refused
}

// rule is a compiled one.
type rule struct {
	Record
	actions  [ways][kindCount]Action
	matchers []*matcher
	own      [ways]bool      // some matcher does something
	strict   [ways]bool      // it masks or blocks something
	allowed  map[string]bool // whole values, in lower case; domains begin with @
}

// place is a node as a map key that costs no allocation to make from a chain.
type place struct {
	kind byte
	node [16]byte
}

var levels = map[org.ScopeKind]byte{org.OrgScope: 1, org.DepartmentScope: 2, org.TeamScope: 3, org.MemberScope: 4, org.KeyScope: 5}

// index is a compiled set: immutable.
type index map[id.Org]map[place]*rule

// Book answers from memory which rules bind a request. A new one has none. Safe for concurrent use.
type Book struct {
	// Files reads attached files for rules that want them looked into; nil: they count as unreadable. Set it before the first request.
	Files Files

	clock clock.Clock
	cell  live.Cell[index]
	desks sync.Pool // of *desk
}

// NewBook makes a Book; the clock watches over Budget.
func NewBook(c clock.Clock) *Book {
	b := &Book{clock: c}
	b.desks.New = func() any { return &desk{} }
	return b
}

// Load compiles a set and puts it into use. One bad rule refuses the set: a rule that is silently dropped lets through what
// somebody relies on.
func (b *Book) Load(set []Record) error {
	x, err := compile(set)
	if err == nil {
		b.cell.Set(&x)
	}
	return err
}

func compile(set []Record) (index, error) {
	x := index{}
	for _, r := range set {
		node, err := uuid.Parse(r.Node)
		kind := levels[r.Kind]
		if err != nil || kind == 0 || r.Org.IsZero() {
			return nil, fmt.Errorf("rule %s: no such kind of node: %s %q", r.ID, r.Kind, r.Node)
		}
		one, err := r.compile()
		if err != nil {
			return nil, fmt.Errorf("rule %s: %w", r.ID, err)
		}
		if x[r.Org] == nil {
			x[r.Org] = map[place]*rule{}
		}
		x[r.Org][place{kind, node}] = one
	}
	return x, nil
}

func (r Record) compile() (*rule, error) {
	one := &rule{Record: r}
	for way, named := range [ways]map[string]string{Asked: r.Actions, Answered: r.Answers} {
		for _, k := range Kinds {
			name := named[k.Name()]
			if name == "" {
				continue
			}
			a, ok := ParseAction(name)
			if !ok {
				return nil, fmt.Errorf("unknown action %q", name)
			}
			one.actions[way][k] = a
			one.strict[way] = one.strict[way] || a.Strict()
		}
	}
	for _, p := range r.Patterns {
		m, err := p.compile()
		if err != nil {
			return nil, err
		}
		one.matchers = append(one.matchers, m)
		for way := range ways {
			one.own[way] = one.own[way] || p.does(way) > Off
			one.strict[way] = one.strict[way] || p.does(way).Strict()
		}
	}
	if len(r.Allow) > 0 {
		one.allowed = map[string]bool{}
		for _, v := range r.Allow {
			one.allowed[strings.ToLower(v)] = true
		}
	}
	return one, nil
}

// For gives the rules on a chain, outermost first. It allocates nothing.
func (b *Book) For(c org.Chain) Bound {
	x := b.cell.Get()
	if x == nil {
		return Bound{}
	}
	out := (*x).on(c)
	out.book = b
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

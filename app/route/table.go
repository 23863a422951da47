package route

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Table holds the current index and directories and answers from them. The zero Table knows nothing yet and says so. Safe
// for concurrent use.
type Table struct {
	cell   live.Cell[Index]
	people live.Cell[map[id.Org]*town]
}

// Set swaps the index.
func (t *Table) Set(x *Index) { t.cell.Set(x) }

// Know swaps what conditions may ask about people.
func (t *Table) Know(all []Directory) error {
	m := make(map[id.Org]*town, len(all))
	for _, d := range all {
		m[d.Org] = settle(d)
	}
	t.people.Set(&m)
	return nil
}

func (t *Table) town(o id.Org) *town {
	if m := t.people.Get(); m != nil {
		return (*m)[o]
	}
	return nil
}

// Plan answers from the current index, without rules.
func (t *Table) Plan(o id.Org, call *llm.Call) (Plan, error) {
	x := t.cell.Get()
	if x == nil {
		return Plan{}, notLoaded()
	}
	return x.Plan(o, call)
}

// Choose answers from the current index, rules first.
func (t *Table) Choose(a *Ask) (Plan, error) {
	x := t.cell.Get()
	if x == nil {
		return Plan{}, notLoaded()
	}
	people := t.town(a.Org)
	p, err := x.choose(a, people)
	p.place(people)
	return p, err
}

// Offer answers from the current index.
func (t *Table) Offer(g *key.Grant) []string {
	x := t.cell.Get()
	if x == nil {
		return nil
	}
	return x.Offer(g)
}

// Connection answers from the current index.
func (t *Table) Connection(o id.Org, c id.Connection) (*provider.Connection, bool) {
	x := t.cell.Get()
	if x == nil {
		return nil, false
	}
	return x.Connection(o, c)
}

// Connection finds a connection that takes traffic.
func (x *Index) Connection(o id.Org, c id.Connection) (*provider.Connection, bool) {
	if own := x.tenants[o]; own != nil {
		if k := own.byID[c]; k != nil && k.down == "" {
			return k.Connection, true
		}
	}
	return nil, false
}

// Account answers from the current index. Before there is one every connection counts as there.
func (t *Table) Account(o id.Org, c id.Connection) (conn *provider.Connection, there bool) {
	x := t.cell.Get()
	if x == nil {
		return nil, true
	}
	return x.Account(o, c)
}

// Account finds a connection for what is at its provider already, so one that is switched off, too. nil is one that is there and to which
// nothing can be said.
func (x *Index) Account(o id.Org, c id.Connection) (conn *provider.Connection, there bool) {
	own := x.tenants[o]
	if own == nil || own.byID[c] == nil {
		return nil, false
	}
	if k := own.byID[c]; !k.mute {
		conn = k.Connection
	}
	return conn, true
}

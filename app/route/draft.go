package route

import (
	"maps"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Draft answers as the table would if an organization's alias, or its own rules, were others: for dry runs and replays of what
// is not saved yet. Either may be nil. It sees the snapshot of now and nothing of later changes.
func (t *Table) Draft(o id.Org, a *Alias, p *Policy) *Table {
	x := t.cell.Get()
	if x == nil {
		return t
	}
	own := tenant{connections: map[string]*connection{}, bare: map[string]*compiled{}, byID: map[id.Connection]*connection{}}
	if there := x.tenants[o]; there != nil {
		own = *there
	}
	own.written = maps.Clone(own.written)
	if own.written == nil {
		own.written = map[id.Alias]*Alias{}
	}
	if a != nil {
		own.written[a.ID] = a
	}
	if p != nil {
		own.policy = *p
	}
	_ = own.compile() // what cannot be read says so in the trace
	draft := &Table{}
	draft.cell.Set(&Index{tenants: map[id.Org]*tenant{o: &own}, catalog: x.catalog})
	draft.people.Set(t.people.Get())
	return draft
}

// Fill adds what the directory knows to facts that name a member or a team only: role, attributes, department.
func (t *Table) Fill(o id.Org, f *Facts) {
	people := t.town(o)
	if people == nil {
		return
	}
	for _, p := range people.People {
		if f.Member != "" && strings.EqualFold(p.Email, f.Member) {
			f.Member, f.Attributes = p.Email, p.Attributes
			if f.Role == "" {
				f.Role = p.Role
			}
		}
	}
	for team, name := range people.Teams {
		if name == f.Team && f.Department == "" {
			f.Department = people.Departments[people.Within[team]]
		}
	}
}

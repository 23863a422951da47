package identityweb

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// nodes are what the reader's departments and teams are called.
type nodes struct {
	departments []org.Department
	teams       []org.Team
	names       map[org.Scope]string
}

func (n *nodes) team(o id.Org, t id.Team) string { return n.names[org.OfTeam(o, t)] }

// teamOptions are the teams in use that keep takes.
func (n *nodes) teamOptions(keep func(org.Team) bool) []ui.Option {
	var out []ui.Option
	for _, t := range n.teams {
		if t.ArchivedAt.IsZero() && keep(t) {
			out = append(out, ui.Option{Value: t.ID.String(), Label: t.Name})
		}
	}
	return out
}

func (n *nodes) departmentOptions(keep func(org.Department) bool) []ui.Option {
	var out []ui.Option
	for _, d := range n.departments {
		if d.ArchivedAt.IsZero() && keep(d) {
			out = append(out, ui.Option{Value: d.ID.String(), Label: d.Name})
		}
	}
	return out
}

package budgetweb

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/budget"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// forest is the part of the tree that the reader may see.
type forest struct {
	teams   []org.Team
	members []org.Member
	keys    []key.Key
	// team is the team that a member or key is shown under, by the node's uuid. A member of several is shown under
	// the first.
	team map[string]string
}

func (h *Handlers) forest(c *web.Context) (*forest, error) {
	f := &forest{team: map[string]string{}}
	var err error
	if f.teams, err = h.people.Teams(c.Ctx(), c.Actor()); err != nil {
		return nil, err
	}
	if f.members, err = h.people.Members(c.Ctx(), c.Actor()); err != nil {
		return nil, err
	}
	if f.keys, err = h.keys.List(c.Ctx(), c.Actor()); err != nil {
		return nil, err
	}
	for _, m := range f.members {
		if len(m.Teams) > 0 {
			f.team[m.ID.UUID()] = m.Teams[0].UUID()
		}
	}
	for _, k := range f.keys {
		f.team[k.ID.UUID()] = k.Team.UUID()
	}
	slices.SortFunc(f.teams, func(a, b org.Team) int { return strings.Compare(a.Name, b.Name) })
	return f, nil
}

var icons = map[org.ScopeKind]string{org.OrgScope: "building", org.DepartmentScope: "users-group", org.TeamScope: "users",
	org.MemberScope: "user", org.KeyScope: "key"}

// rows orders budgets as the tree does: the organization, departments, then each team with its members and keys. A team
// without a budget stands above theirs as a bare row.
func (f *forest) rows(c *web.Context, all []budget.Entry) []views.Row {
	var out []views.Row
	below := map[string][]budget.Entry{} // by team; "" for those whose team is not the reader's to see
	for _, e := range all {
		switch e.Scope.Kind() {
		case org.OrgScope, org.DepartmentScope:
			out = append(out, present(c, e, 0))
		case org.TeamScope:
			below[e.Scope.Node()] = append(below[e.Scope.Node()], e)
		default:
			below[f.team[e.Scope.Node()]] = append(below[f.team[e.Scope.Node()]], e)
		}
	}
	for _, t := range f.teams {
		out = append(out, branch(c, t, below[t.ID.UUID()])...)
		delete(below, t.ID.UUID())
	}
	var rest []budget.Entry
	for _, es := range below {
		rest = append(rest, es...)
	}
	slices.SortFunc(rest, inOrder)
	for _, e := range rest {
		out = append(out, present(c, e, 1))
	}
	return out
}

func branch(c *web.Context, t org.Team, es []budget.Entry) []views.Row {
	if len(es) == 0 {
		return nil
	}
	slices.SortStableFunc(es, inOrder)
	var out []views.Row
	if es[0].Scope.Kind() != org.TeamScope {
		out = append(out, views.Row{ID: t.ID.String(), Depth: 1, Icon: icons[org.TeamScope], Label: "Team " + t.Name, Bare: true})
	}
	for _, e := range es {
		depth := 2
		if e.Scope.Kind() == org.TeamScope {
			depth = 1
		}
		out = append(out, present(c, e, depth))
	}
	return out
}

// inOrder puts teams before members before keys, and short periods before long ones.
func inOrder(a, b budget.Entry) int {
	return cmp.Or(
		cmp.Compare(kindRank[a.Scope.Kind()], kindRank[b.Scope.Kind()]),
		strings.Compare(a.Label, b.Label),
		cmp.Compare(slices.Index(budget.Periods, a.Period), slices.Index(budget.Periods, b.Period)),
	)
}

var kindRank = map[org.ScopeKind]int{org.TeamScope: 1, org.MemberScope: 2, org.KeyScope: 3}

// present turns a budget into what its row prints.
func present(c *web.Context, e budget.Entry, depth int) views.Row {
	s := e.Standing
	r := views.Row{ID: e.ID.String(), Depth: depth, Icon: icons[e.Scope.Kind()], Label: e.Label, Period: string(e.Period), Hard: e.Enforce == budget.Hard,
		Spent: amount(s.Spent), Held: amount(s.Held), Left: amount(s.Left), Resets: c.When(s.ResetsAt),
		CanChange: budget.Changeable(c.Actor(), e), Delete: question(e)}
	if e.Name != e.Label {
		r.Sub = e.Name
	}
	note := periods[e.Period]
	if e.Suspense > 0 {
		note = amount(e.Suspense).Short + " of it in suspense, " + note
	}
	used := max(0, s.Spent+s.Held)
	r.Progress = ui.ProgressProps{Label: "Budget of " + e.Label, Text: r.Spent.Short + " of " + amount(e.Limit).Short, Note: note,
		Value: int64(used), Max: int64(e.Limit)}
	if e.Limit == 0 {
		r.Progress.Value, r.Progress.Max = 1, 1
	}
	return r
}

var periods = map[budget.Period]string{budget.Daily: "per day", budget.Weekly: "per week", budget.Monthly: "per month",
	budget.Quarterly: "per quarter", budget.Forever: "in total"}

func amount(a money.USD) views.Amount {
	short, exact := web.Dollars(a)
	return views.Amount{Short: short, Exact: exact}
}

func question(e budget.Entry) ui.ConfirmProps {
	return ui.ConfirmProps{Label: "Delete", Icon: "trash", Small: true, Title: "Delete the budget of " + e.Label + "?",
		Text:   "From then on nothing limits this place but the budgets above and below it.",
		Action: root + "/" + e.ID.String() + "/delete", Button: "Delete budget", Kind: ui.Destructive}
}

// options are the places that the reader may set a limit on.
func (f *forest) options(c *web.Context) []ui.Option {
	var out []ui.Option
	actor := c.Actor()
	add := func(group, label string, s org.Scope) {
		if budget.Changeable(actor, budget.Entry{Budget: budget.Budget{Scope: s}}) {
			out = append(out, ui.Option{Group: group, Label: label, Value: printScope(s)})
		}
	}
	add("Organization", c.Organization().Name, org.OfOrg(actor.Org))
	names := map[string]string{}
	for _, t := range f.teams {
		names[t.ID.UUID()] = t.Name
		add("Teams", t.Name, org.OfTeam(actor.Org, t.ID))
	}
	for _, m := range f.members {
		add("Members", m.Name+" ("+m.Email+")", org.OfMember(actor.Org, m.ID))
	}
	for _, k := range f.keys {
		add("Keys", k.Name+" (team "+names[k.Team.UUID()]+")", org.OfKey(actor.Org, k.ID))
	}
	return out
}

func zone(c *web.Context) string {
	if z := c.Organization().Zone; z != "" {
		return z
	}
	return "UTC"
}

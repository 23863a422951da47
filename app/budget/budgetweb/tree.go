package budgetweb

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/budget"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	teamsPerPage = 30
	belowPerTeam = 6
	nearPercent  = 80
)

// forest is the part of the tree that the reader may see.
type forest struct {
	departments []org.Department
	teams       []org.Team
	// shown are the budgets that became rows: only theirs are worth a forecast.
	shown []budget.Entry
}

func (h *Handlers) forest(c *web.Context) (*forest, error) {
	f := &forest{}
	var err error
	if f.departments, err = h.people.Departments(c.Ctx(), c.Actor()); err != nil {
		return nil, err
	}
	if f.teams, err = h.people.Teams(c.Ctx(), c.Actor()); err != nil {
		return nil, err
	}
	slices.SortFunc(f.teams, func(a, b org.Team) int { return strings.Compare(a.Name, b.Name) })
	return f, nil
}

// question is how the list is narrowed, from its URL.
type question struct {
	search  string
	measure *ledger.Measure
	near    bool
	team    id.Team
	page    int
}

func ask(c *web.Context) question {
	q := question{search: strings.ToLower(strings.TrimSpace(c.QueryParam("q"))), near: c.QueryParam("near") != ""}
	if m, ok := ledger.ParseMeasure(c.QueryParam("measure")); ok {
		q.measure = &m
	}
	q.team, _ = id.ParseTeam(c.QueryParam("team"))
	q.page, _ = strconv.Atoi(c.QueryParam("page"))
	q.page = min(max(q.page, 0), 1_000_000)
	return q
}

// narrowed reports whether anything but the page is asked for: teams are unfolded then.
func (q question) narrowed() bool {
	return q.search != "" || q.measure != nil || q.near || !q.team.IsZero()
}

func (q question) takes(e budget.Entry, team string) bool {
	if q.measure != nil && e.Measure != *q.measure || q.near && percent(e) < nearPercent {
		return false
	}
	return q.search == "" || strings.Contains(strings.ToLower(e.Label+"\n"+e.Name+"\n"+team), q.search)
}

// percent is how much of a budget is gone or held, in whole percent; a limit of nothing is all gone.
func percent(e budget.Entry) int64 {
	s := e.Standing
	used := max(0, s.Spent+s.Held)
	switch {
	case s.Limit <= 0:
		return 100
	case used > 1<<53:
		return int64(used / (s.Limit/100 + 1))
	}
	return int64(used) * 100 / int64(s.Limit)
}

// tree is all budgets in their places: the organization, each department with its teams, the other teams, tags.
type tree struct {
	groups []views.Group
	teams  int // how many there are, before paging
}

func (f *forest) tree(c *web.Context, all []budget.Entry, q question, forecasts map[id.Budget]budget.Forecast) tree {
	names := map[string]string{}
	for _, t := range f.teams {
		names[t.ID.UUID()] = t.Name
	}
	whole, tags := views.Group{ID: "organization", Title: c.Organization().Name, Icon: icons[org.OrgScope]}, views.Group{ID: "tags", Title: "Tags", Icon: icons[org.TagScope]}
	departments, below := map[string][]budget.Entry{}, map[string][]budget.Entry{} // by node; "" for teams that are not the reader's to see
	for _, e := range all {
		team := e.Team().UUID()
		if names[team] == "" {
			team = ""
		}
		if !q.takes(e, names[team]) || !q.team.IsZero() && team != q.team.UUID() {
			continue
		}
		switch e.Scope.Kind() {
		case org.OrgScope:
			whole.Rows = append(whole.Rows, own(f.row(c, e, forecasts), "Whole organization"))
		case org.TagScope:
			tags.Rows = append(tags.Rows, f.row(c, e, forecasts))
		case org.DepartmentScope:
			departments[e.Scope.Node()] = append(departments[e.Scope.Node()], e)
		default:
			below[team] = append(below[team], e)
		}
	}
	out := tree{groups: []views.Group{whole}}
	for _, d := range f.departments {
		g := views.Group{ID: d.ID.String(), Title: "Department " + d.Name, Icon: icons[org.DepartmentScope]}
		for _, e := range departments[d.ID.UUID()] {
			g.Rows = append(g.Rows, own(f.row(c, e, forecasts), "Whole department"))
		}
		g.Teams = f.branches(c, below, q, forecasts, &out.teams, func(t org.Team) bool { return t.Department == d.ID })
		out.groups = append(out.groups, g)
	}
	known := map[id.Department]bool{}
	for _, d := range f.departments {
		known[d.ID] = true
	}
	rest := views.Group{ID: "teams", Title: "Teams", Icon: icons[org.TeamScope]}
	if len(f.departments) > 0 {
		rest.Title = "Teams outside departments"
	}
	rest.Teams = f.branches(c, below, q, forecasts, &out.teams, func(t org.Team) bool { return !known[t.Department] })
	strays := below[""]
	slices.SortFunc(strays, inOrder)
	for _, e := range strays {
		rest.Rows = append(rest.Rows, f.row(c, e, forecasts))
	}
	out.groups = append(out.groups, rest, tags)
	out.groups = slices.DeleteFunc(out.groups, func(g views.Group) bool { return len(g.Rows)+len(g.Teams) == 0 })
	return out
}

// row is a budget's row, and notes that it is shown.
func (f *forest) row(c *web.Context, e budget.Entry, forecasts map[id.Budget]budget.Forecast) views.Row {
	f.shown = append(f.shown, e)
	return present(c, e, forecasts)
}

// own is a row that needs not repeat the heading it stands under.
func own(r views.Row, label string) views.Row {
	r.Label = label
	return r
}

// branches are the teams of one group that have a budget anywhere, those on the asked-for page of all.
func (f *forest) branches(c *web.Context, below map[string][]budget.Entry, q question, forecasts map[id.Budget]budget.Forecast, count *int, in func(org.Team) bool) []views.Team {
	var out []views.Team
	for _, t := range f.teams {
		es := below[t.ID.UUID()]
		if len(es) == 0 || !in(t) {
			continue
		}
		if *count >= q.page*teamsPerPage && *count < (q.page+1)*teamsPerPage {
			out = append(out, f.branch(c, t, es, q, forecasts))
		}
		*count++
	}
	return out
}

func (f *forest) branch(c *web.Context, t org.Team, es []budget.Entry, q question, forecasts map[id.Budget]budget.Forecast) views.Team {
	slices.SortStableFunc(es, inOrder)
	out := views.Team{ID: t.ID.String(), Label: "Team " + t.Name, Open: q.narrowed()}
	if !q.narrowed() {
		out.Note = "no budget of its own"
	}
	n, near := 0, 0
	for _, e := range es {
		if k := e.Scope.Kind(); k == org.TeamScope || k == org.PoolScope {
			out.Rows = append(out.Rows, f.row(c, e, forecasts))
			continue
		}
		n++
		if percent(e) >= nearPercent {
			near++
		}
		if n <= belowPerTeam || !q.team.IsZero() {
			out.Below = append(out.Below, f.row(c, e, forecasts))
		}
	}
	out.Summary = plural(n, "member or key", "members and keys")
	if near > 0 {
		out.Summary += fmt.Sprintf(", %d above %d %%", near, nearPercent)
	}
	if n > len(out.Below) {
		out.All, out.AllLabel = root+"?team="+t.ID.String(), fmt.Sprintf("Show all %d of this team", n)
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// inOrder puts teams before pools before what is below them, and there the ones closest to their limit first.
func inOrder(a, b budget.Entry) int {
	return cmp.Or(
		cmp.Compare(kindRank[a.Scope.Kind()], kindRank[b.Scope.Kind()]),
		cmp.Compare(percent(b), percent(a)),
		strings.Compare(a.Label, b.Label),
		cmp.Compare(slices.Index(budget.Periods, a.Period), slices.Index(budget.Periods, b.Period)),
	)
}

var kindRank = map[org.ScopeKind]int{org.TeamScope: 1, org.PoolScope: 2, org.MemberScope: 3, org.KeyScope: 3}

var icons = map[org.ScopeKind]string{org.OrgScope: "building", org.DepartmentScope: "users-group", org.TeamScope: "users", org.PoolScope: "server",
	org.MemberScope: "user", org.KeyScope: "key", org.TagScope: "tag"}

// figures count what a manager looks for first.
func figures(all []budget.Entry, waiting int) []ui.StatProps {
	near, gone := 0, 0
	for _, e := range all {
		if percent(e) >= nearPercent {
			near++
		}
		if e.Standing.Left <= 0 {
			gone++
		}
	}
	return []ui.StatProps{
		{Label: "Budgets", Value: strconv.Itoa(len(all)), Against: "that you may see"},
		{Label: "Above 80 %", Value: strconv.Itoa(near), Against: "spent and held together", Href: root + "?near=80"},
		{Label: "Used up", Value: strconv.Itoa(gone), Against: "nothing left in this period"},
		{Label: "Waiting for you", Value: strconv.Itoa(waiting), Against: "requests for more", Href: inbox},
	}
}

package identityweb

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// nodes are what the reader's departments and teams are called.
type nodes struct {
	departments []org.Department
	teams       []org.Team
	names       map[org.Scope]string
}

func (h *Tree) nodes(c *web.Context) (*nodes, error) {
	actor := c.Actor()
	n := &nodes{names: map[org.Scope]string{org.OfOrg(actor.Org): "The whole organization"}}
	var err error
	if n.departments, err = h.People.AllDepartments(c.Ctx(), actor); err != nil {
		return nil, err
	}
	if n.teams, err = h.People.AllTeams(c.Ctx(), actor); err != nil {
		return nil, err
	}
	for _, d := range n.departments {
		n.names[org.OfDepartment(actor.Org, d.ID)] = d.Name
	}
	for _, t := range n.teams {
		n.names[org.OfTeam(actor.Org, t.ID)] = t.Name
	}
	return n, nil
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

func (h *Tree) people(c *web.Context) error {
	n, err := h.nodes(c)
	if err != nil {
		return err
	}
	q, err := memberQuery(c)
	if err != nil {
		return err
	}
	found, err := h.People.FindMembers(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	page := views.PeoplePage{Shell: c.Shell("People", "people"), CanAdd: c.Actor().Role == org.Admin, Filter: peopleFilter(c, n, q)}
	for _, m := range found.Members {
		page.Rows = append(page.Rows, personRow(c, n, m))
	}
	page.None = ui.EmptyProps{Kind: ui.NeverAny, Icon: "users", Title: "Nobody here yet"}
	if page.Filter.Active {
		page.None = ui.EmptyProps{Kind: ui.FilteredOut, Title: "Nobody matches", Text: "Search for less, or clear the filter.", Label: "Clear the filter", Href: peoplePath}
	}
	page.Pager = ui.PagerProps{Note: fmt.Sprintf("By name, %d a page", identity.DefaultMembers), NewerLabel: "First", OlderLabel: "Next"}
	values := url.Values{}
	for name, v := range map[string]string{"q": q.Search, "team": c.QueryParam("team"), "role": string(q.Role), "status": string(q.Status)} {
		if v != "" {
			values.Set(name, v)
		}
	}
	if !q.After.ID.IsZero() {
		page.Pager.Newer = peoplePath + "?" + values.Encode()
	}
	if !found.Next.ID.IsZero() {
		values.Set("after", found.Next.String())
		page.Pager.Older = peoplePath + "?" + values.Encode()
	}
	return c.Render(views.People(page))
}

func peopleFilter(c *web.Context, n *nodes, q org.MemberQuery) views.PeopleFilter {
	f := views.PeopleFilter{Search: q.Search, Role: string(q.Role), Status: string(q.Status)}
	if !q.Team.IsZero() {
		f.Team = q.Team.String()
	}
	f.Teams = append([]ui.Option{{Label: "Any"}}, n.teamOptions(func(org.Team) bool { return true })...)
	f.Roles = []ui.Option{{Label: "Any"}}
	for _, r := range org.Roles {
		f.Roles = append(f.Roles, ui.Option{Value: string(r), Label: r.Title()})
	}
	f.Statuses = []ui.Option{{Label: "Active and disabled"}, {Value: "active", Label: "Active"}, {Value: "disabled", Label: "Disabled"}}
	if c.Actor().Everywhere(org.Viewer) {
		f.Statuses = append(f.Statuses, ui.Option{Value: "removed", Label: "Removed"})
	}
	f.Active = f.Search != "" || f.Team != "" || f.Role != "" || f.Status != ""
	return f
}

func personRow(c *web.Context, n *nodes, m org.Member) views.PersonRow {
	reader := c.Actor()
	var teams []string
	for _, t := range m.Teams {
		if name := n.team(m.Org, t); name != "" {
			teams = append(teams, name)
		}
	}
	if len(teams) > 3 {
		teams = append(teams[:3], fmt.Sprintf("and %d more", len(teams)-3))
	}
	return views.PersonRow{Href: peoplePath + "/" + m.ID.String(), Name: m.Name, Email: m.Email, Role: org.Highest(identity.Known(reader, m)).Title(),
		Teams: strings.Join(teams, ", "), Status: memberStatus(m), Since: c.When(m.CreatedAt)}
}

func memberStatus(m org.Member) ui.StatusProps {
	switch m.Status() {
	case org.DisabledMember:
		return ui.StatusProps{Tone: ui.Warn, Label: "Disabled", Icon: "player-pause"}
	case org.RemovedMember:
		return ui.StatusProps{Tone: ui.Neutral, Label: "Removed", Icon: "user-off"}
	}
	return ui.StatusProps{Tone: ui.Good, Label: "Active"}
}

func (h *Tree) newPerson(c *web.Context) error {
	page, err := h.newPersonPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.PersonNew(page))
}

func (h *Tree) newPersonPage(c *web.Context) (views.PersonNewPage, error) {
	n, err := h.nodes(c)
	if err != nil {
		return views.PersonNewPage{}, err
	}
	page := views.PersonNewPage{Shell: c.Shell("Add a person", "people"), Fields: views.PersonFields{Role: string(org.Developer)}, Roles: roleChoices}
	page.Teams = append([]ui.Option{{Label: "None"}}, n.teamOptions(func(org.Team) bool { return true })...)
	page.Departments = append([]ui.Option{{Label: "None"}}, n.departmentOptions(func(org.Department) bool { return true })...)
	return page, nil
}

var roleChoices = []ui.Option{
	{Value: string(org.Developer), Label: org.Developer.Title(), Hint: "Own keys and usage, in a team"},
	{Value: string(org.Lead), Label: org.Lead.Title(), Hint: "People, keys and limits of a team"},
	{Value: string(org.Manager), Label: org.Manager.Title(), Hint: "All teams of a department"},
	{Value: string(org.Viewer), Label: org.Viewer.Title(), Hint: "Reads a team or a department"},
	{Value: string(org.Admin), Label: org.Admin.Title(), Hint: "Everything in the organization"},
}

func (h *Tree) addPerson(c *web.Context) error {
	f := views.PersonFields{Name: c.FormValue("name"), Email: c.FormValue("email"), Role: c.FormValue("role"), Department: c.FormValue("department"), Team: c.FormValue("team")}
	in := identity.NewMember{Name: f.Name, Email: f.Email, Role: org.Role(f.Role), Password: secret.New(c.FormValue("password"))}
	if f.Team != "" {
		t, err := teamOf("team", f.Team)
		if err != nil {
			return err
		}
		in.Teams = append(in.Teams, t)
	}
	if f.Department != "" {
		d, err := departmentOf(f.Department)
		if err != nil {
			return err
		}
		in.Departments = append(in.Departments, d)
	}
	m, err := h.People.AddMember(c.Ctx(), c.Actor(), in)
	if r, ok := web.Refused(err); ok {
		page, err := h.newPersonPage(c)
		if err != nil {
			return err
		}
		page.Fields, page.Error, page.Errors = f, r.Form, r.Fields
		return c.Invalid(views.PersonNew(page))
	}
	if err != nil {
		return err
	}
	c.Flash(m.Name + " may come in now.")
	return c.See(peoplePath + "/" + m.ID.String())
}

func (h *Tree) person(c *web.Context) error {
	which, err := memberID(c)
	if err != nil {
		return err
	}
	page, err := h.personPage(c, which)
	if err != nil {
		return err
	}
	return c.Render(views.Person(page))
}

func (h *Tree) personPage(c *web.Context, which id.Member) (views.PersonPage, error) {
	m, err := h.People.Member(c.Ctx(), c.Actor(), which)
	if err != nil {
		return views.PersonPage{}, err
	}
	n, err := h.nodes(c)
	if err != nil {
		return views.PersonPage{}, err
	}
	page := views.PersonPage{Shell: c.Shell(m.Name, "people"), Name: m.Name, Status: memberStatus(m)}
	month, err := h.Reports.MonthUnder(c.Ctx(), c.Actor(), org.OfMember(m.Org, m.ID))
	if err != nil {
		return page, err
	}
	short, exact := web.Dollars(month.Cost)
	page.Facts = []ui.Fact{{Label: "E-mail", Value: m.Email, Copy: true}, {Label: "Id", Value: m.ID.String(), Mono: true, Copy: true},
		{Label: "Spent this month", Value: short + ", " + requests(month.Requests), Title: exact}, {Label: "Since", Body: ui.Time(c.When(m.CreatedAt))}}
	if m.ID != c.Actor().Member && m.Status() != org.RemovedMember && c.Actor().Role.AtLeast(org.Lead) && c.Actor().MayLimit(org.OfMember(m.Org, m.ID), org.Place{Teams: m.Teams, Owner: m.ID}) == nil {
		page.Facts = append(page.Facts, ui.Fact{Label: "Budget", Value: "Set one", Href: "/budgets/new?scope=" + m.ID.String()},
			ui.Fact{Label: "Rate limit", Value: "Set one", Href: "/limits/new?scope=" + m.ID.String()})
	}
	page.Roles = roleRows(c, n, m)
	if c.Actor().Role == org.Admin && m.Status() != org.RemovedMember {
		page.Facts = append(page.Facts, ui.Fact{Label: "Log-in", Value: "Sessions and second factor", Href: memberPath(m.ID)})
	}
	if m.Status() != org.RemovedMember {
		page.Give, page.Move = giveForm(c, n, m), moveForm(c, n, m)
	}
	if page.Keys, err = h.keyRows(c, n, func(k key.Key) bool { return k.Member == m.ID }); err != nil {
		return page, err
	}
	return page, h.endings(c, &page, m)
}

// endings are what can be done about a person, with what breaks by it.
func (h *Tree) endings(c *web.Context, page *views.PersonPage, m org.Member) error {
	if m.ID == c.Actor().Member || m.Status() == org.RemovedMember || identity.MayEnd(c.Actor(), m) != nil {
		return nil
	}
	f, err := h.People.Footprint(c.Ctx(), c.Actor(), m.ID)
	if err != nil {
		return err
	}
	page.Facts = append(page.Facts, ui.Fact{Label: "Logged in", Value: plural(f.Sessions, "browser", "browsers")}, ui.Fact{Label: "Management tokens", Value: fmt.Sprint(f.Tokens)})
	breaks := fmt.Sprintf("Within a second %s and %s made by them are refused, and %s logged out.", plural(f.Keys, "key", "keys"),
		plural(f.Tokens, "management token", "management tokens"), plural(f.Sessions, "browser is", "browsers are"))
	action := peoplePath + "/" + m.ID.String()
	if m.Status() == org.DisabledMember {
		page.Enable = action + "/enable"
	} else {
		page.Acts = append(page.Acts, ui.ConfirmProps{Label: "Disable", Icon: "player-pause", Title: "Disable " + m.Name + "?",
			Text: breaks + " What they asked for is withdrawn. Enabling them brings keys and tokens back.", Action: action + "/disable", Button: "Disable", Kind: ui.Destructive})
	}
	page.Acts = append(page.Acts, ui.ConfirmProps{Label: "Remove", Icon: "user-off", Title: "Remove " + m.Name + " for good?",
		Text: breaks + " What they spent stays in the books. Should they come back, they are a new member.", Action: action + "/remove", Button: "Remove", Kind: ui.Destructive})
	return nil
}

func roleRows(c *web.Context, n *nodes, m org.Member) []views.RoleRow {
	var out []views.RoleRow
	reader := c.Actor()
	for _, a := range identity.Known(reader, m) {
		r := views.RoleRow{Role: a.Role.Title(), Where: n.names[a.At]}
		switch a.At.Kind() {
		case org.TeamScope:
			r.Href, r.Home = teamsPath+"/"+a.At.String(), len(m.Teams) > 1 && a.At == org.OfTeam(m.Org, m.Teams[0])
		case org.DepartmentScope:
			r.Href = departmentsPath + "/" + a.At.String()
		}
		if m.ID != reader.Member && reader.MayAssign(a) == nil && m.Status() != org.RemovedMember {
			r.Take = &ui.ConfirmProps{Label: "Take away", Small: true, Title: "Take this role away?", Action: peoplePath + "/" + m.ID.String() + "/roles/take",
				Text: "Their keys in a team they no longer belong to are refused until they are back.", Button: "Take away", Kind: ui.Destructive, Name: "at", Value: a.At.String()}
		}
		out = append(out, r)
	}
	return out
}

// giveForm offers the roles and places that the reader may give.
func giveForm(c *web.Context, n *nodes, m org.Member) *views.GiveForm {
	reader := c.Actor()
	if m.ID == reader.Member {
		return nil
	}
	f := &views.GiveForm{Action: peoplePath + "/" + m.ID.String() + "/roles", Role: string(org.Developer)}
	roles := map[org.Role]bool{}
	offer := func(group, label string, at org.Scope) {
		may := false
		for _, r := range org.Roles {
			a := org.Assignment{Role: r, At: at}
			if a.Check() == nil && reader.MayAssign(a) == nil {
				roles[r], may = true, true
			}
		}
		if may {
			f.Places = append(f.Places, ui.Option{Group: group, Label: label, Value: at.String()})
		}
	}
	for _, t := range n.teams {
		if t.ArchivedAt.IsZero() {
			offer("Teams", t.Name, org.OfTeam(m.Org, t.ID))
		}
	}
	for _, d := range n.departments {
		if d.ArchivedAt.IsZero() {
			offer("Departments", d.Name, org.OfDepartment(m.Org, d.ID))
		}
	}
	offer("Organization", c.Organization().Name, org.OfOrg(m.Org))
	for _, o := range roleChoices {
		if roles[org.Role(o.Value)] {
			f.Roles = append(f.Roles, ui.Option{Value: o.Value, Label: o.Label})
		}
	}
	if len(f.Places) == 0 {
		return nil
	}
	return f
}

// moveForm offers the teams that the reader leads: from one they share with the member to another.
func moveForm(c *web.Context, n *nodes, m org.Member) *views.MoveForm {
	reader := c.Actor()
	if m.ID == reader.Member {
		return nil
	}
	f := &views.MoveForm{Action: peoplePath + "/" + m.ID.String() + "/move"}
	f.From = n.teamOptions(func(t org.Team) bool { return slices.Contains(m.Teams, t.ID) && reader.InTeam(t.ID, org.Lead) })
	f.To = n.teamOptions(func(t org.Team) bool { return reader.InTeam(t.ID, org.Lead) })
	if len(f.From) == 0 || len(f.To) < 2 {
		return nil
	}
	return f
}

// keyRows are the keys that keep takes, of those the reader sees; at most maxKeys.
func (h *Tree) keyRows(c *web.Context, n *nodes, keep func(key.Key) bool) ([]views.KeyRow, error) {
	all, err := h.Keys.List(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	var out []views.KeyRow
	for _, k := range all {
		if !keep(k) {
			continue
		}
		r := views.KeyRow{Name: k.Name, Href: "/keys/" + k.ID.String(), Owner: k.Account, Team: n.team(k.Org, k.Team), Status: ui.StatusProps{Tone: ui.Good, Label: "Active"}}
		if r.Owner == "" {
			r.Owner = "a person"
		}
		if s := k.Status(c.Now()); s != "active" {
			r.Status = ui.StatusProps{Tone: ui.Neutral, Label: strings.ToUpper(s[:1]) + s[1:]}
		}
		out = append(out, r)
	}
	return out, nil
}

const maxKeys = 50

func (h *Tree) give(c *web.Context) error {
	return h.onPerson(c, "Role given.", func(ctx context.Context, a org.Actor, m id.Member) error {
		as, err := assignmentOf(a.Org, c.FormValue("role"), c.FormValue("at"))
		if err != nil {
			return err
		}
		return h.People.Assign(ctx, a, m, as)
	}, func(p *views.PersonPage, fields map[string]string) {
		if p.Give != nil {
			p.Give.Role, p.Give.Place, p.Give.Errors = c.FormValue("role"), c.FormValue("at"), fields
		}
	})
}

func (h *Tree) take(c *web.Context) error {
	return h.onPerson(c, "Role taken away.", func(ctx context.Context, a org.Actor, m id.Member) error {
		as, err := assignmentOf(a.Org, "", c.FormValue("at"))
		if err != nil {
			return err
		}
		return h.People.Unassign(ctx, a, m, as.At)
	}, nil)
}

func (h *Tree) movePerson(c *web.Context) error {
	return h.onPerson(c, "Moved, with their keys.", func(ctx context.Context, a org.Actor, m id.Member) error {
		from, err := teamOf("from", c.FormValue("from"))
		if err != nil {
			return err
		}
		to, err := teamOf("to", c.FormValue("to"))
		if err != nil {
			return err
		}
		return h.People.MoveMember(ctx, a, m, from, to)
	}, func(p *views.PersonPage, fields map[string]string) {
		if p.Move != nil {
			p.Move.FromV, p.Move.ToV, p.Move.Errors = c.FormValue("from"), c.FormValue("to"), fields
		}
	})
}

func (h *Tree) disable(c *web.Context) error {
	return h.onPerson(c, "Disabled. Nothing of theirs works from now on.", h.People.DisableMember, nil)
}

func (h *Tree) enable(c *web.Context) error {
	return h.onPerson(c, "Enabled.", h.People.EnableMember, nil)
}

func (h *Tree) remove(c *web.Context) error {
	return h.onPerson(c, "Removed.", h.People.RemoveMember, nil)
}

// onPerson does something to the member in the path. A refusal shows their page again, with wrong telling its form.
func (h *Tree) onPerson(c *web.Context, done string, do func(context.Context, org.Actor, id.Member) error, wrong func(*views.PersonPage, map[string]string)) error {
	which, err := memberID(c)
	if err != nil {
		return err
	}
	err = do(c.Ctx(), c.Actor(), which)
	if r, ok := web.Refused(err); ok {
		page, err := h.personPage(c, which)
		if err != nil {
			return err
		}
		page.Error = refusal(r, wrong == nil)
		if wrong != nil {
			wrong(&page, r.Fields)
		}
		return c.Invalid(views.Person(page))
	}
	if err != nil {
		return err
	}
	c.Flash(done)
	if _, err := h.People.Member(c.Ctx(), c.Actor(), which); err != nil {
		return c.See(peoplePath) // out of the reader's sight now
	}
	return c.See(peoplePath + "/" + which.String())
}

// refusal is what is said above a page: the form's error, and with all the fields' too, where no form shows them.
func refusal(r web.Refusal, all bool) string {
	out := r.Form
	if all {
		for _, text := range r.Fields {
			out = strings.TrimSpace(out + " " + text)
		}
	}
	return out
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func requests(n int64) string {
	if n == 1 {
		return "1 request"
	}
	return fmt.Sprintf("%d requests", n)
}

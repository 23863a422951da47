package ssoweb

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/sso"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) show(c *web.Context) error {
	page, err := h.page(c)
	if err != nil {
		return err
	}
	return c.Render(views.Settings(page))
}

func (h *Handlers) page(c *web.Context) (views.SettingsPage, error) {
	page := views.SettingsPage{Shell: c.Shell("Single sign-on", "settings"), Callback: h.sso.CallbackURL(), BackChannel: h.sso.BackChannelURL(),
		AfterLogOut: c.PublicURL() + web.LogInPath, LogIn: c.PublicURL() + startPath + "?org=" + c.Organization().Slug, Fields: views.Fields{Role: string(org.Developer), Name: ""}}
	p, ok, err := h.sso.Get(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	page.Connected = ok
	if ok {
		page.Fields = views.Fields{Name: p.Name, Issuer: p.Issuer, ClientID: p.ClientID, Public: len(p.Sealed) == 0, Provision: p.Provision, Domains: strings.Join(p.Domains, "\n"),
			Role: string(p.Role), Team: p.Team.String(), TrustEmail: p.TrustEmail, GroupClaim: p.GroupClaim}
	}
	teams, err := h.people.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	departments, err := h.people.Departments(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	groups, err := h.sso.Groups(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	h.nodes(c, &page, teams, departments, groups)
	return page, nil
}

// nodes fills in what can be chosen, and what was.
func (h *Handlers) nodes(c *web.Context, page *views.SettingsPage, teams []org.Team, departments []org.Department, groups []sso.Group) {
	page.Teams = []ui.Option{{Label: "No team"}}
	page.Nodes = []ui.Option{{Value: c.Organization().ID.String(), Label: c.Organization().Name}}
	for _, d := range departments {
		if d.ArchivedAt.IsZero() {
			page.Nodes = append(page.Nodes, ui.Option{Value: d.ID.String(), Label: d.Name, Group: "Departments"})
		}
	}
	for _, t := range teams {
		if t.ArchivedAt.IsZero() {
			page.Teams = append(page.Teams, ui.Option{Value: t.ID.String(), Label: t.Name})
			page.Nodes = append(page.Nodes, ui.Option{Value: t.ID.String(), Label: t.Name, Group: "Teams"})
		}
	}
	for _, r := range org.Roles {
		page.Roles = append(page.Roles, ui.Option{Value: string(r), Label: r.Title()})
	}
	page.Newcomers = page.Roles[2:]            // lead, developer, viewer
	page.NewGroup.Role = string(org.Developer) // what a hurried click gives should be little
	if len(teams) > 0 {
		page.NewGroup.At = teams[0].ID.String()
	}
	for _, g := range groups {
		row := views.Group{Name: g.Name, Role: g.Role.Title(), At: g.At.String(), Where: "archived or gone", By: g.CreatedBy}
		for _, n := range page.Nodes {
			if n.Value == row.At {
				row.Where = n.Label
			}
		}
		page.Groups = append(page.Groups, row)
	}
}

func (h *Handlers) set(c *web.Context) error {
	f := views.Fields{Name: c.FormValue("name"), Issuer: c.FormValue("issuer"), ClientID: c.FormValue("client_id"), Public: c.FormValue("public") != "",
		Provision: c.FormValue("provision") != "", Domains: c.FormValue("domains"), Role: c.FormValue("role"), Team: c.FormValue("team"),
		TrustEmail: c.FormValue("trust_email") != "", GroupClaim: c.FormValue("group_claim")}
	in := sso.Input{Name: f.Name, Issuer: f.Issuer, ClientID: f.ClientID, Secret: secret.New(c.FormValue("secret")), Public: f.Public, Provision: f.Provision,
		Domains: lines(f.Domains), Role: org.Role(f.Role), TrustEmail: f.TrustEmail, GroupClaim: f.GroupClaim}
	team, err := teamOf(f.Team)
	if err == nil {
		err = c.Lately()
	}
	if err == nil {
		in.Team = team
		_, err = h.sso.Set(c.Ctx(), c.Actor(), in)
	}
	if r, ok := web.Refused(err); ok {
		page, err := h.page(c)
		if err != nil {
			return err
		}
		page.Fields, page.Error, page.Errors = f, r.Form, r.Fields
		return c.Invalid(views.Settings(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Single sign-on is set up. Try it in a private window before you require it.")
	return c.See(settingsPath)
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' || r == ' ' })
}

func teamOf(text string) (id.Team, error) {
	if text == "" {
		return id.Team{}, nil
	}
	t, err := id.ParseTeam(text)
	if err != nil {
		return t, fault.Field("team", "Choose one of your organization's teams.")
	}
	return t, nil
}

func (h *Handlers) remove(c *web.Context) error {
	if !c.Recent() {
		return c.See(web.Again(settingsPath))
	}
	if err := h.sso.Remove(c.Ctx(), c.Actor()); err != nil {
		return err
	}
	c.Flash("Single sign-on is removed. Members log in with their passwords.")
	return c.See(settingsPath)
}

func (h *Handlers) addGroup(c *web.Context) error {
	f := views.GroupFields{Name: c.FormValue("group"), Role: c.FormValue("role"), At: c.FormValue("at")}
	all, err := h.sso.Groups(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	if err = c.Lately(); err == nil {
		err = h.sso.SetGroups(c.Ctx(), c.Actor(), append(all, sso.Group{Name: f.Name, Role: org.Role(f.Role), At: org.ReadScope(c.Actor().Org, f.At)}))
	}
	if r, ok := web.Refused(err); ok {
		page, err := h.page(c)
		if err != nil {
			return err
		}
		page.NewGroup, page.GroupError, page.GroupErrors = f, r.Form, r.Fields
		return c.Invalid(views.Settings(page))
	}
	if err != nil {
		return err
	}
	c.Flash("The group is mapped. It takes effect at each member's next log-in.")
	return c.See(settingsPath)
}

func (h *Handlers) removeGroup(c *web.Context) error {
	if !c.Recent() {
		return c.See(web.Again(settingsPath))
	}
	all, err := h.sso.Groups(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	kept := all[:0:0]
	for _, g := range all {
		if g.Name != c.FormValue("group") || g.At.String() != c.FormValue("at") {
			kept = append(kept, g)
		}
	}
	if len(kept) < len(all) {
		if err := h.sso.SetGroups(c.Ctx(), c.Actor(), kept); err != nil {
			return err
		}
	}
	c.Flash("The group is no longer mapped.")
	return c.See(settingsPath)
}

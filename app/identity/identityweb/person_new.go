package identityweb

import (
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

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

package identityweb

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Tree) settings(c *web.Context) error {
	o := c.Organization()
	page, err := h.settingsPage(c, identity.Settings{Name: o.Name, Slug: o.Slug, Zone: o.Zone})
	if err != nil {
		return err
	}
	return c.Render(views.Settings(page))
}

func (h *Tree) settingsPage(c *web.Context, in identity.Settings) (views.SettingsPage, error) {
	o := c.Organization()
	days, err := h.Kept.Days(c.Ctx(), c.Actor())
	return views.SettingsPage{KeepDays: strconv.Itoa(days), Shell: c.Shell("Settings", "settings"), Name: in.Name, Slug: in.Slug, Zone: in.Zone,
		Facts: []ui.Fact{{Label: "Id", Value: o.ID.String(), Mono: true, Copy: true}, {Label: "Founded", Body: ui.Time(c.When(o.CreatedAt))}, {Label: "Local time", Value: c.Now().In(c.Zone()).Format("Mon 2 Jan 2006, 15:04 MST")}}}, err
}

// saveRetention sets how long requests are kept. A refusal shows the page again with what was typed.
func (h *Tree) saveRetention(c *web.Context) error {
	text := strings.TrimSpace(c.FormValue("keep_days"))
	days, err := strconv.Atoi(text)
	if err != nil {
		days = -1
	}
	err = h.Kept.SetDays(c.Ctx(), c.Actor(), days)
	if r, ok := web.Refused(err); ok {
		o := c.Organization()
		page, err := h.settingsPage(c, identity.Settings{Name: o.Name, Slug: o.Slug, Zone: o.Zone})
		if err != nil {
			return err
		}
		page.KeepDays, page.KeepError = text, r.Fields["keep_days"]
		return c.Invalid(views.Settings(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Saved. Older requests go within the hour.")
	return c.See(settingsPath)
}

func (h *Tree) saveSettings(c *web.Context) error {
	in := identity.Settings{Name: c.FormValue("name"), Slug: c.FormValue("slug"), Zone: c.FormValue("zone")}
	_, err := h.People.SetOrganization(c.Ctx(), c.Actor(), in)
	if r, ok := web.Refused(err); ok {
		page, err := h.settingsPage(c, in)
		if err != nil {
			return err
		}
		page.Error, page.Errors = r.Form, r.Fields
		return c.Invalid(views.Settings(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Saved.")
	return c.See(settingsPath)
}

const deletePath = settingsPath + "/delete"

// deleteForm asks before an organization is deleted, and for a log-in of the last minutes first: whoever finds an admin's
// laptop open must not end a company's work.
func (h *Tree) deleteForm(c *web.Context) error {
	if !c.Recent() {
		return c.See(web.LogInPath + "?again=1&next=" + url.QueryEscape(deletePath))
	}
	return c.Render(views.DeleteOrganization(views.DeleteOrganizationPage{Shell: c.Shell("Delete the organization", "settings"), Name: c.Organization().Name}))
}

func (h *Tree) deleteOrganization(c *web.Context) error {
	if !c.Recent() {
		return c.See(web.LogInPath + "?again=1&next=" + url.QueryEscape(deletePath))
	}
	name := c.Organization().Name
	err := h.People.DeleteOrganization(c.Ctx(), c.Actor(), c.FormValue("name"))
	if r, ok := web.Refused(err); ok {
		return c.Invalid(views.DeleteOrganization(views.DeleteOrganizationPage{Shell: c.Shell("Delete the organization", "settings"), Name: name,
			Typed: c.FormValue("name"), Error: r.Form, Errors: r.Fields}))
	}
	if err != nil {
		return err
	}
	if err := c.LogOut(); err != nil {
		return err
	}
	return c.Render(views.Deleted(views.DeleteOrganizationPage{Shell: stranger(c, "Deleted"), Name: name}))
}

package identityweb

import (
	"net/http"
	"net/url"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// devicePath is where a log-in is confirmed. Where it begins and ends is agentweb's.
const devicePath = "/device"

func (h *Handlers) deviceRoutes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: devicePath, Name: "device.form", Guard: web.Person, Floor: org.Viewer, Handle: h.device},
		{Method: http.MethodPost, Path: devicePath + "/approve", Name: "device.approve", Guard: web.Person, Floor: org.Viewer, Audit: "device.approved", Handle: func(c *web.Context) error { return h.decideDevice(c, true) }},
		{Method: http.MethodPost, Path: devicePath + "/deny", Name: "device.deny", Guard: web.Person, Floor: org.Viewer, Audit: "device.denied", Handle: func(c *web.Context) error { return h.decideDevice(c, false) }},
	}
}

// device asks for the code, or shows what waits under it. Opening a link confirms nothing.
func (h *Handlers) device(c *web.Context) error {
	page := views.DevicePage{Shell: c.Shell("Confirm a log-in", "tokens"), Code: c.QueryParam("code")}
	if page.Code == "" {
		return c.Render(views.Device(page))
	}
	if !c.Recent() { // what is confirmed acts as the member for months, like a token
		return c.See(web.Again(confirmPath(page.Code)))
	}
	d, err := h.people.Device(c.Ctx(), c.Actor(), page.Code)
	if r, ok := web.Refused(err); ok {
		page.Error, page.Errors = r.Form, r.Fields
		return c.Invalid(views.Device(page))
	}
	if err != nil {
		return err
	}
	page.Waits, page.Code, page.Program, page.IP, page.At = true, d.Printed(), d.Program, d.IP, c.When(d.CreatedAt)
	page.Here, page.As, page.Role = c.RealIP(), c.Member().Email, c.Member().Role.Title()
	if d.Agent != "" {
		if page.Teams, err = h.payers(c); err != nil {
			return err
		}
	}
	return c.Render(views.Device(page))
}

func confirmPath(code string) string { return devicePath + "?code=" + url.QueryEscape(code) }

// payers are the teams that a coding agent may spend for, the default one first.
func (h *Handlers) payers(c *web.Context) (out []ui.Option, err error) {
	teams, err := h.people.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	for _, may := range identity.Payers(c.Actor()) {
		for _, t := range teams {
			if t.ID == may && t.ArchivedAt.IsZero() {
				out = append(out, ui.Option{Value: t.ID.String(), Label: t.Name})
			}
		}
	}
	return out, nil
}

func (h *Handlers) decideDevice(c *web.Context, approve bool) error {
	page := views.DevicePage{Shell: c.Shell("Confirm a log-in", "tokens"), Code: c.FormValue("code")}
	if approve && !c.Recent() {
		return c.See(web.Again(confirmPath(page.Code)))
	}
	var team id.Team
	if text := c.FormValue("team"); text != "" {
		var err error
		if team, err = id.ParseTeam(text); err != nil {
			return org.MissingTeam()
		}
	}
	err := h.people.DecideDevice(c.Ctx(), c.Actor(), page.Code, approve, team)
	if r, ok := web.Refused(err); ok {
		page.Error, page.Errors = r.Form, r.Fields
		return c.Invalid(views.Device(page))
	}
	if err != nil {
		return err
	}
	if approve {
		c.Flash("Confirmed. The program is logged in within seconds. Log-ins of the command line are listed here, those of coding agents under Keys: end them there when you no longer need them.")
	} else {
		c.Flash("Refused. The program gets nothing.")
	}
	return c.See(tokensPath)
}

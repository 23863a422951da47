package identityweb

import (
	"errors"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
)

const (
	devicePath = "/device"
	// deviceGrant is what a program asks for at the token's address (RFC 8628, section 3.4).
	deviceGrant = "urn:ietf:params:oauth:grant-type:device_code"
)

func (h *Handlers) deviceRoutes() []web.Route {
	return []web.Route{
		{Method: http.MethodPost, Path: "/oauth/device_authorization", Name: "device.start", Guard: web.Open, Audit: "none: nobody has confirmed anything yet", Handle: h.deviceStart},
		{Method: http.MethodPost, Path: "/oauth/token", Name: "device.token", Guard: web.Open, Audit: "token.created", Handle: h.deviceFinish},
		{Method: http.MethodGet, Path: devicePath, Name: "device.form", Guard: web.Person, Floor: org.Viewer, Handle: h.device},
		{Method: http.MethodPost, Path: devicePath + "/approve", Name: "device.approve", Guard: web.Person, Floor: org.Viewer, Audit: "device.approved", Handle: func(c *web.Context) error { return h.decideDevice(c, true) }},
		{Method: http.MethodPost, Path: devicePath + "/deny", Name: "device.deny", Guard: web.Person, Floor: org.Viewer, Audit: "device.denied", Handle: func(c *web.Context) error { return h.decideDevice(c, false) }},
	}
}

// deviceStart answers RFC 8628, section 3.2.
func (h *Handlers) deviceStart(c *web.Context) error {
	program := c.FormValue("client_name")
	if program == "" {
		program = c.FormValue("client_id")
	}
	d, code, err := h.people.StartDevice(c.Ctx(), c.Stranger(""), program)
	if fault.Is(err, fault.Limited) {
		return c.Context.JSON(http.StatusTooManyRequests, map[string]string{"error": "slow_down", "error_description": fault.From(err).Public})
	}
	if err != nil {
		return err
	}
	page := c.PublicURL() + devicePath
	return c.Context.JSON(http.StatusOK, map[string]any{"device_code": code.Reveal(), "user_code": d.Printed(), "verification_uri": page,
		"verification_uri_complete": page + "?code=" + d.Printed(), "expires_in": int(identity.DeviceLife.Seconds()), "interval": int(identity.DeviceInterval.Seconds())})
}

// deviceFinish answers RFC 8628, sections 3.4 and 3.5.
func (h *Handlers) deviceFinish(c *web.Context) error {
	refuse := func(word, text string) error {
		return c.Context.JSON(http.StatusBadRequest, map[string]string{"error": word, "error_description": text})
	}
	if c.FormValue("grant_type") != deviceGrant {
		return refuse("unsupported_grant_type", "This address serves "+deviceGrant+" only.")
	}
	text, t, err := h.people.FinishDevice(c.Ctx(), c.Stranger(""), secret.New(c.FormValue("device_code")))
	for _, e := range []struct {
		is   error
		text string
	}{
		{identity.ErrPending, "Nobody has confirmed it yet."}, {identity.ErrSlowDown, "Ask every five seconds."}, {identity.ErrDenied, "It was refused."},
		{identity.ErrExpired, "The code has ended; begin again."}, {identity.ErrGrant, "The device code is unknown or was used."},
	} {
		if errors.Is(err, e.is) {
			return refuse(e.is.Error(), e.text)
		}
	}
	if err != nil {
		return err
	}
	return c.Context.JSON(http.StatusOK, map[string]any{"access_token": text.Reveal(), "token_type": "Bearer", "expires_in": int(t.ExpiresAt.Sub(c.Now()).Seconds())})
}

// device asks for the code, or shows what waits under it. Opening a link confirms nothing.
func (h *Handlers) device(c *web.Context) error {
	page := views.DevicePage{Shell: c.Shell("Confirm a log-in", "tokens"), Code: c.QueryParam("code")}
	if page.Code == "" {
		return c.Render(views.Device(page))
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
	return c.Render(views.Device(page))
}

func (h *Handlers) decideDevice(c *web.Context, approve bool) error {
	page := views.DevicePage{Shell: c.Shell("Confirm a log-in", "tokens"), Code: c.FormValue("code")}
	err := h.people.DecideDevice(c.Ctx(), c.Actor(), page.Code, approve)
	if r, ok := web.Refused(err); ok {
		page.Error, page.Errors = r.Form, r.Fields
		return c.Invalid(views.Device(page))
	}
	if err != nil {
		return err
	}
	if approve {
		c.Flash("Confirmed. The program is logged in within seconds, and is listed here: revoke it when you no longer need it.")
	} else {
		c.Flash("Refused. The program gets nothing.")
	}
	return c.See(tokensPath)
}

package agentweb

import (
	"errors"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/agent"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// The grants that the token's address serves (RFC 8628, section 3.4; RFC 6749, section 6).
const (
	deviceGrant  = "urn:ietf:params:oauth:grant-type:device_code"
	refreshGrant = "refresh_token"
)

// base is the address that the program was given: the installation's, or an organization's.
func base(c *web.Context) string {
	if slug := c.Param("slug"); slug != "" {
		return c.PublicURL() + "/t/" + slug
	}
	return c.PublicURL()
}

// metadata answers RFC 8414. Nobody is sent from here to a log-in: programs show a code.
func (h *Handlers) metadata(c *web.Context) error {
	at := base(c)
	return c.Context.JSON(http.StatusOK, map[string]any{"issuer": at, "device_authorization_endpoint": at + devicePath, "token_endpoint": at + tokenPath,
		"revocation_endpoint": at + revokePath, "grant_types_supported": []string{deviceGrant, refreshGrant}, "response_types_supported": []string{},
		"token_endpoint_auth_methods_supported": []string{"none"}, "revocation_endpoint_auth_methods_supported": []string{"none"}})
}

// start answers RFC 8628, section 3.2. A program that names itself as a client wants the management API, as bodhi login does;
// coding agents do not name a client, and Claude Code says which surface it is.
func (h *Handlers) start(c *web.Context) error {
	in := identity.NewDevice{Program: c.FormValue("client_name"), Slug: c.Param("slug"), Agent: c.FormValue("surface")}
	if in.Program == "" {
		in.Program = c.FormValue("client_id")
	}
	if in.Agent != "" || in.Program == "" {
		in.Agent = agent.Surface(in.Agent)
		in.Program = agent.Title(in.Agent)
	}
	d, code, err := h.people.StartDevice(c.Ctx(), c.Stranger(""), in)
	if fault.Is(err, fault.Limited) {
		return c.Context.JSON(http.StatusTooManyRequests, refusal("slow_down", fault.From(err).Public))
	}
	if err != nil {
		return err
	}
	page := c.PublicURL() + "/device"
	return c.Context.JSON(http.StatusOK, map[string]any{"device_code": code.Reveal(), "user_code": d.Printed(), "verification_uri": page,
		"verification_uri_complete": page + "?code=" + d.Printed(), "expires_in": int(identity.DeviceLife.Seconds()), "interval": int(identity.DeviceInterval.Seconds())})
}

func refusal(word, text string) map[string]string {
	return map[string]string{"error": word, "error_description": text}
}

// refusals are why a program gets nothing, in RFC 8628's and RFC 6749's words.
var refusals = []struct {
	is   error
	text string
}{
	{identity.ErrPending, "Nobody has confirmed it yet."}, {identity.ErrSlowDown, "Ask every five seconds."}, {identity.ErrDenied, "It was refused."},
	{identity.ErrExpired, "The code has ended; begin again."}, {identity.ErrGrant, "The device code is unknown or was used."},
}

// token answers RFC 8628, sections 3.4 and 3.5, and RFC 6749, section 6.
func (h *Handlers) token(c *web.Context) error {
	switch grant := c.FormValue("grant_type"); grant {
	case deviceGrant:
		return h.finish(c)
	case refreshGrant:
		return h.refresh(c)
	}
	return c.Context.JSON(http.StatusBadRequest, refusal("unsupported_grant_type", "This address serves "+deviceGrant+" and "+refreshGrant+"."))
}

func (h *Handlers) finish(c *web.Context) error {
	got, err := h.people.FinishDevice(c.Ctx(), c.Stranger(""), secret.New(c.FormValue("device_code")))
	for _, e := range refusals {
		if errors.Is(err, e.is) {
			return c.Context.JSON(http.StatusBadRequest, refusal(e.is.Error(), e.text))
		}
	}
	if f := fault.From(err); err != nil && f.Kind != fault.Internal { // confirmed, but not allowed any more
		return c.Context.JSON(http.StatusBadRequest, refusal("access_denied", f.Public))
	}
	if err != nil {
		return err
	}
	return h.give(c, got)
}

// refresh is where a leaver's agent stops: 401 makes it ask its person to log in.
func (h *Handlers) refresh(c *web.Context) error {
	got, err := h.agents.Refresh(c.Ctx(), c.Stranger(""), secret.New(c.FormValue("refresh_token")))
	if errors.Is(err, agent.ErrGrant) {
		return c.Context.JSON(http.StatusUnauthorized, refusal("invalid_grant", "This log-in is over. Log in again."))
	}
	if err != nil {
		return err
	}
	return h.give(c, got)
}

func (h *Handlers) give(c *web.Context, got identity.Redeemed) error {
	out := map[string]any{"access_token": got.Access.Reveal(), "token_type": "Bearer", "expires_in": int(got.Until.Sub(c.Now()).Seconds())}
	if !got.Refresh.IsEmpty() {
		out["refresh_token"] = got.Refresh.Reveal()
	}
	if got.Email != "" {
		out["email"] = got.Email
	}
	if got.Session != "" && h.desk != nil {
		h.desk.Await(c.Ctx(), got.Session)
	}
	return c.Context.JSON(http.StatusOK, out)
}

// revoke answers RFC 7009: also for a token that opens nothing.
func (h *Handlers) revoke(c *web.Context) error {
	if err := h.agents.Revoke(c.Ctx(), c.Stranger(""), secret.New(c.FormValue("token"))); err != nil {
		return err
	}
	return c.NoContent(http.StatusOK)
}

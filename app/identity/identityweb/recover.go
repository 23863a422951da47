package identityweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
)

// forgotPath is where a new password is asked for.
const forgotPath = "/forgot-password"

// Recovery answers for forgotten passwords.
type Recovery struct{ recovery *identity.Recovery }

// NewRecovery makes the handlers.
func NewRecovery(r *identity.Recovery) *Recovery { return &Recovery{r} }

// Routes are the URLs of forgotten passwords, for app/routes.go.
func (h *Recovery) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: forgotPath, Name: "password.forgot", Guard: web.Open, Handle: h.forgotForm},
		{Method: http.MethodPost, Path: forgotPath, Name: "password.ask", Guard: web.Open, Audit: "member.reset_asked", Handle: h.forgot},
		{Method: http.MethodGet, Path: identity.ResetPath, Name: "password.form", Guard: web.Open, Handle: h.resetForm},
		{Method: http.MethodPost, Path: identity.ResetPath, Name: "password.reset", Guard: web.Open, Audit: "member.password_reset", Handle: h.reset},
	}
}

func (h *Recovery) forgotForm(c *web.Context) error {
	return c.Render(views.Forgot(views.ForgotPage{Shell: stranger(c, "Forgot your password?"), Email: c.QueryParam("email")}))
}

func (h *Recovery) forgot(c *web.Context) error {
	email := c.FormValue("email")
	err := h.recovery.Forgot(c.Ctx(), c.Stranger(""), email)
	if r, ok := web.Refused(err); ok {
		return c.Invalid(views.Forgot(views.ForgotPage{Shell: stranger(c, "Forgot your password?"), Email: email, Error: r.Form, Errors: r.Fields}))
	}
	if err != nil {
		return err
	}
	return c.Render(views.Asked(views.ForgotPage{Shell: stranger(c, "Look into your inbox"), Email: email}))
}

func (h *Recovery) resetForm(c *web.Context) error {
	token := c.QueryParam("t")
	o, m, err := h.recovery.Peek(c.Ctx(), token)
	if err != nil {
		return err
	}
	return c.Render(views.Reset(views.ResetPage{Shell: stranger(c, "Set a new password"), Token: token, Email: m.Email, Organization: o.Name}))
}

func (h *Recovery) reset(c *web.Context) error {
	token := c.FormValue("t")
	err := h.recovery.Set(c.Ctx(), c.Stranger(""), token, secret.New(c.FormValue("password")))
	if r, ok := web.Refused(err); ok {
		o, m, err := h.recovery.Peek(c.Ctx(), token)
		if err != nil {
			return err
		}
		return c.Invalid(views.Reset(views.ResetPage{Shell: stranger(c, "Set a new password"), Token: token, Email: m.Email, Organization: o.Name,
			Error: r.Form, Errors: r.Fields}))
	}
	if err != nil {
		return err
	}
	c.Flash("Your password is set. Log in with it.")
	return c.See(web.LogInPath)
}

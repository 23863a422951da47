package joinweb

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/join"
	"github.com/bodhi-gateway/bodhi/views/layout"
)

// stranger is the frame of pages for people who are not in, whoever may be logged in.
func stranger(c *web.Context, title string) layout.Shell {
	s := c.Shell(title, "")
	s.OrgName, s.OrgSlug = "", ""
	return s
}

func (h *Handlers) acceptForm(c *web.Context) error {
	page, err := h.acceptPage(c, c.QueryParam("t"))
	if err != nil {
		return err
	}
	return c.Render(views.Accept(page))
}

func (h *Handlers) acceptPage(c *web.Context, token string) (views.AcceptPage, error) {
	o, err := h.joining.Offer(c.Ctx(), token)
	if err != nil {
		return views.AcceptPage{}, err
	}
	return views.AcceptPage{Shell: stranger(c, "Join "+o.Organization.Name), Token: token, Organization: o.Organization.Name, By: o.ByLabel, Role: o.Role.Title(),
		Places: strings.Join(o.Places, ", "), Until: c.When(o.ExpiresAt), Email: o.Email, Bound: o.Email != "", SSO: o.SSO, Name: o.Name}, nil
}

func (h *Handlers) accept(c *web.Context) error {
	token := c.FormValue("t")
	in := join.Acceptance{Name: c.FormValue("name"), Email: c.FormValue("email"), Password: secret.New(c.FormValue("password"))}
	o, m, err := h.joining.Accept(c.Ctx(), c.Stranger(""), token, in)
	if r, ok := web.Refused(err); ok {
		page, err := h.acceptPage(c, token)
		if err != nil {
			return err
		}
		page.Name, page.Error, page.Errors = in.Name, r.Form, r.Fields
		if !page.Bound {
			page.Email = in.Email
		}
		return c.Invalid(views.Accept(page))
	}
	if err != nil {
		return err
	}
	// The log-in decides what else it takes: a second factor, the identity provider.
	c.Flash("Welcome to " + o.Name + ". Log in as " + m.Email + ".")
	return c.See(web.LogInPath)
}

func (h *Handlers) applyForm(c *web.Context) error {
	return c.Render(views.Apply(views.ApplyPage{Shell: stranger(c, "Join your company"), Email: c.QueryParam("email")}))
}

func (h *Handlers) apply(c *web.Context) error {
	email := c.FormValue("email")
	err := h.joining.Apply(c.Ctx(), c.Stranger(""), email)
	if r, ok := web.Refused(err); ok {
		return c.Invalid(views.Apply(views.ApplyPage{Shell: stranger(c, "Join your company"), Email: email, Error: r.Form, Errors: r.Fields}))
	}
	if err != nil {
		return err
	}
	return c.Render(views.Applied(views.ApplyPage{Shell: stranger(c, "Look into your inbox"), Email: email}))
}

func (h *Handlers) askForm(c *web.Context) error {
	token := c.QueryParam("t")
	a, err := h.joining.Asking(c.Ctx(), token)
	if err != nil {
		return err
	}
	return c.Render(views.Ask(views.AskPage{Shell: stranger(c, "Ask to join"), Token: token, Organization: a.Organization.Name, Email: a.Email}))
}

func (h *Handlers) ask(c *web.Context) error {
	token, name, note := c.FormValue("t"), c.FormValue("name"), c.FormValue("note")
	a, err := h.joining.Asking(c.Ctx(), token)
	if err != nil {
		return err
	}
	page := views.AskPage{Shell: stranger(c, "Ask to join"), Token: token, Organization: a.Organization.Name, Email: a.Email, Name: name, Note: note}
	_, err = h.joining.Ask(c.Ctx(), c.Stranger(a.Email), token, name, note)
	if r, ok := web.Refused(err); ok {
		page.Error, page.Errors = r.Form, r.Fields
		return c.Invalid(views.Ask(page))
	}
	if err != nil {
		return err
	}
	return c.Render(views.Asked(page))
}

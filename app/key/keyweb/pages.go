package keyweb

import (
	"context"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/key"
)

const root = "/keys"

func (h *Handlers) list(c *web.Context) error {
	all, err := h.keys.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	who, err := h.names(c)
	if err != nil {
		return err
	}
	page := views.ListPage{Shell: c.Shell("Keys", "keys"), CanCreate: c.Actor().Role.AtLeast(org.Developer)}
	for _, k := range all {
		page.Rows = append(page.Rows, row(c, who, k))
	}
	return c.Render(views.List(page))
}

func (h *Handlers) form(c *web.Context) error {
	page, err := h.newPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.New(page))
}

func (h *Handlers) create(c *web.Context) error {
	fields := views.Fields{Name: c.FormValue("name"), Team: c.FormValue("team"), Owner: c.FormValue("owner"), Account: c.FormValue("account"),
		Expires: c.FormValue("expires"), Models: c.FormValue("models"), Networks: c.FormValue("networks")}
	in, err := input(fields, c.Zone())
	var made key.Created
	if err == nil {
		made, err = h.keys.Create(c.Ctx(), c.Actor(), in)
	}
	if r, ok := web.Refused(err); ok {
		page, err := h.newPage(c)
		if err != nil {
			return err
		}
		page.Fields, page.Error, page.Errors = fields, r.Form, r.Fields
		return c.Invalid(views.New(page))
	}
	if err != nil {
		return err
	}
	who, err := h.names(c)
	if err != nil {
		return err
	}
	return c.Render(views.Created(views.CreatedPage{Shell: c.Shell("Your new key", "keys"), Row: row(c, who, made.Key), Secret: made.Secret.Reveal(),
		BaseURL: c.BaseURL(), Snippets: web.Snippets(c.BaseURL(), made.Secret.Reveal(), exampleModel(made.Key))}))
}

// input reads the form. A team or member that is no id at all is answered by the service like one that is unknown.
func input(f views.Fields, zone *time.Location) (key.Input, error) {
	in := key.Input{Name: f.Name, Account: strings.TrimSpace(f.Account), Models: lines(f.Models), Networks: lines(f.Networks)}
	team, err := id.ParseTeam(f.Team)
	if err != nil && f.Team != "" {
		return in, org.MissingTeam()
	}
	in.Team = team
	if f.Owner != "" {
		if in.Member, err = id.ParseMember(f.Owner); err != nil {
			return in, org.MissingMember()
		}
	}
	if f.Expires != "" {
		day, err := time.ParseInLocation(time.DateOnly, f.Expires, zone)
		if err != nil {
			return in, fault.Field("expires_at", "Enter a date like 2027-01-31, or nothing.")
		}
		in.ExpiresAt = day.AddDate(0, 0, 1).UTC() // through its last moment
	}
	return in, nil
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ',' })
}

func (h *Handlers) show(c *web.Context) error {
	which, err := keyID(c)
	if err != nil {
		return err
	}
	k, err := h.keys.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	who, err := h.names(c)
	if err != nil {
		return err
	}
	used, err := h.used(c, k)
	if err != nil {
		return err
	}
	return c.Render(views.Show(views.ShowPage{Shell: c.Shell(k.Name, "keys"), Row: row(c, who, k), Disabled: !k.DisabledAt.IsZero(),
		CanChange: key.Changeable(c.Actor(), k), Facts: append(facts(c, who, k), used...),
		Snippets: web.Snippets(c.BaseURL(), "$BODHI_KEY", exampleModel(k))}))
}

func (h *Handlers) disable(c *web.Context) error {
	return h.change(c, h.keys.Disable, "Key disabled. Requests with it are refused from now on.")
}

func (h *Handlers) enable(c *web.Context) error {
	return h.change(c, h.keys.Enable, "Key enabled.")
}

func (h *Handlers) change(c *web.Context, do func(context.Context, org.Actor, id.Key) error, done string) error {
	which, err := keyID(c)
	if err != nil {
		return err
	}
	if err := do(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash(done)
	return c.See(root + "/" + which.String())
}

func (h *Handlers) delete(c *web.Context) error {
	which, err := keyID(c)
	if err != nil {
		return err
	}
	if err := h.keys.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Key deleted.")
	return c.See(root)
}

func keyID(c *web.Context) (id.Key, error) {
	return web.Param(c, "id", id.ParseKey, error(key.Missing()))
}

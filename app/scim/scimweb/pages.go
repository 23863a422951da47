package scimweb

import (
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/join/joinweb"
	"github.com/bodhi-gateway/bodhi/app/scim"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/scim"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) page(c *web.Context) error {
	p, err := h.directoryPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Directory(p))
}

func (h *Handlers) directoryPage(c *web.Context) (views.DirectoryPage, error) {
	p := views.DirectoryPage{Frame: joinweb.Frame(c, "directory"), BaseURL: c.PublicURL() + root[:len(root)-1]}
	tokens, err := h.directory.Tokens(c.Ctx(), c.Actor())
	if err != nil {
		return p, err
	}
	for _, t := range tokens {
		p.Tokens = append(p.Tokens, tokenRow(c, t))
	}
	all, _, err := h.directory.Groups(c.Ctx(), c.Actor(), scim.GroupQuery{Members: true, Limit: scim.All})
	if err != nil {
		return p, err
	}
	for _, g := range all {
		p.Groups = append(p.Groups, groupRow(c, g))
	}
	settings, err := h.directory.Settings(c.Ctx(), c.Actor())
	if err != nil {
		return p, err
	}
	p.Grant, err = joinweb.GrantFields(c, h.people, settings, "", "")
	return p, err
}

func tokenRow(c *web.Context, t scim.Token) views.TokenRow {
	r := views.TokenRow{ID: t.ID.String(), Name: t.Name, Hint: "bds_…" + t.Last4, By: t.CreatedBy, Created: c.When(t.CreatedAt), Used: c.When(t.UsedAt),
		State: ui.StatusProps{Tone: ui.Good, Label: "Works"}, Live: true, Rotates: true}
	switch {
	case !t.RevokedAt.IsZero():
		r.State, r.Live = ui.StatusProps{Tone: ui.Neutral, Label: "Revoked", Icon: "ban"}, false
	case !t.ExpiresAt.IsZero() && !c.Now().Before(t.ExpiresAt):
		r.State, r.Live = ui.StatusProps{Tone: ui.Neutral, Label: "Rotated", Icon: "refresh"}, false
	case !t.ExpiresAt.IsZero():
		r.State, r.Rotates = ui.StatusProps{Tone: ui.Warn, Label: "Rotated, works until " + c.When(t.ExpiresAt).Text, Icon: "clock"}, false
	}
	return r
}

func groupRow(c *web.Context, g scim.Group) views.GroupRow {
	r := views.GroupRow{Href: directory + "/groups/" + g.ID.String(), Name: g.DisplayName, Members: strconv.Itoa(len(g.Members)), Gives: "Nothing yet", Changed: c.When(g.UpdatedAt)}
	if g.Role != "" {
		r.Gives, r.Mapped = g.Role.Title(), true
		if n := len(g.Teams) + len(g.Departments); n > 0 {
			r.Gives += " in " + web.Plural(int64(n), "place")
		}
	}
	return r
}

func (h *Handlers) change(c *web.Context) error {
	in, err := joinweb.Granted(c)
	if err != nil {
		return err
	}
	err = h.directory.SetSettings(c.Ctx(), c.Actor(), in)
	if r, ok := web.Refused(err); ok {
		p, err := h.directoryPage(c)
		if err != nil {
			return err
		}
		if p.Grant, err = joinweb.GrantFields(c, h.people, in, "", ""); err != nil {
			return err
		}
		p.Error, p.Grant.Errors = r.Form, r.Fields
		return c.Invalid(views.Directory(p))
	}
	if err != nil {
		return err
	}
	c.Flash("Saved. It counts for people who come from now on.")
	return c.See(directory)
}

func (h *Handlers) createToken(c *web.Context) error {
	name := c.FormValue("name")
	var text secret.String
	var t scim.Token
	err := c.Lately()
	if err == nil {
		text, t, err = h.directory.CreateToken(c.Ctx(), c.Actor(), name)
	}
	if r, ok := web.Refused(err); ok {
		p, err := h.directoryPage(c)
		if err != nil {
			return err
		}
		if p.TokenName, p.TokenErrors = name, r.Fields; r.Form != "" {
			p.TokenErrors = map[string]string{"name": r.Form}
		}
		return c.Invalid(views.Directory(p))
	}
	return h.made(c, text, t, err)
}

// made shows a token's secret, once; a redirect would need it kept somewhere.
func (h *Handlers) made(c *web.Context, text secret.String, t scim.Token, err error) error {
	if err != nil {
		return err
	}
	return c.Render(views.Made(views.MadePage{Frame: joinweb.Frame(c, "directory"), Row: tokenRow(c, t), Secret: text.Reveal(), BaseURL: c.PublicURL() + root[:len(root)-1]}))
}

func tokenID(c *web.Context) (id.SCIM, error) {
	return web.Param(c, "id", id.ParseSCIM, error(scim.MissingToken()))
}

func (h *Handlers) rotateToken(c *web.Context) error {
	which, err := tokenID(c)
	if err != nil {
		return err
	}
	if !c.Recent() {
		return c.See(web.Again(directory))
	}
	text, t, err := h.directory.RotateToken(c.Ctx(), c.Actor(), which)
	return h.made(c, text, t, err)
}

func (h *Handlers) revokeToken(c *web.Context) error {
	which, err := tokenID(c)
	if err != nil {
		return err
	}
	if err := h.directory.RevokeToken(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("The token is revoked. Your directory can change nothing with it any more; people stay as they are.")
	return c.See(directory)
}

func groupID(c *web.Context) (id.Group, error) {
	return web.Param(c, "id", id.ParseGroup, error(scim.MissingGroup()))
}

func (h *Handlers) group(c *web.Context) error {
	which, err := groupID(c)
	if err != nil {
		return err
	}
	p, err := h.groupPage(c, which)
	if err != nil {
		return err
	}
	return c.Render(views.Group(p))
}

func (h *Handlers) groupPage(c *web.Context, which id.Group) (views.GroupPage, error) {
	g, err := h.directory.Group(c.Ctx(), c.Actor(), which)
	if err != nil {
		return views.GroupPage{}, err
	}
	p := views.GroupPage{Frame: joinweb.Frame(c, "directory"), Row: groupRow(c, g), ExternalID: g.ExternalID}
	p.Grant, err = joinweb.GrantFields(c, h.people, g.Grant, "", "Nothing")
	return p, err
}

func (h *Handlers) mapGroup(c *web.Context) error {
	which, err := groupID(c)
	if err != nil {
		return err
	}
	in, err := joinweb.Granted(c)
	if err != nil {
		return err
	}
	err = h.directory.Map(c.Ctx(), c.Actor(), which, in)
	if r, ok := web.Refused(err); ok {
		p, err := h.groupPage(c, which)
		if err != nil {
			return err
		}
		if p.Grant, err = joinweb.GrantFields(c, h.people, in, "", "Nothing"); err != nil {
			return err
		}
		p.Error, p.Grant.Errors = r.Form, r.Fields
		return c.Invalid(views.Group(p))
	}
	if err != nil {
		return err
	}
	c.Flash("Saved. Everybody in the group has it now.")
	return c.See(directory + "/groups/" + which.String())
}

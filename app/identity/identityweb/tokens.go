package identityweb

import (
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const tokensPath = "/tokens"

func (h *Handlers) tokens(c *web.Context) error {
	all, err := h.people.Tokens(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page := views.TokensPage{Shell: c.Shell("API tokens", "tokens"), Admin: c.Actor().Role == org.Admin}
	for _, t := range all {
		page.Rows = append(page.Rows, tokenRow(c, t))
	}
	return c.Render(views.Tokens(page))
}

func tokenRow(c *web.Context, t identity.Token) views.TokenRow {
	status := t.Status(c.Now())
	row := views.TokenRow{ID: t.ID.String(), Name: t.Name, Hint: t.Hint(), Created: c.When(t.CreatedAt), Used: c.When(t.LastUsedAt), Expires: c.When(t.ExpiresAt),
		By: t.CreatedBy, Acts: t.Role.Title(), Scopes: strings.Join(t.Scopes, ", "), Active: status == "active"}
	if t.Personal {
		row.Acts = "Acts as " + t.CreatedBy
	}
	switch status {
	case "revoked":
		row.State = ui.StatusProps{Label: "Revoked", Icon: "ban"}
	case "expired":
		row.State = ui.StatusProps{Tone: ui.Warn, Label: "Expired"}
	default:
		row.State = ui.StatusProps{Tone: ui.Good, Label: "Active"}
	}
	return row
}

// tokenForm asks for a log-in of the last minutes first: a token outlives the afternoon on which somebody finds a laptop open.
func (h *Handlers) tokenForm(c *web.Context) error {
	if !c.Recent() {
		return c.See(web.Again(tokensPath + "/new"))
	}
	page := newTokenPage(c)
	page.Fields = views.TokenFields{Kind: "personal"}
	return c.Render(views.NewToken(page))
}

func newTokenPage(c *web.Context) views.NewTokenPage {
	page := views.NewTokenPage{Shell: c.Shell("New API token", "tokens"), Admin: c.Actor().Role == org.Admin, Known: c.Scopes()}
	for _, r := range org.Roles {
		page.Roles = append(page.Roles, ui.Option{Value: string(r), Label: r.Title()})
	}
	return page
}

func (h *Handlers) createToken(c *web.Context) error {
	f := views.TokenFields{Name: c.FormValue("name"), Kind: c.FormValue("kind"), Role: c.FormValue("role"), Scopes: c.FormValue("scopes"), Expires: c.FormValue("expires")}
	in := identity.NewToken{Name: f.Name, Role: org.Role(f.Role), Personal: f.Kind != "organization", Scopes: strings.FieldsFunc(f.Scopes, func(r rune) bool { return strings.ContainsRune(" ,\r\n\t", r) })}
	err := c.Lately()
	if err == nil {
		err = c.KnownScopes("scopes", in.Scopes)
	}
	if f.Expires != "" && err == nil {
		var day time.Time
		if day, err = time.ParseInLocation(time.DateOnly, f.Expires, c.Zone()); err != nil {
			err = fault.Field("expires_at", "Enter a date like 2027-01-31, or nothing.")
		}
		in.ExpiresAt = day.AddDate(0, 0, 1).UTC() // through its last moment
	}
	page := newTokenPage(c)
	if err == nil {
		text, t, e := h.people.CreateToken(c.Ctx(), c.Actor(), in)
		if err = e; err == nil {
			page.Row, page.Secret, page.URL = tokenRow(c, t), text.Reveal(), c.PublicURL()
			return c.Render(views.TokenCreated(page))
		}
	}
	if r, ok := web.Refused(err); ok {
		page.Fields, page.Error, page.Errors = f, r.Form, r.Fields
		return c.Invalid(views.NewToken(page))
	}
	return err
}

func (h *Handlers) revokeToken(c *web.Context) error {
	which, err := tokenID(c)
	if err != nil {
		return err
	}
	if err := h.people.RevokeToken(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Token revoked. Its next request is refused.")
	return c.See(tokensPath)
}

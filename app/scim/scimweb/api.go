package scimweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/scim"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// grantJSON is what people get; role "" gives nothing.
type grantJSON struct {
	Role        string   `json:"role"`
	Departments []string `json:"departments"` // of managers and viewers
	Teams       []string `json:"teams"`
}

func (g grantJSON) grant() (identity.Grant, error) {
	out := identity.Grant{Role: org.Role(g.Role)}
	for _, text := range g.Departments {
		d, err := id.ParseDepartment(text)
		if err != nil {
			return out, org.MissingDepartment()
		}
		out.Departments = append(out.Departments, d)
	}
	for _, text := range g.Teams {
		t, err := id.ParseTeam(text)
		if err != nil {
			return out, org.MissingTeam()
		}
		out.Teams = append(out.Teams, t)
	}
	return out, nil
}

func grantOut(g identity.Grant) grantJSON {
	out := grantJSON{Role: string(g.Role), Departments: []string{}, Teams: []string{}}
	for _, d := range g.Departments {
		out.Departments = append(out.Departments, d.String())
	}
	for _, t := range g.Teams {
		out.Teams = append(out.Teams, t.String())
	}
	return out
}

type tokenJSON struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Last4     string     `json:"last4"`
	CreatedBy string     `json:"created_by"`
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at"` // to the hour
	ExpiresAt *time.Time `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at"`
}

type tokenInput struct {
	Name string `json:"name"`
}

// madeJSON has the secret, which is shown this once.
type madeJSON struct {
	Token   tokenJSON `json:"token"`
	Secret  string    `json:"secret"`
	BaseURL string    `json:"base_url"`
}

type groupJSON struct {
	ID          string    `json:"id"`
	DisplayName string    `json:"display_name"`
	ExternalID  string    `json:"external_id"`
	Members     int       `json:"members"`
	Gives       grantJSON `json:"gives"`
}

type directoryJSON struct {
	BaseURL  string      `json:"base_url"`
	Settings grantJSON   `json:"settings"` // what people get whom no mapped group says more about
	Tokens   []tokenJSON `json:"tokens"`
	Groups   []groupJSON `json:"groups"`
}

func tokenOut(t scim.Token) tokenJSON {
	return tokenJSON{t.ID.String(), t.Name, t.Last4, t.CreatedBy, t.CreatedAt, when(t.UsedAt), when(t.ExpiresAt), when(t.RevokedAt)}
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func groupOut(g scim.Group) groupJSON {
	return groupJSON{g.ID.String(), g.DisplayName, g.ExternalID, len(g.Members), grantOut(g.Grant)}
}

func (h *Handlers) apiShow(c *web.Context) error {
	out := directoryJSON{BaseURL: c.PublicURL() + root[:len(root)-1], Tokens: []tokenJSON{}, Groups: []groupJSON{}}
	settings, err := h.directory.Settings(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out.Settings = grantOut(settings)
	tokens, err := h.directory.Tokens(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	for _, t := range tokens {
		out.Tokens = append(out.Tokens, tokenOut(t))
	}
	all, _, err := h.directory.Groups(c.Ctx(), c.Actor(), scim.GroupQuery{Members: true, Limit: scim.All})
	if err != nil {
		return err
	}
	for _, g := range all {
		out.Groups = append(out.Groups, groupOut(g))
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiChange(c *web.Context) error {
	in, err := web.Decode[grantJSON](c)
	if err != nil {
		return err
	}
	g, err := in.grant()
	if err != nil {
		return err
	}
	if err := h.directory.SetSettings(c.Ctx(), c.Actor(), g); err != nil {
		return err
	}
	return h.apiShow(c)
}

func (h *Handlers) apiCreateToken(c *web.Context) error {
	in, err := web.Decode[tokenInput](c)
	if err != nil {
		return err
	}
	text, t, err := h.directory.CreateToken(c.Ctx(), c.Actor(), in.Name)
	return apiMade(c, text, t, err)
}

func apiMade(c *web.Context, text secret.String, t scim.Token, err error) error {
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, madeJSON{tokenOut(t), text.Reveal(), c.PublicURL() + root[:len(root)-1]})
}

func (h *Handlers) apiRotateToken(c *web.Context) error {
	which, err := tokenID(c)
	if err != nil {
		return err
	}
	text, t, err := h.directory.RotateToken(c.Ctx(), c.Actor(), which)
	return apiMade(c, text, t, err)
}

func (h *Handlers) apiRevokeToken(c *web.Context) error {
	which, err := tokenID(c)
	if err != nil {
		return err
	}
	if err := h.directory.RevokeToken(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiGroup(c *web.Context) error {
	which, err := groupID(c)
	if err != nil {
		return err
	}
	g, err := h.directory.Group(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, groupOut(g))
}

func (h *Handlers) apiMap(c *web.Context) error {
	which, err := groupID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[grantJSON](c)
	if err != nil {
		return err
	}
	g, err := in.grant()
	if err != nil {
		return err
	}
	if err := h.directory.Map(c.Ctx(), c.Actor(), which, g); err != nil {
		return err
	}
	return h.apiGroup(c)
}

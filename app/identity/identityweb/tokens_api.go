package identityweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// tokenRoutes are the URLs of management tokens, and of who one is.
func (h *Handlers) tokenRoutes() []web.Route {
	const api = web.APIRoot + "tokens"
	return append(h.deviceRoutes(), []web.Route{
		{Method: http.MethodGet, Path: tokensPath, Name: "tokens.list", Guard: web.Person, Floor: org.Viewer, Handle: h.tokens},
		{Method: http.MethodGet, Path: tokensPath + "/new", Name: "tokens.form", Guard: web.Person, Floor: org.Viewer, Handle: h.tokenForm},
		{Method: http.MethodPost, Path: tokensPath, Name: "tokens.create", Guard: web.Person, Floor: org.Viewer, Audit: "token.created", Handle: h.createToken},
		{Method: http.MethodPost, Path: tokensPath + "/:id/revoke", Name: "tokens.revoke", Guard: web.Person, Floor: org.Viewer, Audit: "token.revoked", Handle: h.revokeToken},

		{Method: http.MethodGet, Path: web.APIRoot + "whoami", Name: "api.whoami.show", Guard: web.Token, Floor: org.Viewer, Scope: web.AnyScope, Out: whoamiJSON{}, Query: web.NoQuery,
			Handle: h.apiWhoami, Does: "Show whose token this is and what it may do. Every token may ask."},
		{Method: http.MethodGet, Path: api, Name: "api.tokens.list", Guard: web.Token, Floor: org.Viewer, Out: tokenList{}, Query: web.NoQuery, Handle: h.apiTokens,
			Does: "List management tokens, newest first: all of them to organization admins, their personal ones to others."},
		{Method: http.MethodPost, Path: api, Name: "api.tokens.create", Guard: web.Token, Floor: org.Viewer, Audit: "token.created", In: tokenInput{}, Out: newTokenJSON{}, Handle: h.apiCreateToken,
			Does: "Create a management token. Its secret is in this answer and nowhere else."},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.tokens.show", Guard: web.Token, Floor: org.Viewer, Out: tokenJSON{}, Query: web.NoQuery, Handle: h.apiToken},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.tokens.revoke", Guard: web.Token, Floor: org.Viewer, Audit: "token.revoked", Out: web.None{}, Handle: h.apiRevokeToken,
			Does: "Revoke a token: its next request is refused."},
	}...)
}

// whoamiJSON is whose token this is.
type whoamiJSON struct {
	Organization string   `json:"organization"`      // id
	Slug         string   `json:"organization_slug"` // the organization's word in URLs
	Name         string   `json:"organization_name"` // the organization's name
	Actor        string   `json:"actor"`             // as the audit log names it
	Member       string   `json:"member,omitempty"`  // whose personal token it is
	Role         string   `json:"role"`              // admin, manager, lead, developer or viewer
	Token        string   `json:"token"`             // the token's id
	Scopes       []string `json:"scopes"`            // what narrows the role; empty if nothing does
}

// tokenJSON is a management token. The secret is never in it.
type tokenJSON struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"`   // prefix, public part and last four
	Status     string     `json:"status"` // active, expired or revoked
	Role       string     `json:"role"`   // a personal token has its member's of the moment
	At         string     `json:"at"`     // where the role holds: id of the organization, a department or a team
	Personal   bool       `json:"personal"`
	Member     string     `json:"member,omitempty"` // who made it; a personal one acts as them
	Scopes     []string   `json:"scopes"`           // what narrows the role; empty if nothing does
	CreatedBy  string     `json:"created_by"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at"`   // null = never
	LastUsedAt *time.Time `json:"last_used_at"` // to the minute
	RevokedAt  *time.Time `json:"revoked_at"`
}

// newTokenJSON is a new token with its secret, shown once.
type newTokenJSON struct {
	tokenJSON
	Secret string `json:"secret"`
}

type tokenList struct {
	Data []tokenJSON `json:"data"`
}

// tokenInput makes a token. A personal one acts as its maker and takes no role.
type tokenInput struct {
	Name      string    `json:"name"`
	Role      string    `json:"role"`
	At        string    `json:"at"` // where the role holds: id of a department or team; without it the organization for admins and managers
	Personal  bool      `json:"personal"`
	Scopes    []string  `json:"scopes"`     // resource:read or resource:write; none = no narrowing
	ExpiresAt time.Time `json:"expires_at"` // left out = never, or with the token that makes it
}

func tokenOut(t identity.Token, now time.Time) tokenJSON {
	return tokenJSON{ID: t.ID.String(), Name: t.Name, Hint: t.Hint(), Status: t.Status(now), Role: string(t.Role), At: t.At.String(), Personal: t.Personal, Member: t.Maker.String(), Scopes: append([]string{}, t.Scopes...),
		CreatedBy: t.CreatedBy, CreatedAt: t.CreatedAt, ExpiresAt: optional(t.ExpiresAt), LastUsedAt: optional(t.LastUsedAt), RevokedAt: optional(t.RevokedAt)}
}

func optional(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (h *Handlers) apiWhoami(c *web.Context) error {
	a := c.Actor()
	o, err := h.people.Organization(c.Ctx(), a)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, whoamiJSON{Organization: o.ID.String(), Slug: o.Slug, Name: o.Name, Actor: a.Label, Member: a.Member.String(), Role: string(a.Role),
		Token: a.Token.String(), Scopes: append([]string{}, a.Scopes...)})
}

func (h *Handlers) apiTokens(c *web.Context) error {
	all, err := h.people.Tokens(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := tokenList{Data: make([]tokenJSON, len(all))}
	for i, t := range all {
		out.Data[i] = tokenOut(t, c.Now())
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreateToken(c *web.Context) error {
	in, err := web.Decode[tokenInput](c)
	if err != nil {
		return err
	}
	if err := c.KnownScopes("scopes", in.Scopes); err != nil {
		return err
	}
	at := org.ReadScope(c.Actor().Org, in.At)
	if in.At != "" && at.IsZero() {
		return fault.Field("at", "at is the id of a department or a team, or of the organization.")
	}
	text, t, err := h.people.CreateToken(c.Ctx(), c.Actor(), identity.NewToken{Name: in.Name, At: at, Role: org.Role(in.Role), Personal: in.Personal, Scopes: in.Scopes, ExpiresAt: in.ExpiresAt.UTC()})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, newTokenJSON{tokenOut(t, c.Now()), text.Reveal()})
}

func tokenID(c *web.Context) (id.Token, error) {
	return web.Param(c, "id", id.ParseToken, error(identity.MissingToken()))
}

func (h *Handlers) apiToken(c *web.Context) error {
	which, err := tokenID(c)
	if err != nil {
		return err
	}
	t, err := h.people.Token(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, tokenOut(t, c.Now()))
}

func (h *Handlers) apiRevokeToken(c *web.Context) error {
	which, err := tokenID(c)
	if err != nil {
		return err
	}
	if err := h.people.RevokeToken(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

package ssoweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// providerJSON is the identity provider. Its client secret is written, never read.
type providerJSON struct {
	Connected      bool      `json:"connected"`
	ID             string    `json:"id,omitempty"`
	Name           string    `json:"name,omitempty"`
	Issuer         string    `json:"issuer,omitempty"`
	ClientID       string    `json:"client_id,omitempty"`
	HasSecret      bool      `json:"has_secret"`
	Provision      bool      `json:"provision"`
	Domains        []string  `json:"domains"`
	Role           string    `json:"role,omitempty"`
	Team           string    `json:"team,omitempty"`
	TrustEmail     bool      `json:"trust_email"`
	GroupClaim     string    `json:"group_claim,omitempty"`
	RedirectURI    string    `json:"redirect_uri"`
	BackChannelURI string    `json:"back_channel_logout_uri"`
	UpdatedAt      time.Time `json:"updated_at,omitzero"`
}

// providerInput sets the identity provider. An empty client_secret keeps the one there is; public says that there is none.
type providerInput struct {
	Name         string   `json:"name"`
	Issuer       string   `json:"issuer"`
	ClientID     string   `json:"client_id"`
	ClientSecret string   `json:"client_secret"`
	Public       bool     `json:"public"`
	Provision    bool     `json:"provision"`
	Domains      []string `json:"domains"`
	Role         string   `json:"role"`
	Team         string   `json:"team"`
	TrustEmail   bool     `json:"trust_email"`
	GroupClaim   string   `json:"group_claim"`
}

// groupJSON is a role at a node: at is an organization's, a department's or a team's id.
type groupJSON struct {
	Group string `json:"group"`
	Role  string `json:"role"`
	At    string `json:"at"`
}

type groupList struct {
	Data []groupJSON `json:"data"`
}

func (h *Handlers) apiShow(c *web.Context) error {
	p, ok, err := h.sso.Get(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, h.out(p, ok))
}

func (h *Handlers) out(p sso.Provider, ok bool) providerJSON {
	out := providerJSON{Connected: ok, Domains: []string{}, RedirectURI: h.sso.CallbackURL(), BackChannelURI: h.sso.BackChannelURL()}
	if !ok {
		return out
	}
	out.ID, out.Name, out.Issuer, out.ClientID, out.HasSecret = p.ID.String(), p.Name, p.Issuer, p.ClientID, len(p.Sealed) > 0
	out.Provision, out.Role, out.Team, out.TrustEmail, out.GroupClaim, out.UpdatedAt = p.Provision, string(p.Role), p.Team.String(), p.TrustEmail, p.GroupClaim, p.UpdatedAt
	out.Domains = append(out.Domains, p.Domains...)
	return out
}

func (h *Handlers) apiSet(c *web.Context) error {
	in, err := web.Decode[providerInput](c)
	if err != nil {
		return err
	}
	team, err := teamOf(in.Team)
	if err != nil {
		return err
	}
	p, err := h.sso.Set(c.Ctx(), c.Actor(), sso.Input{Name: in.Name, Issuer: in.Issuer, ClientID: in.ClientID, Secret: secret.New(in.ClientSecret), Public: in.Public,
		Provision: in.Provision, Domains: in.Domains, Role: org.Role(in.Role), Team: team, TrustEmail: in.TrustEmail, GroupClaim: in.GroupClaim})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, h.out(p, true))
}

func (h *Handlers) apiRemove(c *web.Context) error {
	if err := h.sso.Remove(c.Ctx(), c.Actor()); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiGroups(c *web.Context) error {
	all, err := h.sso.Groups(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := groupList{Data: make([]groupJSON, len(all))}
	for i, g := range all {
		out.Data[i] = groupJSON{g.Name, string(g.Role), g.At.String()}
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiSetGroups(c *web.Context) error {
	in, err := web.Decode[groupList](c)
	if err != nil {
		return err
	}
	all := make([]sso.Group, 0, len(in.Data))
	for _, g := range in.Data {
		all = append(all, sso.Group{Name: g.Group, Role: org.Role(g.Role), At: org.ReadScope(c.Actor().Org, g.At)})
	}
	if err := h.sso.SetGroups(c.Ctx(), c.Actor(), all); err != nil {
		return err
	}
	return h.apiGroups(c)
}

package identityweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

type organizationJSON struct {
	ID        string    `json:"id"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	Zone      string    `json:"zone"`
	CreatedAt time.Time `json:"created_at"`
}

type organizationInput struct {
	Name string `json:"name"`
	Slug string `json:"slug"`
	Zone string `json:"zone"`
}

func (h *Tree) apiOrganization(c *web.Context) error {
	o, err := h.People.Organization(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, organizationOut(o))
}

func organizationOut(o org.Organization) organizationJSON {
	return organizationJSON{o.ID.String(), o.Slug, o.Name, o.Zone, o.CreatedAt}
}

// apiSetOrganization changes what is sent; what is left out stays.
func (h *Tree) apiSetOrganization(c *web.Context) error {
	in, err := web.Decode[organizationInput](c)
	if err != nil {
		return err
	}
	o, err := h.People.Organization(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	want := identity.Settings{Name: either(in.Name, o.Name), Slug: either(in.Slug, o.Slug), Zone: either(in.Zone, o.Zone)}
	if o, err = h.People.SetOrganization(c.Ctx(), c.Actor(), want); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, organizationOut(o))
}

// deletionInput repeats the organization's name, so that nothing is deleted by a slip.
type deletionInput struct {
	Name string `json:"name"`
}

func (h *Tree) apiDeleteOrganization(c *web.Context) error {
	in, err := web.Decode[deletionInput](c)
	if err != nil {
		return err
	}
	if err := h.People.DeleteOrganization(c.Ctx(), c.Actor(), in.Name); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

package routeweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// unsupported are the choices, in words of people.
var unsupported = []ui.Option{
	{Value: llm.Warn.String(), Label: "Leave them out and tell the client"},
	{Value: llm.Drop.String(), Label: "Leave them out silently"},
	{Value: llm.Reject.String(), Label: "Refuse the request"},
}

func presentPolicy(c *web.Context, p route.Policy) views.Policy {
	out := views.Policy{Value: p.Unsupported.String(), Options: unsupported, CanChange: c.Actor().Role.AtLeast(route.MayChange)}
	for _, o := range unsupported {
		if o.Value == out.Value {
			out.Words = o.Label
		}
	}
	return out
}

func (h *Handlers) setPolicy(c *web.Context) error {
	_, err := h.aliases.SetUnsupported(c.Ctx(), c.Actor(), c.FormValue("unsupported"))
	if wrong, ok := web.Refused(err); ok {
		page, err := h.modelsPage(c)
		if err != nil {
			return err
		}
		page.Policy.Error = words(wrong)
		return c.Invalid(views.Models(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Saved. The next request is treated so.")
	return c.See(root)
}

func words(wrong web.Refusal) string {
	if said := wrong.Fields["unsupported_parameters"]; said != "" {
		return said
	}
	return wrong.Form
}

// policyJSON is the organization's routing policy in the management API.
type policyJSON struct {
	// Unsupported is what becomes of a parameter that the serving provider does not have: warn, drop or reject.
	Unsupported string `json:"unsupported_parameters"`
}

func (h *Handlers) apiPolicy(c *web.Context) error {
	p, err := h.aliases.Policy(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, policyJSON{p.Unsupported.String()})
}

func (h *Handlers) apiSetPolicy(c *web.Context) error {
	in, err := web.Decode[policyJSON](c)
	if err != nil {
		return err
	}
	p, err := h.aliases.SetUnsupported(c.Ctx(), c.Actor(), in.Unsupported)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, policyJSON{p.Unsupported.String()})
}

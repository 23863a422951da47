package policyweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/policy"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const tiersRoot = "/model-tiers"

// tierRoutes are the URLs of models' tiers. Everybody may read them: they bind everybody.
func (h *Handlers) tierRoutes() []web.Route {
	const api = web.APIRoot + "model-tiers"
	return []web.Route{
		{Method: http.MethodGet, Path: tiersRoot, Name: "model_tiers.list", Guard: web.Person, Floor: org.Viewer, Handle: h.tiers},
		{Method: http.MethodPost, Path: tiersRoot, Name: "model_tiers.set", Guard: web.Person, Floor: org.Admin, Audit: "model_tier.set", Handle: h.setTier},
		{Method: http.MethodPost, Path: tiersRoot + "/:id/delete", Name: "model_tiers.delete", Guard: web.Person, Floor: org.Admin, Audit: "model_tier.deleted", Handle: h.dropTier},

		{Method: http.MethodGet, Path: api, Name: "api.model_tiers.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiTiers, Out: tierList{}},
		{Method: http.MethodPost, Path: api, Name: "api.model_tiers.set", Does: "Say of which tier models are, whatever they cost.", Guard: web.Token, Floor: org.Admin, Audit: "model_tier.set",
			Handle: h.apiSetTier, In: tierInput{}, Out: tierJSON{}},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.model_tiers.delete", Guard: web.Token, Floor: org.Admin, Audit: "model_tier.deleted", Handle: h.apiDropTier, Out: web.None{}},
	}
}

// tierJSON is what an organization says about the tier of models.
type tierJSON struct {
	ID        string    `json:"id"`
	Pattern   string    `json:"pattern"` // a model, or with * for any characters; the longest that fits counts
	Tier      string    `json:"tier"`    // economy, standard or premium
	CreatedAt time.Time `json:"created_at"`
}

type tierList struct {
	Data []tierJSON `json:"data"`
}

// tierInput sets the tier of models. A second one for the same pattern changes it.
type tierInput struct {
	Pattern string `json:"pattern"`
	Tier    string `json:"tier"`
}

func tierOut(r policy.TierRule) tierJSON {
	return tierJSON{ID: r.ID.String(), Pattern: r.Pattern, Tier: r.Tier.String(), CreatedAt: r.CreatedAt}
}

func (h *Handlers) tiers(c *web.Context) error {
	page, err := h.tiersPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Tiers(page))
}

func (h *Handlers) tiersPage(c *web.Context) (views.TiersPage, error) {
	all, err := h.policies.Tiers(c.Ctx(), c.Actor())
	page := views.TiersPage{Shell: c.Shell(title, "policies"), Tiers: tierOptions(""), CanSet: c.Actor().Role == org.Admin}
	for _, r := range all {
		page.Rows = append(page.Rows, views.TierRow{ID: r.ID.String(), Pattern: r.Pattern, Tier: tierLabel(r.Tier), Delete: ui.ConfirmProps{Label: "Delete", Icon: "trash", Small: true,
			Title: "Let the price decide again?", Text: "Models like " + r.Pattern + " get the tier of their list price.", Action: tiersRoot + "/" + r.ID.String() + "/delete",
			Button: "Let the price decide", Kind: ui.Destructive}})
	}
	return page, err
}

func (h *Handlers) setTier(c *web.Context) error {
	pattern, name := c.FormValue("pattern"), c.FormValue("tier")
	tier, _ := catalog.ReadTier(name)
	_, err := h.policies.SetTier(c.Ctx(), c.Actor(), pattern, tier)
	if wrong, ok := web.Refused(err); ok {
		page, err := h.tiersPage(c)
		if err != nil {
			return err
		}
		page.Pattern, page.Tier, page.Form, page.Errors = pattern, name, wrong.Form, wrong.Fields
		return c.Invalid(views.Tiers(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Tier set. It binds within a second.")
	return c.See(tiersRoot)
}

func tierID(c *web.Context) (id.Tier, error) {
	return web.Param(c, "id", id.ParseTier, error(policy.NoTierRule()))
}

func (h *Handlers) dropTier(c *web.Context) error {
	which, err := tierID(c)
	if err == nil {
		err = h.policies.DropTier(c.Ctx(), c.Actor(), which)
	}
	if err != nil {
		return err
	}
	c.Flash("The price decides again.")
	return c.See(tiersRoot)
}

func (h *Handlers) apiTiers(c *web.Context) error {
	all, err := h.policies.Tiers(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := tierList{Data: make([]tierJSON, len(all))}
	for i, r := range all {
		out.Data[i] = tierOut(r)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiSetTier(c *web.Context) error {
	in, err := web.Decode[tierInput](c)
	if err != nil {
		return err
	}
	tier, _ := catalog.ReadTier(in.Tier)
	r, err := h.policies.SetTier(c.Ctx(), c.Actor(), in.Pattern, tier)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, tierOut(r))
}

func (h *Handlers) apiDropTier(c *web.Context) error {
	which, err := tierID(c)
	if err == nil {
		err = h.policies.DropTier(c.Ctx(), c.Actor(), which)
	}
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

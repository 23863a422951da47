package routeweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// ruleRoutes are the URLs of rules in the management API. A route has its alias's id; a POST goes by the name in the document, so
// that a file can be applied again anywhere. The organization's own rules are at /api/v1/routing/rules.
func (h *Handlers) ruleRoutes() []web.Route {
	const one, general = "/api/v1/routes/:id", "/api/v1/routing/rules"
	return []web.Route{
		{Method: http.MethodGet, Path: "/api/v1/routes", Name: "api.routes.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiRoutes, Out: routeList{}},
		{Method: http.MethodGet, Path: one, Name: "api.routes.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiRoute, Out: routeJSON{}},
		{Method: http.MethodPost, Path: "/api/v1/routes", Name: "api.routes.apply", Guard: web.Token, Floor: route.MayChange, Audit: "alias.created", Handle: h.apiApply, In: route.Document{}, Out: routeJSON{}},
		{Method: http.MethodPut, Path: one, Name: "api.routes.update", Guard: web.Token, Floor: route.MayChange, Audit: "alias.updated", Handle: h.apiRewrite, In: route.Document{}, Out: routeJSON{}},
		{Method: http.MethodGet, Path: one + "/versions", Name: "api.routes.versions", Guard: web.Token, Floor: route.MayChange, Handle: h.apiVersions, Out: versionList{}},
		{Method: http.MethodPost, Path: one + "/rollback", Name: "api.routes.rollback", Guard: web.Token, Floor: route.MayChange, Audit: "alias.rolled_back", Handle: h.apiRollback, In: rollbackInput{}, Out: routeJSON{}},
		{Method: http.MethodGet, Path: general, Name: "api.rules.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiRules, Out: routeJSON{}},
		{Method: http.MethodPut, Path: general, Name: "api.rules.update", Guard: web.Token, Floor: route.MayChange, Audit: "routing.updated", Handle: h.apiSetRules, In: route.Document{}, Out: routeJSON{}},
		{Method: http.MethodGet, Path: general + "/versions", Name: "api.rules.versions", Guard: web.Token, Floor: route.MayChange, Handle: h.apiRuleVersions, Out: versionList{}},
		{Method: http.MethodPost, Path: general + "/rollback", Name: "api.rules.rollback", Guard: web.Token, Floor: route.MayChange, Audit: "routing.rolled_back", Handle: h.apiRuleRollback, In: rollbackInput{}, Out: routeJSON{}},
	}
}

// routeJSON is a route: an alias with its rules, or the organization's own rules, which have neither id nor alias.
type routeJSON struct {
	ID string `json:"id,omitempty"`
	route.Document
	UpdatedAt time.Time `json:"updated_at"`
}

type routeList struct {
	Data []routeJSON `json:"data"`
}

// versionJSON is what a route said once. Action is empty for what was there before versions were kept.
type versionJSON struct {
	Number int64          `json:"number"`
	Action string         `json:"action,omitempty"`
	By     string         `json:"by,omitempty"`
	At     time.Time      `json:"at"`
	Route  route.Document `json:"route"`
}

type versionList struct {
	Data []versionJSON `json:"data"`
}

// rollbackInput names the version to go back to. What it says becomes the newest version.
type rollbackInput struct {
	Version int64 `json:"version"`
}

func routeOut(a route.Alias, names route.Names) routeJSON {
	return routeJSON{ID: a.ID.String(), Document: names.Document(a), UpdatedAt: a.UpdatedAt}
}

func (h *Handlers) apiRoutes(c *web.Context) error {
	names, err := h.aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := routeList{Data: make([]routeJSON, len(names.Aliases))}
	for i, a := range names.Aliases {
		out.Data[i] = routeOut(a, names)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiRoute(c *web.Context) error {
	a, err := h.get(c)
	if err != nil {
		return err
	}
	return h.answerRoute(c, http.StatusOK, a)
}

func (h *Handlers) apiApply(c *web.Context) error {
	d, err := web.Decode[route.Document](c)
	if err != nil {
		return err
	}
	a, _, err := h.aliases.Apply(c.Ctx(), c.Actor(), d)
	if err != nil {
		return err
	}
	return h.answerRoute(c, http.StatusOK, a)
}

func (h *Handlers) apiRewrite(c *web.Context) error {
	which, err := aliasID(c)
	if err != nil {
		return err
	}
	d, err := web.Decode[route.Document](c)
	if err != nil {
		return err
	}
	a, err := h.aliases.Rewrite(c.Ctx(), c.Actor(), which, d)
	if err != nil {
		return err
	}
	return h.answerRoute(c, http.StatusOK, a)
}

func (h *Handlers) answerRoute(c *web.Context, status int, a route.Alias) error {
	names, err := h.aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(status, routeOut(a, names))
}

func (h *Handlers) apiVersions(c *web.Context) error {
	which, err := aliasID(c)
	if err != nil {
		return err
	}
	return h.versions(c, which)
}

func (h *Handlers) apiRuleVersions(c *web.Context) error { return h.versions(c, id.Alias{}) }

func (h *Handlers) versions(c *web.Context, which id.Alias) error {
	all, err := h.aliases.Versions(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	out := versionList{Data: make([]versionJSON, len(all))}
	for i, v := range all {
		out.Data[i] = versionJSON{v.Number, v.Action, v.By, v.At, v.Body}
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiRollback(c *web.Context) error {
	which, err := aliasID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[rollbackInput](c)
	if err != nil {
		return err
	}
	a, err := h.aliases.Rollback(c.Ctx(), c.Actor(), which, in.Version)
	if err != nil {
		return err
	}
	return h.answerRoute(c, http.StatusOK, a)
}

func (h *Handlers) apiRules(c *web.Context) error {
	p, err := h.aliases.Policy(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return h.answerRules(c, p)
}

func (h *Handlers) answerRules(c *web.Context, p route.Policy) error {
	names, err := h.aliases.Names(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, routeJSON{Document: names.General(p), UpdatedAt: p.UpdatedAt})
}

func (h *Handlers) apiSetRules(c *web.Context) error {
	d, err := web.Decode[route.Document](c)
	if err != nil {
		return err
	}
	p, err := h.aliases.SetGeneral(c.Ctx(), c.Actor(), d)
	if err != nil {
		return err
	}
	return h.answerRules(c, p)
}

func (h *Handlers) apiRuleRollback(c *web.Context) error {
	in, err := web.Decode[rollbackInput](c)
	if err != nil {
		return err
	}
	p, err := h.aliases.RollbackGeneral(c.Ctx(), c.Actor(), in.Version)
	if err != nil {
		return err
	}
	return h.answerRules(c, p)
}

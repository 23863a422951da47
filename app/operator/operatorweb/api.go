package operatorweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

const supportAPI = web.APIRoot + "support-access"

// apiRoutes are what the page of support access does, for programs of the organizations' admins.
func (h *Handlers) apiRoutes() []web.Route {
	route := func(method, path, name, audit string, in, out any, handle func(*web.Context) error, does string) web.Route {
		return web.Route{Method: method, Path: supportAPI + path, Name: "api.support_access." + name, Guard: web.Token, Floor: org.Admin, Audit: audit, In: in, Out: out, Handle: handle, Does: does}
	}
	list := route(http.MethodGet, "", "list", "", nil, accessList{}, h.apiAccesses, "List the times that support was let in, the newest first, twenty at most.")
	list.Query = web.NoQuery
	allow := route(http.MethodPost, "", "allow", "support.allowed", accessInput{}, accessJSON{}, h.apiAllow, "Let support look at the organization's pages for a while: read-only, without prompts, kept texts and secrets. What is open ends.")
	allow.Made = http.StatusCreated
	return []web.Route{list, allow,
		route(http.MethodPost, "/end", "end", "support.ended", web.None{}, web.None{}, h.apiDisallow, "End support's access at once.")}
}

// accessJSON is one time that support was let in.
type accessJSON struct {
	ID        string     `json:"id"`
	State     string     `json:"state"` // open, ended by somebody, or over by the clock
	Reason    string     `json:"reason"`
	AllowedBy string     `json:"allowed_by"`
	AllowedAt time.Time  `json:"allowed_at"`
	Until     time.Time  `json:"until"` // as it was allowed; ended_at is when it ended before
	EndedBy   string     `json:"ended_by"`
	EndedAt   *time.Time `json:"ended_at"` // null where nobody ended it before its time
}

type accessList struct {
	Data []accessJSON `json:"data"`
}

// accessInput lets support in.
type accessInput struct {
	Reason string `json:"reason"` // what support should look at
	Hours  int    `json:"hours"`  // for how long, 1 to 168
}

func accessOut(a operator.Access, now time.Time) accessJSON {
	out := accessJSON{ID: a.ID.String(), State: "over", Reason: a.Reason, AllowedBy: a.By, AllowedAt: a.At, Until: a.Until, EndedBy: a.EndedBy}
	if a.Open(now) {
		out.State = "open"
	}
	if !a.EndedAt.IsZero() {
		out.State, out.EndedAt = "ended", &a.EndedAt
	}
	return out
}

func (h *Handlers) apiAccesses(c *web.Context) error {
	all, err := h.Service.Accesses(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := accessList{Data: []accessJSON{}}
	for _, a := range all {
		out.Data = append(out.Data, accessOut(a, c.Now()))
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiAllow(c *web.Context) error {
	in, err := web.Decode[accessInput](c)
	if err != nil {
		return err
	}
	if in.Hours < 1 || in.Hours > operator.MostHours {
		return operator.WrongStay("hours")
	}
	a, err := h.Service.Allow(c.Ctx(), c.Actor(), in.Reason, time.Duration(in.Hours)*time.Hour)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, accessOut(a, c.Now()))
}

func (h *Handlers) apiDisallow(c *web.Context) error {
	if err := h.Service.Disallow(c.Ctx(), c.Actor()); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

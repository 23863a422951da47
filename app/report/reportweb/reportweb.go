// Package reportweb is spend and requests in the dashboard and in the management API: home, the list of requests, one
// request, usage.
package reportweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage/usageweb"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Budgets is what home asks the budget room. *budget.Service implements it.
type Budgets interface {
	List(ctx context.Context, actor org.Actor) ([]budget.Entry, error)
	// Asking is a budget that the actor sees or spends under.
	Asking(ctx context.Context, actor org.Actor, b id.Budget) (budget.Entry, error)
	Forecasts(ctx context.Context, actor org.Actor, of []budget.Entry) (map[id.Budget]budget.Forecast, error)
	Requests(ctx context.Context, actor org.Actor, q budget.RequestQuery) ([]budget.Request, error)
}

// Keys is what the first steps ask the key room. *key.Service implements it.
type Keys interface {
	Count(ctx context.Context, actor org.Actor) (key.Counts, error)
	Find(ctx context.Context, actor org.Actor, q key.Query) (key.Page, error)
}

// Connections is what the first steps ask the provider room. *provider.Service implements it.
type Connections interface {
	List(ctx context.Context, actor org.Actor) ([]provider.ConnectionRecord, error)
	// Discover is a server on this machine that the actor could connect.
	Discover(ctx context.Context, actor org.Actor) (provider.Found, bool, error)
}

// Parts are what Handlers work with. All are required.
type Parts struct {
	Reports     *report.Service
	Usage       Usage
	Limits      Limits
	Approvals   Approvals
	Pricing     usageweb.Pricing
	Budgets     Budgets
	Keys        Keys
	Connections Connections
	Feedback    Feedback
	Texts       Texts // may be nil, for tests
	// Sharing is which views teams share.
	Sharing *report.Sharing
	// Tail lets people follow requests live.
	Tail *report.Tail
}

// Handlers answer for home, requests, usage and costs.
type Handlers struct {
	Parts
	drawn drawn
}

// New makes the handlers.
func New(p Parts) *Handlers { return &Handlers{Parts: p} }

// Routes are all URLs of reports.
func (h *Handlers) Routes() []web.Route {
	const api = "/api/v1"
	return []web.Route{
		{Method: http.MethodGet, Path: "/", Name: "report.home", Guard: web.Person, Floor: org.Viewer, Handle: h.home},
		{Method: http.MethodGet, Path: "/me", Name: "report.mine", Guard: web.Person, Floor: org.Viewer, Handle: h.mine},
		{Method: http.MethodGet, Path: "/requests", Name: "requests.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: "/requests/export", Name: "requests.export", Guard: web.Person, Floor: org.Viewer, Streams: true, Handle: h.exportRequests},
		{Method: http.MethodGet, Path: "/requests/live", Name: "requests.live", Guard: web.Person, Floor: org.Viewer, Streams: true, Handle: h.live},
		{Method: http.MethodPost, Path: "/requests/views", Name: "requests.view.keep", Guard: web.Person, Floor: org.Viewer, Audit: "none: how somebody looks at a list concerns nobody else", Handle: h.keepView},
		{Method: http.MethodPost, Path: "/requests/views/delete", Name: "requests.view.drop", Guard: web.Person, Floor: org.Viewer, Audit: "none: how somebody looks at a list concerns nobody else", Handle: h.dropView},
		{Method: http.MethodPost, Path: "/requests/views/share", Name: "requests.view.share", Guard: web.Person, Floor: org.Viewer, Audit: "view.shared", Handle: h.shareView},
		{Method: http.MethodPost, Path: "/requests/views/unshare", Name: "requests.view.unshare", Guard: web.Person, Floor: org.Viewer, Audit: "view.unshared", Handle: h.unshareView},
		{Method: http.MethodPost, Path: "/requests/columns", Name: "requests.columns", Guard: web.Person, Floor: org.Viewer, Audit: "none: how somebody looks at a list concerns nobody else", Handle: h.showColumns},
		{Method: http.MethodGet, Path: "/requests/:id", Name: "requests.show", Guard: web.Person, Floor: org.Viewer, Handle: h.show},

		{Method: http.MethodGet, Path: api + "/requests", Name: "api.requests.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: requestList{}},
		{Method: http.MethodGet, Path: api + "/requests/:id", Name: "api.requests.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiShow, Out: requestDetail{}},
		{Method: http.MethodGet, Path: api + "/teams/:id/views", Name: "api.team_views.list", Does: "List the views of requests that a team shares, by name.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiShared, Out: sharedList{}, Query: web.NoQuery},
		{Method: http.MethodPost, Path: api + "/teams/:id/views", Name: "api.team_views.share", Does: "Share a view of requests with a team, or change the one of that name.", Guard: web.Token, Floor: org.Viewer, Audit: "view.shared", Handle: h.apiShare, In: sharedInput{}, Out: sharedJSON{}, Made: http.StatusOK},
		{Method: http.MethodPost, Path: api + "/teams/:id/views/end", Name: "api.team_views.unshare", Does: "End a view that a team shares.", Guard: web.Token, Floor: org.Viewer, Audit: "view.unshared", Handle: h.apiUnshare, In: unsharedInput{}, Out: web.None{}},
		{Method: http.MethodGet, Path: api + "/usage", Name: "api.usage.list", Does: "Add up usage by a dimension.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiUsage, Out: usageList{}},
		{Method: http.MethodGet, Path: api + "/usage/allocation", Name: "api.usage.allocation", Does: "Share costs out over a tag or a part of the tree.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiAllocation, Out: allocationJSON{}},
	}
}

// requestID reads the path; a malformed id is as unknown as an unknown one.
func requestID(c *web.Context) (id.Request, error) {
	return web.Param(c, "id", id.ParseRequest, error(report.Missing()))
}

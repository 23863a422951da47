// Package approvalweb is approvals in the dashboard and in the management API: the inbox of requests, budget's and limit's among them, the
// form that asks, and the page of mailed links.
package approvalweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Keys are the virtual keys that an actor may see. *key.Service implements it.
type Keys interface {
	Find(ctx context.Context, actor org.Actor, q key.Query) (key.Page, error)
}

// Handlers answer for approvals.
type Handlers struct {
	approvals *approval.Service
	keys      Keys
}

// New makes the handlers.
func New(approvals *approval.Service, keys Keys) *Handlers { return &Handlers{approvals, keys} }

const root = "/approvals"

// Routes are the room's URLs. Everybody may ask; who may decide, the service says for each request.
func (h *Handlers) Routes() []web.Route {
	const api = web.APIRoot + "approvals"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "approvals.list", Guard: web.Person, Floor: org.Viewer, Handle: h.inbox},
		{Method: http.MethodGet, Path: root + "/new", Name: "approvals.new", Guard: web.Person, Floor: org.Viewer, Handle: h.new},
		{Method: http.MethodPost, Path: root, Name: "approvals.ask", Guard: web.Person, Floor: org.Viewer, Audit: "approval.asked", Handle: h.ask},
		{Method: http.MethodPost, Path: root + "/:id/approve", Name: "approvals.approve", Guard: web.Person, Floor: org.Lead, Audit: "approval.approved", Handle: h.approve},
		{Method: http.MethodPost, Path: root + "/:id/deny", Name: "approvals.deny", Guard: web.Person, Floor: org.Lead, Audit: "approval.denied", Handle: h.deny},
		{Method: http.MethodPost, Path: root + "/:id/revoke", Name: "approvals.revoke", Guard: web.Person, Floor: org.Viewer, Audit: "approval.revoked", Handle: h.revoke},

		{Method: http.MethodGet, Path: approval.DecidePath, Name: "decide.form", Guard: web.Open, Handle: h.decideForm},
		{Method: http.MethodPost, Path: approval.DecidePath, Name: "decide.do", Guard: web.Open, Audit: "approval.approved", Handle: h.decide},

		{Method: http.MethodGet, Path: api, Name: "api.approvals.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: approvalList{},
			Query: []web.Parameter{{Name: "state", Does: "Only those in this state.", Values: states}}},
		{Method: http.MethodPost, Path: api, Name: "api.approvals.ask", Does: "Ask for what a policy refuses to a key.", Guard: web.Token, Floor: org.Viewer, Audit: "approval.asked", Made: http.StatusCreated,
			Handle: h.apiAsk, In: askInput{}, Out: approvalJSON{}},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.approvals.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiShow, Out: approvalJSON{}},
		{Method: http.MethodPost, Path: api + "/:id/approve", Name: "api.approvals.approve", Guard: web.Token, Floor: org.Lead, Audit: "approval.approved", Handle: h.apiApprove, In: verdictInput{}, Out: approvalJSON{}},
		{Method: http.MethodPost, Path: api + "/:id/deny", Name: "api.approvals.deny", Guard: web.Token, Floor: org.Lead, Audit: "approval.denied", Handle: h.apiDeny, In: denialInput{}, Out: approvalJSON{}},
		{Method: http.MethodPost, Path: api + "/:id/revoke", Name: "api.approvals.revoke", Does: "End an approval at once, or withdraw a request of one's own.", Guard: web.Token, Floor: org.Viewer, Audit: "approval.revoked",
			Handle: h.apiRevoke, In: web.None{}, Out: approvalJSON{}},
	}
}

func approvalID(c *web.Context) (id.Approval, error) {
	return web.Param(c, "id", id.ParseApproval, error(approval.NotFound()))
}

// Package budgetweb is budgets in the dashboard and in the management API.
package budgetweb

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Reports are the requests that a budget refused. *report.Service implements it.
type Reports interface {
	Requests(ctx context.Context, actor org.Actor, q report.Query) (report.Page, error)
	Request(ctx context.Context, actor org.Actor, i id.Request) (report.Detail, error)
}

// Handlers answer for budgets.
type Handlers struct {
	budgets *budget.Service
	people  web.PlacePeople
	keys    Keys
	reports Reports
}

// Keys are the virtual keys that an actor knows. *key.Service implements it.
type Keys interface {
	web.PlaceKeys
	// Tally is who spends at or below a place.
	Tally(ctx context.Context, actor org.Actor, of org.Scope, since time.Time) (key.Tally, error)
}

// New makes the handlers.
func New(budgets *budget.Service, people web.PlacePeople, keys Keys, reports Reports) *Handlers {
	return &Handlers{budgets, people, keys, reports}
}

// Routes are all URLs of budgets.
func (h *Handlers) Routes() []web.Route {
	const one, asked, api, asks = "/budgets/:id", "/budget-requests", "/api/v1/budgets", "/api/v1/budget-requests"
	return append(h.suspenseRoutes(), []web.Route{
		{Method: http.MethodGet, Path: "/budgets", Name: "budgets.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: "/budgets/new", Name: "budgets.new", Guard: web.Person, Floor: org.Lead, Handle: h.new},
		{Method: http.MethodPost, Path: "/budgets", Name: "budgets.create", Guard: web.Person, Floor: org.Lead, Audit: "budget.created", Handle: h.create},
		{Method: http.MethodGet, Path: one, Name: "budgets.show", Guard: web.Person, Floor: org.Viewer, Handle: h.show},
		{Method: http.MethodGet, Path: one + "/edit", Name: "budgets.edit", Guard: web.Person, Floor: org.Lead, Handle: h.edit},
		{Method: http.MethodPost, Path: one, Name: "budgets.update", Guard: web.Person, Floor: org.Lead, Audit: "budget.updated", Handle: h.update},
		{Method: http.MethodPost, Path: one + "/delete", Name: "budgets.delete", Guard: web.Person, Floor: org.Lead, Audit: "budget.deleted", Handle: h.delete},
		{Method: http.MethodPost, Path: one + "/grants", Name: "budgets.grant", Guard: web.Person, Floor: org.Lead, Audit: "budget.granted", Handle: h.grant},
		{Method: http.MethodGet, Path: one + "/ask", Name: "budgets.ask", Guard: web.Person, Floor: org.Viewer, Handle: h.ask},
		{Method: http.MethodPost, Path: one + "/ask", Name: "budgets.asked", Guard: web.Person, Floor: org.Viewer, Audit: "budget.asked", Handle: h.asked},
		{Method: http.MethodGet, Path: asked, Name: "budget_requests.list", Guard: web.Person, Floor: org.Viewer, Handle: h.asks},
		{Method: http.MethodPost, Path: asked + "/:id/approve", Name: "budget_requests.approve", Guard: web.Person, Floor: org.Lead, Audit: "budget.approved", Handle: h.approve},
		{Method: http.MethodPost, Path: asked + "/:id/deny", Name: "budget_requests.deny", Guard: web.Person, Floor: org.Lead, Audit: "budget.denied", Handle: h.deny},

		{Method: http.MethodGet, Path: api, Name: "api.budgets.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: budgetList{}},
		{Method: http.MethodPost, Path: api, Name: "api.budgets.create", Guard: web.Token, Floor: org.Lead, Audit: "budget.created", Handle: h.apiCreate, In: budgetInput{}, Out: budgetJSON{}},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.budgets.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiShow, Out: budgetJSON{}},
		{Method: http.MethodPatch, Path: api + "/:id", Name: "api.budgets.update", Guard: web.Token, Floor: org.Lead, Audit: "budget.updated", Handle: h.apiUpdate, In: budgetChange{}, Out: budgetJSON{}},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.budgets.delete", Guard: web.Token, Floor: org.Lead, Audit: "budget.deleted", Handle: h.apiDelete, Out: web.None{}},

		{Method: http.MethodGet, Path: api + "/:id/grants", Name: "api.budgets.grants", Guard: web.Token, Floor: org.Viewer, Handle: h.apiGrants, Out: grantList{}},
		{Method: http.MethodPost, Path: api + "/:id/grants", Name: "api.budgets.grant", Does: "Give a budget more for its present period.", Guard: web.Token, Floor: org.Lead, Audit: "budget.granted", Handle: h.apiGrant, In: grantInput{}, Out: grantJSON{}},
		{Method: http.MethodGet, Path: api + "/:id/periods", Name: "api.budgets.periods", Guard: web.Token, Floor: org.Viewer, Handle: h.apiPeriods, Out: periodList{}},
		{Method: http.MethodGet, Path: api + "/:id/alerts", Name: "api.budgets.alerts", Guard: web.Token, Floor: org.Viewer, Handle: h.apiAlerts, Out: alertList{}},
		{Method: http.MethodPost, Path: api + "/:id/requests", Name: "api.budgets.ask", Does: "Ask for more than a budget allows.", Guard: web.Token, Floor: org.Viewer, Audit: "budget.asked", Handle: h.apiAsk, In: askInput{}, Out: overrideJSON{}},
		{Method: http.MethodGet, Path: asks, Name: "api.budget_requests.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiRequests, Out: overrideList{}},
		{Method: http.MethodGet, Path: asks + "/:id", Name: "api.budget_requests.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiRequest, Out: overrideJSON{}},
		{Method: http.MethodPost, Path: asks + "/:id/approve", Name: "api.budget_requests.approve", Guard: web.Token, Floor: org.Lead, Audit: "budget.approved", Handle: h.apiApprove, In: verdictInput{}, Out: overrideJSON{}},
		{Method: http.MethodPost, Path: asks + "/:id/deny", Name: "api.budget_requests.deny", Guard: web.Token, Floor: org.Lead, Audit: "budget.denied", Handle: h.apiDeny, In: denialInput{}, Out: overrideJSON{}},
	}...)
}

// budgetID reads the path; a malformed id is as unknown as an unknown one.
func budgetID(c *web.Context) (id.Budget, error) {
	v, err := id.ParseBudget(c.Param("id"))
	if err != nil {
		return v, budget.NotFound()
	}
	return v, nil
}

// Package usageweb is usage as pages, in the management API and as files to download: one question with filters, divisions,
// steps of time and a comparison (package usage), as tables and charts, as JSON, as CSV, and in the columns that finance tools read.
package usageweb

import (
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for usage.
type Handlers struct{ Parts }

// New makes the handlers.
func New(p Parts) *Handlers { return &Handlers{p} }

const root = "/api/v1/usage"

// Routes are all URLs of usage. Their queries are read by Read, which refuses what it does not know: tags make any number of
// parameters.
func (h *Handlers) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: costsPath, Name: "costs.show", Guard: web.Person, Floor: org.Viewer, Handle: h.costs},
		{Method: http.MethodGet, Path: modelsPath, Name: "models.compare", Guard: web.Person, Floor: org.Viewer, Handle: h.models},
		{Method: http.MethodGet, Path: reliabilityPath, Name: "reliability.show", Guard: web.Person, Floor: org.Viewer, Handle: h.reliability},
		{Method: http.MethodGet, Path: peoplePath, Name: "people.usage", Guard: web.Person, Floor: org.Viewer, Handle: h.people},
		{Method: http.MethodGet, Path: "/teams/:id/usage", Name: "teams.usage", Guard: web.Person, Floor: org.Viewer, Handle: h.team},
		{Method: http.MethodGet, Path: "/api/v1/teams/:id/changes", Name: "api.teams.changes", Guard: web.Token, Floor: org.Viewer, Query: web.NoQuery, Handle: h.apiChanges, Out: changesJSON{},
			Does: "Tell what changes of routes came to for a team: cost, errors, time and rating in whole weeks before and after, with intervals and money per month."},
		{Method: http.MethodGet, Path: savingsPath, Name: "savings.show", Guard: web.Person, Floor: org.Viewer, Handle: h.savings},
		{Method: http.MethodGet, Path: savingsPath + "/export", Name: "savings.export", Guard: web.Person, Floor: org.Viewer, Streams: true, Handle: h.exportSavings},
		{Method: http.MethodGet, Path: root + "/savings", Name: "api.usage.savings", Guard: web.Token, Floor: org.Viewer, Handle: h.apiSavings, Out: savingsJSON{},
			Does: "Tell what providers' prompt caches saved, by connection and model. from, to and filters are those of a report; each day is priced at its own price."},
		{Method: http.MethodGet, Path: "/usage/export", Name: "usage.export", Guard: web.Person, Floor: org.Viewer, Streams: true, Handle: h.export},
		{Method: http.MethodGet, Path: root + "/report", Name: "api.usage.report", Guard: web.Token, Floor: org.Viewer, Handle: h.apiReport, Out: reportJSON{},
			Does: "Ask for usage by up to two dimensions, with filters, steps of time and a comparison. " + words},
		{Method: http.MethodGet, Path: root + "/export", Name: "api.usage.export", Guard: web.Token, Floor: org.Viewer, Streams: true, Handle: h.export, Out: web.None{},
			Does: "Download usage as a file: format is csv (the default), json, or focus for the columns of FOCUS 1.2 by day, team, model and provider. " + words},
		{Method: http.MethodGet, Path: root + "/speed", Name: "api.usage.speed", Guard: web.Token, Floor: org.Viewer, Out: speedsJSON{}, Handle: h.apiSpeed,
			Does: "Show how fast attempts were that a provider answered, by department, model or connection: percentiles within one percent. Takes from, to, by, top and filters on these as a report does."},
		{Method: http.MethodGet, Path: root + "/retention", Name: "api.usage.retention", Guard: web.Token, Floor: org.Admin, Out: keptJSON{}, Query: web.NoQuery, Handle: h.apiRetention,
			Does: "Show how long single requests are kept."},
		{Method: http.MethodPut, Path: root + "/retention", Name: "api.usage.retain", Guard: web.Token, Floor: org.Admin, Audit: "usage.retention_set", In: keptJSON{}, Out: keptJSON{}, Handle: h.apiRetain,
			Does: "Set how long single requests are kept. Older ones are deleted within the hour; sums stay for good."},
	}
}

var words = "from and to are days of the organization's calendar, both included, or moments; grain is hour, day, week or month; by and every filter may be repeated; " +
	"filters and divisions are " + names() + " and tag:NAME; compare is previous or year; sort is cost, requests, tokens or errors; top is how many rows come before the others."

func names() string {
	out := make([]string, len(usage.Dims))
	for i, d := range usage.Dims {
		out[i] = string(d)
	}
	return strings.Join(out, ", ")
}

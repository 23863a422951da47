// Package auditweb is the audit log in the dashboard and in the management API: the list with its filters, one entry with
// what it changed, exports, and how long entries are kept.
package auditweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for the audit room.
type Handlers struct{ log *audit.Chain }

// New makes the handlers.
func New(log *audit.Chain) *Handlers { return &Handlers{log} }

const root = "/audit"

// Routes are the room's URLs, for app/routes.go.
func (h *Handlers) Routes() []web.Route {
	const api = web.APIRoot + "audit"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "audit.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: root + "/export", Name: "audit.export", Guard: web.Person, Floor: org.Viewer, Handle: h.export},
		{Method: http.MethodPost, Path: root + "/retention", Name: "audit.retention", Guard: web.Person, Floor: org.Admin, Audit: "audit.retention_set", Handle: h.retain},
		{Method: http.MethodGet, Path: root + "/:id", Name: "audit.show", Guard: web.Person, Floor: org.Viewer, Handle: h.show},

		{Method: http.MethodGet, Path: api, Name: "api.audit.list", Guard: web.Token, Floor: org.Viewer, Out: entryList{}, Query: filters, Handle: h.apiList,
			Does: "List audit entries, newest first. Organization admins see all of them, others their own acts."},
		{Method: http.MethodGet, Path: api + "/export", Name: "api.audit.export", Guard: web.Token, Floor: org.Viewer, Out: web.None{}, Streams: true, Handle: h.apiExport,
			Query: append([]web.Parameter{{Name: "format", Does: "csv with a header line, or jsonl with one entry a line.", Values: []string{"csv", "jsonl"}, Example: "jsonl"}}, filters...),
			Does:  "Download audit entries, newest first."},
		{Method: http.MethodGet, Path: api + "/verification", Name: "api.audit.verify", Guard: web.Token, Floor: org.Admin, Out: verificationJSON{}, Query: web.NoQuery, Handle: h.apiVerify,
			Does: "Prove that the organization's chain of entries is whole."},
		{Method: http.MethodGet, Path: api + "/retention", Name: "api.audit.retention", Guard: web.Token, Floor: org.Admin, Out: retentionJSON{}, Query: web.NoQuery, Handle: h.apiRetention,
			Does: "Show how long entries are kept."},
		{Method: http.MethodPut, Path: api + "/retention", Name: "api.audit.retain", Guard: web.Token, Floor: org.Admin, Audit: "audit.retention_set", In: retentionJSON{}, Out: retentionJSON{},
			Handle: h.apiRetain, Does: "Set how long entries are kept."},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.audit.show", Guard: web.Token, Floor: org.Viewer, Out: entryJSON{}, Query: web.NoQuery, Handle: h.apiShow,
			Does: "Show an audit entry with what it changed."},
	}
}

// filters are what the list and the exports take.
var filters = []web.Parameter{
	{Name: "actor", Does: "Part of who acted.", Example: "ada@example.com"},
	{Name: "action", Does: "An action, or the part before its dot for all of that kind.", Example: "key.created"},
	{Name: "target", Does: "The changed thing's id, or part of its name.", Example: "ci"},
	{Name: "via", Does: "The door.", Values: []string{"web", "api", "cli", "scim", "mail", "job", "operator"}, Example: "api"},
	{Name: "from", Does: "At or after this time (RFC 3339, or a day in UTC).", Example: "2026-11-01T00:00:00Z"},
	{Name: "to", Does: "Before this time; a day is included.", Example: "2026-12-01T00:00:00Z"},
	{Name: "text", Does: "Part of any of these, the address, the request id or a changed value.", Example: "apollo"},
}

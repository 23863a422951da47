// Package bulletinweb is regular reports as mails and files, in the dashboard, and in the management API.
package bulletinweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for reports.
type Handlers struct {
	reports *bulletin.Service
	writer  *Writer
	people  web.PlacePeople
	keys    web.PlaceKeys
}

// New makes the handlers.
func New(reports *bulletin.Service, writer *Writer, people web.PlacePeople, keys web.PlaceKeys) *Handlers {
	return &Handlers{reports, writer, people, keys}
}

const (
	root    = "/reports"
	archive = root + "/archive"
)

func reportPath(r id.Report) string   { return root + "/" + r.String() }
func editionPath(e id.Edition) string { return archive + "/" + e.String() }

// Routes are all URLs of reports. Whoever reads a team's costs reads its reports.
func (h *Handlers) Routes() []web.Route {
	const one, number, api, editions = root + "/:id", archive + "/:id", web.APIRoot + "reports", web.APIRoot + "report-editions"
	return append([]web.Route{
		{Method: http.MethodGet, Path: root, Name: "reports.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: root + "/new", Name: "reports.new", Guard: web.Person, Floor: org.Lead, Handle: h.new},
		{Method: http.MethodPost, Path: root, Name: "reports.create", Guard: web.Person, Floor: org.Lead, Audit: "report.created", Handle: h.create},
		{Method: http.MethodGet, Path: archive, Name: "report_editions.list", Guard: web.Person, Floor: org.Viewer, Handle: h.archive},
		{Method: http.MethodGet, Path: number, Name: "report_editions.show", Guard: web.Person, Floor: org.Viewer, Handle: h.edition},
		{Method: http.MethodGet, Path: number + "/mail", Name: "report_editions.mail", Guard: web.Person, Floor: org.Viewer, Handle: h.editionMail},
		{Method: http.MethodGet, Path: number + "/file", Name: "report_editions.file", Guard: web.Person, Floor: org.Viewer, Streams: true, Handle: h.file},
		{Method: http.MethodGet, Path: one, Name: "reports.show", Guard: web.Person, Floor: org.Viewer, Handle: h.show},
		{Method: http.MethodGet, Path: one + "/mail", Name: "reports.mail", Guard: web.Person, Floor: org.Viewer, Handle: h.previewMail},
		{Method: http.MethodGet, Path: one + "/edit", Name: "reports.edit", Guard: web.Person, Floor: org.Lead, Handle: h.edit},
		{Method: http.MethodPost, Path: one, Name: "reports.update", Guard: web.Person, Floor: org.Lead, Audit: "report.updated", Handle: h.update},
		{Method: http.MethodPost, Path: one + "/send", Name: "reports.send", Guard: web.Person, Floor: org.Lead, Audit: "report.sent", Handle: h.send},
		{Method: http.MethodPost, Path: one + "/delete", Name: "reports.delete", Guard: web.Person, Floor: org.Lead, Audit: "report.deleted", Handle: h.delete},

		{Method: http.MethodGet, Path: api, Name: "api.reports.list", Guard: web.Token, Floor: org.Viewer, Query: web.NoQuery, Handle: h.apiList, Out: reportList{}},
		{Method: http.MethodPost, Path: api, Name: "api.reports.create", Guard: web.Token, Floor: org.Lead, Audit: "report.created", Handle: h.apiCreate, In: reportInput{}, Out: reportJSON{},
			Does: "Set up a report. A team, or the organization, has one of each kind."},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.reports.show", Guard: web.Token, Floor: org.Viewer, Query: web.NoQuery, Handle: h.apiShow, Out: reportJSON{}},
		{Method: http.MethodPatch, Path: api + "/:id", Name: "api.reports.update", Guard: web.Token, Floor: org.Lead, Audit: "report.updated", Handle: h.apiUpdate, In: reportChange{}, Out: reportJSON{}},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.reports.delete", Guard: web.Token, Floor: org.Lead, Audit: "report.deleted", Handle: h.apiDelete, Out: web.None{},
			Does: "End a report. What was sent stays in the archive."},
		{Method: http.MethodGet, Path: api + "/:id/preview", Name: "api.reports.preview", Guard: web.Token, Floor: org.Viewer, Query: web.NoQuery, Handle: h.apiPreview, Out: editionJSON{},
			Does: "Show what a report would say now, of the last period that has ended. Nothing is sent."},
		{Method: http.MethodPost, Path: api + "/:id/send", Name: "api.reports.send", Guard: web.Token, Floor: org.Lead, Audit: "report.sent", Handle: h.apiSend, In: web.None{}, Out: editionJSON{}, Made: http.StatusCreated,
			Does: "Send the last period's edition at once, besides what the schedule does. Twice within a minute is once."},
		{Method: http.MethodGet, Path: editions, Name: "api.report_editions.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiArchive, Out: editionList{}, Does: "List the editions that were sent, newest first, without what they say.",
			Query: []web.Parameter{{Name: "report", Does: "only of this report"}}},
		{Method: http.MethodGet, Path: editions + "/:id", Name: "api.report_editions.show", Guard: web.Token, Floor: org.Viewer, Query: web.NoQuery, Handle: h.apiEdition, Out: editionJSON{},
			Does: "Show an edition: its figures as they were sent, and how each copy fares."},
		{Method: http.MethodGet, Path: editions + "/:id/file", Name: "api.report_editions.file", Guard: web.Token, Floor: org.Viewer, Streams: true, Files: []string{"application/pdf", "text/csv"}, Handle: h.file, Out: web.None{}, Does: "Download an edition as a document or as a table.",
			Query: []web.Parameter{{Name: "format", Does: "pdf, which is what it is without, or csv", Values: []string{"pdf", "csv"}}}},
	}, h.stops()...)
}

func reportID(c *web.Context) (id.Report, error) {
	return web.Param(c, "id", id.ParseReport, error(bulletin.NotFound()))
}

func editionID(c *web.Context) (id.Edition, error) {
	return web.Param(c, "id", id.ParseEdition, error(bulletin.NoEdition()))
}

func (h *Handlers) get(c *web.Context) (bulletin.Listed, error) {
	which, err := reportID(c)
	if err != nil {
		return bulletin.Listed{}, err
	}
	return h.reports.Get(c.Ctx(), c.Actor(), which)
}

func (h *Handlers) getEdition(c *web.Context) (bulletin.Edition, error) {
	which, err := editionID(c)
	if err != nil {
		return bulletin.Edition{}, err
	}
	return h.reports.Edition(c.Ctx(), c.Actor(), which)
}

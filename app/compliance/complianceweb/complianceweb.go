// Package complianceweb is legal holds and people's data in the dashboard and in the management API.
package complianceweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for it.
type Handlers struct{ service *compliance.Service }

// New makes the handlers.
func New(s *compliance.Service) *Handlers { return &Handlers{s} }

const root = "/compliance"

// Routes are all URLs of it. All are the organization's admins'.
func (h *Handlers) Routes() []web.Route {
	page := func(method, path, name, action string, handle func(*web.Context) error) web.Route {
		return web.Route{Method: method, Path: root + path, Name: "compliance." + name, Guard: web.Person, Floor: org.Admin, Audit: action, Handle: handle}
	}
	const get, post, zipped = http.MethodGet, http.MethodPost, "application/zip"
	const holds, erasures, person = web.APIRoot + "legal-holds", web.APIRoot + "erasures", web.APIRoot + "members/:id/"
	return []web.Route{
		page(get, "", "show", "", h.home),
		page(post, "/find", "find", "none: it looks for a person and leads to their page", h.find),
		page(post, "/holds", "hold", "hold.set", h.hold),
		page(post, "/holds/:id/end", "end", "hold.ended", h.end),
		page(get, "/people/:id", "person", "", h.person),
		page(post, "/people/:id/export", "export", "person.exported", h.export),
		page(post, "/people/:id/erase", "erase", "person.erased", h.erase),
		page(get, "/erasures/:id", "proof", "", h.proof),
		page(get, "/erasures/:id/proof", "document", "", h.proofFile),
		page(get, "/evidence", "evidence", "", h.evidence),
		page(get, "/evidence/file", "evidence_file", "", h.evidenceFile),

		{Method: get, Path: holds, Name: "api.legal_holds.list", Guard: web.Token, Floor: org.Admin, Handle: h.apiHolds, Out: holdList{}, Does: "List legal holds, those in force first.", Query: web.NoQuery},
		{Method: post, Path: holds, Name: "api.legal_holds.set", Guard: web.Token, Floor: org.Admin, Audit: "hold.set", Handle: h.apiHold, In: holdInput{}, Out: holdJSON{}, Made: http.StatusCreated,
			Does: "Set a legal hold: while it is in force nothing goes by age, and the organization and the person it names cannot be deleted."},
		{Method: post, Path: holds + "/:id/end", Name: "api.legal_holds.end", Guard: web.Token, Floor: org.Admin, Audit: "hold.ended", Handle: h.apiEnd, In: web.None{}, Out: web.None{}, Does: "End a legal hold."},
		{Method: post, Path: person + "export", Name: "api.members.export", Guard: web.Token, Floor: org.Admin, Audit: "person.exported", Streams: true, Files: []string{zipped}, Handle: h.export, In: web.None{}, Out: web.None{}, Made: http.StatusOK,
			Does: "Download everything that is kept about a person, as a ZIP archive of JSON and CSV files."},
		{Method: post, Path: person + "erase", Name: "api.members.erase", Guard: web.Token, Floor: org.Admin, Audit: "person.erased", Handle: h.apiErase, In: eraseInput{}, Out: erasureJSON{}, Made: http.StatusOK,
			Does: "Erase a person: what is theirs alone is deleted, and a pseudonym takes their place everywhere else. Nothing undoes it."},
		{Method: get, Path: erasures, Name: "api.erasures.list", Guard: web.Token, Floor: org.Admin, Handle: h.apiErasures, Out: erasureList{}, Does: "List the proofs of erasures, the newest first.", Query: web.NoQuery},
		{Method: get, Path: erasures + "/:id", Name: "api.erasures.show", Guard: web.Token, Floor: org.Admin, Handle: h.apiErasure, Out: erasureJSON{}, Does: "Show the proof of one erasure.", Query: web.NoQuery},
		{Method: get, Path: web.APIRoot + "evidence", Name: "api.evidence.show", Guard: web.Token, Floor: org.Admin, Handle: h.apiEvidence, Out: evidenceJSON{}, Does: "Show a month's evidence on a topic: what was processed where, who has access, whose the costs are.", Query: evidenceQuery()},
		{Method: get, Path: web.APIRoot + "evidence/file", Name: "api.evidence.file", Guard: web.Token, Floor: org.Admin, Streams: true, Files: []string{"application/pdf", "text/csv"}, Handle: h.evidenceFile, Out: web.None{}, Does: "Download a month's evidence as a document or as a table.",
			Query: evidenceQuery(web.Parameter{Name: "format", Does: "pdf, which is what it is without, or csv", Values: []string{"pdf", "csv"}})},
	}
}

func memberID(c *web.Context) (id.Member, error) {
	return web.Param(c, "id", id.ParseMember, error(org.MissingMember()))
}

func holdID(c *web.Context) (id.Hold, error) {
	return web.Param(c, "id", id.ParseHold, error(compliance.MissingHold()))
}

func (h *Handlers) theErasure(c *web.Context) (compliance.Erasure, error) {
	which, err := web.Param(c, "id", id.ParseErasure, error(compliance.MissingErasure()))
	if err != nil {
		return compliance.Erasure{}, err
	}
	return h.service.Erasure(c.Ctx(), c.Actor(), which)
}

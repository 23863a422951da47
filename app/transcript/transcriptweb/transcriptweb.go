// Package transcriptweb is kept texts in the dashboard and in the management API.
package transcriptweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/transcript"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for it.
type Handlers struct{ texts *transcript.Service }

// New makes the handlers.
func New(s *transcript.Service) *Handlers { return &Handlers{s} }

const root = "/transcripts"

// Routes are all URLs of it. A text is read by POST, because each reading is written down.
func (h *Handlers) Routes() []web.Route {
	const get, put, post, api = http.MethodGet, http.MethodPut, http.MethodPost, web.APIRoot + "transcripts"
	return []web.Route{
		{Method: get, Path: root, Name: "transcripts.show", Guard: web.Person, Floor: org.Viewer, Handle: h.home},
		{Method: post, Path: root, Name: "transcripts.bound", Guard: web.Person, Floor: transcript.MayBound, Audit: "transcripts.bounded", Handle: h.bound},
		{Method: post, Path: root + "/teams", Name: "transcripts.set", Guard: web.Person, Floor: transcript.MaySet, Audit: "transcripts.set", Handle: h.set},
		{Method: post, Path: "/requests/:id/text", Name: "transcripts.read", Guard: web.Person, Floor: org.Viewer, Audit: "transcript.read", Handle: h.read},

		{Method: get, Path: api, Name: "api.transcripts.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiShow, Out: overviewJSON{}, Query: web.NoQuery,
			Does: "Show whether texts of requests and answers are kept, and of which teams."},
		{Method: put, Path: api, Name: "api.transcripts.bound", Guard: web.Token, Floor: transcript.MayBound, Audit: "transcripts.bounded", Handle: h.apiBound, In: boundInput{}, Out: overviewJSON{},
			Does: "Say whether teams may keep texts, and for how many days at most."},
		{Method: put, Path: web.APIRoot + "teams/:id/transcripts", Name: "api.transcripts.set", Guard: web.Token, Floor: transcript.MaySet, Audit: "transcripts.set", Handle: h.apiSet, In: setInput{}, Out: teamJSON{}, Scope: "transcripts:write",
			Does: "Say for how many days a team's texts are kept; 0 is not at all."},
		{Method: post, Path: web.APIRoot + "requests/:id/text", Name: "api.transcripts.read", Guard: web.Token, Floor: org.Viewer, Audit: "transcript.read", Handle: h.apiRead, In: web.None{}, Out: textJSON{}, Made: http.StatusOK, Scope: "transcripts:read",
			Does: "Read what a request and its answer say, if it is kept. The reading is written into the audit log."},
	}
}

func requestID(c *web.Context) (id.Request, error) {
	return web.Param(c, "id", id.ParseRequest, error(transcript.Missing()))
}

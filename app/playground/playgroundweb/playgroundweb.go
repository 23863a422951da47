// Package playgroundweb is the playground in the dashboard. It has no management API: a program asks the gateway itself under /v1.
package playgroundweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/playground"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/transcript"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Requests are those of the log. *report.Service implements it.
type Requests interface {
	Request(ctx context.Context, a org.Actor, i id.Request) (report.Detail, error)
}

// Library is where prompts are opened. *prompt.Service implements it.
type Library interface {
	Get(ctx context.Context, actor org.Actor, p id.Prompt) (prompt.Full, error)
}

// People know the teams. *identity.Service implements it.
type People interface {
	Teams(ctx context.Context, a org.Actor) ([]org.Team, error)
}

// Texts are what logged requests say, where that is kept. *transcript.Service implements it.
type Texts interface {
	Read(ctx context.Context, actor org.Actor, r id.Request) (transcript.Text, transcript.Kept, error)
}

// Handlers answer for the playground.
type Handlers struct {
	ground   *playground.Service
	requests Requests
	library  Library
	people   People
	texts    Texts
}

// New makes the handlers.
func New(s *playground.Service, r Requests, l Library, p People, t Texts) *Handlers {
	return &Handlers{s, r, l, p, t}
}

const root = "/playground"

// mostForm is what a browser may send: more than the files that are taken, so that somebody who chose too large a one is told so on
// the form instead of losing what they typed.
const mostForm = 40 << 20

// logged is why a question leaves no entry in the audit log.
const logged = "none: it spends and changes nothing, but where its button opens a team's session, which leaves key.created; each question is in the log of requests"

// Routes are all URLs of the playground.
func (h *Handlers) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "playground.show", Guard: web.Person, Floor: org.Developer, Handle: h.show},
		{Method: http.MethodPost, Path: root + "/open", Name: "playground.open", Guard: web.Person, Floor: org.Developer, Audit: "key.created", Handle: h.open},
		{Method: http.MethodPost, Path: root + "/logged", Name: "playground.logged", Guard: web.Person, Floor: org.Developer, Audit: "transcript.read", Handle: h.logged},
		{Method: http.MethodPost, Path: root, Name: "playground.ask", Guard: web.Person, Floor: org.Developer, Audit: logged, Form: mostForm, Handle: h.ask},
		{Method: http.MethodPost, Path: root + "/stream", Name: "playground.stream", Guard: web.Person, Floor: org.Developer, Audit: logged, Form: mostForm, Handle: h.stream},
		{Method: http.MethodGet, Path: root + "/answers", Name: "playground.answer", Guard: web.Person, Floor: org.Developer, Handle: h.settled},
		{Method: http.MethodPost, Path: root + "/prompts", Name: "playground.save", Guard: web.Person, Floor: org.Developer, Audit: "prompt.created", Form: mostForm, Handle: h.save},
		{Method: http.MethodPost, Path: root + "/versions", Name: "playground.revise", Guard: web.Person, Floor: org.Developer, Audit: "prompt.revised", Form: mostForm, Handle: h.revise},
	}
}

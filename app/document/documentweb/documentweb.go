// Package documentweb is the pages of documents, sounds and speech. They have no management API: a program asks the gateway itself, under
// /v1/documents and /v1/audio.
package documentweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Tools read documents. *tool.Service implements it.
type Tools interface {
	Run(ctx context.Context, c tool.Caller, a tool.Ask, tell func(tool.Progress)) (*tool.Result, error)
	Transcribe(ctx context.Context, c tool.Caller, in tool.Sound, tell func(tool.Progress)) (*tool.Transcript, error)
	Speak(ctx context.Context, c tool.Caller, in tool.Speech, tell func(tool.Progress)) (*tool.Spoken, error)
}

// Purse is on whose account people ask. *playground.Service implements it: who may ask there may ask here, on the same session.
type Purse interface {
	Grant(ctx context.Context, actor org.Actor, team id.Team) (*key.Grant, error)
	Models(ctx context.Context, actor org.Actor, team id.Team) ([]string, error)
	Session(ctx context.Context, actor org.Actor, team id.Team) (key.Key, bool, error)
	Open(ctx context.Context, actor org.Actor, team id.Team) error
}

// People know the teams. *identity.Service implements it.
type People interface {
	Teams(ctx context.Context, a org.Actor) ([]org.Team, error)
}

// Handlers answer for the pages.
type Handlers struct {
	tools  Tools
	purse  Purse
	people People
}

// New makes the handlers.
func New(t Tools, p Purse, people People) *Handlers { return &Handlers{t, p, people} }

const root = "/documents"

// mostForm is what a browser may send: more than the files that are taken, so that somebody who chose too large a one is told so.
const mostForm = tool.MostSound + 16<<20

// logged is why a question leaves no entry in the audit log.
const logged = "none: it spends and changes nothing, but where its button opens a team's session, which leaves key.created; each question is in the log of requests"

// echoed is why saving leaves none.
const echoed = "none: it gives back what the page already shows"

// Routes are all URLs of documents.
func (h *Handlers) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "document.show", Guard: web.Person, Floor: org.Developer, Handle: h.show("read")},
		{Method: http.MethodGet, Path: root + "/transcribe", Name: "document.transcription", Guard: web.Person, Floor: org.Developer, Handle: h.show("transcribe")},
		{Method: http.MethodGet, Path: root + "/speak", Name: "document.speech", Guard: web.Person, Floor: org.Developer, Handle: h.show("speak")},
		{Method: http.MethodPost, Path: root + "/open", Name: "document.open", Guard: web.Person, Floor: org.Developer, Audit: "key.created", Handle: h.open},
		{Method: http.MethodPost, Path: root, Name: "document.read", Guard: web.Person, Floor: org.Developer, Audit: logged, Form: mostForm, Handle: h.ask("read")},
		{Method: http.MethodPost, Path: root + "/stream", Name: "document.stream", Guard: web.Person, Floor: org.Developer, Audit: logged, Form: mostForm, Handle: h.stream("read")},
		{Method: http.MethodPost, Path: root + "/transcribe", Name: "document.transcribe", Guard: web.Person, Floor: org.Developer, Audit: logged, Form: mostForm, Handle: h.ask("transcribe")},
		{Method: http.MethodPost, Path: root + "/transcribe/stream", Name: "document.transcribing", Guard: web.Person, Floor: org.Developer, Audit: logged, Form: mostForm, Handle: h.stream("transcribe")},
		{Method: http.MethodPost, Path: root + "/speak", Name: "document.speak", Guard: web.Person, Floor: org.Developer, Audit: logged, Form: mostForm, Handle: h.speak},
		{Method: http.MethodPost, Path: root + "/save", Name: "document.save", Guard: web.Person, Floor: org.Developer, Audit: echoed, Form: mostForm, Handle: h.save},
	}
}

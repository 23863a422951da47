// Package joinweb is the pages and management API of invitations, claimed domains and requests to join.
package joinweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/join"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Handlers answer for the join room.
type Handlers struct {
	joining *join.Service
	people  *identity.Service
	mailbox bool // letters land on this machine; the form says so
}

// New makes the handlers.
func New(joining *join.Service, people *identity.Service, mailbox bool) *Handlers {
	return &Handlers{joining, people, mailbox}
}

const (
	invitations = "/invitations"
	requests    = join.RequestsPath
	domains     = "/domains"
	applyPath   = "/join"
)

// Routes are the room's URLs, for app/routes.go.
func (h *Handlers) Routes() []web.Route {
	return append(append(h.doors(), h.pages()...), h.api()...)
}

// doors are for people who are not in yet.
func (h *Handlers) doors() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: join.AcceptPath, Name: "invitation.form", Guard: web.Open, Handle: h.acceptForm},
		{Method: http.MethodPost, Path: join.AcceptPath, Name: "invitation.accept", Guard: web.Open, Audit: "member.added", Handle: h.accept},
		{Method: http.MethodGet, Path: applyPath, Name: "join.form", Guard: web.Open, Handle: h.applyForm},
		{Method: http.MethodPost, Path: applyPath, Name: "join.apply", Guard: web.Open, Audit: "invitation.created", Handle: h.apply},
		{Method: http.MethodGet, Path: join.ConfirmPath, Name: "join.confirm", Guard: web.Open, Handle: h.askForm},
		{Method: http.MethodPost, Path: join.ConfirmPath, Name: "join.ask", Guard: web.Open, Audit: "applicant.asked", Handle: h.ask},
	}
}

func (h *Handlers) pages() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: invitations, Name: "invitations.list", Guard: web.Person, Floor: org.Lead, Handle: h.list},
		{Method: http.MethodGet, Path: invitations + "/new", Name: "invitations.new", Guard: web.Person, Floor: org.Lead, Handle: h.form},
		{Method: http.MethodPost, Path: invitations, Name: "invitations.create", Guard: web.Person, Floor: org.Lead, Audit: "invitation.created", Handle: h.create},
		{Method: http.MethodGet, Path: invitations + "/:id", Name: "invitations.show", Guard: web.Person, Floor: org.Lead, Handle: h.show},
		{Method: http.MethodPost, Path: invitations + "/:id/resend", Name: "invitations.resend", Guard: web.Person, Floor: org.Lead, Audit: "invitation.resent", Handle: h.resend},
		{Method: http.MethodPost, Path: invitations + "/:id/revoke", Name: "invitations.revoke", Guard: web.Person, Floor: org.Lead, Audit: "invitation.revoked", Handle: h.revoke},

		{Method: http.MethodGet, Path: requests, Name: "applicants.list", Guard: web.Person, Floor: org.Manager, Handle: h.requests},
		{Method: http.MethodPost, Path: requests + "/:id/approve", Name: "applicants.approve", Guard: web.Person, Floor: org.Manager, Audit: "applicant.approved", Handle: h.approve},
		{Method: http.MethodPost, Path: requests + "/:id/refuse", Name: "applicants.refuse", Guard: web.Person, Floor: org.Manager, Audit: "applicant.refused", Handle: h.refuse},

		{Method: http.MethodGet, Path: domains, Name: "domains.list", Guard: web.Person, Floor: org.Admin, Handle: h.domains},
		{Method: http.MethodPost, Path: domains, Name: "domains.claim", Guard: web.Person, Floor: org.Admin, Audit: "domain.claimed", Handle: h.claim},
		{Method: http.MethodGet, Path: domains + "/:id", Name: "domains.show", Guard: web.Person, Floor: org.Admin, Handle: h.domain},
		{Method: http.MethodPost, Path: domains + "/:id/check", Name: "domains.check", Guard: web.Person, Floor: org.Admin, Audit: "domain.verified", Handle: h.check},
		{Method: http.MethodPost, Path: domains + "/:id/admission", Name: "domains.admission", Guard: web.Person, Floor: org.Admin, Audit: "domain.changed", Handle: h.admission},
		{Method: http.MethodPost, Path: domains + "/:id/release", Name: "domains.release", Guard: web.Person, Floor: org.Admin, Audit: "domain.released", Handle: h.release},
	}
}

func (h *Handlers) api() []web.Route {
	const inv, req, dom = web.APIRoot + "invitations", web.APIRoot + "join-requests", web.APIRoot + "domains"
	return []web.Route{
		{Method: http.MethodGet, Path: inv, Name: "api.invitations.list", Guard: web.Token, Floor: org.Lead, Out: invitationList{}, Handle: h.apiList},
		{Method: http.MethodPost, Path: inv, Name: "api.invitations.create", Guard: web.Token, Floor: org.Lead, Audit: "invitation.created",
			In: invitationInput{}, Out: invitationJSON{}, Handle: h.apiCreate},
		{Method: http.MethodGet, Path: inv + "/:id", Name: "api.invitations.show", Guard: web.Token, Floor: org.Lead, Out: invitationJSON{}, Handle: h.apiShow},
		{Method: http.MethodPost, Path: inv + "/:id/resend", Name: "api.invitations.resend", Guard: web.Token, Floor: org.Lead, Audit: "invitation.resent",
			In: web.None{}, Out: invitationJSON{}, Handle: h.apiResend},
		{Method: http.MethodDelete, Path: inv + "/:id", Name: "api.invitations.revoke", Guard: web.Token, Floor: org.Lead, Audit: "invitation.revoked",
			Out: web.None{}, Handle: h.apiRevoke},

		{Method: http.MethodGet, Path: req, Name: "api.applicants.list", Guard: web.Token, Floor: org.Manager, Out: applicantList{}, Handle: h.apiRequests},
		{Method: http.MethodPost, Path: req + "/:id/approve", Name: "api.applicants.approve", Guard: web.Token, Floor: org.Manager, Audit: "applicant.approved",
			In: grantJSON{}, Out: web.None{}, Handle: h.apiApprove},
		{Method: http.MethodPost, Path: req + "/:id/refuse", Name: "api.applicants.refuse", Guard: web.Token, Floor: org.Manager, Audit: "applicant.refused",
			In: web.None{}, Out: web.None{}, Handle: h.apiRefuse},

		{Method: http.MethodGet, Path: dom, Name: "api.domains.list", Guard: web.Token, Floor: org.Admin, Out: domainList{}, Handle: h.apiDomains},
		{Method: http.MethodPost, Path: dom, Name: "api.domains.claim", Guard: web.Token, Made: http.StatusCreated, Floor: org.Admin, Audit: "domain.claimed",
			In: domainInput{}, Out: domainJSON{}, Handle: h.apiClaim},
		{Method: http.MethodGet, Path: dom + "/:id", Name: "api.domains.show", Guard: web.Token, Floor: org.Admin, Out: domainJSON{}, Handle: h.apiDomain},
		{Method: http.MethodPatch, Path: dom + "/:id", Name: "api.domains.update", Guard: web.Token, Floor: org.Admin, Audit: "domain.changed",
			In: admissionJSON{}, Out: domainJSON{}, Handle: h.apiAdmission},
		{Method: http.MethodPost, Path: dom + "/:id/check", Name: "api.domains.check", Guard: web.Token, Floor: org.Admin, Audit: "domain.verified",
			In: web.None{}, Out: domainJSON{}, Handle: h.apiCheck},
		{Method: http.MethodDelete, Path: dom + "/:id", Name: "api.domains.release", Guard: web.Token, Floor: org.Admin, Audit: "domain.released",
			Out: web.None{}, Handle: h.apiRelease},
	}
}

// Frame is the tabs over the lists of those who let people in, for this room and the directory's.
func Frame(c *web.Context, active string) views.Frame {
	role := c.Actor().Role
	f := views.Frame{Shell: c.Shell("Joining", "joining"), Tabs: []ui.Tab{{Label: "Invitations", Href: invitations, Active: active == "invitations"}}}
	if role.AtLeast(org.Manager) {
		f.Tabs = append(f.Tabs, ui.Tab{Label: "Requests", Href: requests, Active: active == "requests"})
	}
	if role.AtLeast(org.Admin) {
		f.Tabs = append(f.Tabs, ui.Tab{Label: "Domains", Href: domains, Active: active == "domains"}, ui.Tab{Label: "Directory", Href: "/directory", Active: active == "directory"})
	}
	return f
}

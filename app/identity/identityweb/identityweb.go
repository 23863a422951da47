// Package identityweb is the pages and management API of sign-up, log-in and one's own account.
package identityweb

import (
	"net/http"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for the identity room.
type Handlers struct{ people *identity.Service }

// New makes the handlers.
func New(people *identity.Service) *Handlers { return &Handlers{people} }

// Routes are the room's URLs, for app/routes.go.
func (h *Handlers) Routes() []web.Route {
	const api = web.APIRoot
	return slices.Concat([]web.Route{
		{Method: http.MethodGet, Path: "/sign-up", Name: "sign_up.form", Guard: web.Open, Handle: h.signUpForm},
		{Method: http.MethodPost, Path: "/sign-up", Name: "sign_up.do", Guard: web.Open, Audit: "organization.created", Handle: h.signUp},
		{Method: http.MethodGet, Path: web.LogInPath, Name: "log_in.form", Guard: web.Open, Handle: h.logInForm},
		{Method: http.MethodPost, Path: web.LogInPath, Name: "log_in.do", Guard: web.Open, Audit: "session.began", Handle: h.logIn},
		{Method: http.MethodGet, Path: choosePath, Name: "log_in.choose", Guard: web.Open, Handle: h.chooseForm},
		{Method: http.MethodPost, Path: choosePath, Name: "log_in.chosen", Guard: web.Open, Audit: "session.began", Handle: h.choose},
		{Method: http.MethodPost, Path: "/log-out", Name: "log_out.do", Guard: web.Person, Floor: org.Viewer, Audit: "session.ended", Handle: h.logOut},
		{Method: http.MethodGet, Path: "/account", Name: "account.show", Guard: web.Person, Floor: org.Viewer, Handle: h.account},
		{Method: http.MethodPost, Path: "/account/password", Name: "account.password", Guard: web.Person, Floor: org.Viewer,
			Audit: "member.password_changed", Handle: h.changePassword},

		{Method: http.MethodGet, Path: api + "organization", Name: "api.organization.show", Guard: web.Token, Floor: org.Viewer,
			Out: organizationJSON{}, Handle: h.apiOrganization},
		{Method: http.MethodGet, Path: api + "teams", Name: "api.teams.list", Guard: web.Token, Floor: org.Viewer, Out: teamList{}, Handle: h.apiTeams},
		{Method: http.MethodPost, Path: api + "teams", Name: "api.teams.create", Guard: web.Token, Floor: org.Manager, Audit: "team.created",
			In: teamInput{}, Out: teamJSON{}, Handle: h.apiAddTeam},
		{Method: http.MethodGet, Path: api + "members", Name: "api.members.list", Guard: web.Token, Floor: org.Viewer, Out: memberList{}, Handle: h.apiMembers},
		{Method: http.MethodPost, Path: api + "members", Name: "api.members.add", Guard: web.Token, Floor: org.Admin, Audit: "member.added",
			In: memberInput{}, Out: memberJSON{}, Handle: h.apiAddMember},
		{Method: http.MethodDelete, Path: api + "members/:id", Name: "api.members.remove", Guard: web.Token, Floor: org.Admin, Audit: "member.removed",
			Out: web.None{}, Handle: h.apiRemoveMember},
	}, h.tokenRoutes())
}

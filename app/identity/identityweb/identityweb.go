// Package identityweb is the pages and management API of sign-up, log-in and one's own account.
package identityweb

import (
	"context"
	"net/http"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for the identity room, and for the factors that it asks for.
type Handlers struct {
	people  *identity.Service
	factors *factor.Service
	sso     SingleSignOn
}

// SingleSignOn is what log-in and log-out must know of it. *sso.Service implements it.
type SingleSignOn interface {
	// Ready reports whether the organization has a provider.
	Ready(ctx context.Context, o id.Org) (bool, error)
	// Mine says what the provider is called, "" without one, and whether the actor's account there is connected.
	Mine(ctx context.Context, actor org.Actor) (name string, connected bool, err error)
	// LogOutURL is where a browser ends its session at the provider too, "" if the provider knows no such thing.
	LogOutURL(ctx context.Context, o id.Org, p id.Provider, hint string) (string, error)
}

// New makes the handlers.
func New(people *identity.Service, factors *factor.Service, sso SingleSignOn) *Handlers {
	return &Handlers{people, factors, sso}
}

// Routes are the room's URLs, for app/routes.go.
func (h *Handlers) Routes() []web.Route {
	return slices.Concat(h.steps(), h.own(), h.governed(), h.programmed(), []web.Route{
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
	})
}

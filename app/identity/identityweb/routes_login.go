package identityweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// steps are the pages between a password and a session.
func (h *Handlers) steps() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: secondPath, Name: "log_in.second_form", Guard: web.Open, Handle: h.secondForm},
		{Method: http.MethodPost, Path: secondPath, Name: "log_in.second", Guard: web.Open, Audit: "session.began", Handle: h.second},
		{Method: http.MethodGet, Path: enrolPath, Name: "log_in.enrol_form", Guard: web.Open, Handle: h.enrolForm},
		{Method: http.MethodPost, Path: enrolPath, Name: "log_in.enrol", Guard: web.Open, Audit: "factor.added", Handle: h.enrol},
		{Method: http.MethodGet, Path: passkeyPath, Name: "log_in.passkey_form", Guard: web.Open, Handle: h.passkeyForm},
		{Method: http.MethodPost, Path: passkeyPath, Name: "log_in.passkey", Guard: web.Open, Audit: "session.began", Handle: h.passkey},
	}
}

// own are the pages of one's own factors and sessions.
func (h *Handlers) own() []web.Route {
	mine := func(method, path, name, audit string, handle func(*web.Context) error) web.Route {
		return web.Route{Method: method, Path: path, Name: name, Guard: web.Person, Floor: org.Viewer, Audit: audit, Handle: handle}
	}
	return []web.Route{
		mine(http.MethodGet, securityPath, "security.show", "", h.security),
		mine(http.MethodPost, securityPath+"/sessions/end", "security.end_others", "session.revoked", h.endOthers),
		mine(http.MethodPost, securityPath+"/sessions/:id/end", "security.end_session", "session.revoked", h.endSession),
		mine(http.MethodPost, appPath, "security.app_begin", "none: it counts once it is confirmed", h.beginApp),
		mine(http.MethodGet, appPath, "security.app_form", "", h.appForm),
		mine(http.MethodPost, appPath+"/confirm", "security.app_confirm", "factor.added", h.confirmApp),
		mine(http.MethodPost, appPath+"/remove", "security.app_remove", "factor.removed", h.removeApp),
		mine(http.MethodPost, securityPath+"/codes", "security.codes", "factor.codes_renewed", h.newCodes),
		mine(http.MethodGet, newPasskeyPath, "security.passkey_form", "", h.newPasskeyForm),
		mine(http.MethodPost, newPasskeyPath, "security.passkey_add", "factor.added", h.addPasskey),
		mine(http.MethodPost, securityPath+"/passkeys/:id/remove", "security.passkey_remove", "factor.removed", h.removePasskey),
	}
}

// governed are the pages by which admins say how members log in.
func (h *Handlers) governed() []web.Route {
	admin := func(method, path, name, audit string, handle func(*web.Context) error) web.Route {
		return web.Route{Method: method, Path: path, Name: name, Guard: web.Person, Floor: org.Admin, Audit: audit, Handle: handle}
	}
	return []web.Route{
		admin(http.MethodGet, policyPath, "login_policy.show", "", h.policy),
		admin(http.MethodPost, policyPath, "login_policy.set", "login_policy.changed", h.setPolicy),
		admin(http.MethodGet, policyPath+"/member", "login_policy.find", "", h.findMember),
		admin(http.MethodGet, "/members/:id/security", "member_security.show", "", h.memberSecurity),
		admin(http.MethodPost, "/members/:id/security/factors/reset", "member_security.reset", "factor.reset", h.resetFactors),
		admin(http.MethodPost, "/members/:id/security/sessions/end", "member_security.end_all", "session.revoked", h.endMemberSessions),
		admin(http.MethodPost, "/members/:id/security/sessions/:session/end", "member_security.end", "session.revoked", h.endMemberSession),
	}
}

// programmed is the management API of the same.
func (h *Handlers) programmed() []web.Route {
	const api = web.APIRoot
	return []web.Route{
		{Method: http.MethodGet, Path: api + "login-policy", Name: "api.login_policy.show", Guard: web.Token, Floor: org.Admin, Out: policyJSON{}, Handle: h.apiPolicy},
		{Method: http.MethodPut, Path: api + "login-policy", Name: "api.login_policy.set", Guard: web.Token, Floor: org.Admin, Audit: "login_policy.changed",
			In: policyJSON{}, Out: policyJSON{}, Handle: h.apiSetPolicy},
		{Method: http.MethodGet, Path: api + "members/:id/sessions", Name: "api.sessions.list", Guard: web.Token, Floor: org.Admin, Out: sessionList{}, Handle: h.apiSessions},
		{Method: http.MethodDelete, Path: api + "members/:id/sessions", Name: "api.sessions.end_all", Guard: web.Token, Floor: org.Admin, Audit: "session.revoked",
			Out: web.None{}, Handle: h.apiEndSessions},
		{Method: http.MethodDelete, Path: api + "members/:id/sessions/:session", Name: "api.sessions.end", Guard: web.Token, Floor: org.Admin, Audit: "session.revoked",
			Out: web.None{}, Handle: h.apiEndSession},
		{Method: http.MethodGet, Path: api + "members/:id/factors", Name: "api.factors.show", Guard: web.Token, Floor: org.Admin, Out: factorsJSON{}, Handle: h.apiFactors},
		{Method: http.MethodDelete, Path: api + "members/:id/factors", Name: "api.factors.reset", Guard: web.Token, Floor: org.Admin, Audit: "factor.reset",
			Out: web.None{}, Handle: h.apiResetFactors},
	}
}

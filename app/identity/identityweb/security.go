package identityweb

import (
	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
)

const securityPath = "/account/security"

// security is one's own page of factors and sessions.
func (h *Handlers) security(c *web.Context) error {
	page, err := h.securityPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Security(page))
}

func (h *Handlers) securityPage(c *web.Context) (views.SecurityPage, error) {
	actor := c.Actor()
	page := views.SecurityPage{Shell: c.Shell("Account security", "account"), Recent: c.Recent(), NoPasskeys: h.factors.PasskeysPossible()}
	has, err := h.factors.Mine(c.Ctx(), actor)
	if err != nil {
		return page, err
	}
	all, err := h.people.Sessions(c.Ctx(), actor, actor.Member)
	if err != nil {
		return page, err
	}
	page.Factors, page.Sessions = factorsOf(c, has), sessionsOf(c, all, securityPath+"/sessions/")
	if page.SSO, page.SSOConnected, err = h.sso.Mine(c.Ctx(), actor); err != nil {
		return page, err
	}
	page.Needed, err = h.people.Needs(c.Ctx(), actor.Org, actor.Member)
	return page, err
}

func factorsOf(c *web.Context, has factor.State) views.Factors {
	out := views.Factors{App: !has.AppSince.IsZero(), AppSince: c.When(has.AppSince), CodesLeft: has.CodesLeft}
	for _, p := range has.Passkeys {
		out.Passkeys = append(out.Passkeys, views.Passkey{Href: securityPath + "/passkeys/" + p.ID.String(), Name: p.Name, Added: c.When(p.CreatedAt), Used: c.When(p.LastUsedAt)})
	}
	return out
}

func sessionsOf(c *web.Context, all []identity.Session, root string) []views.Session {
	var out []views.Session
	for _, s := range all {
		out = append(out, views.Session{End: root + s.ID.String() + "/end", Device: identity.Browser(s.Agent), IP: s.IP, Method: string(s.Method), Seen: c.When(s.SeenAt), Began: c.When(s.BeganAt),
			Until: c.When(s.ExpiresAt), This: s.ID == c.Session()})
	}
	return out
}

// recent refuses changes of how one logs in from a session whose log-in is old: whoever finds an open laptop must not
// be able to add a key of theirs.
func recent(c *web.Context) error {
	if c.Recent() {
		return nil
	}
	return fault.New(fault.Unauthenticated, "log_in_again", "Log in again first: this change needs a log-in of the last 15 minutes.")
}

// securityAgain shows the page with what was refused.
func (h *Handlers) securityAgain(c *web.Context, refused error) error {
	r, ok := web.Refused(refused)
	if !ok {
		return refused
	}
	page, err := h.securityPage(c)
	if err != nil {
		return err
	}
	page.Error = r.Form
	return c.Invalid(views.Security(page))
}

func (h *Handlers) securityDone(c *web.Context, err error, done string) error {
	if err != nil {
		return h.securityAgain(c, err)
	}
	c.Flash(done)
	return c.See(securityPath)
}

func (h *Handlers) endSession(c *web.Context) error {
	which, err := web.Param(c, "id", id.ParseSession, error(identity.MissingSession()))
	if err != nil {
		return err
	}
	if err := h.people.EndSession(c.Ctx(), c.Actor(), c.Actor().Member, which); err != nil {
		return err
	}
	if which == c.Session() {
		return c.See(web.LogInPath)
	}
	c.Flash("That browser is logged out.")
	return c.See(securityPath)
}

func (h *Handlers) endOthers(c *web.Context) error {
	_, err := h.people.EndSessions(c.Ctx(), c.Actor(), c.Actor().Member, c.Session())
	return h.securityDone(c, err, "You are logged out of all other browsers.")
}

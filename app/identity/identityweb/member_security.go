package identityweb

import (
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
)

func memberPath(m id.Member) string { return "/members/" + m.String() + "/security" }

// findMember leads an admin from an address to the member's page.
func (h *Handlers) findMember(c *web.Context) error {
	m, err := h.people.Find(c.Ctx(), c.Actor(), c.QueryParam("email"))
	if fault.Is(err, fault.NotFound) {
		page, err := h.policyPage(c)
		if err != nil {
			return err
		}
		page.Find, page.FindError = c.QueryParam("email"), "Nobody in your organization has this address."
		return c.Invalid(views.Policy(page))
	}
	if err != nil {
		return err
	}
	return c.See(memberPath(m.ID))
}

// memberSecurity is how a member logs in, for admins.
func (h *Handlers) memberSecurity(c *web.Context) error {
	which, err := memberID(c)
	if err != nil {
		return err
	}
	page, err := h.memberPage(c, which)
	if err != nil {
		return err
	}
	return c.Render(views.MemberSecurity(page))
}

func (h *Handlers) memberPage(c *web.Context, which id.Member) (views.MemberSecurityPage, error) {
	page := views.MemberSecurityPage{Root: memberPath(which), Own: which == c.Actor().Member}
	has, err := h.factors.Of(c.Ctx(), c.Actor(), which)
	if err != nil {
		return page, err
	}
	all, err := h.people.Sessions(c.Ctx(), c.Actor(), which)
	if err != nil {
		return page, err
	}
	_, m, err := h.people.Person(c.Ctx(), c.Actor().Org, which)
	if err != nil {
		return page, err
	}
	page.Shell, page.Name, page.Email = c.Shell(m.Name, "settings"), m.Name, m.Email
	page.Factors, page.Sessions = factorsOf(c, has), sessionsOf(c, all, page.Root+"/sessions/")
	return page, nil
}

func (h *Handlers) resetFactors(c *web.Context) error {
	which, err := memberID(c)
	if err != nil {
		return err
	}
	err = h.factors.Reset(c.Ctx(), c.Actor(), which)
	if r, ok := web.Refused(err); ok {
		page, err := h.memberPage(c, which)
		if err != nil {
			return err
		}
		page.Error = r.Form
		return c.Invalid(views.MemberSecurity(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Their second factor is gone, and they are logged out of all browsers, command lines and coding agents.")
	return c.See(memberPath(which))
}

func (h *Handlers) endMemberSession(c *web.Context) error {
	which, err := memberID(c)
	if err != nil {
		return err
	}
	session, err := web.Param(c, "session", id.ParseSession, error(identity.MissingSession()))
	if err != nil {
		return err
	}
	if err := h.people.EndSession(c.Ctx(), c.Actor(), which, session); err != nil {
		return err
	}
	c.Flash("That browser is logged out.")
	return c.See(memberPath(which))
}

func (h *Handlers) endMemberSessions(c *web.Context) error {
	which, err := memberID(c)
	if err != nil {
		return err
	}
	if _, err := h.people.EndSessions(c.Ctx(), c.Actor(), which, id.Session{}); err != nil {
		return err
	}
	c.Flash("They are logged out of all browsers.")
	return c.See(memberPath(which))
}

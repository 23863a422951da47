package web

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// reads tells pages from what changes something, and from streams, which must see what changes.
func reads(r *Route, q *http.Request) bool {
	return r.Method == http.MethodGet && !r.Streams && q.Header.Get("Accept") != "text/event-stream"
}

// admitBrowser guards Open and Person routes. done means that the answer (a way to the log-in) is written.
func (s *server) admitBrowser(c *Context, r *Route) (done bool, err error) {
	c.Response().Header().Set("Cache-Control", "no-store")
	if err := s.cross.Check(c.Request()); err != nil {
		return false, fault.New(fault.Forbidden, "cross_origin",
			"This form was sent from another site. Open the dashboard and try again there.").Because(err)
	}
	if err := limitForm(c, r.Form); err != nil {
		return false, err
	}
	if err := s.openSession(c); err != nil {
		return false, fmt.Errorf("open session: %w", err)
	}
	if err := s.identify(c); err != nil {
		return false, err
	}
	if r.Guard == Person && !c.LoggedIn() {
		if r.Path == "/" && s.Front != nil && !c.isHTMX() {
			return true, s.Front(c)
		}
		return true, c.toLogIn()
	}
	return false, nil
}

// identify asks People who the session's member is now, and ends the session of somebody who left.
func (s *server) identify(c *Context) error {
	o, m, ok := c.sessionMember()
	if !ok {
		return nil
	}
	organization, member, err := s.People.Person(c.Ctx(), o, m)
	if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
		return s.sessions.Destroy(c.Ctx())
	}
	if err != nil {
		return fmt.Errorf("identify %s: %w", m, err)
	}
	c.organization, c.member = organization, member
	c.actor = member.Acting(org.Actor{Via: org.ViaWeb})
	c.stampActor()
	return nil
}

// Directories say who presents a SCIM token. *scim.Service implements it.
type Directories interface {
	Holder(ctx context.Context, presented secret.String) (org.Actor, error)
}

// admitDirectory guards the SCIM server, by the token of a company's directory and nothing else.
func (s *server) admitDirectory(c *Context, _ *Route) (bool, error) {
	c.Response().Header().Set("Cache-Control", "no-store")
	missing := fault.New(fault.Unauthenticated, "token_missing", "Send a SCIM token: Authorization: Bearer bds_…. An organization admin makes one under Joining, Directory.")
	scheme, presented, _ := strings.Cut(c.Request().Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || presented == "" || s.Directories == nil {
		return false, missing
	}
	actor, err := s.Directories.Holder(c.Ctx(), secret.New(strings.TrimSpace(presented)))
	if err != nil {
		return false, err
	}
	c.actor = actor
	c.stampActor()
	c.actor.Via = org.ViaSCIM
	return false, nil
}

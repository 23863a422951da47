package web

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Again asks once more who the caller of a Person route is, for answers that go on for long: the session may have ended and the
// member left. Actor is the member as they are now afterwards; an error means that the answer must end.
func (c *Context) Again() error {
	cookie, err := c.Request().Cookie(c.server.sessions.Cookie.Name)
	if err != nil {
		return ended()
	}
	fresh, cancel := context.WithTimeout(context.Background(), 10*time.Second) // the request's own holds the session as it was
	defer cancel()
	ctx, err := c.server.sessions.Load(fresh, cookie.Value)
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	if c.server.sessions.GetString(ctx, memberValue) != c.member.ID.String() || c.member.ID.IsZero() {
		return ended()
	}
	was := c.member.ID
	c.member, c.actor = org.Member{}, org.Actor{} // identify leaves them alone where the member is gone
	if err := c.server.identify(c); err != nil {
		return err
	}
	if !c.LoggedIn() || c.member.ID != was {
		return ended()
	}
	return nil
}

func ended() error {
	return fault.New(fault.Unauthenticated, "session_ended", "You were logged out meanwhile. Log in again.")
}

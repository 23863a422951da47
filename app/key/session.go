package key

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// The session of a coding agent is a key without a secret that anybody copies: it acts as its member and spends for its team,
// so budgets, limits, policies, reports and the end of a leaver hold for it as for every key. Its access tokens are short.

// Playground is the agent of sessions that stand behind the dashboard's playground: nobody is ever given a token that opens one.
const Playground = "playground"

// AccessLife is how long an access token is good. It ends with its session within a second whatever it says; an hour is what
// OAuth servers usually give, and how often a leaver's agent is asked again.
const AccessLife = time.Hour

// settling is how long a log-in waits for this node to know its session: far longer than the bus takes.
const settling = 3 * time.Second

// Enter makes the session of an agent that a member let in. Who may make a key for themselves may do that. in.Member is the
// actor, and the session ends at in.ExpiresAt whatever happens.
func (s *Service) Enter(ctx context.Context, actor org.Actor, in Input, agent string) (Key, error) {
	if err := actor.Require(org.Developer); err != nil {
		return Key{}, err
	}
	if agent == "" || actor.Member.IsZero() || in.Member != actor.Member {
		return Key{}, fault.New(fault.Forbidden, "forbidden", "A coding agent acts as the person who let it in.")
	}
	made, err := s.make(ctx, actor, in, agent) // its secret is told to nobody
	return made.Key, err
}

// Access is a token that opens the session for AccessLife, but not beyond its end.
func (s *Service) Access(k Key) (token secret.String, until time.Time) {
	until = s.Clock.Now().Add(AccessLife).Truncate(time.Second)
	if !k.ExpiresAt.IsZero() && k.ExpiresAt.Before(until) {
		until = k.ExpiresAt
	}
	return s.MAC.AgentToken(k.Public, until), until
}

// Presented is the public part of a session that a token of ours opens or opened; false for anything else.
func (s *Service) Presented(token secret.String) (public string, ok bool) {
	t, ok := secret.ParseToken(token.Reveal())
	if !ok {
		return "", false
	}
	_, ok = s.MAC.VerifyAgentToken(t)
	return t.Public, ok
}

// session says whose an agent's access token is. e is another's entry where none is known, so that both take as long.
func (d *Desk) session(t secret.Token, e *entry, known bool) (*Grant, error) {
	until, ok := d.mac.VerifyAgentToken(t)
	if !ok || !known || !e.grant.Agent {
		return nil, unknownKey()
	}
	if !d.clock.Now().Before(until) {
		return nil, fault.New(fault.Unauthenticated, "key_expired", "This log-in is over. Your agent renews it by itself; if it does not, log in again with /login.")
	}
	return d.grant(e)
}

// Await waits until this node knows a session that was just made, so that its first request is not refused. It gives up after
// some seconds: then the first request is the one that finds out.
func (d *Desk) Await(ctx context.Context, public string) {
	var pub publicID
	copy(pub[:], public)
	late := time.NewTimer(settling)
	defer late.Stop()
	for {
		x := d.cell.Get()
		if x == nil {
			return
		}
		if _, known := x.find(pub); known {
			return
		}
		select {
		case <-x.replaced:
		case <-late.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

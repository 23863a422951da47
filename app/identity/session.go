package identity

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Method is how somebody logged in. It is kept with the session and in the audit log.
type Method string

// The methods.
const (
	ByPassword Method = "password"
	ByCode     Method = "password and code"          // an authenticator app's
	ByRecovery Method = "password and recovery code" // which is gone now
	ByKey      Method = "password and passkey"
	ByPasskey  Method = "passkey" // which asked for a finger, a face or a PIN by itself
	BySSO      Method = "single sign-on"
)

// Strong reports whether the method proved more than knowing a password. Single sign-on counts: its provider decides.
func (m Method) Strong() bool {
	switch m {
	case ByCode, ByRecovery, ByKey, ByPasskey, BySSO:
		return true
	}
	return false
}

// Weak are the methods that are not Strong, for ending their sessions; "" is a session from before methods were kept.
var Weak = []Method{"", ByPassword}

// Local are the methods that do without single sign-on.
var Local = []Method{"", ByPassword, ByCode, ByRecovery, ByKey, ByPasskey}

// Session is one browser of a member.
type Session struct {
	ID        id.Session
	Org       id.Org
	Member    id.Member
	Method    Method
	IP, Agent string
	BeganAt   time.Time
	SeenAt    time.Time // to the minute
	ExpiresAt time.Time
}

// Which says which of an organization's live sessions to end. Its fields narrow; the zero Which is all of them.
type Which struct {
	Member    id.Member
	Only, But id.Session
	ButMember id.Member
	Methods   []Method
	// Provider, ProviderSession and ProviderSubject are what an identity provider calls a session.
	Provider                         id.Provider
	ProviderSession, ProviderSubject string
}

// LoginStore keeps log-in policies, and knows sessions. *db.IdentityStore implements it next to Store.
type LoginStore interface {
	// Sessions are a member's that live, the last used first.
	Sessions(ctx context.Context, o id.Org, m id.Member, now time.Time) ([]Session, error)
	// EndSome ends sessions for good and says how many.
	EndSome(ctx context.Context, o id.Org, which Which, at time.Time) (int64, error)
	// LoginPolicy is the organization's; the zero Policy if it never chose one.
	LoginPolicy(ctx context.Context, o id.Org) (Policy, error)
	SetLoginPolicy(ctx context.Context, o id.Org, p Policy, at time.Time) error
	// AccountOf finds one account in one organization.
	AccountOf(ctx context.Context, o id.Org, issuer, subject string) (i Identity, ok bool, err error)
	// DropIssuer forgets all accounts of an issuer.
	DropIssuer(ctx context.Context, o id.Org, issuer string) error
	// Visit remembers that a member logs in from some places at a moment. It gives those they came from since, before now, and
	// whether this is their first log-in of all. Places from before since are forgotten.
	Visit(ctx context.Context, o id.Org, m id.Member, places []string, at, since time.Time) (known []string, first bool, err error)
	// Left reports whether somebody with this address was a member and was removed.
	Left(ctx context.Context, o id.Org, email string) (bool, error)
}

// Sessions are the actor's own, or for admins any member's.
func (s *Service) Sessions(ctx context.Context, actor org.Actor, member id.Member) ([]Session, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	if err := s.mayTouch(ctx, actor, member); err != nil {
		return nil, err
	}
	return s.Logins.Sessions(ctx, actor.Org, member, s.Clock.Now())
}

// mayTouch: one's own sessions, or as an admin those of the organization's members.
func (s *Service) mayTouch(ctx context.Context, actor org.Actor, member id.Member) error {
	if member.IsZero() {
		return org.MissingMember()
	}
	if member == actor.Member {
		return nil
	}
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	_, err := s.present(ctx, actor.Org, member)
	return err
}

// MissingSession is the one answer for a session that is not there, over, or somebody else's.
func MissingSession() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such session. It may have ended already.")
}

// EndSession ends one session of a member: one's own, or as an admin anybody's. Its next request is refused.
func (s *Service) EndSession(ctx context.Context, actor org.Actor, member id.Member, session id.Session) error {
	if err := actor.Require(org.Viewer); err != nil {
		return err
	}
	if err := s.mayTouch(ctx, actor, member); err != nil {
		return err
	}
	if session.IsZero() {
		return MissingSession()
	}
	n, err := s.end(ctx, actor, member, Which{Member: member, Only: session}, "one")
	if err == nil && n == 0 {
		return MissingSession()
	}
	return err
}

// EndSessions ends all sessions of a member but one, which may be zero, and says how many that were.
func (s *Service) EndSessions(ctx context.Context, actor org.Actor, member id.Member, but id.Session) (int64, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return 0, err
	}
	if err := s.mayTouch(ctx, actor, member); err != nil {
		return 0, err
	}
	which := "all"
	if !but.IsZero() {
		which = "all others"
	}
	return s.end(ctx, actor, member, Which{Member: member, But: but}, which)
}

func (s *Service) end(ctx context.Context, actor org.Actor, member id.Member, which Which, what string) (n int64, err error) {
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		m, err := s.Orgs.Member(ctx, actor.Org, member)
		if err != nil {
			return err
		}
		if n, err = s.Logins.EndSome(ctx, actor.Org, which, s.Clock.Now()); err != nil || n == 0 {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "session.revoked", Target: m.ID.String(), TargetName: m.Email,
			After: map[string]any{"which": what, "count": n}})
	})
	if err != nil {
		return 0, fmt.Errorf("end sessions: %w", err)
	}
	return n, nil
}

// Find is the member of an address, for admins.
func (s *Service) Find(ctx context.Context, actor org.Actor, email string) (org.Member, error) {
	if err := actor.Require(org.Admin); err != nil {
		return org.Member{}, err
	}
	return s.Orgs.MemberByEmail(ctx, actor.Org, strings.ToLower(strings.TrimSpace(email)))
}

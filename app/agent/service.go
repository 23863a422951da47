package agent

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Parts is what Service works with. Random may be nil: the system's randomness.
type Parts struct {
	Store  Store
	Keys   *key.Service
	People People
	Tx     work.Tx
	Audit  audit.Log
	Bus    live.Bus
	Clock  clock.Clock
	MAC    *secret.MAC // master.MAC(agent.Purpose)
	Random io.Reader
	Log    *slog.Logger
}

// Service opens, renews and ends the sessions of coding agents, and keeps the settings that an organization sends them.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

var _ identity.Agents = (*Service)(nil)

// Open implements identity.Agents: it makes the session of an agent that the actor let in, inside the transaction that uses
// the log-in up. The team that pays was chosen when it was confirmed.
func (s *Service) Open(ctx context.Context, actor org.Actor, d identity.Device) (identity.Redeemed, error) {
	if d.Agent == key.Playground { // its keys stand behind the dashboard; their tokens leave it for nobody
		return identity.Redeemed{}, fault.New(fault.Forbidden, "forbidden", "The playground is no coding agent. Log in again without naming a surface.")
	}
	now := s.Clock.Now().UTC()
	if err := s.Store.Sweep(ctx, now); err != nil {
		return identity.Redeemed{}, fmt.Errorf("open agent session: %w", err)
	}
	name := Title(d.Agent) + ", logged in " + now.Format("2 Jan 2006")
	if d.IP != "" {
		name += " from " + d.IP
	}
	ends := now.Add(SessionLife)
	k, err := s.Keys.Enter(ctx, actor, key.Input{Name: name, Team: d.Team, Member: actor.Member, ExpiresAt: ends}, d.Agent)
	if err != nil {
		return identity.Redeemed{}, err
	}
	text, current, err := s.mint()
	if err != nil {
		return identity.Redeemed{}, err
	}
	err = s.Store.Add(ctx, Session{Org: actor.Org, Key: k.ID, Member: actor.Member, Current: current, CreatedAt: now, RefreshedAt: now, EndsAt: ends})
	if err != nil {
		return identity.Redeemed{}, fmt.Errorf("open agent session: %w", err)
	}
	access, until := s.Keys.Access(k)
	return identity.Redeemed{Access: access, Until: until, Refresh: text, Email: actor.Label, Session: k.Public}, nil
}

func (s *Service) mint() (secret.String, Refresh, error) {
	text, minted, err := secret.Mint(s.Random, secret.ManagementToken, "refresh")
	if err != nil {
		return text, Refresh{}, fmt.Errorf("agent session: %w", err)
	}
	r := Refresh{Public: minted.Public}
	r.KeyID, r.MAC = s.MAC.Sum(minted.Signed())
	return text, r, nil
}

// Refresh exchanges a refresh token for a new access token and the next refresh token. It asks who the person is now: of a
// leaver, of one who is disabled and of a key that was disabled or deleted it is ErrGrant. door says where the request came from.
func (s *Service) Refresh(ctx context.Context, door org.Actor, presented secret.String) (identity.Redeemed, error) {
	none := identity.Redeemed{}
	x, err := s.holding(ctx, presented)
	if err != nil {
		return none, err
	}
	k, err := s.usable(ctx, door, x)
	if err != nil {
		return none, err
	}
	text, next, err := s.mint()
	if err != nil {
		return none, err
	}
	now := s.Clock.Now().UTC()
	from := x.Current.Public
	if shown, _ := secret.ParseToken(presented.Reveal()); shown.Public == from { // else the old one goes on as it was
		x.Old, x.OldUntil = x.Current, now.Add(grace)
	}
	x.Current, x.RefreshedAt = next, now
	moved, err := s.Store.Renew(ctx, x, from)
	if err != nil {
		return none, fmt.Errorf("refresh agent session: %w", err)
	}
	access, until := s.Keys.Access(k)
	out := identity.Redeemed{Access: access, Until: until, Session: k.Public}
	if moved { // another terminal was faster; this one keeps what it holds, or reads what the other wrote down
		out.Refresh = text
	}
	return out, nil
}

// holding is the session of a refresh token that is good.
func (s *Service) holding(ctx context.Context, presented secret.String) (Session, error) {
	t, ok := secret.ParseToken(presented.Reveal())
	if !ok {
		return Session{}, ErrGrant
	}
	x, known, err := s.Store.ByRefresh(ctx, t.Public)
	if err != nil {
		return Session{}, fmt.Errorf("agent session: %w", err)
	}
	now := s.Clock.Now()
	shown := x.Current
	if t.Public == x.Old.Public {
		shown, known = x.Old, known && now.Before(x.OldUntil)
	}
	if !s.MAC.Verify(shown.KeyID, t.Signed(), shown.MAC) || !known || !now.Before(x.EndsAt) || !now.Before(x.RefreshedAt.Add(IdleLife)) {
		return Session{}, ErrGrant
	}
	return x, nil
}

// usable is the key of a session whose person still may come in.
func (s *Service) usable(ctx context.Context, door org.Actor, x Session) (key.Key, error) {
	actor, err := s.person(ctx, door, x)
	if err != nil {
		return key.Key{}, err
	}
	k, err := s.Keys.Get(ctx, actor, x.Key)
	if fault.Is(err, fault.NotFound) || err == nil && (k.Status(s.Clock.Now()) != "active" || k.Agent == key.Playground) {
		return key.Key{}, ErrGrant
	}
	return k, err
}

func (s *Service) person(ctx context.Context, door org.Actor, x Session) (org.Actor, error) {
	_, m, err := s.People.Person(ctx, x.Org, x.Member)
	if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
		return org.Actor{}, ErrGrant
	}
	if err != nil {
		return org.Actor{}, fmt.Errorf("agent session: %w", err)
	}
	return m.Acting(org.Actor{IP: door.IP, UserAgent: door.UserAgent, RequestID: door.RequestID, Via: org.ViaCLI}), nil
}

// Revoke ends the session of a token, access or refresh (RFC 7009). One that opens nothing is no error: it is what was wanted.
func (s *Service) Revoke(ctx context.Context, door org.Actor, presented secret.String) error {
	x, err := s.holding(ctx, presented)
	if public, ok := s.Keys.Presented(presented); ok {
		var known bool
		if x, known, err = s.Store.ByKey(ctx, public); err == nil && !known {
			return nil
		}
	}
	if err == ErrGrant {
		return nil
	}
	if err != nil {
		return fmt.Errorf("revoke agent session: %w", err)
	}
	actor, err := s.person(ctx, door, x)
	if err == ErrGrant { // who left has nothing left to end
		return nil
	}
	if err == nil {
		err = s.Keys.Delete(ctx, actor, x.Key)
	}
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Payers are the teams that an agent of the actor may spend for.
func Payers(actor org.Actor) []id.Team {
	return slices.DeleteFunc(slices.Clone(actor.Teams), func(t id.Team) bool { return !actor.InTeam(t, org.Developer) })
}

// payer is the team that pays for what was confirmed; zero for a program that asks no models. Without a choice it is the default team.
func payer(actor org.Actor, d Device, team id.Team) (id.Team, error) {
	if d.Agent == "" {
		return id.Team{}, nil
	}
	may := Payers(actor)
	if len(may) == 0 {
		return id.Team{}, fault.New(fault.Forbidden, "forbidden", "A coding agent spends for a team, and you are a developer in none. Ask a team lead to add you.")
	}
	if team.IsZero() {
		team = may[0]
	}
	if !slices.Contains(may, team) {
		return id.Team{}, fault.Field("team", "Choose one of the teams in which you are a developer.")
	}
	return team, nil
}

// LoginName begins the name of a personal token that a device log-in made.
const LoginName = "Log-in of "

// LoginsEnded tells every node that agents were logged out by Store.EndLogins, after its transaction.
func (s *Service) LoginsEnded(ctx context.Context) { s.changed(ctx) }

// Why a program does not have its token yet, or never will: RFC 8628's and RFC 6749's words.
var (
	ErrPending  = errors.New("authorization_pending")
	ErrSlowDown = errors.New("slow_down")
	ErrDenied   = errors.New("access_denied")
	ErrExpired  = errors.New("expired_token")
	ErrGrant    = errors.New("invalid_grant")
)

// FinishDevice gives the program what it logged in for, once: a personal token, or the session of an agent. door says where
// the request came from.
func (s *Service) FinishDevice(ctx context.Context, door org.Actor, presented secret.String) (Redeemed, error) {
	none := func(err error) (Redeemed, error) { return Redeemed{}, err }
	parsed, ok := secret.ParseToken(presented.Reveal())
	if !ok {
		return none(ErrGrant)
	}
	d, known, err := s.Store.DeviceByPublic(ctx, parsed.Public)
	if err != nil {
		return none(fmt.Errorf("finish device log-in: %w", err))
	}
	now := s.Clock.Now().UTC()
	switch {
	case !s.MAC.Verify(d.KeyID, parsed.Signed(), d.MAC) || !known:
		return none(ErrGrant)
	case d.State == DeviceUsed:
		return none(ErrGrant)
	case d.State == DeviceDenied:
		return none(ErrDenied)
	case !now.Before(d.ExpiresAt):
		return none(ErrExpired)
	case d.State == DevicePending && now.Sub(d.PolledAt) < DeviceInterval-time.Second: // clocks and networks jitter
		return none(ErrSlowDown)
	case d.State == DevicePending:
		if err := s.Store.DevicePolled(ctx, d.Public, now); err != nil {
			return none(fmt.Errorf("finish device log-in: %w", err))
		}
		return none(ErrPending)
	}
	return s.redeem(ctx, door, d)
}

func (s *Service) redeem(ctx context.Context, door org.Actor, d Device) (out Redeemed, err error) {
	_, m, err := s.Person(ctx, d.Org, d.Member)
	if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
		return out, ErrDenied // left between confirming and now
	}
	if err != nil {
		return out, fmt.Errorf("finish device log-in: %w", err)
	}
	actor := m.Acting(org.Actor{IP: door.IP, UserAgent: door.UserAgent, RequestID: door.RequestID, Via: org.ViaCLI})
	name := LoginName + cmp.Or(d.Program, "a program")
	if r := []rune(name); len(r) > maxName {
		name = string(r[:maxName])
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		d.State = DeviceUsed
		moved, err := s.Store.MoveDevice(ctx, d, DeviceApproved)
		if err != nil {
			return err
		}
		if !moved {
			return ErrGrant
		}
		if d.Agent != "" {
			out, err = s.Agents.Open(ctx, actor, d)
			return err
		}
		text, t, err := s.CreateToken(ctx, actor, NewToken{Name: name, Personal: true, ExpiresAt: s.Clock.Now().Add(deviceToken)})
		out.Access, out.Until = text, t.ExpiresAt
		return err
	})
	if err == nil && d.Agent != "" {
		s.changed(ctx) // inside the transaction nobody could read the key yet
	}
	return out, err
}

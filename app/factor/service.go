package factor

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Vault seals what must be read again. *secret.Keyring implements it.
type Vault interface {
	Seal(ctx context.Context, o id.Org, table, column, row string, plaintext secret.String) ([]byte, error)
	Open(ctx context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error)
}

// Rules says who may not be without a second factor. *identity.Service implements it.
type Rules interface {
	Needs(ctx context.Context, o id.Org, m id.Member) (bool, error)
	// LoginsEnded is called after the transaction of EndLogins.
	LoginsEnded(ctx context.Context)
}

// Sessions ends a member's. *db.IdentityStore implements it.
type Sessions interface {
	EndSessions(ctx context.Context, o id.Org, m id.Member, at time.Time) error
	// EndLogins ends those of programs and coding agents.
	EndLogins(ctx context.Context, o id.Org, m id.Member, at time.Time) (programs, agents int64, err error)
}

// Parts are what Service works with. Random nil is the system's.
type Parts struct {
	Store    Store
	Members  org.Store
	Sessions Sessions
	Rules    Rules
	Vault    Vault
	Tx       work.Tx
	Audit    audit.Log
	MAC      *secret.MAC // master.MAC(factor.RecoveryPurpose)
	IDs      *id.Source
	Clock    clock.Clock
	Random   io.Reader
	Log      *slog.Logger
	// PublicURL is where browsers reach the dashboard: passkeys are bound to its host name.
	PublicURL string
}

// Service keeps and checks second factors.
type Service struct {
	Parts
	pace *pace
}

// New makes the service. One per process: it counts wrong codes in memory.
func New(p Parts) *Service { return &Service{Parts: p, pace: newPace(p.Clock)} }

// Has implements identity.Factors.
func (s *Service) Has(ctx context.Context, o id.Org, m id.Member) (bool, error) {
	state, err := s.state(ctx, o, m)
	return state.Any(), err
}

// At is what a member has to show, for the log-in page: they proved their password already.
func (s *Service) At(ctx context.Context, o id.Org, m id.Member) (State, error) {
	return s.state(ctx, o, m)
}

// Mine is what the actor has.
func (s *Service) Mine(ctx context.Context, actor org.Actor) (State, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return State{}, err
	}
	return s.state(ctx, actor.Org, actor.Member)
}

// Of is what a member has, for admins.
func (s *Service) Of(ctx context.Context, actor org.Actor, member id.Member) (State, error) {
	if err := actor.Require(org.Admin); err != nil {
		return State{}, err
	}
	if _, err := s.present(ctx, actor.Org, member); err != nil {
		return State{}, err
	}
	return s.state(ctx, actor.Org, member)
}

func (s *Service) present(ctx context.Context, o id.Org, m id.Member) (org.Member, error) {
	member, err := s.Members.Member(ctx, o, m)
	if err == nil && !member.RemovedAt.IsZero() {
		err = org.MissingMember()
	}
	return member, err
}

func (s *Service) state(ctx context.Context, o id.Org, m id.Member) (out State, err error) {
	if m.IsZero() {
		return out, nil
	}
	app, ok, err := s.Store.App(ctx, o, m)
	if err != nil {
		return out, fmt.Errorf("second factors: %w", err)
	}
	if ok {
		out.AppSince = app.ConfirmedAt
	}
	if out.Passkeys, err = s.Store.Passkeys(ctx, o, m); err != nil {
		return out, fmt.Errorf("second factors: %w", err)
	}
	codes, err := s.Store.Codes(ctx, o, m)
	if err != nil {
		return out, fmt.Errorf("second factors: %w", err)
	}
	for _, c := range codes {
		if c.UsedAt.IsZero() {
			out.CodesLeft++
		}
	}
	return out, nil
}

// Reset takes all second factors from a member who lost them, and ends their sessions and what they let in on the device page. They
// log in by password next, and set up a new one if the organization asks for it.
func (s *Service) Reset(ctx context.Context, actor org.Actor, member id.Member) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	if member == actor.Member {
		return fault.New(fault.Conflict, "own_factors", "You cannot reset your own second factor. Remove its parts on your page, or ask another organization admin.")
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		m, err := s.present(ctx, actor.Org, member)
		if err != nil {
			return err
		}
		had, err := s.state(ctx, actor.Org, member)
		if err != nil {
			return err
		}
		var programs, agents int64
		for _, step := range []func() error{
			func() error { return s.Store.DropApp(ctx, actor.Org, member) },
			func() error { return s.Store.SetCodes(ctx, actor.Org, member, nil) },
			func() error { return s.Store.DropPasskeys(ctx, actor.Org, member) },
			func() error { return s.Sessions.EndSessions(ctx, actor.Org, member, s.Clock.Now()) },
			func() (err error) {
				programs, agents, err = s.Sessions.EndLogins(ctx, actor.Org, member, s.Clock.Now())
				return
			},
		} {
			if err := step(); err != nil {
				return err
			}
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "factor.reset", Target: m.ID.String(), TargetName: m.Email,
			Before: map[string]any{"app": !had.AppSince.IsZero(), "passkeys": int64(len(had.Passkeys))},
			After:  map[string]any{"programs_logged_out": programs, "agents_logged_out": agents}})
	})
	if err != nil {
		return fmt.Errorf("reset second factor: %w", err)
	}
	s.Rules.LoginsEnded(ctx)
	return nil
}

// spare refuses to take away the last factor of somebody who needs one.
func (s *Service) spare(ctx context.Context, actor org.Actor, left int) error {
	if left > 0 {
		return nil
	}
	needs, err := s.Rules.Needs(ctx, actor.Org, actor.Member)
	if err != nil {
		return err
	}
	if needs {
		return fault.New(fault.Conflict, "factor_needed", "Your organization asks for a second factor. Add another one before you remove your last.")
	}
	return nil
}

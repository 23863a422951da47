package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Policy is what an organization asks of its members' log-ins. The zero Policy asks for nothing beyond the defaults.
type Policy struct {
	// SecondFactor: who logs in by password shows a second factor too, and sets one up if they have none.
	SecondFactor bool
	// SSOOnly refuses passwords and passkeys to everybody but BreakGlass, who needs password and second factor.
	SSOOnly    bool
	BreakGlass id.Member
	// Idle ends a session that is not used, Absolute any session; 0 is the installation's default.
	Idle, Absolute time.Duration
}

// Bounds of the lifetimes. Below the lower ones people are logged out while they think, above the upper ones a lost
// laptop stays logged in.
const (
	minIdle, maxIdle         = 5 * time.Minute, 30 * 24 * time.Hour
	minAbsolute, maxAbsolute = 15 * time.Minute, 90 * 24 * time.Hour
)

// Factors knows who has a second factor. *factor.Service implements it.
type Factors interface {
	Has(ctx context.Context, o id.Org, m id.Member) (bool, error)
}

// Providers knows which organizations have single sign-on. *sso.Service implements it.
type Providers interface {
	Ready(ctx context.Context, o id.Org) (bool, error)
}

// Policy is the actor's organization's.
func (s *Service) Policy(ctx context.Context, actor org.Actor) (Policy, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Policy{}, err
	}
	return s.policy(ctx, actor.Org)
}

func (s *Service) policy(ctx context.Context, o id.Org) (Policy, error) {
	if s.Logins == nil {
		return Policy{}, nil
	}
	p, err := s.Logins.LoginPolicy(ctx, o)
	if err != nil {
		return Policy{}, fmt.Errorf("log-in policy: %w", err)
	}
	return p, nil
}

// Lifetimes are how long the organization's sessions live, for app/web; 0 is the default.
func (s *Service) Lifetimes(ctx context.Context, o id.Org) (idle, absolute time.Duration, err error) {
	p, err := s.policy(ctx, o)
	return p.Idle, p.Absolute, err
}

// SetPolicy changes what log-ins must show, and ends the sessions that would not be let in any more. A second factor spares
// keep, the session the change is made from: whoever asks for one must have one. Single sign-on alone spares nobody but
// the one who gets in when it is down: an admin's old password session would be a way around it for days.
func (s *Service) SetPolicy(ctx context.Context, actor org.Actor, p Policy, keep id.Session) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	before, err := s.policy(ctx, actor.Org)
	if err != nil {
		return err
	}
	if !p.SSOOnly {
		p.BreakGlass = id.Member{}
	}
	if err := errors.Join(p.lifetimes(), s.secondFactor(ctx, actor, before, p), s.ssoOnly(ctx, actor, p)); err != nil {
		return err
	}
	if p == before {
		return nil
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		now := s.Clock.Now()
		if err := s.Logins.SetLoginPolicy(ctx, actor.Org, p, now); err != nil {
			return err
		}
		if p.SecondFactor && !before.SecondFactor {
			if _, err := s.Logins.EndSome(ctx, actor.Org, Which{Methods: Weak, But: keep}, now); err != nil {
				return err
			}
		}
		if p.SSOOnly && (!before.SSOOnly || p.BreakGlass != before.BreakGlass) {
			if _, err := s.Logins.EndSome(ctx, actor.Org, Which{Methods: Local, ButMember: p.BreakGlass}, now); err != nil {
				return err
			}
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "login_policy.changed", Target: actor.Org.String(), Before: before.facts(), After: p.facts()})
	})
	if err != nil {
		return fmt.Errorf("set log-in policy: %w", err)
	}
	return nil
}

func (p Policy) facts() map[string]any {
	return map[string]any{"second_factor": p.SecondFactor, "sso_only": p.SSOOnly, "break_glass": p.BreakGlass.String(),
		"idle_seconds": int64(p.Idle / time.Second), "absolute_seconds": int64(p.Absolute / time.Second)}
}

func (p Policy) lifetimes() error {
	var errs []error
	if p.Idle != 0 && (p.Idle < minIdle || p.Idle > maxIdle) {
		errs = append(errs, fault.Field("idle", "Choose 5 minutes to 30 days, or nothing for the default of 12 hours."))
	}
	if p.Absolute != 0 && (p.Absolute < minAbsolute || p.Absolute > maxAbsolute) {
		errs = append(errs, fault.Field("absolute", "Choose 15 minutes to 90 days, or nothing for the default of 7 days."))
	}
	if p.Idle != 0 && p.Absolute != 0 && p.Idle > p.Absolute {
		errs = append(errs, fault.Field("idle", "A session cannot rest longer than it lives: choose at most the longest lifetime."))
	}
	return errors.Join(errs...)
}

// secondFactor: whoever asks it of all has one. A management token asks for nobody in particular.
func (s *Service) secondFactor(ctx context.Context, actor org.Actor, before, p Policy) error {
	if !p.SecondFactor || before.SecondFactor || actor.Member.IsZero() {
		return nil
	}
	return s.factorOf(ctx, actor.Org, actor.Member, "second_factor", "Set up a second factor of your own first: on the page “Account security”.")
}

// ssoOnly: there is a provider to log in with, and somebody gets in when it is down.
func (s *Service) ssoOnly(ctx context.Context, actor org.Actor, p Policy) error {
	if !p.SSOOnly {
		return nil
	}
	ready := false
	if s.Providers != nil {
		var err error
		if ready, err = s.Providers.Ready(ctx, actor.Org); err != nil {
			return err
		}
	}
	if !ready {
		return fault.Field("sso_only", "Connect an identity provider first, and log in with it once.")
	}
	m, err := s.present(ctx, actor.Org, p.BreakGlass)
	if p.BreakGlass.IsZero() || fault.Is(err, fault.NotFound) || err == nil && (m.Role != org.Admin || m.Status() != org.ActiveMember) {
		return fault.Field("break_glass", "Name an organization admin who may still log in with password and second factor when the provider is down.")
	}
	if err != nil {
		return err
	}
	account, ok, err := s.Store.OfMember(ctx, actor.Org, m.ID, PasswordIssuer)
	if err != nil {
		return err
	}
	if !ok || account.Hash == "" {
		return fault.Field("break_glass", "This admin has no password. Name one who has, and a second factor too.")
	}
	return s.factorOf(ctx, actor.Org, m.ID, "break_glass", "This admin has no second factor. They set one up on their page “Account security” first.")
}

func (s *Service) factorOf(ctx context.Context, o id.Org, m id.Member, field, sentence string) error {
	has := false
	if s.Factors != nil {
		var err error
		if has, err = s.Factors.Has(ctx, o, m); err != nil {
			return err
		}
	}
	if !has {
		return fault.Field(field, sentence)
	}
	return nil
}

// Needs reports whether a member may not be without a second factor, for the factor room.
func (s *Service) Needs(ctx context.Context, o id.Org, m id.Member) (bool, error) {
	p, err := s.policy(ctx, o)
	return p.SecondFactor || p.SSOOnly && p.BreakGlass == m, err
}

// keepBreakGlass refuses what would take away the one who gets in when single sign-on is down.
func (s *Service) keepBreakGlass(ctx context.Context, o id.Org, m id.Member) error {
	p, err := s.policy(ctx, o)
	if err != nil {
		return err
	}
	if p.SSOOnly && p.BreakGlass == m {
		return fault.New(fault.Conflict, "break_glass", "This admin is who gets in when single sign-on is down. Name somebody else for that first, in the log-in settings.")
	}
	return nil
}

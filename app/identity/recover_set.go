package identity

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Peek says whose password a link sets, without using it up.
func (r *Recovery) Peek(ctx context.Context, token string) (org.Organization, org.Member, error) {
	_, o, m, err := r.open(ctx, token)
	return o, m, err
}

func (r *Recovery) open(ctx context.Context, token string) (Reset, org.Organization, org.Member, error) {
	dead := func(err error) (Reset, org.Organization, org.Member, error) {
		return Reset{}, org.Organization{}, org.Member{}, err
	}
	t, err := r.Links.Read(token)
	if err != nil {
		return dead(err)
	}
	which, err := id.ParseReset(t.About)
	if err != nil {
		return dead(mail.DeadLink())
	}
	x, ok, err := r.Store.Reset(ctx, t.Org, which)
	if err != nil {
		return dead(fmt.Errorf("reset link: %w", err))
	}
	if !ok || !x.UsedAt.IsZero() || !r.People.Clock.Now().Before(x.ExpiresAt) {
		return dead(mail.DeadLink())
	}
	o, m, err := r.People.Person(ctx, x.Org, x.Member)
	if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
		return dead(mail.DeadLink())
	}
	if err != nil {
		return dead(err)
	}
	if !r.Links.Holds(t, string(ResetKind), m.Email) {
		return dead(mail.DeadLink())
	}
	if ok, err := r.allowed(ctx, m); err != nil || !ok {
		return dead(orElse(err, mail.DeadLink()))
	}
	return x, o, m, nil
}

func orElse(err error, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// Set uses a link up: it sets the password and ends all of the member's sessions, and what they let in on the device page, because
// somebody else may have their account. They log in with it next, second factor and all.
func (r *Recovery) Set(ctx context.Context, by org.Actor, token string, password secret.String) error {
	x, o, m, err := r.open(ctx, token)
	if err != nil {
		return err
	}
	if err := checkPassword("password", password, append(words(m.Email), m.Email, m.Name, o.Name)...); err != nil {
		return err
	}
	s := r.People
	hash, err := s.Hasher.Hash(ctx, password)
	if err != nil {
		return fmt.Errorf("reset password: %w", err)
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		now := s.Clock.Now()
		used, err := r.Store.UseReset(ctx, x.Org, x.ID, now)
		if err != nil {
			return err
		}
		if !used { // the same link in two windows
			return mail.DeadLink()
		}
		var programs, agents int64
		return inOrder(
			func() error { return s.setPassword(ctx, m, hash, now) },
			func() error { return s.Store.EndSessions(ctx, m.Org, m.ID, now) },
			func() (err error) { programs, agents, err = s.Store.EndLogins(ctx, m.Org, m.ID, now); return },
			func() error {
				return s.Audit.Append(ctx, m.Acting(by), audit.Entry{Action: "member.password_reset", Target: m.ID.String(), TargetName: m.Email,
					After: map[string]any{"programs_logged_out": programs, "agents_logged_out": agents}})
			},
		)
	})
	if err != nil {
		return fmt.Errorf("reset password: %w", err)
	}
	s.LoginsEnded(ctx)
	return nil
}

// setPassword writes a member's password, their first one too.
func (s *Service) setPassword(ctx context.Context, m org.Member, hash string, now time.Time) error {
	account, ok, err := s.Store.OfMember(ctx, m.Org, m.ID, PasswordIssuer)
	if err != nil {
		return err
	}
	if ok {
		return s.Store.SetHash(ctx, m.Org, account.ID, hash, now)
	}
	return s.Store.AddIdentity(ctx, Identity{ID: id.NewIdentity(s.IDs), Org: m.Org, Member: m.ID, Issuer: PasswordIssuer, Subject: m.Email, Hash: hash, CreatedAt: now})
}

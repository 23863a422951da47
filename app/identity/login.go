package identity

import (
	"context"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Match is one membership that an e-mail and password open. The same person may be in several organizations.
type Match struct {
	Org    org.Organization
	Member org.Member
}

// maxAccounts bounds how many organizations one address is looked up in at log-in.
const maxAccounts = 20

// LogIn finds which memberships an e-mail and password open. It answers an unknown e-mail, a wrong password and a
// removed member alike, in the same time. Whoever calls it next calls Enter for the membership chosen.
func (s *Service) LogIn(ctx context.Context, by org.Actor, email string, password secret.String) ([]Match, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	if len(email) > 254 || len(password.Reveal()) > maxPassword {
		return nil, wrong() // cannot be right, and must not cost a hash of megabytes
	}
	if wait := s.throttle.try(by.IP, email); wait > 0 {
		f := fault.New(fault.Limited, "too_many_attempts", "Too many failed log-ins from here. Wait a little, then try again.")
		f.RetryAfter = wait
		return nil, f
	}
	accounts, err := s.Store.ByLogin(ctx, PasswordIssuer, email)
	if err != nil {
		return nil, fmt.Errorf("log in: %w", err)
	}
	var out []Match
	opened := 0
	for _, a := range atLeastOne(accounts) {
		ok, err := s.Hasher.Match(ctx, password, a.Hash)
		if err != nil {
			return nil, fmt.Errorf("log in: %w", err)
		}
		if !ok {
			continue
		}
		opened++
		o, m, err := s.Person(ctx, a.Org, a.Member)
		if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("log in: %w", err)
		}
		out = append(out, Match{o, m})
	}
	if len(out) == 0 {
		s.Log.InfoContext(ctx, "log-in refused", "request_id", by.RequestID, "ip", by.IP)
		return nil, wrong()
	}
	if opened == len(accounts) {
		s.throttle.succeeded(by.IP, email)
	} else {
		s.throttle.right(by.IP, email)
	}
	return out, nil
}

// atLeastOne adds an account that matches nothing where there is none, so that unknown e-mails cost a hash too. An
// address in several organizations costs several; only its owner and they could measure that.
func atLeastOne(accounts []Identity) []Identity {
	if len(accounts) == 0 {
		return []Identity{{}}
	}
	return accounts[:min(len(accounts), maxAccounts)]
}

func wrong() *fault.Error {
	return fault.New(fault.Unauthenticated, "wrong_credentials", "E-mail or password is wrong. Check both and try again.")
}

// Leave records that the actor logged out. The caller ends the cookie's session.
func (s *Service) Leave(ctx context.Context, actor org.Actor) error {
	if err := actor.Require(org.Viewer); err != nil {
		return err
	}
	return s.Audit.Append(ctx, actor, audit.Entry{Action: "session.ended", Target: actor.Member.String(), TargetName: actor.Label})
}

// ChangePassword sets the actor's own password and ends all of their sessions, this one too: the caller logs them in
// again. Whoever had stolen a session is out.
func (s *Service) ChangePassword(ctx context.Context, actor org.Actor, current, next secret.String) error {
	if err := actor.Require(org.Viewer); err != nil {
		return err
	}
	o, m, err := s.Person(ctx, actor.Org, actor.Member)
	if err != nil {
		return err
	}
	if wait := s.throttle.try(actor.IP, m.Email); wait > 0 {
		f := fault.New(fault.Limited, "too_many_attempts", "Too many failed tries from here. Wait a little, then try again.")
		f.RetryAfter = wait
		return f
	}
	account, ok, err := s.Store.OfMember(ctx, o.ID, m.ID, PasswordIssuer)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	if ok {
		ok, err = s.Hasher.Match(ctx, current, account.Hash)
		if err != nil {
			return fmt.Errorf("change password: %w", err)
		}
	}
	if !ok {
		return fault.Field("current", "This is not your current password.")
	}
	s.throttle.right(actor.IP, m.Email)
	if err := checkPassword("password", next, append(words(m.Email), m.Email, m.Name, o.Name)...); err != nil {
		return err
	}
	hash, err := s.Hasher.Hash(ctx, next)
	if err != nil {
		return fmt.Errorf("change password: %w", err)
	}
	return s.Tx.Do(ctx, func(ctx context.Context) error {
		now := s.Clock.Now()
		if err := s.Store.SetHash(ctx, o.ID, account.ID, hash, now); err != nil {
			return fmt.Errorf("change password: %w", err)
		}
		if err := s.Store.EndSessions(ctx, o.ID, m.ID, now); err != nil { // the caller makes a new one
			return fmt.Errorf("change password: %w", err)
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "member.password_changed", Target: m.ID.String(), TargetName: m.Email})
	})
}

// cutAt splits an address at its last @.
func cutAt(email string) (local, host string, ok bool) {
	i := strings.LastIndexByte(email, '@')
	if i < 0 {
		return email, "", false
	}
	return email[:i], email[i+1:], true
}

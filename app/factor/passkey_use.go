package factor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// keep writes a new passkey down.
func (s *Service) keep(ctx context.Context, actor org.Actor, p Passkey) error {
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.AddPasskey(ctx, p); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "factor.added", Target: p.ID.String(), TargetName: p.Name, After: map[string]any{"kind": "passkey"}})
	})
	if fault.Is(err, fault.Conflict) {
		return fault.New(fault.Conflict, "exists", "This passkey is registered already.")
	}
	if err != nil {
		return fmt.Errorf("add passkey: %w", err)
	}
	return nil
}

// RemovePasskey takes one of the actor's away.
func (s *Service) RemovePasskey(ctx context.Context, actor org.Actor, which id.Passkey) error {
	if err := actor.Require(org.Viewer); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		had, err := s.state(ctx, actor.Org, actor.Member)
		if err != nil {
			return err
		}
		name, left := "", len(had.Passkeys)-1
		for _, p := range had.Passkeys {
			if p.ID == which {
				name = p.Name
			}
		}
		if name == "" {
			return MissingPasskey()
		}
		if !had.AppSince.IsZero() {
			left++
		}
		if err := s.spare(ctx, actor, left); err != nil {
			return err
		}
		if ok, err := s.Store.DropPasskey(ctx, actor.Org, actor.Member, which); err != nil || !ok {
			return errors.Join(err, MissingPasskey())
		}
		if left == 0 {
			if err := s.Store.SetCodes(ctx, actor.Org, actor.Member, nil); err != nil {
				return err
			}
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "factor.removed", Target: which.String(), TargetName: name, Before: map[string]any{"kind": "passkey"}})
	})
	if err != nil {
		return fmt.Errorf("remove passkey: %w", err)
	}
	return nil
}

// BeginLogIn starts a log-in by passkey alone: the authenticator says who it is, and asks for a finger, a face or a PIN.
func (s *Service) BeginLogIn() (Ceremony, error) {
	party, err := s.party()
	if err != nil {
		return Ceremony{}, err
	}
	options, state, err := party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin passkey log-in: %w", err)
	}
	return ceremony(options.Response, state)
}

// FinishLogIn says whose passkey answered. Unknown passkeys, wrong signatures and replays are all answered alike.
func (s *Service) FinishLogIn(ctx context.Context, state, response string) (id.Org, id.Member, error) {
	var who *owner
	find := func(_, handle []byte) (webauthn.User, error) {
		if len(handle) != 32 {
			return nil, errors.New("a handle of another site")
		}
		var o id.Org
		var m id.Member
		if err := errors.Join(o.Scan(handle[:16]), m.Scan(handle[16:])); err != nil || o.IsZero() || m.IsZero() {
			return nil, errors.Join(err, errors.New("a handle of nobody"))
		}
		var err error
		who, err = s.owner(ctx, o, m, "")
		return who, err
	}
	err := s.assert(ctx, state, response, func(party *webauthn.WebAuthn, kept webauthn.SessionData, answer *protocol.ParsedCredentialAssertionData) (*owner, *webauthn.Credential, error) {
		_, used, err := party.ValidatePasskeyLogin(find, kept, answer)
		return who, used, err
	})
	if err != nil {
		return id.Org{}, id.Member{}, err
	}
	return who.org, who.member, nil
}

// BeginSecond starts showing a passkey after the password.
func (s *Service) BeginSecond(ctx context.Context, o id.Org, m id.Member) (Ceremony, error) {
	party, err := s.party()
	if err != nil {
		return Ceremony{}, err
	}
	who, err := s.owner(ctx, o, m, "")
	if err != nil {
		return Ceremony{}, err
	}
	options, state, err := party.BeginLogin(who, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return Ceremony{}, fmt.Errorf("begin passkey: %w", err)
	}
	return ceremony(options.Response, state)
}

// FinishSecond checks the passkey of a member who proved their password.
func (s *Service) FinishSecond(ctx context.Context, o id.Org, m id.Member, state, response string) error {
	if err := s.pace.try(o, m); err != nil {
		return err
	}
	who, err := s.owner(ctx, o, m, "")
	if err != nil {
		return err
	}
	err = s.assert(ctx, state, response, func(party *webauthn.WebAuthn, kept webauthn.SessionData, answer *protocol.ParsedCredentialAssertionData) (*owner, *webauthn.Credential, error) {
		used, err := party.ValidateLogin(who, kept, answer)
		return who, used, err
	})
	if err == nil {
		s.pace.forgive(o, m)
	}
	return err
}

type validate func(*webauthn.WebAuthn, webauthn.SessionData, *protocol.ParsedCredentialAssertionData) (*owner, *webauthn.Credential, error)

// assert checks an answer and keeps the passkey's counter. A counter that did not move on means a copy of the passkey.
func (s *Service) assert(ctx context.Context, state, response string, check validate) error {
	refused := fault.New(fault.Unauthenticated, "passkey_refused", "This passkey was not accepted. Use one that you registered here, or another way to log in.")
	kept, err := remembered(state)
	if err != nil {
		return err
	}
	party, err := s.party()
	if err != nil {
		return err
	}
	answer, err := protocol.ParseCredentialRequestResponseBody(strings.NewReader(response))
	if err != nil {
		return refused.Because(err)
	}
	who, used, err := check(party, kept, answer)
	if err != nil {
		return refused.Because(err)
	}
	if used.Authenticator.CloneWarning {
		s.Log.WarnContext(ctx, "a passkey's counter went back: it may have been copied", "organization", who.org.String(), "member", who.member.String())
		return refused
	}
	for i, c := range who.creds {
		if !bytes.Equal(c.ID, used.ID) {
			continue
		}
		raw, err := json.Marshal(used)
		if err != nil {
			return fmt.Errorf("passkey: %w", err)
		}
		if err := s.Store.UsedPasskey(ctx, who.org, who.keys[i].ID, raw, s.Clock.Now()); err != nil {
			return fmt.Errorf("passkey: %w", err)
		}
		return nil
	}
	return refused
}

package scim

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// overlap is how long a rotated token's old secret keeps working, for the time it takes to paste the new one.
const overlap = 24 * time.Hour

// mayMint refuses whom a new token would give more than they have: it acts on everybody, with an admin's rights and no scopes, and
// has no end.
func (s *Service) mayMint(ctx context.Context, actor org.Actor) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	end, err := s.People.TokenEnds(ctx, actor)
	if err != nil {
		return err
	}
	if !end.IsZero() {
		return fault.New(fault.Forbidden, "forbidden", "This token ends, and a directory's token does not. Make one with a token that has no end, or on the dashboard.")
	}
	if !actor.Scopes.Allow(org.AllWrite) {
		return fault.New(fault.Forbidden, "forbidden", "This token is narrowed by scopes, and a directory's token is not. Make one with a token that has the scope all:write or none, or on the dashboard.")
	}
	return nil
}

// CreateToken makes a token for a directory. The secret is returned once and not kept.
func (s *Service) CreateToken(ctx context.Context, actor org.Actor, name string) (secret.String, Token, error) {
	if err := s.mayMint(ctx, actor); err != nil {
		return secret.String{}, Token{}, err
	}
	name, err := org.Name("name", "the token's name", name, maxName)
	if err != nil {
		return secret.String{}, Token{}, err
	}
	text, t, err := s.mint(actor, name)
	if err != nil {
		return secret.String{}, Token{}, err
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.AddToken(ctx, t); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "scim_token.created", Target: t.ID.String(), TargetName: t.Name})
	})
	if err != nil {
		return secret.String{}, Token{}, fmt.Errorf("create scim token: %w", err)
	}
	return text, t, nil
}

func (s *Service) mint(actor org.Actor, name string) (secret.String, Token, error) {
	text, minted, err := secret.Mint(nil, secret.SCIMToken, secret.Live)
	if err != nil {
		return secret.String{}, Token{}, fmt.Errorf("mint scim token: %w", err)
	}
	t := Token{ID: id.NewSCIM(s.IDs), Org: actor.Org, Name: name, Public: minted.Public, Last4: minted.Last(), CreatedBy: actor.Label, CreatedAt: s.Clock.Now()}
	t.KeyID, t.MAC = s.MAC.Sum(minted.Signed())
	return text, t, nil
}

// Tokens lists the organization's SCIM tokens, ended ones too.
func (s *Service) Tokens(ctx context.Context, actor org.Actor) ([]Token, error) {
	if err := actor.Require(org.Admin); err != nil {
		return nil, err
	}
	return s.Store.Tokens(ctx, actor.Org)
}

func (s *Service) token(ctx context.Context, actor org.Actor, which id.SCIM) (Token, error) {
	all, err := s.Store.Tokens(ctx, actor.Org)
	if err != nil {
		return Token{}, err
	}
	for _, t := range all {
		if t.ID == which {
			return t, nil
		}
	}
	return Token{}, MissingToken()
}

// valid reports whether a token lets anybody in at a moment.
func (t Token) valid(now time.Time) bool {
	return t.RevokedAt.IsZero() && (t.ExpiresAt.IsZero() || now.Before(t.ExpiresAt))
}

// RotateToken makes a new token of the same name. The old one works for another day.
func (s *Service) RotateToken(ctx context.Context, actor org.Actor, which id.SCIM) (secret.String, Token, error) {
	if err := s.mayMint(ctx, actor); err != nil {
		return secret.String{}, Token{}, err
	}
	old, err := s.token(ctx, actor, which)
	if err != nil {
		return secret.String{}, Token{}, err
	}
	now := s.Clock.Now()
	if !old.valid(now) || !old.ExpiresAt.IsZero() {
		return secret.String{}, Token{}, fault.New(fault.Conflict, "token_ended", "This token was rotated or revoked already. Create a new one.")
	}
	text, t, err := s.mint(actor, old.Name)
	if err != nil {
		return secret.String{}, Token{}, err
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.EndToken(ctx, actor.Org, old.ID, now.Add(overlap), time.Time{}); err != nil {
			return err
		}
		if err := s.Store.AddToken(ctx, t); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "scim_token.rotated", Target: t.ID.String(), TargetName: t.Name, Before: map[string]any{"token": old.ID.String()}})
	})
	if err != nil {
		return secret.String{}, Token{}, fmt.Errorf("rotate scim token: %w", err)
	}
	return text, t, nil
}

// RevokeToken ends a token with its next use. Revoking it again changes nothing.
func (s *Service) RevokeToken(ctx context.Context, actor org.Actor, which id.SCIM) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	t, err := s.token(ctx, actor, which)
	if err != nil || !t.RevokedAt.IsZero() {
		return err
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.EndToken(ctx, actor.Org, which, t.ExpiresAt, s.Clock.Now()); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "scim_token.revoked", Target: t.ID.String(), TargetName: t.Name})
	})
	if err != nil {
		return fmt.Errorf("revoke scim token: %w", err)
	}
	return nil
}

// Holder is who a presented token acts as, for app/web: the organization's directory, with an admin's rights over
// people, and no member. An unknown token costs the same hash as a wrong one.
func (s *Service) Holder(ctx context.Context, presented secret.String) (org.Actor, error) {
	unknown := fault.New(fault.Unauthenticated, "token_unknown", "This SCIM token is unknown. Check that it was copied whole; it begins with bds_.")
	parsed, ok := secret.ParseToken(presented.Reveal())
	if !ok || parsed.Prefix != secret.SCIMToken {
		return org.Actor{}, unknown
	}
	t, known, err := s.Store.TokenByPublic(ctx, parsed.Public)
	if err != nil {
		return org.Actor{}, fmt.Errorf("scim token holder: %w", err)
	}
	if !s.MAC.Verify(t.KeyID, parsed.Signed(), t.MAC) || !known {
		return org.Actor{}, unknown
	}
	now := s.Clock.Now()
	switch {
	case !t.RevokedAt.IsZero():
		return org.Actor{}, fault.New(fault.Unauthenticated, "token_revoked", "This SCIM token was revoked. Ask an organization admin for a new one.")
	case !t.valid(now):
		return org.Actor{}, fault.New(fault.Unauthenticated, "token_expired", "This SCIM token was rotated, and its time is over. Paste the new one.")
	}
	if now.Sub(t.UsedAt) >= time.Hour {
		if err := s.Store.UsedToken(ctx, t.Org, t.ID, now); err != nil {
			s.Log.WarnContext(ctx, "use of a scim token not written down", "error", err.Error())
		}
	}
	return org.Actor{Org: t.Org, Role: org.Admin, Label: "scim: " + t.Name}, nil
}

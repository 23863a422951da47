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
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// NewToken is what an admin enters for a management token.
type NewToken struct {
	Name string
	Role org.Role
	// At is where the role holds: the organization, a department or a team. Zero is the whole organization for admins and
	// managers, and nowhere for everybody else, who then read what every member may.
	At        org.Scope
	ExpiresAt time.Time // zero = never
}

// CreateToken makes a management token. The secret is returned once and not kept.
func (s *Service) CreateToken(ctx context.Context, actor org.Actor, in NewToken) (secret.String, Token, error) {
	if err := actor.Require(org.Admin); err != nil {
		return secret.String{}, Token{}, err
	}
	name, err := org.Name("name", "the token's name", in.Name, maxName)
	var roleErr, expiryErr error
	if !in.Role.Valid() {
		roleErr = fault.Field("role", "Choose a role: admin, manager, lead, developer or viewer.")
	}
	if in.At.IsZero() && in.Role.AtLeast(org.Manager) {
		in.At = org.OfOrg(actor.Org)
	}
	if roleErr == nil && !in.At.IsZero() && (in.Role != org.Manager || in.At.Kind() != org.OrgScope) {
		roleErr = org.Assignment{Role: in.Role, At: in.At}.Check()
	}
	now := s.Clock.Now()
	if !in.ExpiresAt.IsZero() && !in.ExpiresAt.After(now) {
		expiryErr = fault.Field("expires_at", "Choose a time in the future, or none.")
	}
	if err := errors.Join(err, roleErr, expiryErr); err != nil {
		return secret.String{}, Token{}, err
	}
	if !in.At.IsZero() {
		if err := s.usable(ctx, actor, in.At); err != nil {
			return secret.String{}, Token{}, err
		}
	}
	text, minted, err := secret.Mint(s.Random, secret.ManagementToken, secret.Live)
	if err != nil {
		return secret.String{}, Token{}, fmt.Errorf("create token: %w", err)
	}
	t := Token{ID: id.NewToken(s.IDs), Org: actor.Org, Name: name, Role: in.Role, Public: minted.Public, Last4: minted.Last(),
		At: in.At, CreatedBy: actor.Label, Maker: actor.Member, CreatedAt: now, ExpiresAt: in.ExpiresAt}
	t.KeyID, t.MAC = s.MAC.Sum(minted.Signed())
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.AddToken(ctx, t); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "token.created", Target: t.ID.String(), TargetName: t.Name,
			After: map[string]any{"role": string(t.Role), "at": t.At.String()}})
	})
	if err != nil {
		return secret.String{}, Token{}, fmt.Errorf("create token: %w", err)
	}
	return text, t, nil
}

// Tokens lists the organization's management tokens, revoked ones too.
func (s *Service) Tokens(ctx context.Context, actor org.Actor) ([]Token, error) {
	if err := actor.Require(org.Admin); err != nil {
		return nil, err
	}
	return s.Store.Tokens(ctx, actor.Org)
}

// RevokeToken ends a token with its next use. Revoking it again changes nothing.
func (s *Service) RevokeToken(ctx context.Context, actor org.Actor, token id.Token) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		t, err := s.token(ctx, actor.Org, token)
		if err != nil || !t.RevokedAt.IsZero() {
			return err
		}
		if err := s.Store.RevokeToken(ctx, actor.Org, token, s.Clock.Now()); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "token.revoked", Target: t.ID.String(), TargetName: t.Name})
	})
	if err != nil {
		return fmt.Errorf("revoke token: %w", err)
	}
	return nil
}

func (s *Service) token(ctx context.Context, o id.Org, token id.Token) (Token, error) {
	all, err := s.Store.Tokens(ctx, o)
	if err != nil {
		return Token{}, err
	}
	for _, t := range all {
		if t.ID == token {
			return t, nil
		}
	}
	return Token{}, fault.New(fault.NotFound, "not_found", "There is no such token in your organization.")
}

// Holder is who a presented management token acts as, for app/web. Unknown, wrong, revoked and expired tokens are
// refused alike but for the sentence; an unknown one costs the same hash as a wrong one.
func (s *Service) Holder(ctx context.Context, presented secret.String) (org.Actor, error) {
	unknown := fault.New(fault.Unauthenticated, "token_unknown", "This management token is unknown. Check that it was copied whole; it begins with bdt_.")
	parsed, ok := secret.ParseToken(presented.Reveal())
	if !ok || parsed.Prefix != secret.ManagementToken {
		return org.Actor{}, unknown
	}
	t, known, err := s.Store.TokenByPublic(ctx, parsed.Public)
	if err != nil {
		return org.Actor{}, fmt.Errorf("token holder: %w", err)
	}
	if !s.MAC.Verify(t.KeyID, parsed.Signed(), t.MAC) || !known {
		return org.Actor{}, unknown
	}
	switch {
	case !t.RevokedAt.IsZero():
		return org.Actor{}, fault.New(fault.Unauthenticated, "token_revoked", "This management token was revoked. Ask an organization admin for a new one.")
	case !t.ExpiresAt.IsZero() && !s.Clock.Now().Before(t.ExpiresAt):
		return org.Actor{}, fault.New(fault.Unauthenticated, "token_expired", "This management token has expired. Ask an organization admin for a new one.")
	}
	return s.holder(ctx, t)
}

// holder is a valid token acting, if whoever made it still may come in.
func (s *Service) holder(ctx context.Context, t Token) (org.Actor, error) {
	if !t.Maker.IsZero() {
		m, err := s.Orgs.Member(ctx, t.Org, t.Maker)
		if err != nil {
			return org.Actor{}, fmt.Errorf("token holder: %w", err)
		}
		if m.Status() != org.ActiveMember {
			return org.Actor{}, fault.New(fault.Unauthenticated, "token_revoked", "Whoever made this management token is no longer let in, so neither is the token. Ask an organization admin for a new one.")
		}
	}
	actor := org.Actor{Org: t.Org, Role: t.Role, Label: "token: " + t.Name}
	if t.At.IsZero() {
		return actor, nil
	}
	under := map[id.Department][]id.Team{}
	if t.At.Kind() == org.DepartmentScope {
		all, err := s.Orgs.Teams(ctx, t.Org)
		if err != nil {
			return org.Actor{}, fmt.Errorf("token holder: %w", err)
		}
		for _, team := range all {
			under[team.Department] = append(under[team.Department], team.ID)
		}
	}
	return actor.As([]org.Assignment{{Role: t.Role, At: t.At}}, under), nil
}

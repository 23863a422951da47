package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
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
	Scopes    []string  // none = no narrowing of the role
	// Personal makes a token that acts as its maker, with their role of the moment; Role does not count then.
	Personal bool
}

// CreateToken makes a management token: an organization's own, which admins make, or a personal one, which everybody may.
// The secret is returned once and not kept. A token makes no token that may do more than itself.
func (s *Service) CreateToken(ctx context.Context, actor org.Actor, in NewToken) (secret.String, Token, error) {
	floor := org.Admin
	if in.Personal {
		floor, in.Role = org.Viewer, actor.Role
	}
	if err := actor.Require(floor); err != nil {
		return secret.String{}, Token{}, err
	}
	if in.Personal && actor.Member.IsZero() {
		return secret.String{}, Token{}, fault.Field("personal", "Only people have personal tokens; you act with the organization's own.")
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
	if !in.ExpiresAt.IsZero() && (!in.ExpiresAt.After(now) || !clock.Storable(in.ExpiresAt)) {
		expiryErr = fault.Field("expires_at", "Choose a time in the future and before the year 9999, or none.")
	}
	scopes, scopeErr := org.ParseScopes("scopes", in.Scopes)
	if scopeErr == nil && !scopes.Within(actor.Scopes) {
		scopeErr = fault.Field("scopes", "A token cannot give scopes that it lacks. Leave out what the token you use may not do itself.")
	}
	if expiryErr == nil {
		in.ExpiresAt, expiryErr = s.within(ctx, actor, in.ExpiresAt)
	}
	if err := errors.Join(err, roleErr, expiryErr, scopeErr); err != nil {
		return secret.String{}, Token{}, err
	}
	if !in.At.IsZero() {
		if err := s.usable(ctx, actor, in.At); err != nil {
			return secret.String{}, Token{}, err
		}
	}
	maker, err := s.Maker(ctx, actor)
	if err != nil {
		return secret.String{}, Token{}, err
	}
	text, minted, err := secret.Mint(s.Random, secret.ManagementToken, secret.Live)
	if err != nil {
		return secret.String{}, Token{}, fmt.Errorf("create token: %w", err)
	}
	t := Token{ID: id.NewToken(s.IDs), Org: actor.Org, Name: name, Role: in.Role, Public: minted.Public, Last4: minted.Last(),
		At: in.At, CreatedBy: actor.Label, Maker: maker, CreatedAt: now, ExpiresAt: in.ExpiresAt, Scopes: scopes, Personal: in.Personal}
	t.KeyID, t.MAC = s.MAC.Sum(minted.Signed())
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.AddToken(ctx, t); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "token.created", Target: t.ID.String(), TargetName: t.Name,
			After: map[string]any{"role": string(t.Role), "at": t.At.String(), "personal": t.Personal, "scopes": append([]string{}, t.Scopes...)}})
	})
	if err != nil {
		return secret.String{}, Token{}, fmt.Errorf("create token: %w", err)
	}
	return text, t, nil
}

// Tokens lists management tokens, revoked ones too: to admins all, to others their personal ones.
func (s *Service) Tokens(ctx context.Context, actor org.Actor) ([]Token, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Store.Tokens(ctx, actor.Org)
	return slices.DeleteFunc(all, func(t Token) bool { return !t.seenBy(actor) }), err
}

// seenBy reports whether an actor may see and revoke the token: admins all, others their own.
func (t Token) seenBy(a org.Actor) bool {
	return a.Role == org.Admin || !a.Member.IsZero() && t.Personal && t.Maker == a.Member
}

// Token is one of Tokens.
func (s *Service) Token(ctx context.Context, actor org.Actor, token id.Token) (Token, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Token{}, err
	}
	return s.token(ctx, actor, token)
}

// RevokeToken ends a token with its next use. Revoking it again changes nothing.
func (s *Service) RevokeToken(ctx context.Context, actor org.Actor, token id.Token) error {
	if err := actor.Require(org.Viewer); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		t, err := s.token(ctx, actor, token)
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

func (s *Service) token(ctx context.Context, actor org.Actor, token id.Token) (Token, error) {
	all, err := s.Store.Tokens(ctx, actor.Org)
	if err != nil {
		return Token{}, err
	}
	for _, t := range all {
		if t.ID == token && t.seenBy(actor) {
			return t, nil
		}
	}
	return Token{}, MissingToken()
}

// MissingToken is the one answer for a token that is not there, not in the asker's organization, or not theirs to see.
func MissingToken() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such token in your organization.")
}

// Hint is what tells the token from others: prefix, public part, last four.
func (t Token) Hint() string {
	return secret.ManagementToken + "_" + secret.Live + "_" + t.Public + "_…" + t.Last4
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
	if now := s.Clock.Now(); now.Sub(t.LastUsedAt) >= time.Minute {
		if err := s.Store.TokenUsed(ctx, t.Org, t.ID, now); err != nil { // a page shows it, nothing depends on it
			s.Log.Warn("last use of a token not written down", "error", err.Error())
		}
	}
	if t.Personal {
		return s.owner(ctx, t)
	}
	return s.holder(ctx, t)
}

// owner is the member whose token it is, as they are at this moment: a token outlives neither its member nor their role.
func (s *Service) owner(ctx context.Context, t Token) (org.Actor, error) {
	_, m, err := s.Person(ctx, t.Org, t.Maker)
	if err != nil {
		return org.Actor{}, err
	}
	return m.Acting(org.Actor{Token: t.ID, Scopes: t.Scopes}), nil
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
	actor := org.Actor{Org: t.Org, Role: t.Role, Label: "token: " + t.Name, Token: t.ID, Scopes: t.Scopes}
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

package identity

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Status is the token's state in a word: active, expired, revoked.
func (t Token) Status(now time.Time) string {
	switch {
	case !t.RevokedAt.IsZero():
		return "revoked"
	case !t.ExpiresAt.IsZero() && !now.Before(t.ExpiresAt):
		return "expired"
	}
	return "active"
}

// outlives refuses a token that would be there longer than the one that makes it: otherwise one that was given for a day is for ever.
func (s *Service) outlives(ctx context.Context, actor org.Actor, until time.Time) error {
	if actor.Token.IsZero() {
		return nil
	}
	own, err := s.token(ctx, actor, actor.Token)
	if err != nil || own.ExpiresAt.IsZero() || !until.IsZero() && !until.After(own.ExpiresAt) {
		return err
	}
	return fault.Field("expires_at", "A token makes none that outlives it. Choose a time no later than "+own.ExpiresAt.UTC().Format(time.RFC3339)+", when the token you use ends.")
}

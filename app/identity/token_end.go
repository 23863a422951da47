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

// TokenEnds is when the token ends that the actor acts with; zero for one without an end, and for people on the dashboard.
func (s *Service) TokenEnds(ctx context.Context, actor org.Actor) (time.Time, error) {
	if actor.Token.IsZero() {
		return time.Time{}, nil
	}
	own, err := s.token(ctx, actor, actor.Token)
	return own.ExpiresAt, err
}

// within is the end of a token that the actor makes: the one that is asked for, or none, but no later than that of the token that makes
// it. Otherwise one that was given for a day is for ever.
func (s *Service) within(ctx context.Context, actor org.Actor, until time.Time) (time.Time, error) {
	own, err := s.TokenEnds(ctx, actor)
	switch {
	case err != nil || own.IsZero():
		return until, err
	case until.IsZero():
		return own, nil
	case until.After(own):
		return until, fault.Field("expires_at", "A token makes none that outlives it. Choose a time no later than "+own.UTC().Format(time.RFC3339)+", when the token you use ends.")
	}
	return until, nil
}

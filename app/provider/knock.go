package provider

import (
	"context"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Ready gives a connection with its credential opened, for a regular look at it; false if it is gone, takes no traffic or
// has no key. Only the system asks: nobody else gets to see a credential.
func (s *Service) Ready(ctx context.Context, actor org.Actor, c id.Connection) (*Connection, bool, error) {
	if err := actor.Require(MayChange); err != nil {
		return nil, false, err
	}
	r, err := s.Store.Get(ctx, actor.Org, c)
	if errors.Is(err, ErrNotFound) || err == nil && !r.Usable() {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	conn, err := r.Open(ctx, s.Vault)
	return conn, err == nil, err
}

// Knock asks an endpoint for its list of models, which spends nothing, and stores nothing. failure is nil where the list came;
// note is what a person is told of the failure, without the connection's own key.
func (s *Service) Knock(ctx context.Context, c *Connection) (failure *Failure, note string) {
	_, err := s.Prober.Probe(ctx, c)
	if err == nil {
		return nil, ""
	}
	_, note = explain(err)
	if !errors.As(err, &failure) {
		class := Refused // our own rules do not let us go there: that says nothing about the provider
		if errors.Is(err, context.DeadlineExceeded) {
			class = Slow
		}
		failure = &Failure{Class: class, Cause: err}
	}
	return failure, conceal(note, c)
}

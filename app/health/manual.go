package health

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
)

const maxReason = 200

// Open takes a target out of service until it is closed: no request is sent to it, on any node.
func (s *Service) Open(ctx context.Context, actor org.Actor, c id.Connection, model, reason string) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	name, err := s.target(ctx, actor, c, model)
	if err != nil {
		return err
	}
	if reason = strings.TrimSpace(reason); len(reason) > maxReason {
		return fault.Field("reason", fmt.Sprintf("Say it in at most %d characters.", maxReason))
	}
	t := Target{actor.Org, c, model}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.Hold(ctx, Held{Target: t, At: s.Clock.Now(), Reason: reason, By: actor.Label}); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "breaker.opened", Target: c.String(), TargetName: name, After: map[string]any{"model": model, "reason": reason}})
	})
	if err != nil {
		return fmt.Errorf("health: open: %w", err)
	}
	s.changed(ctx)
	return nil
}

// Close puts a target back into service, whoever or whatever took it out: a breaker that opened by itself starts anew on
// this node, and on all where they share their states.
func (s *Service) Close(ctx context.Context, actor org.Actor, c id.Connection, model string) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	name, err := s.target(ctx, actor, c, model)
	if err != nil {
		return err
	}
	t := Target{actor.Org, c, model}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		had, err := s.Store.Unhold(ctx, t)
		if err != nil {
			return err
		}
		if err := s.Store.EndOutage(ctx, t, s.Clock.Now()); err != nil { // no breaker may be left that would: its process is gone, or another one
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "breaker.closed", Target: c.String(), TargetName: name, Before: map[string]any{"model": model, "by_hand": had}})
	})
	if err != nil {
		return fmt.Errorf("health: close: %w", err)
	}
	if s.Board != nil {
		s.Board.Reset(t, s.Clock.Now(), actor.Label)
	}
	s.changed(ctx)
	return nil
}

// target checks that a connection is the organization's, and names the target.
func (s *Service) target(ctx context.Context, actor org.Actor, c id.Connection, model string) (string, error) {
	names, err := s.Connections(ctx, actor)
	if err != nil {
		return "", fmt.Errorf("health: connections: %w", err)
	}
	name, ok := names[c]
	if !ok {
		return "", NotFound()
	}
	if model == "" {
		return name, nil
	}
	if _, err := org.Name("model", "a model", model, maxReason); err != nil {
		return "", err
	}
	return name + "/" + model, nil
}

// NotFound is the refusal of a connection that is not there, or another tenant's.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such connection.")
}

func (s *Service) changed(ctx context.Context) { s.told(ctx, Topic) }

// told says on the bus that something changed.
func (s *Service) told(ctx context.Context, topic live.Topic) {
	if err := s.Bus.Publish(ctx, topic); err != nil && !errors.Is(err, context.Canceled) { // readers poll as well
		s.Log.Warn("health changed, but listeners could not be told", "topic", string(topic), "error", err.Error())
	}
}

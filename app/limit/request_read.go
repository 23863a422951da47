package limit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Requests are those that the actor may decide and their own, newest first, of the last 500. state "" = all.
func (s *Service) Requests(ctx context.Context, actor org.Actor, state RequestState) ([]Request, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	stored := state
	if state == Expired {
		stored = "" // most are kept as pending: only a later request of the same person writes it down
	}
	var asker id.Member
	if actor.Require(org.Lead) != nil { // they see their own only: others' would crowd out old ones
		asker = actor.Member
	}
	all, err := s.Store.Requests(ctx, actor.Org, stored, asker)
	if err != nil || len(all) == 0 {
		return nil, wrapped("requests", err)
	}
	now := s.Clock.Now()
	limits, err := s.Store.List(ctx, actor.Org, now)
	if err != nil {
		return nil, wrapped("requests", err)
	}
	known := make(map[id.Limit]Listed, len(limits))
	for _, l := range limits {
		known[l.ID] = l
	}
	out := make([]Request, 0, len(all))
	for _, r := range all {
		at, ok := known[r.Limit]
		if r = shown(actor, at, r, now); ok && concerns(actor, at, r) && (state == "" || r.State == state) {
			out = append(out, r)
		}
	}
	return out, nil
}

// Waiting is how many requests the actor may decide now.
func (s *Service) Waiting(ctx context.Context, actor org.Actor) (int, error) {
	if actor.Require(org.Lead) != nil {
		return 0, nil
	}
	all, err := s.Requests(ctx, actor, Pending)
	n := 0
	for _, r := range all {
		if r.CanDecide {
			n++
		}
	}
	return n, err
}

// Request is one of them.
func (s *Service) Request(ctx context.Context, actor org.Actor, which id.Wish) (Request, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Request{}, err
	}
	r, at, err := s.request(ctx, actor, which)
	if err != nil {
		return Request{}, err
	}
	return shown(actor, at, r, s.Clock.Now()), nil
}

func (s *Service) request(ctx context.Context, actor org.Actor, which id.Wish) (Request, Listed, error) {
	r, err := s.Store.Request(ctx, actor.Org, which)
	if errors.Is(err, ErrNotFound) {
		return r, Listed{}, NoRequest()
	}
	if err != nil {
		return r, Listed{}, wrapped("request", err)
	}
	at, err := s.Store.Get(ctx, actor.Org, r.Limit, s.Clock.Now())
	if errors.Is(err, ErrNotFound) || err == nil && !concerns(actor, at, r) {
		return r, at, NoRequest()
	}
	return r, at, wrapped("request", err)
}

// concerns reports whether a request is the actor's to see: their own, or of a limit they may raise.
func concerns(actor org.Actor, at Listed, r Request) bool {
	return isAsker(actor, r) || actor.Require(org.Lead) == nil && may(actor, at.Scope, at.Place) == nil
}

// isAsker tells people by their membership, and management tokens, which have none, by their name.
func isAsker(actor org.Actor, r Request) bool {
	if !r.Asker.IsZero() {
		return r.Asker == actor.Member
	}
	return actor.Member.IsZero() && r.AskedBy == actor.Label
}

// asked is a request in the audit log.
func asked(l Limit, r Request) map[string]any {
	return map[string]any{"request": r.ID.String(), "add": l.Unit.Count(r.Add), "until": r.Until.Format(time.RFC3339), "reason": r.Reason}
}

func wrapped(op string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("limit: %s: %w", op, err)
}

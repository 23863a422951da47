package budget

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// shown is a request with its budget's words and what the reader may do.
func (s *Service) shown(actor org.Actor, l Listed, r Request, now time.Time) Request {
	r.Name, r.Label, r.Measure = l.Name, l.Place.Label, l.Measure
	if r.State == Pending && !r.ExpiresAt.After(now) {
		r.State = Expired // the keeper has not come by yet
	}
	r.CanDecide = r.State == Pending && mayDecide(actor, l, r) == nil
	return r
}

// Requests are those that the actor may decide and their own, newest first, of the last 500.
func (s *Service) Requests(ctx context.Context, actor org.Actor, q RequestQuery) ([]Request, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	if actor.Require(org.Lead) != nil { // they see their own only: others' would crowd out old ones
		q.Asker = actor.Member
	}
	all, err := s.Store.Requests(ctx, actor.Org, q)
	if err != nil {
		return nil, fmt.Errorf("budget: requests: %w", err)
	}
	now := s.now()
	known := map[id.Budget]Listed{}
	out := make([]Request, 0, len(all))
	for _, r := range all {
		l, ok := known[r.Budget]
		if !ok {
			if l, err = s.find(ctx, actor.Org, r.Budget); err != nil {
				return nil, err
			}
			known[r.Budget] = l
		}
		if concerns(actor, l, r) {
			out = append(out, s.shown(actor, l, r, now))
		}
	}
	return out, nil
}

// Waiting is how many requests the actor may decide now.
func (s *Service) Waiting(ctx context.Context, actor org.Actor) (int, error) {
	if actor.Require(org.Lead) != nil {
		return 0, nil
	}
	all, err := s.Requests(ctx, actor, RequestQuery{State: Pending})
	n := 0
	for _, r := range all {
		if r.CanDecide {
			n++
		}
	}
	return n, err
}

// Request is one of them.
func (s *Service) Request(ctx context.Context, actor org.Actor, which id.Ask) (Request, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Request{}, err
	}
	r, l, err := s.request(ctx, actor, which)
	if err != nil {
		return Request{}, err
	}
	return s.shown(actor, l, r, s.now()), nil
}

func (s *Service) request(ctx context.Context, actor org.Actor, which id.Ask) (Request, Listed, error) {
	r, err := s.Store.Request(ctx, actor.Org, which)
	if errors.Is(err, ErrNotFound) {
		return r, Listed{}, NoRequest()
	}
	if err != nil {
		return r, Listed{}, fmt.Errorf("budget: request: %w", err)
	}
	l, err := s.find(ctx, actor.Org, r.Budget)
	if err == nil && !concerns(actor, l, r) {
		err = NoRequest()
	}
	return r, l, err
}

// concerns reports whether a request is the actor's to see: their own, or on a budget they may change.
func concerns(actor org.Actor, l Listed, r Request) bool {
	return isAsker(actor, r) || actor.Require(org.Lead) == nil && may(actor, l.Scope, l.Place) == nil
}

// isAsker tells people by their membership, and management tokens, which have none, by their name.
func isAsker(actor org.Actor, r Request) bool {
	if !r.Asker.IsZero() {
		return r.Asker == actor.Member
	}
	return actor.Member.IsZero() && r.AskedBy == actor.Label
}

// asked is a request in the audit log.
func asked(m ledger.Measure, r Request) map[string]any {
	out := map[string]any{"request": r.ID.String(), "kind": string(r.Kind), "amount": m.Plain(r.Amount), "reason": r.Reason}
	if !r.Until.IsZero() {
		out["until"] = r.Until.Format(time.RFC3339)
	}
	return out
}

package notify

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Query is which notices are wanted.
type Query struct {
	UnreadOnly bool
	Before     id.Notice // only those from before this one; zero = the newest
	Limit      int       // 0 = DefaultLimit
}

// Bounds of Query.Limit.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

// Service shows people their own notices. Nobody, admins included, reads somebody else's. A token of the organization itself is
// nobody, and its inbox is empty.
type Service struct {
	store Store
	clock clock.Clock
}

// New makes the service.
func New(s Store, c clock.Clock) *Service { return &Service{s, c} }

// List gives the actor's notices, newest first. more tells whether older ones exist.
func (s *Service) List(ctx context.Context, actor org.Actor, q Query) (list []Notice, more bool, err error) {
	if err := actor.Require(org.Viewer); err != nil || actor.Member.IsZero() {
		return nil, false, err
	}
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	limit := min(q.Limit, MaxLimit)
	q.Limit = limit + 1
	if list, err = s.store.List(ctx, actor.Org, actor.Member, q); err != nil {
		return nil, false, fmt.Errorf("notify: list: %w", err)
	}
	return list[:min(limit, len(list))], len(list) > limit, nil
}

// Unread is how many notices the actor has not read, at most Most; 0 for tokens of nobody.
func (s *Service) Unread(ctx context.Context, actor org.Actor) (int, error) {
	if err := actor.Require(org.Viewer); err != nil || actor.Member.IsZero() {
		return 0, err
	}
	n, err := s.store.Unread(ctx, actor.Org, actor.Member)
	if err != nil {
		return 0, fmt.Errorf("notify: count: %w", err)
	}
	return n, nil
}

// Read marks one of the actor's notices as read and gives it. Reading it again changes nothing.
func (s *Service) Read(ctx context.Context, actor org.Actor, which id.Notice) (Notice, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Notice{}, err
	}
	n, ok, err := s.store.Get(ctx, actor.Org, actor.Member, which)
	if err != nil {
		return n, fmt.Errorf("notify: read: %w", err)
	}
	if !ok {
		return n, Missing()
	}
	if n.ReadAt.IsZero() {
		n.ReadAt = s.clock.Now().UTC()
		if err := s.store.Read(ctx, actor.Org, actor.Member, which, n.ReadAt); err != nil {
			return n, fmt.Errorf("notify: mark as read: %w", err)
		}
	}
	return n, nil
}

// ReadAll marks all of the actor's notices as read and says how many were not.
func (s *Service) ReadAll(ctx context.Context, actor org.Actor) (int64, error) {
	if err := actor.Require(org.Viewer); err != nil || actor.Member.IsZero() {
		return 0, err
	}
	n, err := s.store.ReadAll(ctx, actor.Org, actor.Member, s.clock.Now().UTC())
	if err != nil {
		return 0, fmt.Errorf("notify: mark all as read: %w", err)
	}
	return n, nil
}

// Sweep forgets what is older than Keep. The schedule calls it.
func (s *Service) Sweep(ctx context.Context) error {
	return s.store.Sweep(ctx, s.clock.Now().Add(-Keep))
}

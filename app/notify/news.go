package notify

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// News tells whether the actor has not looked yet at what is new in this version.
func (s *Service) News(ctx context.Context, actor org.Actor, version string) (bool, error) {
	if err := actor.Require(org.Viewer); err != nil || actor.Member.IsZero() {
		return false, err
	}
	seen, err := s.store.Seen(ctx, actor.Org, actor.Member)
	if err != nil {
		return false, fmt.Errorf("notify: news: %w", err)
	}
	return seen != version, nil
}

// See says that the actor has looked at what is new in this version.
func (s *Service) See(ctx context.Context, actor org.Actor, version string) error {
	fresh, err := s.News(ctx, actor, version)
	if err != nil || !fresh {
		return err
	}
	if err := s.store.See(ctx, actor.Org, actor.Member, version, s.clock.Now().UTC()); err != nil {
		return fmt.Errorf("notify: news: %w", err)
	}
	return nil
}

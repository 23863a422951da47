package cache

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// Popular is a Group on a page. Asked is the question that was answered, for those who would be given the answer; else Readable is false.
type Popular struct {
	Group
	Asked    string
	Readable bool
}

// mostGroups is how many groups a page shows.
const mostGroups = 10

// Popular are the largest groups of like questions within the actor's reach from a moment to another; sightings are kept for LikesKept.
// Whoever reads figures of others' groups does not read what was asked in them.
func (s *Service) Popular(ctx context.Context, actor org.Actor, from, to time.Time) ([]Popular, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	list, err := s.Rules.Groups(ctx, actor.Org, reach(actor), from, to, mostGroups)
	if err != nil {
		return nil, fmt.Errorf("cache: groups of like questions: %w", err)
	}
	out := make([]Popular, len(list))
	for i, g := range list {
		seen := s.opened(ctx, actor, g.Last)
		out[i] = Popular{Group: g, Asked: seen.Theirs, Readable: seen.Readable}
	}
	return out, nil
}

package join

import (
	"context"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// pageful is how many of an organization's invitations a page looks at, the newest; every is all of them.
const (
	pageful = 500
	every   = -1
)

// Every is each invitation that the actor may see, newest first.
func (s *Service) Every(ctx context.Context, actor org.Actor) ([]Invitation, error) {
	if err := actor.Require(org.Lead); err != nil {
		return nil, err
	}
	return s.seen(ctx, actor, every)
}

func (s *Service) seen(ctx context.Context, actor org.Actor, most int) ([]Invitation, error) {
	all, err := s.Store.Invitations(ctx, actor.Org, most)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	return slices.DeleteFunc(all, func(i Invitation) bool { return !sees(actor, i) }), nil
}

// Invitations are the newest of those the actor may see, newest first, with how their letters went, by the plain uuid.
func (s *Service) Invitations(ctx context.Context, actor org.Actor) ([]Invitation, map[string]mail.Mail, error) {
	if err := actor.Require(org.Lead); err != nil {
		return nil, nil, err
	}
	out, err := s.seen(ctx, actor, pageful)
	if err != nil {
		return nil, nil, err
	}
	about := make([]string, len(out))
	for n, i := range out {
		about[n] = i.ID.UUID()
	}
	letters, err := s.Post.Latest(ctx, actor.Org, InviteKind, about)
	if err != nil {
		return nil, nil, fmt.Errorf("list invitations: %w", err)
	}
	return out, letters, nil
}

package identity

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Departments are those the actor may see: all for managers and admins, those of their own teams for everybody else.
func (s *Service) Departments(ctx context.Context, actor org.Actor) ([]org.Department, error) {
	teams, err := s.Teams(ctx, actor)
	if err != nil {
		return nil, err
	}
	all, err := s.Orgs.Departments(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("list departments: %w", err)
	}
	own := map[id.Department]bool{}
	for _, t := range teams {
		own[t.Department] = true
	}
	var out []org.Department
	for _, d := range all {
		if actor.Role.AtLeast(org.Manager) || own[d.ID] {
			out = append(out, d)
		}
	}
	return out, nil
}

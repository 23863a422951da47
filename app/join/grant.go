package join

import (
	"context"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// check looks at a grant that somebody typed: a role there is, in teams there are.
func (s *Service) check(ctx context.Context, actor org.Actor, g Grant) error {
	if !g.Role.Valid() {
		return fault.Field("role", "Choose a role: admin, manager, lead, developer or viewer.")
	}
	for _, t := range g.Teams {
		if _, err := s.Orgs.Team(ctx, actor.Org, t); err != nil {
			return err
		}
	}
	return s.may(actor, g)
}

// may refuses a grant beyond what the actor may give. Nobody lets anybody in above themselves, and whoever does not
// manage everything lets people into teams of their own.
func (s *Service) may(actor org.Actor, g Grant) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	if actor.Role == org.Admin {
		return nil
	}
	if g.Role.AtLeast(actor.Role) && g.Role != actor.Role || g.Role == org.Admin {
		return fault.Field("role", "You can invite people with at most your own role, "+actor.Role.Title()+". Ask an organization admin for more.")
	}
	if len(g.Teams) == 0 {
		return fault.Field("teams", "Choose a team of yours that they join.")
	}
	for _, t := range g.Teams {
		if !actor.InTeam(t) {
			return org.MissingTeam()
		}
	}
	return nil
}

// stillMay asks the same of an invitation's author when it is accepted: somebody who has left, or has lost the role,
// lets nobody in any more.
func (s *Service) stillMay(ctx context.Context, i Invitation) (bool, error) {
	if i.By.IsZero() {
		return true, nil
	}
	m, err := s.Orgs.Member(ctx, i.Org, i.By)
	if err != nil {
		return false, err
	}
	if !m.RemovedAt.IsZero() {
		return false, nil
	}
	err = s.may(org.Actor{Org: m.Org, Member: m.ID, Role: m.Role, Teams: m.Teams}, i.Grant)
	var refused *fault.Error
	if errors.As(err, &refused) {
		return false, nil
	}
	return err == nil, err
}

// sees reports whether an invitation is the actor's to see: their own, and those into teams they run.
func sees(actor org.Actor, i Invitation) bool {
	if actor.Role.AtLeast(org.Manager) || !i.By.IsZero() && i.By == actor.Member {
		return true
	}
	for _, t := range i.Teams {
		if actor.InTeam(t) {
			return true
		}
	}
	return false
}

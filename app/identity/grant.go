package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Grant is what somebody gets who comes in by an invitation, a domain or the directory: a role, in departments or teams,
// as NewMember has them.
type Grant struct {
	Role        org.Role
	Departments []id.Department
	Teams       []id.Team
}

// Assignments are the roles that a grant means.
func (g Grant) Assignments(o id.Org) []org.Assignment {
	return NewMember{Role: g.Role, Departments: g.Departments, Teams: g.Teams}.assignments(o)
}

// Grantable refuses a grant that makes no sense, names what is not there, or gives what the actor may not give. Whoever
// is no admin lets people into some place of theirs, never into none.
func (s *Service) Grantable(ctx context.Context, actor org.Actor, g Grant) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	switch {
	case !g.Role.Valid():
		return fault.Field("role", "Choose a role: admin, manager, lead, developer or viewer.")
	case g.Role == org.Manager && len(g.Departments) == 0:
		return fault.Field("departments", "Choose the departments that this manager manages.")
	case g.Role == org.Lead && len(g.Teams) == 0:
		return fault.Field("teams", "Choose the teams that this lead leads.")
	case len(g.Departments) > 0 && g.Role != org.Manager && g.Role != org.Viewer:
		return fault.Field("departments", "Only managers and viewers have departments. Choose teams instead.")
	}
	all := g.Assignments(actor.Org)
	if len(all) == 0 && actor.Role != org.Admin {
		return fault.Field("teams", "Choose a team of yours that they join.")
	}
	err := s.placeable(ctx, actor, nil, all)
	if fault.Is(err, fault.Forbidden) { // a form can mend it
		var f *fault.Error
		if errors.As(err, &f) {
			return fault.Field("role", f.Public)
		}
	}
	return err
}

// Maker is the person behind what is made: who acts, or who made the token that acts; zero where nobody is. Otherwise a leaver's
// token would leave others and invitations behind that end with nobody.
func (s *Service) Maker(ctx context.Context, actor org.Actor) (id.Member, error) {
	if !actor.Member.IsZero() || actor.Token.IsZero() {
		return actor.Member, nil
	}
	all, err := s.Store.Tokens(ctx, actor.Org) // not token: one of a lead does not see itself
	if err != nil {
		return id.Member{}, fmt.Errorf("who made a token: %w", err)
	}
	for _, t := range all {
		if t.ID == actor.Token {
			return t.Maker, nil
		}
	}
	return id.Member{}, MissingToken()
}

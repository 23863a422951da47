package identityweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
)

func (h *Tree) apiMembers(c *web.Context) error {
	q, err := memberQuery(c)
	if err != nil {
		return err
	}
	p, err := h.People.FindMembers(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	out := memberList{Data: make([]memberJSON, len(p.Members)), Next: p.Next.String()}
	for i, m := range p.Members {
		out.Data[i] = memberOut(c.Actor(), m)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Tree) apiMember(c *web.Context) error {
	return h.onMember(c, func(context.Context, org.Actor, id.Member) error { return nil })
}

// onMember does something to the member in the path and answers who they are then; nothing if the reader no longer knows
// them.
func (h *Tree) onMember(c *web.Context, do func(context.Context, org.Actor, id.Member) error) error {
	which, err := memberID(c)
	if err != nil {
		return err
	}
	if err := do(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	m, err := h.People.Member(c.Ctx(), c.Actor(), which)
	if fault.Is(err, fault.NotFound) && c.Request().Method != http.MethodGet {
		return c.NoContent(http.StatusNoContent)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, memberOut(c.Actor(), m))
}

func (h *Tree) apiAddMember(c *web.Context) error {
	in, err := web.Decode[memberInput](c)
	if err != nil {
		return err
	}
	m := identity.NewMember{Name: in.Name, Email: in.Email, Role: org.Role(in.Role), Password: secret.New(in.Password)}
	for _, text := range in.Departments {
		d, err := id.ParseDepartment(text)
		if err != nil {
			return fault.Field("departments", "Departments are ids like dep_…; GET "+web.APIRoot+"departments lists them.")
		}
		m.Departments = append(m.Departments, d)
	}
	for _, text := range in.Teams {
		t, err := id.ParseTeam(text)
		if err != nil {
			return fault.Field("teams", "Teams are ids like team_…; GET "+web.APIRoot+"teams lists them.")
		}
		m.Teams = append(m.Teams, t)
	}
	made, err := h.People.AddMember(c.Ctx(), c.Actor(), m)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, memberOut(c.Actor(), made))
}

func (h *Tree) apiPlace(c *web.Context) error {
	in, err := web.Decode[rolesInput](c)
	if err != nil {
		return err
	}
	var want []org.Assignment
	for _, r := range in.Roles {
		a, err := assignmentOf(c.Actor().Org, r.Role, r.At)
		if err != nil {
			return err
		}
		want = append(want, a)
	}
	var home id.Team
	if in.Home != "" {
		if home, err = teamOf("home", in.Home); err != nil {
			return err
		}
	}
	return h.onMember(c, func(ctx context.Context, a org.Actor, m id.Member) error {
		return h.People.Place(ctx, a, m, want, home)
	})
}

// assignmentOf reads a role and a node; a node that is no id is answered like one that is unknown.
func assignmentOf(o id.Org, role, at string) (org.Assignment, error) {
	if at == "" {
		return org.Assignment{}, fault.Field("at", "Choose where the role holds: the organization, a department or a team.")
	}
	scope := org.ReadScope(o, at)
	switch scope.Kind() {
	case org.OrgScope, org.DepartmentScope, org.TeamScope:
		return org.Assignment{Role: org.Role(role), At: scope}, nil
	}
	return org.Assignment{}, org.MissingTeam()
}

func (h *Tree) apiMoveMember(c *web.Context) error {
	in, err := web.Decode[moveInput](c)
	if err != nil {
		return err
	}
	from, err := teamOf("from", in.From)
	if err != nil {
		return err
	}
	to, err := teamOf("to", in.To)
	if err != nil {
		return err
	}
	return h.onMember(c, func(ctx context.Context, a org.Actor, m id.Member) error {
		return h.People.MoveMember(ctx, a, m, from, to)
	})
}

func (h *Tree) apiDisable(c *web.Context) error { return h.onMember(c, h.People.DisableMember) }

func (h *Tree) apiEnable(c *web.Context) error { return h.onMember(c, h.People.EnableMember) }

func (h *Tree) apiRemoveMember(c *web.Context) error {
	which, err := memberID(c)
	if err != nil {
		return err
	}
	if err := h.People.RemoveMember(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

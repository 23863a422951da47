package identityweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
)

type organizationJSON struct {
	ID        string    `json:"id"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	Zone      string    `json:"zone"`
	CreatedAt time.Time `json:"created_at"`
}

type teamJSON struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Department string     `json:"department,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	ArchivedAt *time.Time `json:"archived_at,omitempty"`
}

// teamInput makes a team; without a department it stands outside all of them.
type teamInput struct {
	Name       string `json:"name"`
	Department string `json:"department"`
}

type teamList struct {
	Data []teamJSON `json:"data"`
}

type memberJSON struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	Name      string    `json:"name"`
	Role      string    `json:"role"`
	Teams     []string  `json:"teams"`
	CreatedAt time.Time `json:"created_at"`
}

// memberInput lets a person in. Password is written, never read; without one they cannot log in by password yet.
type memberInput struct {
	Email    string   `json:"email"`
	Name     string   `json:"name"`
	Role     string   `json:"role"`
	Teams    []string `json:"teams"`
	Password string   `json:"password"`
}

type memberList struct {
	Data []memberJSON `json:"data"`
}

func (h *Handlers) apiOrganization(c *web.Context) error {
	o, err := h.people.Organization(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, organizationJSON{o.ID.String(), o.Slug, o.Name, o.Zone, o.CreatedAt})
}

func (h *Handlers) apiTeams(c *web.Context) error {
	all, err := h.people.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := teamList{Data: make([]teamJSON, len(all))}
	for i, t := range all {
		out.Data[i] = teamOut(t)
	}
	return c.JSON(http.StatusOK, out)
}

func teamOut(t org.Team) teamJSON {
	return teamJSON{ID: t.ID.String(), Name: t.Name, Department: departmentText(t.Department), CreatedAt: t.CreatedAt, ArchivedAt: moment(t.ArchivedAt)}
}

func (h *Handlers) apiAddTeam(c *web.Context) error {
	in, err := web.Decode[teamInput](c)
	if err != nil {
		return err
	}
	department, err := departmentOf(in.Department)
	if err != nil {
		return err
	}
	t, err := h.people.AddTeam(c.Ctx(), c.Actor(), in.Name, department)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, teamOut(t))
}

func (h *Handlers) apiMembers(c *web.Context) error {
	all, err := h.people.Members(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := memberList{Data: make([]memberJSON, len(all))}
	for i, m := range all {
		out.Data[i] = memberOut(m)
	}
	return c.JSON(http.StatusOK, out)
}

func memberOut(m org.Member) memberJSON {
	out := memberJSON{ID: m.ID.String(), Email: m.Email, Name: m.Name, Role: string(m.Role), Teams: []string{}, CreatedAt: m.CreatedAt}
	for _, t := range m.Teams {
		out.Teams = append(out.Teams, t.String())
	}
	return out
}

func (h *Handlers) apiAddMember(c *web.Context) error {
	in, err := web.Decode[memberInput](c)
	if err != nil {
		return err
	}
	teams := make([]id.Team, 0, len(in.Teams))
	for _, text := range in.Teams {
		t, err := id.ParseTeam(text)
		if err != nil {
			return fault.Field("teams", "Teams are ids like team_…; GET "+web.APIRoot+"teams lists them.")
		}
		teams = append(teams, t)
	}
	m, err := h.people.AddMember(c.Ctx(), c.Actor(), identity.NewMember{Name: in.Name, Email: in.Email, Role: org.Role(in.Role), Teams: teams,
		Password: secret.New(in.Password)})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, memberOut(m))
}

func (h *Handlers) apiRemoveMember(c *web.Context) error {
	m, err := web.Param(c, "id", id.ParseMember, org.MissingMember())
	if err != nil {
		return err
	}
	if err := h.people.RemoveMember(c.Ctx(), c.Actor(), m); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

package identityweb

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

type organizationJSON struct {
	ID        string    `json:"id"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	Zone      string    `json:"zone"`
	CreatedAt time.Time `json:"created_at"`
}

type organizationInput struct {
	Name string `json:"name"`
	Slug string `json:"slug"`
	Zone string `json:"zone"`
}

type departmentJSON struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"created_at"`
	ArchivedAt *time.Time `json:"archived_at,omitempty"`
}

type departmentList struct {
	Data []departmentJSON `json:"data"`
}

type teamJSON struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Department string     `json:"department,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	ArchivedAt *time.Time `json:"archived_at,omitempty"`
}

type teamList struct {
	Data []teamJSON `json:"data"`
}

type accountJSON struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Team       string     `json:"team"`
	CreatedAt  time.Time  `json:"created_at"`
	ArchivedAt *time.Time `json:"archived_at,omitempty"`
}

type accountList struct {
	Data []accountJSON `json:"data"`
}

type nameInput struct {
	Name string `json:"name"`
}

// teamInput makes a team; without a department it stands outside all of them.
type teamInput struct {
	Name       string `json:"name"`
	Department string `json:"department"`
}

// departmentInput says where a team goes; empty is outside departments.
type departmentInput struct {
	Department string `json:"department"`
}

type intoInput struct {
	Into string `json:"into"`
}

type inTeamInput struct {
	Team string `json:"team"`
}

type accountInput struct {
	Name string `json:"name"`
	Team string `json:"team"`
}

func (h *Tree) apiOrganization(c *web.Context) error {
	o, err := h.People.Organization(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, organizationOut(o))
}

func organizationOut(o org.Organization) organizationJSON {
	return organizationJSON{o.ID.String(), o.Slug, o.Name, o.Zone, o.CreatedAt}
}

// apiSetOrganization changes what is sent; what is left out stays.
func (h *Tree) apiSetOrganization(c *web.Context) error {
	in, err := web.Decode[organizationInput](c)
	if err != nil {
		return err
	}
	o, err := h.People.Organization(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	want := identity.Settings{Name: either(in.Name, o.Name), Slug: either(in.Slug, o.Slug), Zone: either(in.Zone, o.Zone)}
	if o, err = h.People.SetOrganization(c.Ctx(), c.Actor(), want); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, organizationOut(o))
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (h *Tree) apiDepartments(c *web.Context) error {
	all, err := h.People.AllDepartments(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := departmentList{Data: make([]departmentJSON, len(all))}
	for i, d := range all {
		out.Data[i] = departmentOut(d)
	}
	return c.JSON(http.StatusOK, out)
}

func departmentOut(d org.Department) departmentJSON {
	return departmentJSON{d.ID.String(), d.Name, d.CreatedAt, moment(d.ArchivedAt)}
}

func (h *Tree) apiAddDepartment(c *web.Context) error {
	in, err := web.Decode[nameInput](c)
	if err != nil {
		return err
	}
	d, err := h.People.AddDepartment(c.Ctx(), c.Actor(), in.Name)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, departmentOut(d))
}

func (h *Tree) apiDepartment(c *web.Context) error {
	return h.onDepartment(c, func(context.Context, org.Actor, id.Department) error { return nil })
}

// onDepartment does something to the department in the path and answers what it is then.
func (h *Tree) onDepartment(c *web.Context, do func(context.Context, org.Actor, id.Department) error) error {
	which, err := departmentID(c)
	if err != nil {
		return err
	}
	if err := do(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	d, err := h.People.Department(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, departmentOut(d))
}

func (h *Tree) apiRenameDepartment(c *web.Context) error {
	in, err := web.Decode[nameInput](c)
	if err != nil {
		return err
	}
	return h.onDepartment(c, func(ctx context.Context, a org.Actor, d id.Department) error {
		return h.People.RenameDepartment(ctx, a, d, in.Name)
	})
}

func (h *Tree) apiMergeDepartment(c *web.Context) error {
	in, err := web.Decode[intoInput](c)
	if err != nil {
		return err
	}
	into, err := departmentOf(in.Into)
	if err == nil && into.IsZero() {
		err = fault.Field("into", "Say which department takes the teams over.")
	}
	if err != nil {
		return err
	}
	return h.onDepartment(c, func(ctx context.Context, a org.Actor, d id.Department) error {
		return h.People.MergeDepartment(ctx, a, d, into)
	})
}

func (h *Tree) apiArchiveDepartment(c *web.Context) error {
	return h.onDepartment(c, h.People.ArchiveDepartment)
}

func (h *Tree) apiRestoreDepartment(c *web.Context) error {
	return h.onDepartment(c, h.People.RestoreDepartment)
}

func (h *Tree) apiTeams(c *web.Context) error {
	all, err := h.People.AllTeams(c.Ctx(), c.Actor())
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

func (h *Tree) apiAddTeam(c *web.Context) error {
	in, err := web.Decode[teamInput](c)
	if err != nil {
		return err
	}
	department, err := departmentOf(in.Department)
	if err != nil {
		return err
	}
	t, err := h.People.AddTeam(c.Ctx(), c.Actor(), in.Name, department)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, teamOut(t))
}

func (h *Tree) apiTeam(c *web.Context) error {
	return h.onTeam(c, func(context.Context, org.Actor, id.Team) error { return nil })
}

// onTeam does something to the team in the path and answers what it is then.
func (h *Tree) onTeam(c *web.Context, do func(context.Context, org.Actor, id.Team) error) error {
	which, err := teamID(c)
	if err != nil {
		return err
	}
	if err := do(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	t, err := h.People.Team(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, teamOut(t))
}

func (h *Tree) apiRenameTeam(c *web.Context) error {
	in, err := web.Decode[nameInput](c)
	if err != nil {
		return err
	}
	return h.onTeam(c, func(ctx context.Context, a org.Actor, t id.Team) error {
		return h.People.RenameTeam(ctx, a, t, in.Name)
	})
}

func (h *Tree) apiMoveTeam(c *web.Context) error {
	in, err := web.Decode[departmentInput](c)
	if err != nil {
		return err
	}
	to, err := departmentOf(in.Department)
	if err != nil {
		return err
	}
	return h.onTeam(c, func(ctx context.Context, a org.Actor, t id.Team) error { return h.People.MoveTeam(ctx, a, t, to) })
}

func (h *Tree) apiMergeTeam(c *web.Context) error {
	in, err := web.Decode[intoInput](c)
	if err != nil {
		return err
	}
	into, err := teamOf("into", in.Into)
	if err != nil {
		return err
	}
	return h.onTeam(c, func(ctx context.Context, a org.Actor, t id.Team) error { return h.People.MergeTeam(ctx, a, t, into) })
}

func (h *Tree) apiArchiveTeam(c *web.Context) error { return h.onTeam(c, h.People.ArchiveTeam) }

func (h *Tree) apiRestoreTeam(c *web.Context) error { return h.onTeam(c, h.People.RestoreTeam) }

func (h *Tree) apiAccounts(c *web.Context) error {
	all, err := h.People.Accounts(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := accountList{Data: make([]accountJSON, len(all))}
	for i, a := range all {
		out.Data[i] = accountOut(a)
	}
	return c.JSON(http.StatusOK, out)
}

func accountOut(a org.Account) accountJSON {
	return accountJSON{a.ID.String(), a.Name, a.Team.String(), a.CreatedAt, moment(a.ArchivedAt)}
}

func (h *Tree) apiAddAccount(c *web.Context) error {
	in, err := web.Decode[accountInput](c)
	if err != nil {
		return err
	}
	team, err := teamOf("team", in.Team)
	if err != nil {
		return err
	}
	a, err := h.People.AddAccount(c.Ctx(), c.Actor(), team, in.Name)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, accountOut(a))
}

func (h *Tree) apiAccount(c *web.Context) error {
	return h.onAccount(c, func(context.Context, org.Actor, id.Account) error { return nil })
}

// onAccount does something to the service account in the path and answers what it is then.
func (h *Tree) onAccount(c *web.Context, do func(context.Context, org.Actor, id.Account) error) error {
	which, err := accountID(c)
	if err != nil {
		return err
	}
	if err := do(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	a, err := h.People.Account(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, accountOut(a))
}

func (h *Tree) apiRenameAccount(c *web.Context) error {
	in, err := web.Decode[nameInput](c)
	if err != nil {
		return err
	}
	return h.onAccount(c, func(ctx context.Context, a org.Actor, x id.Account) error {
		return h.People.RenameAccount(ctx, a, x, in.Name)
	})
}

func (h *Tree) apiMoveAccount(c *web.Context) error {
	in, err := web.Decode[inTeamInput](c)
	if err != nil {
		return err
	}
	to, err := teamOf("team", in.Team)
	if err != nil {
		return err
	}
	return h.onAccount(c, func(ctx context.Context, a org.Actor, x id.Account) error { return h.People.MoveAccount(ctx, a, x, to) })
}

func (h *Tree) apiArchiveAccount(c *web.Context) error {
	return h.onAccount(c, h.People.ArchiveAccount)
}

func (h *Tree) apiRestoreAccount(c *web.Context) error {
	return h.onAccount(c, h.People.RestoreAccount)
}

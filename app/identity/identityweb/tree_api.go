package identityweb

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

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

package identityweb

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

type departmentJSON struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	CreatedAt  time.Time  `json:"created_at"`
	ArchivedAt *time.Time `json:"archived_at,omitempty"`
}

type departmentList struct {
	Data []departmentJSON `json:"data"`
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

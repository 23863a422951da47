package identityweb

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

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

type inTeamInput struct {
	Team string `json:"team"`
}

type accountInput struct {
	Name string `json:"name"`
	Team string `json:"team"`
}

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

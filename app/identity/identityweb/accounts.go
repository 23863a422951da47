package identityweb

import (
	"context"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Tree) accounts(c *web.Context) error {
	page, err := h.accountsPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Accounts(page))
}

func (h *Tree) accountsPage(c *web.Context) (views.AccountsPage, error) {
	page := views.AccountsPage{Shell: c.Shell("Service accounts", "service_accounts")}
	n, err := h.nodes(c)
	if err != nil {
		return page, err
	}
	all, err := h.People.Accounts(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	count, err := h.Keys.OfAccounts(c.Ctx(), c.Actor())
	if err != nil {
		return page, err
	}
	for _, a := range all {
		page.Rows = append(page.Rows, views.AccountRow{Name: a.Name, Href: accountsPath + "/" + a.ID.String(), Team: n.team(a.Org, a.Team), Keys: strconv.Itoa(count[a.ID]),
			Archived: !a.ArchivedAt.IsZero(), Created: c.When(a.CreatedAt)})
	}
	if teams := n.teamOptions(func(t org.Team) bool { return c.Actor().InTeam(t.ID, org.Lead) }); len(teams) > 0 {
		page.Add = &views.AddAccountForm{Teams: teams}
	}
	return page, nil
}

func (h *Tree) addAccount(c *web.Context) error {
	name, where := c.FormValue("name"), c.FormValue("team")
	team, err := teamOf("team", where)
	var a org.Account
	if err == nil {
		a, err = h.People.AddAccount(c.Ctx(), c.Actor(), team, name)
	}
	if r, ok := web.Refused(err); ok {
		page, err := h.accountsPage(c)
		if err != nil {
			return err
		}
		if page.Add != nil {
			page.Add.Name, page.Add.Team, page.Add.Errors = name, where, r.Fields
		}
		return c.Invalid(views.Accounts(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Service account " + a.Name + " created.")
	return c.See(accountsPath + "/" + a.ID.String())
}

func (h *Tree) account(c *web.Context) error {
	which, err := accountID(c)
	if err != nil {
		return err
	}
	page, err := h.accountPage(c, which)
	if err != nil {
		return err
	}
	return c.Render(views.Node(page))
}

func (h *Tree) accountPage(c *web.Context, which id.Account) (views.NodePage, error) {
	actor := c.Actor()
	a, err := h.People.Account(c.Ctx(), actor, which)
	if err != nil {
		return views.NodePage{}, err
	}
	n, err := h.nodes(c)
	if err != nil {
		return views.NodePage{}, err
	}
	page := views.NodePage{Shell: c.Shell(a.Name, "service_accounts"), Title: a.Name, Kind: "service account",
		Crumbs: []ui.Crumb{{Label: "Service accounts", Href: accountsPath}, {Label: a.Name}},
		Facts: []ui.Fact{{Label: "Team that pays", Value: n.team(a.Org, a.Team), Href: teamsPath + "/" + a.Team.String()}, {Label: "Id", Value: a.ID.String(), Mono: true, Copy: true},
			{Label: "Created", Body: ui.Time(c.When(a.CreatedAt))}}}
	if page.Keys, page.MoreKeys, err = h.keyRows(c, n, key.Query{Account: a.ID}, a.Name); err != nil {
		return page, err
	}
	path := accountsPath + "/" + a.ID.String()
	if !a.ArchivedAt.IsZero() {
		page.Status = shelved()
	}
	if !actor.InTeam(a.Team, org.Lead) {
		return page, nil
	}
	page.Rename = &views.RenameForm{Action: path + "/rename", Value: a.Name}
	if !a.ArchivedAt.IsZero() {
		page.Restore = path + "/restore"
		return page, nil
	}
	page.Archive = &ui.ConfirmProps{Label: "Archive", Icon: "player-pause", Title: "Archive " + a.Name + "?", Action: path + "/archive", Button: "Archive service account", Kind: ui.Destructive,
		Text: "Its keys stop within a second. Restoring it brings them back."}
	if to := n.teamOptions(func(t org.Team) bool { return t.ID != a.Team && actor.InTeam(t.ID, org.Lead) }); len(to) > 0 {
		page.Plans = append(page.Plans, views.PlanForm{ID: "move", Action: path + "/move", Name: "team", Title: "Move",
			Text: "To another team, which pays for its keys from the next request on. What was spent stays.", Label: "Team", Button: "Move", Options: to})
	}
	return page, nil
}

func (h *Tree) renameAccount(c *web.Context) error {
	return h.actOnAccount(c, "Service account renamed.", func(ctx context.Context, a org.Actor, x id.Account) error {
		return h.People.RenameAccount(ctx, a, x, c.FormValue("name"))
	})
}

func (h *Tree) moveAccount(c *web.Context) error {
	return h.actOnAccount(c, "Service account moved, with its keys.", func(ctx context.Context, a org.Actor, x id.Account) error {
		to, err := teamOf("team", c.FormValue("team"))
		if err != nil {
			return err
		}
		return h.People.MoveAccount(ctx, a, x, to)
	})
}

func (h *Tree) archiveAccount(c *web.Context) error {
	return h.actOnAccount(c, "Service account archived. Its keys are refused from now on.", h.People.ArchiveAccount)
}

func (h *Tree) restoreAccount(c *web.Context) error {
	return h.actOnAccount(c, "Service account restored.", h.People.RestoreAccount)
}

// actOnAccount does something to the service account in the path; a refusal shows its page again.
func (h *Tree) actOnAccount(c *web.Context, done string, do func(context.Context, org.Actor, id.Account) error) error {
	which, err := accountID(c)
	if err != nil {
		return err
	}
	err = do(c.Ctx(), c.Actor(), which)
	if r, ok := web.Refused(err); ok {
		page, err := h.accountPage(c, which)
		if err != nil {
			return err
		}
		refuse(c, &page, r)
		return c.Invalid(views.Node(page))
	}
	if err != nil {
		return err
	}
	c.Flash(done)
	return c.See(accountsPath + "/" + which.String())
}

package main

import (
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/client"
)

func count(n int64) string { return strconv.FormatInt(n, 10) }

type memberCmd struct {
	List   memberListCmd   `cmd:"" help:"List members."`
	Remove memberRemoveCmd `cmd:"" help:"Remove a member: their keys, sessions and tokens end."`
}

type memberListCmd struct{ remoteFlags }

func (c memberListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.Members().All(e.ctx, nil), "There are no members.", []string{"ID", "NAME", "E-MAIL", "ROLE", "TEAMS"}, func(m client.Member) []string {
		return []string{m.ID, m.Name, m.Email, m.Role, strings.Join(m.Teams, " ")}
	})
}

type memberRemoveCmd struct {
	remoteFlags
	ID string `arg:"" help:"The member's id (mem_…)."`
}

func (c memberRemoveCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return c.done(e, api.Members().Remove(e.ctx, c.ID), "Removed "+c.ID+".")
}

type teamCmd struct {
	List   teamListCmd   `cmd:"" help:"List teams."`
	Create teamCreateCmd `cmd:"" help:"Create a team."`
}

type teamListCmd struct{ remoteFlags }

func (c teamListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.Teams().All(e.ctx, nil), "There are no teams.", []string{"ID", "NAME", "CREATED"}, func(t client.Team) []string {
		return []string{t.ID, t.Name, day(t.CreatedAt)}
	})
}

type teamCreateCmd struct {
	remoteFlags
	Name string `arg:"" help:"What the team is called."`
}

func (c teamCreateCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	t, err := api.Teams().Create(e.ctx, client.TeamInput{Name: c.Name})
	if err != nil {
		return err
	}
	return c.printOne(e.out, t, "Team", t.ID, "Name", t.Name)
}

type tokenCmd struct {
	List   tokenListCmd   `cmd:"" help:"List management tokens."`
	Create tokenCreateCmd `cmd:"" help:"Create a management token and print its secret, once."`
	Revoke tokenRevokeCmd `cmd:"" help:"Revoke a token."`
}

type tokenListCmd struct{ remoteFlags }

func (c tokenListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.Tokens().All(e.ctx, nil), "There are no tokens.", []string{"ID", "NAME", "STATUS", "ROLE", "SCOPES", "LAST USED"}, func(t client.Token) []string {
		return []string{t.ID, t.Name, t.Status, t.Role, strings.Join(t.Scopes, " "), dayOf(t.LastUsedAt)}
	})
}

type tokenCreateCmd struct {
	remoteFlags
	Name     string    `arg:"" help:"What will use it."`
	Role     string    `help:"What it may do: admin, manager, lead, developer, viewer." xor:"whose"`
	Personal bool      `help:"It acts as you, with your role of the moment." xor:"whose"`
	Scopes   []string  `help:"Only these: keys:read, budgets:write, all:read, …"`
	Expires  time.Time `help:"When it ends; without it never, or with the log-in or token that makes it."`
}

func (c tokenCreateCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	t, err := api.Tokens().Create(e.ctx, client.TokenInput{Name: c.Name, Role: c.Role, Personal: c.Personal, Scopes: c.Scopes, ExpiresAt: c.Expires})
	if err != nil {
		return err
	}
	return c.printOne(e.out, t, "Token", t.ID, "Name", t.Name, "Secret", t.Secret, "", "Copy it now: it is not stored and cannot be shown again.")
}

type tokenRevokeCmd struct {
	remoteFlags
	ID string `arg:"" help:"The token's id (tok_…)."`
}

func (c tokenRevokeCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return c.done(e, api.Tokens().Revoke(e.ctx, c.ID), "Revoked "+c.ID+".")
}

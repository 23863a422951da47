package main

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/client"
)

type keyCmd struct {
	List    keyListCmd    `cmd:"" help:"List virtual keys, newest first."`
	Show    keyShowCmd    `cmd:"" help:"Show a key."`
	Create  keyCreateCmd  `cmd:"" help:"Create a key and print its secret, once."`
	Rotate  keyRotateCmd  `cmd:"" help:"Give a key a new secret and print it, once; the old one goes on working for a while."`
	Disable keyDisableCmd `cmd:"" help:"Refuse requests with a key; it can be enabled again."`
	Enable  keyEnableCmd  `cmd:"" help:"Let a disabled key work again."`
	Delete  keyDeleteCmd  `cmd:"" help:"End a key for good."`
}

type keyListCmd struct {
	remoteFlags
	Search string `help:"Only keys with this in their name, their owner's, or with these last four letters." short:"q"`
}

func (c keyListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.Keys().All(e.ctx, c.query()), "There are no keys.", []string{"ID", "NAME", "STATUS", "TEAM", "ACTS AS", "LAST USED"}, func(k client.Key) []string {
		return []string{k.ID, k.Name, k.Status, k.Team, k.Member + k.Account, dayOf(k.LastUsedAt)}
	})
}

func (c keyListCmd) query() url.Values {
	if c.Search == "" {
		return nil
	}
	return url.Values{"q": {c.Search}}
}

type oneKey struct {
	remoteFlags
	ID string `arg:"" help:"The key's id (key_…)."`
}

type keyShowCmd struct{ oneKey }

func (c keyShowCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	k, err := api.Keys().Show(e.ctx, c.ID, nil)
	if err != nil {
		return err
	}
	return c.printKey(e, k)
}

func (c oneKey) printKey(e *env, k client.Key) error {
	return c.printOne(e.out, k, "Key", k.ID, "Name", k.Name, "Status", k.Status, "Hint", k.Hint, "Team", k.Team, "Acts as", k.Member+k.Account, "Models", fmt.Sprint(k.Models),
		"Networks", fmt.Sprint(k.Networks), "Created", day(k.CreatedAt), "Expires", dayOf(k.ExpiresAt), "Last used", dayOf(k.LastUsedAt))
}

type keyCreateCmd struct {
	remoteFlags
	Name     string    `arg:"" help:"Where it will be used."`
	Team     string    `help:"The team that pays (team_…); bodhi team list shows them." required:""`
	Member   string    `help:"Whom it acts as (mem_…)." xor:"owner"`
	Account  string    `help:"Or the name of the service account it acts as." xor:"owner"`
	Models   []string  `help:"Only these aliases or models; without it all."`
	Networks []string  `help:"Only from these addresses or ranges; without it from anywhere."`
	Expires  time.Time `help:"When it ends, such as 2027-01-31T00:00:00Z; without it never."`

	Endpoints []string `help:"Only these classes: chat, responses, embeddings, images, audio, moderations, files; without it all."`
	Tags      []string `help:"Put on every request: project=apollo."`
	Budget    string   `help:"A hard budget of its own: 25, or 25/weekly (daily, weekly, monthly, quarterly, total)." placeholder:"USD[/PERIOD]"`
	RPM       int64    `help:"Requests a minute." name:"rpm"`
	TPM       int64    `help:"Tokens a minute." name:"tpm"`
}

func (c keyCreateCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	amount, period, _ := strings.Cut(c.Budget, "/")
	k, err := api.Keys().Create(e.ctx, client.KeyInput{Name: c.Name, Team: c.Team, Member: c.Member, Account: c.Account, Models: c.Models, Networks: c.Networks, ExpiresAt: c.Expires,
		Endpoints: c.Endpoints, Tags: c.Tags, BudgetUSD: amount, BudgetPeriod: period, RequestsPerMinute: c.RPM, TokensPerMinute: c.TPM})
	if err != nil {
		return err
	}
	return c.printOne(e.out, k, "Key", k.ID, "Name", k.Name, "Secret", k.Secret, "", "Copy it now: it is not stored and cannot be shown again.")
}

type keyRotateCmd struct {
	oneKey
	Overlap int `help:"Hours that the old secret goes on working, 0 to 168; 0 for one that leaked." default:"24"`
}

func (c keyRotateCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	k, err := api.Keys().Rotate(e.ctx, c.ID, client.RotateInput{OverlapHours: &c.Overlap})
	if err != nil {
		return err
	}
	return c.printOne(e.out, k, "Key", k.ID, "Name", k.Name, "Secret", k.Secret, "Old secret works until", dayOf(k.OldUntil), "", "Copy it now: it is not stored and cannot be shown again.")
}

type keyDisableCmd struct{ oneKey }

func (c keyDisableCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	k, err := api.Keys().Disable(e.ctx, c.ID)
	if err != nil {
		return err
	}
	return c.printKey(e, k)
}

type keyEnableCmd struct{ oneKey }

func (c keyEnableCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	k, err := api.Keys().Enable(e.ctx, c.ID)
	if err != nil {
		return err
	}
	return c.printKey(e, k)
}

type keyDeleteCmd struct{ oneKey }

func (c keyDeleteCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return c.done(e, api.Keys().Delete(e.ctx, c.ID), "Deleted "+c.ID+".")
}

// done says that something without an answer went well.
func (f remoteFlags) done(e *env, err error, text string) error {
	if err != nil {
		return err
	}
	if f.JSON {
		return printJSON(e.out, map[string]bool{"ok": true})
	}
	_, err = fmt.Fprintln(e.out, text)
	return err
}

package main

import "github.com/bodhi-gateway/bodhi/app/client"

type supportCmd struct {
	List  supportListCmd  `cmd:"" default:"withargs" help:"List the times that support was let in, the newest first."`
	Allow supportAllowCmd `cmd:"" help:"Let whoever runs the installation look at the organization's pages for a while."`
	End   supportEndCmd   `cmd:"" help:"End support's access at once."`
}

type supportListCmd struct{ remoteFlags }

func (c supportListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.SupportAccess().All(e.ctx, nil), "Support was never let in.", []string{"ALLOWED", "STATE", "UNTIL", "BY", "REASON"}, func(a client.OperatorAccess) []string {
		until := a.Until
		if a.EndedAt != nil {
			until = *a.EndedAt
		}
		return []string{day(a.AllowedAt), a.State, day(until), a.AllowedBy, a.Reason}
	})
}

type supportAllowCmd struct {
	remoteFlags
	Reason string `arg:"" help:"What support should look at."`
	Hours  int    `help:"For how many hours, 1 to 168." default:"24"`
}

func (c supportAllowCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	a, err := api.SupportAccess().Allow(e.ctx, client.OperatorAccessInput{Reason: c.Reason, Hours: c.Hours})
	if err != nil {
		return err
	}
	return c.printOne(e.out, a, "Access", a.ID, "Reason", a.Reason, "Until", day(a.Until))
}

type supportEndCmd struct{ remoteFlags }

func (c supportEndCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return c.done(e, api.SupportAccess().End(e.ctx), "Support has no access any more.")
}

package main

import (
	"net/url"

	"github.com/bodhi-gateway/bodhi/app/client"
)

type budgetCmd struct {
	List   budgetListCmd   `cmd:"" help:"List budgets and where they stand."`
	Show   budgetShowCmd   `cmd:"" help:"Show a budget with its forecast."`
	Create budgetCreateCmd `cmd:"" help:"Set a budget."`
	Set    budgetSetCmd    `cmd:"" help:"Change a budget."`
	Delete budgetDeleteCmd `cmd:"" help:"Remove a budget."`
	Ask    budgetAskCmd    `cmd:"" help:"Ask for more than a budget allows."`
}

type budgetListCmd struct{ remoteFlags }

func (c budgetListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.Budgets().All(e.ctx, nil), "There are no budgets.", []string{"ID", "OF", "PERIOD", "LIMIT", "SPENT", "HELD", "LEFT", "IN", "AT THE LIMIT", "RESETS"}, func(b client.Budget) []string {
		return []string{b.ID, b.ScopeLabel, b.Period, b.Present, b.Spent, b.Held, b.Left, b.Measure, b.Enforcement, dayOf(b.ResetsAt)}
	})
}

type oneBudget struct {
	remoteFlags
	ID string `arg:"" help:"The budget's id (bud_…)."`
}

type budgetShowCmd struct{ oneBudget }

func (c budgetShowCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	b, err := api.Budgets().Show(e.ctx, c.ID, nil)
	if err != nil {
		return err
	}
	return c.printBudget(e, b)
}

func (f remoteFlags) printBudget(e *env, b client.Budget) error {
	forecast := ""
	if b.Forecast != nil && b.Forecast.Total != nil {
		forecast = *b.Forecast.Total + " " + b.Measure + " (" + b.Forecast.Method + ")"
	}
	return f.printOne(e.out, b, "Budget", b.ID, "Name", b.Name, "Of", b.ScopeLabel, "Period", b.Period, "Limit", b.Limit+" "+b.Measure, "In force", b.Present, "Spent", b.Spent, "Held", b.Held,
		"Left", b.Left, "At the limit", b.Enforcement, "Resets", dayOf(b.ResetsAt), "Forecast", forecast)
}

type budgetCreateCmd struct {
	remoteFlags
	Limit       string `arg:"" help:"How much may be spent in a period: an amount of USD, or a count."`
	Scope       string `help:"Whose: id of a department, team, member or key, pool:team_…, tag:name=value; without it the organization." placeholder:"ID"`
	Name        string `help:"What it is called."`
	Measure     string `help:"What is counted." enum:"usd,tokens,requests" default:"usd"`
	Period      string `help:"How often it begins anew: daily, weekly, monthly, quarterly, or total for never." default:"monthly"`
	Enforcement string `help:"What happens at the limit: hard, soft, throttle, downgrade." default:"hard"`
	DowngradeTo string `help:"With downgrade: the cheaper model, or an alias, that requests are sent to near the limit." placeholder:"MODEL"`
}

func (c budgetCreateCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	b, err := api.Budgets().Create(e.ctx, client.BudgetInput{Limit: c.Limit, Scope: c.Scope, Name: c.Name, Measure: c.Measure, Period: c.Period, Enforcement: c.Enforcement, DowngradeTo: c.DowngradeTo})
	if err != nil {
		return err
	}
	return c.printBudget(e, b)
}

type budgetSetCmd struct {
	oneBudget
	Limit       *string `help:"How much may be spent in a period."`
	Name        *string `help:"What it is called."`
	Period      *string `help:"How often it begins anew: daily, weekly, monthly, quarterly, or total for never."`
	Enforcement *string `help:"What happens at the limit: hard, soft, throttle, downgrade."`
	DowngradeTo *string `help:"With downgrade: the cheaper model, or an alias, that requests are sent to near the limit." placeholder:"MODEL"`
}

// Run changes the budget as it is now: if somebody was faster, it is refused and nothing is lost.
func (c budgetSetCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	var tag string
	if _, err := api.Budgets().Show(e.ctx, c.ID, nil, client.ETag(&tag)); err != nil {
		return err
	}
	b, err := api.Budgets().Update(e.ctx, c.ID, client.BudgetChange{Limit: c.Limit, Name: c.Name, Period: c.Period, Enforcement: c.Enforcement, DowngradeTo: c.DowngradeTo}, client.IfMatch(tag))
	if err != nil {
		return err
	}
	return c.printBudget(e, b)
}

type budgetDeleteCmd struct{ oneBudget }

func (c budgetDeleteCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return c.done(e, api.Budgets().Delete(e.ctx, c.ID), "Deleted "+c.ID+".")
}

type budgetAskCmd struct {
	oneBudget
	Amount string `arg:"" help:"How much more, in the budget's measure."`
	Reason string `help:"What it is for." required:""`
	Until  string `help:"Until when (RFC 3339); without it to the end of the period."`
}

func (c budgetAskCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	r, err := api.Budgets().Ask(e.ctx, c.ID, client.BudgetAskInput{Amount: c.Amount, Reason: c.Reason, Until: c.Until})
	if err != nil {
		return err
	}
	return c.printOne(e.out, r, "Request", r.ID, "State", r.State, "Amount", r.Amount+" "+r.Measure, "Expires", day(r.ExpiresAt))
}

type usageCmd struct {
	remoteFlags
	By   string `help:"What to add up by: day, model, key, team, member, connection or department." default:"model"`
	From string `help:"From when: a time (RFC 3339), or a day of the organization's; without it 29 days before the end." placeholder:"TIME"`
	To   string `help:"Until when, that moment or day not included; without it, now." placeholder:"TIME"`
}

func (c usageCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	q := url.Values{"by": {c.By}}
	for name, v := range map[string]string{"from": c.From, "to": c.To} {
		if v != "" {
			q.Set(name, v)
		}
	}
	return printAll(c.remoteFlags, e.out, api.Usage().All(e.ctx, q), "Nothing was used.", []string{"ID", "NAME", "REQUESTS", "ERRORS", "INPUT TOKENS", "OUTPUT TOKENS", "COST (USD)"}, func(u client.Usage) []string {
		return []string{u.ID, u.Name, count(u.Requests), count(u.Errors), count(u.InputTokens), count(u.OutputTokens), u.CostUSD}
	})
}

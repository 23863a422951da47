package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app"
	"github.com/bodhi-gateway/bodhi/app/id"
)

type suspenseCmd struct {
	List    suspenseListCmd    `cmd:"" help:"Show what lost nodes may have spent. It counts as spent."`
	Release suspenseReleaseCmd `cmd:"" help:"Let what a lost node left be spent again, when it will never come back."`
}

type suspenseListCmd struct {
	JSON bool `help:"Print the list as JSON." name:"json"`
}

func (c suspenseListCmd) Run(e *env) error {
	cfg, err := e.config(nil)
	if err != nil {
		return err
	}
	all, err := app.Suspense(e.ctx, cfg, logger(cfg))
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(all)
	}
	for _, l := range all {
		fmt.Fprintf(e.out, "%s  %s  %s of %s %s, from %s, since %s (%s)\n", l.Node, l.Organization, l.Budget, l.Amount, l.Measure,
			l.PeriodStart.Format(time.DateOnly), l.Since.Format(time.RFC3339), l.Host)
	}
	if len(all) == 0 {
		fmt.Fprintln(e.out, "Nothing is in suspense.")
	}
	return nil
}

type suspenseReleaseCmd struct {
	Node   string `help:"The lost node, as the list has it." required:""`
	Budget string `help:"Only on this budget; without it on all."`
	Note   string `help:"How you know that it was not spent; kept in the audit log." required:""`
}

func (c suspenseReleaseCmd) Run(e *env) error {
	cfg, err := e.config(nil)
	if err != nil {
		return err
	}
	node, err := id.ParseNode(c.Node)
	if err != nil {
		return fmt.Errorf("--node: %q is not a node's id; bodhi suspense list shows them", c.Node)
	}
	var only id.Budget
	if c.Budget != "" {
		if only, err = id.ParseBudget(c.Budget); err != nil {
			return fmt.Errorf("--budget: %q is not a budget's id", c.Budget)
		}
	}
	n, err := app.ReleaseSuspense(e.ctx, cfg, logger(cfg), node, only, c.Note)
	if n > 0 {
		fmt.Fprintf(e.out, "Released on %s.\n", plural(n, "budget"))
	}
	return err
}

package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/bodhi-gateway/bodhi/app/client"
)

type routeCmd struct {
	List   routeListCmd   `cmd:"" help:"List routes: aliases with their targets, rules and canary."`
	Export routeExportCmd `cmd:"" help:"Print all routes as YAML."`
	Apply  routeApplyCmd  `cmd:"" help:"Make routes be what a YAML file says, all or none; safe to repeat."`
	DryRun routeDryRunCmd `cmd:"" name:"dry-run" help:"Show where a request would go, and what each rule says to it."`
}

type routeListCmd struct{ remoteFlags }

func (c routeListCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	return printAll(c.remoteFlags, e.out, api.Routes().All(e.ctx, nil), "There are no aliases.", []string{"ALIAS", "TARGETS", "RULES", "CANARY", "VERSION"}, func(r client.Route) []string {
		var targets []string
		for _, t := range r.Targets {
			targets = append(targets, t.To)
		}
		canary := ""
		if r.Canary != nil {
			canary = fmt.Sprintf("%d %%", r.Canary.Percent)
		}
		return []string{r.Alias, strings.Join(targets, ", "), fmt.Sprint(len(r.Rules)), canary, fmt.Sprint(r.Version)}
	})
}

type routeExportCmd struct{ remoteFlags }

func (c routeExportCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	file, err := api.Routing().Export(e.ctx, nil)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, file)
	}
	_, err = io.WriteString(e.out, file.YAML)
	return err
}

type routeApplyCmd struct {
	remoteFlags
	File string `arg:"" help:"A file that bodhi route export wrote, or like one; - reads standard input."`
}

func (c routeApplyCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	var text []byte
	if c.File == "-" {
		text, err = io.ReadAll(e.stdin())
	} else {
		text, err = os.ReadFile(c.File)
	}
	if err != nil {
		return err
	}
	done, err := api.Routing().Import(e.ctx, client.RouteYaml{YAML: string(text)})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, done)
	}
	if len(done.Applied) == 0 {
		_, err = fmt.Fprintln(e.out, "Nothing changed: the routes say this already.")
		return err
	}
	for _, alias := range done.Applied {
		if alias == "" {
			alias = "the organization's rules"
		}
		if _, err := fmt.Fprintln(e.out, "Applied", plainCell(alias)); err != nil {
			return err
		}
	}
	return nil
}

type routeDryRunCmd struct {
	remoteFlags
	Model       string            `arg:"" help:"The model or alias that is asked for."`
	Team        string            `help:"Name of the key's team."`
	Member      string            `help:"E-mail address of the key's member."`
	Role        string            `help:"The member's role; without it what the directory says."`
	Key         string            `help:"Name of the key."`
	Endpoint    string            `help:"What is asked for: chat, embeddings, …" default:"chat"`
	Client      string            `help:"The app."`
	Tag         map[string]string `help:"Tags: --tag project=apollo."`
	Priority    string            `help:"low, normal or high."`
	Session     string            `help:"The session."`
	EndUser     string            `help:"The end user."`
	InputTokens int               `help:"How long the input is."`
	BudgetUsed  int               `help:"Percent used of the tightest budget."`
	Stream      bool              `help:"The answer is to be streamed."`
	Tools       bool              `help:"Tools are offered."`
	Images      bool              `help:"Pictures are to be read."`
	At          time.Time         `help:"When, as 2026-11-26T18:30:00+01:00; now without it."`
}

func (c routeDryRunCmd) Run(e *env) error {
	api, err := c.client()
	if err != nil {
		return err
	}
	in := client.RouteDryInput{Model: c.Model, Team: c.Team, Member: c.Member, Role: c.Role, Key: c.Key, Endpoint: c.Endpoint, Client: c.Client, Tags: c.Tag, Priority: c.Priority,
		Session: c.Session, EndUser: c.EndUser, InputTokens: c.InputTokens, BudgetUsed: c.BudgetUsed, Stream: c.Stream, Tools: c.Tools, Images: c.Images}
	if !c.At.IsZero() {
		in.At = &c.At
	}
	r, err := api.Routing().DryRun(e.ctx, in)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(e.out, r)
	}
	return printDryRun(e.out, r)
}

// printDryRun prints the way and, for each rule, its parts and what they came to.
func printDryRun(out io.Writer, r client.RouteDry) error {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', 0)
	fmt.Fprintf(w, "Goes by\t%s\n", plainCell(r.Route))
	for i, t := range r.Targets {
		fmt.Fprintf(w, "%d.\t%s\t%s\n", i+1, plainCell(t.Target), plainCell(t.Why))
	}
	for _, s := range r.Rules {
		verdict := "does not hold"
		switch {
		case s.Decided:
			verdict = "decides"
		case s.Matched:
			verdict = "holds, too late"
		}
		fmt.Fprintf(w, "\n%s of %s\t%s\t%s\n", plainCell(s.Rule), plainCell(s.Of), verdict, strings.TrimPrefix(plainCell(s.Why), "-"))
		for _, p := range s.Parts {
			sign := "no"
			if p.Holds {
				sign = "yes"
			}
			fmt.Fprintf(w, "  %s\t%s\t%s\n", plainCell(p.Text), sign, plainCell(p.Value))
		}
	}
	return w.Flush()
}

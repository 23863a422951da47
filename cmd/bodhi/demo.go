package main

import (
	"cmp"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/bodhi-gateway/bodhi/app"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

type demoCmd struct {
	Org      string `help:"Organization's name." default:"Northwind Demo"`
	People   int    `help:"How many people work there." default:"120"`
	Days     int    `help:"For how many days they have asked models." default:"90"`
	Requests int    `help:"How many requests they made." default:"200000"`
	Seed     uint64 `help:"The same seed makes the same company." default:"1"`
	JSON     bool   `help:"Print the log-in as JSON." name:"json"`
}

// Run makes a company that never was, to look at pages with. No provider is called.
func (c demoCmd) Run(e *env) error {
	cfg, err := e.config(nil)
	if err != nil {
		return err
	}
	in := onboard.Demo{Org: c.Org, Email: "ada@northwind.test", Password: secret.New(rand.Text()), People: c.People, Days: c.Days, Requests: c.Requests, Seed: c.Seed}
	shown, err := app.MakeDemo(e.ctx, cfg, logger(cfg), in, progress(os.Stderr, c.JSON))
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(shown)
	}
	_, err = fmt.Fprintf(e.out, "Organization  %s (%s)\nDashboard     %s\nE-mail        %s\nPassword      %s\n", c.Org, shown.OrgSlug, shown.DashboardURL, shown.Email, shown.Password)
	return err
}

// progress says on every tenth part how far it is.
func progress(w io.Writer, quiet bool) func(done, all int) {
	said := 0
	return func(done, all int) {
		if tenth := done * 10 / cmp.Or(all, 1); !quiet && tenth > said {
			said = tenth
			_, _ = fmt.Fprintf(w, "%d of %d requests\n", done, all)
		}
	}
}

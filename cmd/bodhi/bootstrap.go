package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/bodhi-gateway/bodhi/app"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

type bootstrapCmd struct {
	Org         string   `help:"Organization's name." required:""`
	Admin       string   `help:"First admin's e-mail address." required:""`
	PasswordEnv string   `help:"Environment variable that holds the admin's password." required:"" placeholder:"PW"`
	Provider    []string `help:"Connection: name=up,kind=openai,base-url=…,key-env=UPKEY; vertex also takes project=…,location=…. Repeats; without one the sandbox is set up." sep:"none"`
	Model       []string `help:"Alias and its targets in fallback order: smart=up/gpt-5.5,backup/gpt-5.5. Repeats." sep:"none"`
	Budget      string   `help:"The organization's budget: amount/period/enforcement, for example 50/monthly/hard."`
	Zone        string   `help:"The organization's IANA time zone." default:"UTC"`
	JSON        bool     `help:"Print the result as JSON." name:"json"`
}

func (c bootstrapCmd) Run(e *env) error {
	in, err := c.input()
	if err != nil {
		return err
	}
	cfg, err := e.config(nil)
	if err != nil {
		return err
	}
	result, err := app.Bootstrap(e.ctx, cfg, logger(cfg), in)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(result)
	}
	_, err = fmt.Fprintf(e.out, "Organization  %s (%s)\nDashboard     %s\nProxy         %s\nVirtual key   %s\nAdmin token   %s\n",
		in.Org, result.OrgSlug, result.DashboardURL, result.ProxyURL, result.VirtualKey, result.AdminToken)
	return err
}

// input reads the flags' little languages.
func (c bootstrapCmd) input() (onboard.Bootstrap, error) {
	in := onboard.Bootstrap{Org: c.Org, Admin: c.Admin, Zone: c.Zone, Password: secret.New(os.Getenv(c.PasswordEnv))}
	if in.Password.IsEmpty() {
		return in, fmt.Errorf("--password-env: the environment variable %s is empty", c.PasswordEnv)
	}
	for _, p := range c.Provider {
		parsed, err := parseProvider(p)
		if err != nil {
			return in, fmt.Errorf("--provider %q: %w", p, err)
		}
		in.Providers = append(in.Providers, parsed)
	}
	for _, m := range c.Model {
		name, targets, ok := strings.Cut(m, "=")
		if !ok || name == "" || targets == "" {
			return in, fmt.Errorf("--model %q: write alias=connection/model, more targets after commas", m)
		}
		in.Aliases = append(in.Aliases, onboard.AliasInput{Name: name, Targets: strings.Split(targets, ",")})
	}
	if c.Budget != "" {
		parts := strings.Split(c.Budget, "/")
		if len(parts) != 3 {
			return in, fmt.Errorf("--budget %q: write amount/period/enforcement, for example 50/monthly/hard", c.Budget)
		}
		in.Budget = &onboard.BudgetInput{Amount: parts[0], Period: parts[1], Enforce: parts[2]}
	}
	return in, nil
}

func parseProvider(s string) (onboard.ProviderInput, error) {
	var p onboard.ProviderInput
	for _, pair := range strings.Split(s, ",") {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return p, fmt.Errorf("%q is not name=value", pair)
		}
		switch strings.TrimSpace(name) {
		case "name":
			p.Name = value
		case "kind":
			p.Kind = value
		case "base-url":
			p.BaseURL = value
		case "key-env":
			if os.Getenv(value) == "" {
				return p, fmt.Errorf("the environment variable %s is empty", value)
			}
			p.Credential = secret.New(os.Getenv(value))
		case "project", "location":
			if p.Settings == nil {
				p.Settings = map[string]string{}
			}
			p.Settings[strings.TrimSpace(name)] = value
		default:
			return p, fmt.Errorf("unknown part %q; there are name, kind, base-url and key-env, and for vertex project and location", name)
		}
	}
	if p.Name == "" || p.Kind == "" {
		return p, fmt.Errorf("name and kind are needed")
	}
	return p, nil
}

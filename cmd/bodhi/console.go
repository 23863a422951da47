package main

import (
	"cmp"
	"fmt"
	"os"
	"os/user"

	"github.com/bodhi-gateway/bodhi/app"
)

type consoleCmd struct {
	Name string `help:"Who enters, for the log; by default who is logged in on this machine."`
}

func (c consoleCmd) Run(e *env) error {
	cfg, err := e.config(nil)
	if err != nil {
		return err
	}
	link, err := app.Invite(e.ctx, cfg, logger(cfg), cmp.Or(c.Name, whoRuns()))
	if err != nil {
		return err
	}
	fmt.Fprintln(e.wrong, "Open this in a browser. It works once, for 15 minutes, and only from the networks in BODHI_CONSOLE:")
	_, err = fmt.Fprintln(e.out, link)
	return err
}

// whoRuns is who is logged in here, as the system says.
func whoRuns() string {
	name := "operator"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	if behind := os.Getenv("SUDO_USER"); behind != "" {
		return behind
	}
	return name
}

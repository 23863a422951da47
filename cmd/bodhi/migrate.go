package main

import (
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app"
)

type migrateCmd struct {
	Up     migrateUpCmd     `cmd:"" help:"Apply what is missing."`
	Down   migrateDownCmd   `cmd:"" help:"Take the newest migration back. Destroys what it made."`
	Status migrateStatusCmd `cmd:"" help:"Show which migrations are applied."`
}

type migrateUpCmd struct{}

func (migrateUpCmd) Run(e *env) error { return migrate(e, app.MigrateUp) }

type migrateDownCmd struct {
	Force bool `help:"Yes, destroy the tables of the newest migration and their rows."`
}

func (c migrateDownCmd) Run(e *env) error {
	if !c.Force {
		return errors.New("taking a migration back destroys its tables; migrations go forward in production. Say --force if you mean it")
	}
	return migrate(e, app.MigrateDown)
}

type migrateStatusCmd struct{}

func (migrateStatusCmd) Run(e *env) error { return migrate(e, app.MigrateStatus) }

func migrate(e *env, step app.MigrateStep) error {
	cfg, err := e.config(nil)
	if err != nil {
		return err
	}
	lines, err := app.Migrate(e.ctx, cfg, step, logger(cfg))
	for _, l := range lines {
		fmt.Fprintln(e.out, l)
	}
	return err
}

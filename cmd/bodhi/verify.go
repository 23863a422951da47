package main

import (
	"encoding/json"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app"
)

type verifyCmd struct {
	JSON bool `help:"Print the report as JSON." name:"json"`
}

func (c verifyCmd) Run(e *env) error {
	cfg, err := e.config(nil)
	if err != nil {
		return err
	}
	report, err := app.Verify(e.ctx, cfg, logger(cfg))
	if err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(e.out).Encode(report); err != nil {
			return err
		}
	} else {
		for _, l := range report.Lines() {
			fmt.Fprintln(e.out, l)
		}
	}
	return report.Err()
}

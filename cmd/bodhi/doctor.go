package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app"
)

type doctorCmd struct {
	JSON bool `help:"Print the findings as JSON." name:"json"`
}

func (c doctorCmd) Run(e *env) error {
	cfg, err := e.config(nil)
	if err != nil {
		return err
	}
	findings := app.Doctor(e.ctx, cfg, logger(cfg))
	if c.JSON {
		if err := json.NewEncoder(e.out).Encode(findings); err != nil {
			return err
		}
	}
	sick := false
	for _, f := range findings {
		sick = sick || f.State == app.Sick
		if !c.JSON {
			fmt.Fprintf(e.out, "%-5s %-12s %s\n", f.State, f.What, f.Says)
		}
	}
	if sick {
		return errors.New("something needs attention; see the lines marked fail")
	}
	return nil
}

package main

import (
	"encoding/json"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app"
)

type rotateCmd struct {
	Forget bool `help:"Afterwards take the keys before it out of the data directory: what only they open is lost then."`
	JSON   bool `help:"Print what was done as JSON." name:"json"`
}

func (c rotateCmd) Run(e *env) error {
	cfg, err := e.config(nil)
	if err != nil {
		return err
	}
	did, err := app.RotateKEK(e.ctx, cfg, logger(cfg), c.Forget, func(done, of int) { fmt.Fprintf(e.wrong, "rewrapped %d of %d\n", done, of) })
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(e.out).Encode(did)
	}
	switch {
	case did.Made:
		fmt.Fprintln(e.out, "A new master key was made. Copy master.key to where you keep it, apart from the database's backups.")
	case did.Resumed:
		fmt.Fprintln(e.out, "A rotation that was cut off is at its end now.")
	}
	fmt.Fprintf(e.out, "All %d data keys are under master key %s; %d were rewrapped.\n", did.Keys, did.Master, did.Changed)
	switch {
	case did.Forgotten > 0:
		fmt.Fprintf(e.out, "%d older master keys were taken out of the file. Backups of the database from before need them.\n", did.Forgotten)
	case did.Others > 0:
		fmt.Fprintf(e.out, "Nothing needs the %d other configured master keys any more; backups of the database from before do.\n", did.Others)
	}
	return nil
}

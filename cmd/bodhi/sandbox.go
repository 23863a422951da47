package main

import (
	"fmt"
	"net"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/provider/sandbox"
)

type sandboxCmd struct {
	Addr string `help:"Address to listen on." default:"127.0.0.1:9999"`
	Seed uint64 `help:"Changes every answer; the same seed gives the same answers."`
	Open bool   `help:"Accept requests without a key."`
}

func (c sandboxCmd) Run(e *env) error {
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	fmt.Fprintf(e.out, "The sandbox provider answers at http://%s/v1 (bill: /__bill)\n", l.Addr())
	return sandbox.Serve(e.ctx, l, sandbox.New(sandbox.Config{Clock: clock.System{}, Seed: c.Seed, Open: c.Open}))
}

package main

import (
	"fmt"
	"net"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/provider/sandbox"
)

type sandboxCmd struct {
	Addr string `help:"Address to listen on." default:"127.0.0.1:9999"`
	Seed uint64 `help:"Changes every answer; the same seed and question give the same answer." default:"1"`
	Open bool   `help:"Answer requests without a key as well."`
}

func (c sandboxCmd) Run(e *env) error {
	l, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	if _, err := fmt.Fprintf(e.out, "The sandbox provider listens at http://%s/v1; what it charged is at http://%s/__bill\n", l.Addr(), l.Addr()); err != nil {
		return err
	}
	return sandbox.Serve(e.ctx, l, sandbox.New(sandbox.Config{Clock: clock.System{}, Seed: c.Seed, Open: c.Open}))
}

package main

import (
	"os"

	"github.com/bodhi-gateway/bodhi/app/document/apart"
)

// readPDFCmd is the other end of app/document/apart.
type readPDFCmd struct{}

func (readPDFCmd) Run(e *env) error {
	return apart.Serve(os.Stdin, e.out, containerMemory(os.DirFS("/")))
}

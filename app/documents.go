package app

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/document"
	"github.com/bodhi-gateway/bodhi/app/document/apart"
	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/playground"
)

// documents makes what reads documents. PDFs are read by this same program in another process, where its path is known.
func (a *App) documents() {
	var read document.Apart
	if a.options.Program != "" {
		read = apart.New(a.options.Program).Read
	}
	a.reader = document.New(read)
	a.papers = tool.New(tool.Parts{Gateway: latest{a}, Reader: a.reader})
}

// ground is where people ask on their own account.
func (a *App) ground() *playground.Service {
	return playground.New(playground.Parts{Keys: a.keys, Desk: a.desk, Gateway: a.gateway, Library: a.library, Clock: a.clock})
}

// latest is the data plane, which is made after what it answers with.
type latest struct{ a *App }

func (l latest) As(g *key.Grant) http.Handler { return l.a.gateway.As(g) }

package app

import (
	"context"
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
	a.screens.Files = whole{a.reader}
	a.papers = tool.New(tool.Parts{Gateway: latest{a}, Reader: a.reader})
}

// whole reads documents for data rules, which want all of a text or none: a page without one may be a picture of anything.
type whole struct{ reader *document.Reader }

// Text implements pii.Files.
func (w whole) Text(ctx context.Context, data []byte) ([]byte, bool) {
	t, err := w.reader.Text(ctx, data, document.Limits{})
	if err != nil || t.Cut != "" {
		return nil, false
	}
	var out []byte
	for _, p := range t.Pages {
		if p.Text == "" && (t.Kind == document.PDF || t.Kind == document.Image) {
			return nil, false
		}
		out = append(append(out, p.Text...), '\n')
	}
	return out, true
}

// ground is where people ask on their own account.
func (a *App) ground() *playground.Service {
	return playground.New(playground.Parts{Keys: a.keys, Desk: a.desk, Gateway: a.gateway, Library: a.library, Clock: a.clock})
}

// latest is the data plane, which is made after what it answers with.
type latest struct{ a *App }

func (l latest) As(g *key.Grant) http.Handler { return l.a.gateway.As(g) }

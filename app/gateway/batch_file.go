package gateway

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
)

// atDesk is a call about batches: it finds out who asks, and refuses who may not.
func atDesk(do func(g *Gateway, x *Exchange, c batch.Caller, name string) error) func(g *Gateway, x *Exchange, name string) {
	return func(g *Gateway, x *Exchange, name string) {
		if g.Batches == nil {
			x.Err = unknownPath(x.R)
			return
		}
		if x.Err = cmp.Or(narrowed(x), undry(x)); x.Err == nil {
			x.Err = all(do(g, x, batch.Caller{Grant: x.Grant, IP: callerIP(x)}, name))
		}
	}
}

// undry refuses a dry run of what is no request to a model: there is no plan to show, and nothing may change.
func undry(x *Exchange) error {
	if !x.Hints.DryRun || x.R.Method == http.MethodGet || x.R.Method == http.MethodHead {
		return nil
	}
	return fault.Field("x-bodhi-dry-run", "The header x-bodhi-dry-run is for single requests to models. This call has no dry run; leave the header out.")
}

// oneFile is a call about one file: at the desk if it is a batch's, else in the pipeline.
func oneFile(do func(g *Gateway, x *Exchange, c batch.Caller, name string) error) func(g *Gateway, x *Exchange, name string) {
	ours := atDesk(do)
	return func(g *Gateway, x *Exchange, name string) {
		if g.Batches != nil && strings.HasPrefix(name, "file_") {
			ours(g, x, name)
			return
		}
		g.run(x.R.Context(), x)
	}
}

// takeFile keeps an uploaded file that is a batch's, and sends any other to a provider. A form that is not small is kept before it is known
// what it is for, which programs may say behind the file.
func (g *Gateway) takeFile(x *Exchange, _ string) {
	ctx, n, kind := x.R.Context(), x.R.ContentLength, x.R.Header.Get("Content-Type")
	if g.Batches == nil || x.R.Header.Get("Content-Encoding") != "" || n > batch.MaxFile+smallForm {
		g.run(ctx, x)
		return
	}
	body := io.Reader(x.R.Body)
	if n >= 0 && n <= smallForm {
		whole, err := g.readBody(x)
		if err != nil {
			x.Err = err
			return
		}
		if batch.Purposed(kind, whole) != batch.ForBatch {
			g.instead(x, whole, kind)
			return
		}
		body = bytes.NewReader(whole)
	} else {
		g.hurry(x, max(n, batch.MaxFile))
	}
	atDesk(func(g *Gateway, x *Exchange, c batch.Caller, _ string) error { return g.receive(ctx, x, c, kind, body) })(g, x, "")
}

// instead goes on in the pipeline, with a body that was read already.
func (g *Gateway) instead(x *Exchange, body []byte, contentType string) {
	r := x.R.Clone(x.R.Context())
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	r.Header.Set("Content-Type", contentType)
	x.R = r
	g.run(r.Context(), x)
}

func (g *Gateway) receive(ctx context.Context, x *Exchange, c batch.Caller, kind string, body io.Reader) error {
	form, err := g.Batches.Receive(ctx, c, kind, body)
	if err != nil {
		return err
	}
	g.relax(x)
	if form.Purpose != "" && form.Purpose != batch.ForBatch && form.Purpose != batch.ForOutput {
		defer form.Drop(ctx)
		if form.File.Size > g.limits.Body-smallForm {
			return g.tooLarge()
		}
		again, kind, err := form.Again(ctx)
		if err == nil {
			g.instead(x, again, kind)
		}
		return err
	}
	f, err := form.Settle(ctx)
	if err != nil {
		form.Drop(ctx)
		return err
	}
	g.writeJSON(x, f.View())
	return nil
}

func (g *Gateway) showFile(x *Exchange, c batch.Caller, name string) error {
	f, err := g.Batches.File(x.R.Context(), c, name)
	if err == nil {
		g.writeJSON(x, f.View())
	}
	return err
}

func (g *Gateway) readFile(x *Exchange, c batch.Caller, name string) error {
	f, err := g.Batches.File(x.R.Context(), c, name)
	if err != nil {
		return err
	}
	h := x.W.Header()
	h["Content-Length"] = []string{strconv.FormatInt(f.Size, 10)}
	return g.pour(x, "application/octet-stream", func(w io.Writer) error { return g.Batches.Content(x.R.Context(), f, w) })
}

// pour sends what is written out as it goes. One that breaks off is torn: a clean end would look like the whole.
func (g *Gateway) pour(x *Exchange, kind string, do func(w io.Writer) error) error {
	h := x.W.Header()
	h["Content-Type"], h["X-Content-Type-Options"] = []string{kind}, []string{"nosniff"}
	x.wrote = true
	x.W.WriteHeader(http.StatusOK)
	if x.R.Method == http.MethodHead {
		return nil
	}
	if err := do(x.W); err != nil {
		x.torn = true
		if x.R.Context().Err() == nil {
			g.log.Warn("a file of a batch broke off", "request_id", x.ID.String(), "error", err)
		}
	}
	return nil
}

func (g *Gateway) deleteFile(x *Exchange, c batch.Caller, name string) error {
	err := g.Batches.DeleteFile(x.R.Context(), c, name)
	if err == nil {
		g.writeJSON(x, struct {
			ID      string `json:"id"`
			Object  string `json:"object"`
			Deleted bool   `json:"deleted"`
		}{name, "file", true})
	}
	return err
}

package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// Batches and the files that they read and write are ours, whoever serves their requests in the end; other files lie at providers
// (file.go).

// Keeper is a client in this process that is handed a whole answer before its cost is booked: what was booked it has, whatever happens to
// this process in between.
type Keeper interface {
	http.ResponseWriter
	Keep(body []byte)
}

// smallForm is how large a form may be to be read as a whole before anybody knows what it is for.
const smallForm = 4 << 20

// maxOrder is how large a request for a batch may be: ids, and sixteen entries of metadata.
const maxOrder = 64 << 10

func callerIP(x *Exchange) string {
	addr, err := netip.ParseAddrPort(x.R.RemoteAddr)
	if err != nil {
		return ""
	}
	return addr.Addr().Unmap().String()
}

// atDesk is a call about batches: it finds out who asks, and refuses who may not.
func atDesk(do func(g *Gateway, x *Exchange, c batch.Caller, name string) error) func(g *Gateway, x *Exchange, name string) {
	return func(g *Gateway, x *Exchange, name string) {
		if g.Batches == nil {
			x.Err = unknownPath(x.R)
			return
		}
		if x.Err = narrowed(x); x.Err == nil {
			x.Err = all(do(g, x, batch.Caller{Grant: x.Grant, IP: callerIP(x)}, name))
		}
	}
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

func (g *Gateway) createBatch(x *Exchange, c batch.Caller, _ string) error {
	var order batch.Order
	if err := g.readOrder(x, &order); err != nil {
		return err
	}
	b, err := g.Batches.Create(x.R.Context(), c, order)
	if err == nil {
		g.writeJSON(x, b.View(batch.Tally{}))
	}
	return err
}

func (g *Gateway) readOrder(x *Exchange, into any) error {
	g.hurry(x, x.R.ContentLength)
	b, err := io.ReadAll(io.LimitReader(x.R.Body, maxOrder+1))
	if err != nil {
		return unreadable(err)
	}
	g.relax(x)
	if len(b) > maxOrder {
		return fault.Newf(fault.TooLarge, "body_too_large", "A request for a batch has at most %d KiB; its requests are in the file.", maxOrder>>10)
	}
	var typed *json.UnmarshalTypeError
	switch err := json.Unmarshal(b, into); {
	case errors.As(err, &typed):
		return fault.Field(typed.Field, "This is a JSON "+typed.Value+" where something else belongs: "+typed.Type.String()+".")
	case err != nil:
		return fault.New(fault.Invalid, "invalid_request", `The body is a JSON object: {"input_file_id": "file_…", "endpoint": "/v1/chat/completions", "completion_window": "24h"}.`).Because(err)
	}
	return nil
}

func (g *Gateway) showBatch(x *Exchange, c batch.Caller, name string) error {
	b, t, err := g.Batches.Batch(x.R.Context(), c, batch.OpenAI, name)
	if err == nil {
		g.writeJSON(x, b.View(t))
	}
	return err
}

func (g *Gateway) cancelBatch(x *Exchange, c batch.Caller, name string) error {
	b, t, err := g.Batches.Cancel(x.R.Context(), c, batch.OpenAI, name)
	if err == nil {
		g.writeJSON(x, b.View(t))
	}
	return err
}

// batchList is GET /v1/batches.
type batchList struct {
	Object  string       `json:"object"`
	Data    []batch.View `json:"data"`
	FirstID *string      `json:"first_id"`
	LastID  *string      `json:"last_id"`
	HasMore bool         `json:"has_more"`
}

func (g *Gateway) listBatches(x *Exchange, c batch.Caller, _ string) error {
	q, err := batchQuery(x.R, "after", "", 100)
	if err != nil {
		return err
	}
	q.Family = batch.OpenAI
	all, more, err := g.Batches.Batches(x.R.Context(), c, q)
	if err != nil {
		return err
	}
	out := batchList{Object: "list", Data: make([]batch.View, len(all)), HasMore: more}
	for i := range all {
		out.Data[i] = all[i].View(all[i].Tally)
	}
	if n := len(out.Data); n > 0 {
		out.FirstID, out.LastID = &out.Data[0].ID, &out.Data[n-1].ID
	}
	g.writeJSON(x, out)
	return nil
}

// withOurs puts a key's files of batches among those that lie at providers.
func (g *Gateway) withOurs(ctx context.Context, x *Exchange, q openai.FileQuery, known []filed) ([]filed, error) {
	if g.Batches == nil || q.Purpose != "" && q.Purpose != string(batch.ForBatch) && q.Purpose != string(batch.ForOutput) {
		return known, nil
	}
	files, err := g.Batches.Files(ctx, batch.Caller{Grant: x.Grant})
	if err != nil {
		return nil, err
	}
	for i := range files {
		b, err := json.Marshal(files[i].View())
		if err != nil {
			return nil, err
		}
		known = append(known, filed{files[i].ID.String(), files[i].CreatedAt, string(b)})
	}
	slices.SortStableFunc(known, func(a, b filed) int { return b.created.Compare(a.created) })
	return known, nil
}

package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"slices"

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

// attribute says of the lines of a batch what its maker says of it. More tags than a line has room for, beside those of the key and what it
// is for, are refused while somebody listens.
func attribute(x *Exchange, c *batch.Caller) (err error) {
	c.User, c.Unkept, c.Most = x.Hints.EndUser, x.Hints.Unkept, x.Hints.MaxCost
	if c.Tags, err = readTags(x.R.Header); err == nil {
		_, err = withKeyTags(withPurpose(c.Tags, batch.ForLines), x.Grant.Tags)
	}
	return err
}

func (g *Gateway) createBatch(x *Exchange, c batch.Caller, _ string) error {
	var order batch.Order
	if err := g.readOrder(x, &order); err != nil {
		return err
	}
	if err := attribute(x, &c); err != nil {
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

package gateway

import (
	"io"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
)

// Message batches are Anthropic's words for the same thing. They hold their requests themselves, so there are no files.

func (g *Gateway) createMessages(x *Exchange, c batch.Caller, _ string) error {
	if e := x.R.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return fault.Field("content-encoding", "Compressed request bodies are not accepted; send the JSON as it is.")
	}
	if err := attribute(x, &c); err != nil {
		return err
	}
	c.Beta = strings.Join(x.R.Header["Anthropic-Beta"], ",")
	g.hurry(x, max(x.R.ContentLength, batch.MaxFile))
	b, err := g.Batches.CreateMessages(x.R.Context(), c, x.R.Body)
	if err == nil {
		g.relax(x)
		g.writeJSON(x, b.MessagesView(batch.Tally{}))
	}
	return err
}

func (g *Gateway) showMessages(x *Exchange, c batch.Caller, name string) error {
	b, t, err := g.Batches.Batch(x.R.Context(), c, batch.Anthropic, name)
	if err == nil {
		g.writeJSON(x, b.MessagesView(t))
	}
	return err
}

func (g *Gateway) cancelMessages(x *Exchange, c batch.Caller, name string) error {
	b, t, err := g.Batches.Cancel(x.R.Context(), c, batch.Anthropic, name)
	if err == nil {
		g.writeJSON(x, b.MessagesView(t))
	}
	return err
}

func (g *Gateway) deleteMessages(x *Exchange, c batch.Caller, name string) error {
	err := g.Batches.Delete(x.R.Context(), c, batch.Anthropic, name)
	if err == nil {
		g.writeJSON(x, struct {
			ID   string `json:"id"`
			Type string `json:"type"`
		}{name, "message_batch_deleted"})
	}
	return err
}

func (g *Gateway) readMessages(x *Exchange, c batch.Caller, name string) error {
	b, _, err := g.Batches.Batch(x.R.Context(), c, batch.Anthropic, name)
	if err == nil && !b.State.Over() {
		err = fault.New(fault.Invalid, "batch_under_way", "This batch has no results yet: it is not over.")
	}
	if err != nil {
		return err
	}
	return g.pour(x, "application/x-jsonl", func(w io.Writer) error { return g.Batches.Results(x.R.Context(), b, w) })
}

// messageList is GET /v1/messages/batches.
type messageList struct {
	Data    []batch.MessagesView `json:"data"`
	HasMore bool                 `json:"has_more"`
	FirstID *string              `json:"first_id"`
	LastID  *string              `json:"last_id"`
}

func (g *Gateway) listMessages(x *Exchange, c batch.Caller, _ string) error {
	q, err := batchQuery(x.R, "after_id", "before_id", 1000)
	if err != nil {
		return err
	}
	q.Family = batch.Anthropic
	all, more, err := g.Batches.Batches(x.R.Context(), c, q)
	if err != nil {
		return err
	}
	out := messageList{Data: make([]batch.MessagesView, len(all)), HasMore: more}
	for i := range all {
		out.Data[i] = all[i].MessagesView(all[i].Tally)
	}
	if n := len(out.Data); n > 0 {
		out.FirstID, out.LastID = &out.Data[0].ID, &out.Data[n-1].ID
	}
	g.writeJSON(x, out)
	return nil
}

package batchweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// resumeInput goes on with a batch.
type resumeInput struct {
	CapUSD string `json:"max_cost_usd"` // in all; "" leaves it as it is
}

// act is a change of one batch.
type act func(ctx context.Context, actor org.Actor, which id.Batch) (batch.Entry, error)

func (h *Handlers) apiDo(c *web.Context, do act) error {
	which, err := batchID(c)
	if err != nil {
		return err
	}
	e, err := do(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shown(e))
}

func (h *Handlers) apiShow(c *web.Context) error   { return h.apiDo(c, h.Batches.Get) }
func (h *Handlers) apiPause(c *web.Context) error  { return h.apiDo(c, h.Batches.Pause) }
func (h *Handlers) apiCancel(c *web.Context) error { return h.apiDo(c, h.Batches.End) }

func (h *Handlers) apiResume(c *web.Context) error {
	in, err := web.Decode[resumeInput](c)
	if err != nil {
		return err
	}
	limit, err := dollars(in.CapUSD)
	if err != nil {
		return err
	}
	return h.apiDo(c, func(ctx context.Context, actor org.Actor, which id.Batch) (batch.Entry, error) {
		return h.Batches.Resume(ctx, actor, which, limit)
	})
}

func (h *Handlers) apiDelete(c *web.Context) error {
	which, err := batchID(c)
	if err != nil {
		return err
	}
	if err := h.Batches.Remove(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiResults(c *web.Context) error {
	which, err := batchID(c)
	if err != nil {
		return err
	}
	return h.lines(c, which)
}

// lines sends results as they are kept.
func (h *Handlers) lines(c *web.Context, which id.Batch) error {
	write, err := h.Batches.Download(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.Download(which.String()+".jsonl", "application/x-ndjson", func() error { return write(c.Response()) })
}

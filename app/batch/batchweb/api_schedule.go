package batchweb

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// runJSON is a time of a schedule, and what became of it.
type runJSON struct {
	DueAt   time.Time  `json:"due_at"`
	Outcome string     `json:"outcome"`       // made, missed, skipped or failed
	Why     string     `json:"why,omitempty"` // of the others
	ByHand  bool       `json:"by_hand"`
	Batch   *batchJSON `json:"batch"` // of made; null where it is deleted
}

type runList struct {
	Data []runJSON `json:"data"`
}

func (h *Handlers) apiSchedules(c *web.Context) error {
	all, err := h.Batches.Schedules(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := scheduleList{Data: make([]scheduleJSON, len(all))}
	for i := range all {
		out.Data[i] = planShown(&all[i])
	}
	return c.JSON(http.StatusOK, out)
}

// apiPlanned does something with a schedule and answers with it.
func (h *Handlers) apiPlanned(c *web.Context, do func(ctx context.Context, actor org.Actor, which id.Schedule) (batch.Planned, error)) error {
	which, err := scheduleID(c)
	if err != nil {
		return err
	}
	s, err := do(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, planShown(&s))
}

func (h *Handlers) apiSchedule(c *web.Context) error { return h.apiPlanned(c, h.Batches.Schedule) }
func (h *Handlers) apiRest(c *web.Context) error     { return h.apiPlanned(c, h.Batches.Rest) }
func (h *Handlers) apiGo(c *web.Context) error       { return h.apiPlanned(c, h.Batches.Go) }

func (h *Handlers) apiPlan(c *web.Context) error {
	in, err := web.Decode[scheduleInput](c)
	if err != nil {
		return err
	}
	p, err := in.plan()
	if err != nil {
		return err
	}
	s, err := h.Batches.Plan(c.Ctx(), c.Actor(), p)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, planShown(&s))
}

func (h *Handlers) apiReplan(c *web.Context) error {
	in, err := web.Decode[scheduleChange](c)
	if err != nil {
		return err
	}
	return h.apiPlanned(c, func(ctx context.Context, actor org.Actor, which id.Schedule) (batch.Planned, error) {
		p, err := h.Batches.Asks(ctx, actor, which)
		if err == nil {
			err = in.over(&p)
		}
		if err != nil {
			return batch.Planned{}, err
		}
		return h.Batches.Replan(ctx, actor, which, p)
	})
}

func (h *Handlers) apiRuns(c *web.Context) error {
	which, err := scheduleID(c)
	if err != nil {
		return err
	}
	runs, made, err := h.Batches.Runs(c.Ctx(), c.Actor(), which, 500)
	if err != nil {
		return err
	}
	out := runList{Data: make([]runJSON, len(runs))}
	for i, r := range runs {
		out.Data[i] = runJSON{DueAt: r.DueAt, Outcome: string(r.Outcome), Why: r.Why, ByHand: r.ByHand}
		if e, ok := made[r.Batch]; ok {
			b := shown(e)
			out.Data[i].Batch = &b
		}
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiRun(c *web.Context) error {
	which, err := scheduleID(c)
	if err != nil {
		return err
	}
	e, err := h.Batches.RunNow(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, shown(e))
}

func (h *Handlers) apiDrop(c *web.Context) error {
	which, err := scheduleID(c)
	if err != nil {
		return err
	}
	if err := h.Batches.Drop(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

package batchweb

import (
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/batch"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) newSchedule(c *web.Context) error {
	return h.planForm(c, views.Fields{Format: string(batch.CSV), Priority: "normal", Zone: c.Zone().String()}, "", nil, web.Refusal{})
}

// planForm answers with the form of a schedule; at is the one that is changed, "" makes one.
func (h *Handlers) planForm(c *web.Context, f views.Fields, at string, seen *views.Preview, wrong web.Refusal) error {
	p := views.NewPage{Plan: true, Title: "Set up a schedule", Action: schedules, Submit: "Set up", Back: schedules, Preview: seen}
	if at != "" {
		p.Title, p.Action, p.Submit, p.Back = "Change a schedule", at, "Save", at
	}
	p.PreviewAt = p.Action + "/preview"
	p.Crumbs = []ui.Crumb{{Label: "Batches", Href: pages}, {Label: "Schedules", Href: schedules}, {Label: p.Title}}
	return h.filled(c, p, f, wrong)
}

// plan is what was typed.
func (h *Handlers) plan(c *web.Context) (f views.Fields, p batch.Plan, err error) {
	if f, err = h.typed(c, only, batch.MaxTyped); err != nil {
		return f, p, err
	}
	d, err := draft(c, f)
	return f, batch.Plan{Name: f.Name, Cron: f.Cron, Zone: f.Zone, Draft: d}, err
}

// previewSchedule shows what each batch of a schedule would ask and cost, of a new one or of one that is changed.
func (h *Handlers) previewSchedule(c *web.Context) error {
	var which id.Schedule
	at := ""
	if c.Param("id") != "" {
		var err error
		if which, err = scheduleID(c); err != nil {
			return err
		}
		if _, err := h.Batches.Asks(c.Ctx(), c.Actor(), which); err != nil { // whose it is comes before what is wrong with the form
			return err
		}
		at = schedules + "/" + which.String()
	}
	f, p, err := h.plan(c)
	var out batch.Preview
	if err == nil {
		out, err = h.Batches.PreviewPlan(c.Ctx(), c.Actor(), which, p.Draft)
	}
	if wrong, ok := web.Refused(err); ok {
		return h.planForm(c, f, at, nil, wrong)
	}
	if err != nil {
		return err
	}
	return h.planForm(c, f, at, seen(out), web.Refusal{})
}

func (h *Handlers) createSchedule(c *web.Context) error {
	f, p, err := h.plan(c)
	var s batch.Planned
	if err == nil {
		s, err = h.Batches.Plan(c.Ctx(), c.Actor(), p)
	}
	if wrong, ok := web.Refused(err); ok {
		return h.planForm(c, f, "", nil, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash("Set up. Below is when its first batch comes.")
	return c.See(schedules + "/" + s.ID.String())
}

func (h *Handlers) editSchedule(c *web.Context) error {
	which, err := scheduleID(c)
	if err != nil {
		return err
	}
	p, err := h.Batches.Asks(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	d := &p.Draft
	f := views.Fields{Name: p.Name, Cron: p.Cron, Zone: p.Zone, Key: d.Key.String(), Format: string(d.Format), Text: d.Text, Model: d.Model, System: d.System, Prompt: d.Prompt, IDColumn: d.IDColumn, Priority: d.Priority, OffPeak: d.OffPeak, Native: d.Native}
	if d.MaxOutput > 0 {
		f.MaxOutput = strconv.FormatInt(d.MaxOutput, 10)
	}
	if d.Cap > 0 {
		f.Cap = d.Cap.String()
	}
	return h.planForm(c, f, schedules+"/"+which.String(), nil, web.Refusal{})
}

func (h *Handlers) updateSchedule(c *web.Context) error {
	which, err := scheduleID(c)
	if err != nil {
		return err
	}
	if _, err := h.Batches.Asks(c.Ctx(), c.Actor(), which); err != nil { // whose it is comes before what is wrong with the form
		return err
	}
	f, p, err := h.plan(c)
	if err == nil {
		_, err = h.Batches.Replan(c.Ctx(), c.Actor(), which, p)
	}
	at := schedules + "/" + which.String()
	if wrong, ok := web.Refused(err); ok {
		return h.planForm(c, f, at, nil, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash("Saved.")
	return c.See(at)
}
